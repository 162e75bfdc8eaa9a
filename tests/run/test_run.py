"""Programs with expected output: each is built at -O0 and -O3, and must leave nothing alive.

What stands beside a program says what it must do: `support/run_cases.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sigilc.driver import compile_file, render_text
from sigilc.ir.interp import interpret
from sigilc.lower.program import lower_program
from sigilc.options import Options
from sigilc.passes.manager import insert_counts
from tests.support.build import Ran, build, run
from tests.support.run_cases import RunCase, run_cases

CASES = run_cases()
WITH_DROPS = [case for case in CASES if "impl Drop for" in case.program.read_text(encoding="utf-8")]
OWN_KEYS = [case for case in CASES if case.name in ("collections/own_keys", "collections/unmade_map_in_key")]


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


@pytest.mark.parametrize("case", WITH_DROPS + OWN_KEYS, ids=lambda case: case.name)
def test_program_in_the_interpreter(case: RunCase, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts only the values with a `drop`, and each by itself: they end where they do in the compiled program.

    It calls the functions by which keys are hashed and compared where compiled code does.
    """
    monkeypatch.chdir(case.program.parent)
    checked = compile_file(case.program.name, Options(), stop_after="evidence")
    assert checked.program is not None, render_text(checked, use_color=False)
    module = lower_program(checked.program, overflow_checks=True)
    insert_counts(module)
    outcome = interpret(module, case.args, runs_drops=True)
    case.check(Ran(outcome.stdout, outcome.stderr, outcome.status))
