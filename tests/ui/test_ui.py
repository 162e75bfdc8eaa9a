"""What the compiler reports: marks in the programs say what must be reported and where, snapshots how it looks.

`//~ E0301 text` at the end of a line: an error of that code, whose message, labels or help hold the text, begins on
that line; `//~^ E0301 text` speaks of the line above, `//~^^` of the one above that. The marks are written by hand.
`NAME.stderr` beside `NAME.sg` is rewritten by `pytest --update`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigilc.diagnostics.diagnostic import Diagnostic
from sigilc.diagnostics.render import render_all
from tests.support.checking import can_check, check_source

HERE = Path(__file__).resolve().parent
PROGRAMS = sorted(HERE.glob("*/*.sg"))
NAMES = ("Sigil", "C ", "C's ", "Rust")       # what begins with a capital even inside a sentence
MARK = re.compile(r"//~(\^*) ([EW]\d{4})\b[ \t]*([^\n]*?)(?=[ \t]*(?://~|$))")


def marks_of(text: str) -> list[tuple[int, str, str]]:
    """Line, code and text of each mark."""
    return [(number - len(up), code, wanted) for number, line in enumerate(text.split("\n"), 1)
            for up, code, wanted in MARK.findall(line)]


def words_of(diagnostic: Diagnostic) -> str:
    """All that a diagnostic says."""
    return "\n".join([diagnostic.message, diagnostic.label, *(x.message for x in diagnostic.labels), diagnostic.help])


def badly_put(diagnostic: Diagnostic) -> list[str]:
    """Texts of a diagnostic that are no phrases: they begin with a capital, end with a full stop, or take several lines."""
    texts = [diagnostic.message, diagnostic.label, *(x.message for x in diagnostic.labels), diagnostic.help]
    return [t for t in texts if t and ((t[0].isupper() and not t.startswith(NAMES)) or t.endswith((".", "!", " "))
                                       or "\n" in t or "  " in t)]


def test_there_are_programs() -> None:
    """An empty folder would pass silently."""
    assert len(PROGRAMS) >= 12


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.relative_to(HERE).with_suffix("").as_posix())
def test_program(program: Path, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly the marked errors are reported, and they look as recorded."""
    if program.parent.name != "syntax" and not can_check():
        pytest.skip("sigilc.check.program does not exist yet")
    monkeypatch.chdir(program.parent)       # so that file names are short and the same everywhere
    diagnostics = check_source(program.name)
    marks = marks_of(program.read_text(encoding="utf-8", errors="replace"))
    found = sorted((d.span.line, d.code) for d in diagnostics.items)
    rendered = render_all(diagnostics.items)
    assert [text for d in diagnostics.items for text in badly_put(d)] == []
    assert found == sorted((line, code) for line, code, _ in marks), rendered
    for line, code, wanted in marks:
        assert any(wanted in words_of(d) for d in diagnostics.items if (d.span.line, d.code) == (line, code)), \
            f"line {line}: no {code} says `{wanted}`\n{rendered}"
    recorded = program.with_suffix(".stderr")
    if update:
        recorded.write_text(rendered + "\n", encoding="utf-8")
    assert recorded.exists(), "no recorded output: run pytest --update, and read what it wrote"
    assert recorded.read_text(encoding="utf-8") == rendered + "\n"
