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
    "seed/event_producer": "async functions",
    "seed/token_stream": "streams",
    "evidence/reject/stream_element": "streams",
}


def name_of(program: Path) -> str:
    """`seed/quote`."""
    return program.relative_to(CORPUS).with_suffix("").as_posix()


def supported(programs: list[Path]) -> list[Path]:
    """Those that must behave."""
    return [program for program in programs if name_of(program) not in NOT_YET]


def reported(program: Path) -> list[tuple[int, str]]:
    """Line and code of each error, in order."""
    compilation = compile_program(program, Options(), stop_after="evidence")
    items = [json.loads(line) for line in render_json(compilation)]
    return sorted((item["line"], item["code"]) for item in items if item["severity"] == "error")


def marked(program: Path) -> list[tuple[int, str]]:
    """Line and code of each `//~` mark."""
    lines = program.read_text(encoding="utf-8").splitlines()
    return sorted((number, code) for number, line in enumerate(lines, 1) for code in re.findall(r"//~ (E\d{4})", line))


def test_the_corpus_is_there() -> None:
    """An empty folder would pass silently, and so would a list of exceptions that has outlived its programs."""
    assert len(ACCEPTED) >= 20 and len(REJECTED) >= 30
    assert set(NOT_YET) <= {name_of(program) for program in [*ACCEPTED, *REJECTED]}
    assert len(supported(REJECTED)) >= 30


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("program", supported(ACCEPTED), ids=name_of)
def test_accepted(program: Path, level: int, tmp_path: Path) -> None:
    """Compiles, prints what is expected, and leaves nothing alive."""
    ran = run(build(program, tmp_path / "program", level), cwd=tmp_path)
    assert ran.stdout == program.with_suffix(".expected").read_text(encoding="utf-8"), ran.stderr
    assert ran.status == 0, ran.stderr
    expected_stderr = program.with_suffix(".expected_stderr")
    if expected_stderr.exists():
        assert ran.stderr == expected_stderr.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", supported(REJECTED), ids=name_of)
def test_rejected(program: Path) -> None:
    """The errors are exactly the marked ones, each on its line."""
    assert reported(program) == marked(program)


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_not_yet(name: str) -> None:
    """An exception that is none any more has to leave the list; until then there is an error, never a crash."""
    program = CORPUS / f"{name}.sg"
    errors = reported(program)
    assert errors and errors != marked(program), f"works now, though {NOT_YET[name]} was missing: take it off NOT_YET"
