"""The programs that several kinds of tests use."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
CORPUS = TESTS / "programs" / "corpus"


def corpus_programs() -> list[Path]:
    """The project's copies of the language's sample programs, accepted and rejected ones."""
    return sorted(CORPUS.rglob("*.sg"))


def name_of(path: Path) -> str:
    """How a test calls a program."""
    return path.relative_to(TESTS).with_suffix("").as_posix()
