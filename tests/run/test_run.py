"""Programs with expected output: each is built at -O0 and -O3, and must leave nothing alive.

Beside `NAME.sg` stand `NAME.expected` (stdout) and, where they matter, `NAME.status` (the exit status, else 0),
`NAME.expected_stderr` and `NAME.args` (one a line).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.build import build, run

HERE = Path(__file__).resolve().parent
PROGRAMS = sorted(HERE.glob("*/*.sg"))


def test_there_are_programs() -> None:
    """An empty folder would pass silently."""
    assert len(PROGRAMS) >= 12


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: str(path.relative_to(HERE).with_suffix("")))
def test_program(program: Path, level: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output, exit status and, where it is given, stderr are as expected."""
    monkeypatch.chdir(program.parent)       # so that sites in messages are short and the same everywhere
    executable = build(program.name, tmp_path / "program", level)
    args = _read(program, ".args").splitlines()
    ran = run(executable, tuple(args), cwd=tmp_path)
    assert (ran.stdout, ran.status) == (_read(program, ".expected"), int(_read(program, ".status") or 0)), ran.stderr
    if program.with_suffix(".expected_stderr").exists():
        assert ran.stderr == _read(program, ".expected_stderr")


def _read(program: Path, suffix: str) -> str:
    path = program.with_suffix(suffix)
    return path.read_text(encoding="utf-8") if path.exists() else ""
