"""The programs that several kinds of tests use."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sigilc.ir.function import Module
from sigilc.ir.interp import LimitReached, Outcome, interpret_each

TESTS = Path(__file__).resolve().parents[1]
CORPUS = TESTS / "programs" / "corpus"


def corpus_programs() -> list[Path]:
    """The project's copies of the language's sample programs, accepted and rejected ones."""
    return sorted(CORPUS.rglob("*.sg"))


def name_of(path: Path) -> str:
    """How a test calls a program."""
    return path.relative_to(TESTS).with_suffix("").as_posix()


def finished_runs(module: Module, numbers: Iterable[int], max_steps: int, *, tracks_trust: bool = False,
                  runs_drops: bool = False) -> dict[int, Outcome]:
    """What each program of a module does in the interpreter, which is given its number; those that take too long are left out."""
    outcomes: dict[int, Outcome] = {}
    waiting = list(numbers)
    while waiting:
        try:
            for outcome in interpret_each(module, [[str(number)] for number in waiting], max_steps, tracks_trust, runs_drops):
                outcomes[waiting.pop(0)] = outcome
        except LimitReached:
            waiting.pop(0)
    return outcomes
