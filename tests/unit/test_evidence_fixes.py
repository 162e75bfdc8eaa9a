"""What a diagnostic of evidence proposes mends the program: applied as it stands, the error is gone and nothing new is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigilc.diagnostics.diagnostic import Diagnostic
from tests.support.checking import check_text

PROGRAMS = sorted((Path(__file__).resolve().parents[1] / "ui" / "evidence").glob("*.sg"))
PROPOSAL = re.compile(r"(?:vouch for it with|confirm it with) `([^`]+)`")
PARAMETER = re.compile(r"write `(\w+: .+)` to demand it of the callers")


def errors_of(text: str) -> list[Diagnostic]:
    """The errors that a program has."""
    return [d for d in check_text(text).items if d.severity == "error"]


Edit = tuple[int, int, str]        # start, end, new text


def edits_of(errors: list[Diagnostic]) -> list[tuple[Diagnostic, Edit]]:
    """What each error's help says to write, where it says just that; those that overlap are left out."""
    found: list[tuple[Diagnostic, Edit]] = []
    for error in sorted(errors, key=lambda d: (d.span.start, -d.span.end)):
        proposal = PROPOSAL.search(error.help)
        if proposal is None or proposal[1].startswith("|") or proposal[1] in ("!", "‽"):
            continue
        if all(error.span.start >= end for _, (_, end, _) in found):
            found.append((error, (error.span.start, error.span.end, f"({proposal[1]})")))
    return found


def applied(text: str, edits: list[Edit]) -> str:
    """The text with every edit made."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_assertions_mend(program: Path) -> None:
    """Every `|assume!("reason")`, `‽` and `!` that is proposed for a value compiles, and mends its error."""
    text = program.read_text(encoding="utf-8")
    errors = errors_of(text)
    edits = edits_of(errors)
    left = errors_of(applied(text, [edit for _, edit in edits]))
    chosen = [error for error, _ in edits]
    mended = {(d.span.line, d.code) for d in chosen}
    others = {(d.span.line, d.code) for d in errors if d not in chosen}
    assert [(d.span.line, d.code, d.message) for d in left if d.code[:3] not in ("E03", "E06")] == []
    assert [(d.span.line, d.code, d.message) for d in left
            if (d.span.line, d.code) in mended and (d.span.line, d.code) not in others] == []


def test_there_are_proposals() -> None:
    """Most errors of values have one."""
    assert sum(len(edits_of(errors_of(p.read_text(encoding="utf-8")))) for p in PROGRAMS) > 120


def test_parameter_marks_mend() -> None:
    """The mark that is proposed for an unmarked parameter."""
    text = "fn known(x: i64!) { println(\"{x}\") }\nfn helper(n: i64) { known(n) }\nfn main() { helper(1) }\n"
    (error,) = errors_of(text)
    proposal = PARAMETER.search(error.help)
    assert proposal is not None and proposal[1] == "n: i64!"
    assert errors_of(text.replace("n: i64)", proposal[1] + ")")) == []


def test_validation_mends() -> None:
    """The validation, with a predicate in the place of `…`."""
    text = "fn known(x: i64!) { println(\"{x}\") }\nfn main() {\n    let raw~ = 5\n    known(raw + 1)\n}\n"
    (error,) = errors_of(text)
    proposal = re.match(r"validate it with `(.+?)`", error.help)
    assert proposal is not None
    fixed = applied(text, [(error.span.start, error.span.end, proposal[1].replace("…", "_ > 0"))])
    assert errors_of(fixed) == []
