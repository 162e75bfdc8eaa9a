"""Renders diagnostics as text for people: the message, the source lines with labels, and how to mend it."""

import os
from collections.abc import Iterable
from typing import TextIO

from sigilc.diagnostics.diagnostic import Diagnostic
from sigilc.diagnostics.excerpt import Mark, excerpt
from sigilc.diagnostics.order import in_order
from sigilc.diagnostics.paint import Paint
from sigilc.source.files import SourceFile
from sigilc.source.width import printable

# As many as a person reads in one go; the rest is counted.
MAX_SHOWN = 50


def wants_color(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to colour what goes to `stream`; `choice` is `always`, `never` or `auto` (a terminal, no NO_COLOR)."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def render_all(diagnostics: Iterable[Diagnostic], use_color: bool = False, limit: int = MAX_SHOWN) -> str:
    """All diagnostics, with a blank line between them, and their number; errors come before what the limit cuts.

    The text ends without a line break; it is empty when there are none.
    """
    items = in_order(diagnostics)
    if not items:
        return ""
    errors = [d for d in items if d.severity == "error"]
    shown = items if len(items) <= limit else (errors + [d for d in items if d.severity != "error"])[:limit]
    parts = [render_diagnostic(d, use_color) for d in in_order(shown)]
    more = len(items) - len(shown)
    if more:
        parts.append(f"… and {more} more")
    parts.append(summary(len(errors), len(items) - len(errors)))
    return "\n\n".join(parts)


def summary(errors: int, warnings: int) -> str:
    """`2 errors, 1 warning`."""
    counts = [(errors, "error"), (warnings, "warning")]
    return ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for n, word in counts if n)


def render_diagnostic(diagnostic: Diagnostic, use_color: bool = False) -> str:
    """One diagnostic, without a line break at the end."""
    paint = Paint(use_color)
    strong = paint.error if diagnostic.severity == "error" else paint.warning
    marks_by_file = marks_of(diagnostic)
    gutter = max((len(str(m.file.position(m.end)[0])) for marks in marks_by_file.values() for m in marks), default=1)
    blank = " " * gutter
    code = f"[{diagnostic.code}]" if diagnostic.code else ""
    out = [strong(f"{diagnostic.severity}{code}") + paint.bold(f": {safe(diagnostic.message)}")]
    for file, marks in marks_by_file.items():
        arrow = "-->" if file is diagnostic.span.file else ":::"
        first = diagnostic.span.start if file is diagnostic.span.file else marks[0].start
        out.append(f"{blank}{paint.gutter(arrow)} {place(file, first)}")
        if file.text:
            out += excerpt(file, marks, gutter, paint, strong)
    if diagnostic.help:
        first_line, *rest = safe(diagnostic.help).split("\n")
        if diagnostic.span.file.text:
            out.append(paint.gutter(f"{blank} |"))
        out.append(f"{blank} {paint.gutter('=')} {paint.bold('help')}: {first_line}")
        out += [f"{blank}         {line}" for line in rest]
    return "\n".join(line.rstrip() for line in out)


def marks_of(diagnostic: Diagnostic) -> dict[SourceFile, list[Mark]]:
    """What to underline in each file, the file of the error first."""
    primary = diagnostic.span
    by_file = {primary.file: [Mark(primary.file, primary.start, primary.end, safe(diagnostic.label), True)]}
    for label in diagnostic.labels:
        span = label.span
        by_file.setdefault(span.file, []).append(Mark(span.file, span.start, span.end, safe(label.message), False))
    return by_file


def place(file: SourceFile, offset: int) -> str:
    """`file:line:column`; the file alone where it could not be read, or is empty."""
    path = safe(file.path)
    if not file.text:
        return path
    line, column = file.position(offset)
    return f"{path}:{line}:{column}"


def safe(text: str) -> str:
    """Text that any terminal and any encoding error handler can take; line breaks stay."""
    return "".join(c if c == "\n" or " " <= c <= "~" else printable(c) for c in text)
