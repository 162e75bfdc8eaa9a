"""Random pipelines print what the same steps give on Python's lists: in the interpreter, at -O0 and at -O3.

`SIGIL_RANDOM=n` runs n of them instead of the usual few; each program has a hundred.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigilc.ir.interp import interpret
from tests.lower.test_lower import lower
from tests.support.build import build, run
from tests.support.random_pipelines import make_program

PROGRAM = 100
SEEDS = range(max(1, int(os.environ.get("SIGIL_RANDOM", PROGRAM)) // PROGRAM))


@pytest.mark.time_limit(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_pipelines(seed: int, tmp_path: Path) -> None:
    text, expected = make_program(seed, PROGRAM)
    path = tmp_path / "pipelines.sg"
    path.write_text(text)
    assert interpret(lower(path), max_steps=10_000_000).stdout == expected
    for level in (0, 3):
        ran = run(build(path, tmp_path / f"at{level}", level))
        assert (ran.stdout, ran.status) == (expected, 0), ran.stderr
