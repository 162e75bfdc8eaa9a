"""`docs/evidence-errors.md` shows each program that evidence rejects with its errors, as the compiler prints them.

`pytest --update` writes the page anew from the corpus; a person reads the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sigilc.driver import render_text
from sigilc.options import Options
from tests.programs.test_corpus import REJECTED, marked, supported
from tests.support.build import ROOT, compile_program

PAGE = ROOT / "docs" / "evidence-errors.md"
HEAD = """\
# What evidence rejects

Each program below lets a value reach a place that requires more trust than it has, or breaks a promise about one. The
error shows where the value became reported, the way that it went, where `!` was required, and how to mend it. The page is
made from the programs that the tests check, and says what the compiler prints. [evidence.md](evidence.md) has the rules.
"""


def section(program: Path) -> str:
    """A program and its errors; the first comment of the program says what it is about."""
    title = program.stem.replace("_", " ")
    codes = " ".join(sorted({code for _, code in marked(program)}))
    rendered = render_text(compile_program(Path(program.name), Options(), stop_after="evidence"), use_color=False)
    text = program.read_text(encoding="utf-8").rstrip()
    return f"## {title[0].upper()}{title[1:]}\n\n```sigil-error {codes}\n{text}\n```\n\n```text\n{rendered.rstrip()}\n```\n"


def test_page_shows_the_errors(update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is what the corpus and the compiler make of it."""
    programs = supported(REJECTED)
    monkeypatch.chdir(programs[0].parent)
    page = "\n".join([HEAD, *map(section, programs)])
    if update:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "run pytest --update, and read what it changes"
