"""The corpus: programs that must print what is expected, and programs that must be rejected at the marked lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sigilc.driver import render_json
from sigilc.options import Options
from tests.support.build import build, compile_program, run

CORPUS = Path(__file__).resolve().parent / "corpus"
ACCEPTED = sorted([*CORPUS.glob("seed/*.sg"), *CORPUS.glob("evidence/accept/*.sg")])
REJECTED = sorted(CORPUS.glob("evidence/reject/*.sg"))

# What these need is not part of the language that is compiled so far; each leaves the list with its feature.
NOT_YET = {
    "seed/ai_worker": "async functions and std·hash",
    "seed/asset_pipeline": "std·fs and async functions",
    "seed/consensus": "traits with constants",
    "seed/event_producer": "awaiting in handlers",
    "seed/guardian": "awaiting in handlers",
    "seed/spectrum": "traits and std·math",
    "seed/token_stream": "streams",
    "seed/trust_boundary": "async functions",
    "evidence/reject/stream_element": "streams",
    "evidence/reject/trait_adds_reported": "traits",
    "evidence/reject/trait_promise": "traits",
}


def name_of(program: Path) -> str:
    """`seed/quote`."""
    return program.relative_to(CORPUS).with_suffix("").as_posix()


def skip_if_not_yet(program: Path) -> None:
    """Skips with the missing feature as the reason."""
    reason = NOT_YET.get(name_of(program))
    if reason:
        pytest.skip(f"needs {reason}")


def test_the_corpus_is_there() -> None:
    """An empty folder would pass silently, and so would a list of exceptions that has outlived its programs."""
    assert len(ACCEPTED) >= 20 and len(REJECTED) >= 30
    assert set(NOT_YET) <= {name_of(program) for program in [*ACCEPTED, *REJECTED]}


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("program", ACCEPTED, ids=name_of)
def test_accepted(program: Path, level: int, tmp_path: Path) -> None:
    """Compiles, prints what is expected, and leaves nothing alive."""
    skip_if_not_yet(program)
    ran = run(build(program, tmp_path / "program", level), cwd=tmp_path)
    assert ran.stdout == program.with_suffix(".expected").read_text(encoding="utf-8"), ran.stderr
    assert ran.status == 0, ran.stderr
    expected_stderr = program.with_suffix(".expected_stderr")
    if expected_stderr.exists():
        assert ran.stderr == expected_stderr.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", REJECTED, ids=name_of)
def test_rejected(program: Path) -> None:
    """The errors are exactly the marked ones, each on its line."""
    skip_if_not_yet(program)
    lines = program.read_text(encoding="utf-8").splitlines()
    expected = sorted((number, code) for number, line in enumerate(lines, 1)
                      for code in re.findall(r"//~ (E\d{4})", line))
    compilation = compile_program(program, Options(), stop_after="evidence")
    reported = [json.loads(line) for line in render_json(compilation)]
    assert sorted((d["line"], d["code"]) for d in reported if d["severity"] == "error") == expected
