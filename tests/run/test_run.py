"""Programs with expected output: each is built at -O0 and -O3, and must leave nothing alive.

What stands beside a program says what it must do: `support/run_cases.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.build import build, run
from tests.support.run_cases import RunCase, run_cases

CASES = run_cases()


def test_there_are_programs() -> None:
    """An empty folder would pass silently."""
    assert len(CASES) >= 12


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_program(case: RunCase, level: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output, exit status and, where it is given, stderr are as expected."""
    monkeypatch.chdir(case.program.parent)       # so that sites in messages are short and the same everywhere
    executable = build(case.program.name, tmp_path / "program", level)
    case.check(run(executable, case.args, cwd=tmp_path, stdin=case.stdin))
