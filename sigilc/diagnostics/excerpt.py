"""Draws lines of a source file with the places underlined that a diagnostic speaks of."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from sigilc.diagnostics.paint import Paint
from sigilc.source.files import SourceFile
from sigilc.source.width import visible

MAX_COLUMNS = 160       # a longer line is shown in part
MARGIN = 30             # columns that stay visible before the first mark in a line that is cut
MAX_LINES = 4           # of a place over several lines


@dataclass(slots=True)
class Mark:
    """A place to underline: with `^` if it is the one that is wrong, with `-` otherwise; the end is exclusive."""

    file: SourceFile
    start: int
    end: int
    text: str
    is_primary: bool


@dataclass(slots=True)
class Underline:
    """The part of a mark that lies on one line, in display columns from 0; the text stands at its last line."""

    start: int
    end: int
    text: str
    is_primary: bool


def excerpt(file: SourceFile, marks: list[Mark], gutter: int, paint: Paint,
            strong: Callable[[str], str]) -> list[str]:
    """The lines to show, with line numbers `gutter` columns wide; between lines that are far apart `...`."""
    underlines_by_line: dict[int, list[Underline]] = {}
    for mark in marks:
        for line, underline in split_at_lines(file, mark):
            underlines_by_line.setdefault(line, []).append(underline)
    bar = paint.gutter(f"{'':{gutter}} |")
    out = [bar]
    last = 0
    for line in sorted(underlines_by_line):
        if last and line == last + 2:
            out.append(f"{paint.gutter(f'{line - 1:>{gutter}} |')} {shown(file.line_text(line - 1))}")
        elif last and line > last + 1:
            out.append(paint.gutter("..."))
        text, underlines = crop(visible(file.line_text(line))[0], underlines_by_line[line])
        out.append(f"{paint.gutter(f'{line:>{gutter}} |')} {text}")
        out += [f"{bar} {row}" for row in draw(underlines, paint, strong)]
        last = line
    return out


def shown(line: str) -> str:
    """A line without marks."""
    return crop(visible(line)[0], [])[0]


def split_at_lines(file: SourceFile, mark: Mark) -> list[tuple[int, Underline]]:
    """A mark's underlines, line by line; of a long one the first lines and the last."""
    first, last = file.position(mark.start)[0], file.position(mark.end)[0]
    if last > first and mark.end == file.line_starts[last - 1]:
        last -= 1       # the line break belongs to the line before
    lines = list(range(first, last + 1))
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES - 1], last]
    out = []
    for line in lines:
        text = file.line_text(line)
        begin = file.line_starts[line - 1]
        start = max(mark.start - begin, 0) if line == first else len(text) - len(text.lstrip())
        end = min(mark.end - begin, len(text)) if line == last else len(text)
        columns = visible(text)[1]
        left, right = columns[min(start, len(text))], columns[max(min(end, len(text)), 0)]
        out.append((line, Underline(left, max(right, left + 1), mark.text if line == last else "", mark.is_primary)))
    return out


def crop(text: str, underlines: list[Underline]) -> tuple[str, list[Underline]]:
    """The part of a long line around its first mark."""
    if len(text) <= MAX_COLUMNS:
        return text, underlines
    left = max(min((u.start for u in underlines), default=0) - MARGIN, 0)
    columns = visible(text)[1]
    first, end = (bisect_left(columns, column, 0, len(text)) for column in (left, left + MAX_COLUMNS))
    head, tail = ("…" if left else ""), ("…" if end < len(text) else "")
    shift = left - len(head)
    limit = MAX_COLUMNS + len(head)
    moved = [Underline(min(max(u.start - shift, 0), limit), min(max(u.end - shift, 1), limit + 1), u.text, u.is_primary)
             for u in underlines]
    return head + text[first:end] + tail, moved


def draw(underlines: list[Underline], paint: Paint, strong: Callable[[str], str]) -> list[str]:
    """The rows below a source line: the underlines, with the last text beside them, then the others below.

        store(name, other)
        ----- ^^^^ this is reported
        |
        this demands a known value
    """
    order = sorted(underlines, key=lambda u: (u.start, u.end))
    end = max(u.end for u in order)
    cells = [" "] * end
    for u in sorted(order, key=lambda u: u.is_primary):
        cells[u.start:u.end] = ["^" if u.is_primary else "-"] * (u.end - u.start)
    texts = [u for u in order if u.text]
    beside = texts[-1] if texts and texts[-1].end == end else None
    row = painted("".join(cells), paint, strong)
    if beside is not None:
        row += " " + style(beside, paint, strong)(beside.text.replace("\n", " "))
        texts.remove(beside)
    rows = [row]
    if texts:
        rows.append(connectors(texts, paint, strong))
    while texts:
        below = texts.pop()
        text = style(below, paint, strong)(below.text.replace("\n", " "))
        others = [u for u in texts if u.start < below.start]
        rows.append(connectors(others, paint, strong, below.start) + text)
    return rows


def style(underline: Underline, paint: Paint, strong: Callable[[str], str]) -> Callable[[str], str]:
    """The colour of a mark."""
    return strong if underline.is_primary else paint.gutter


def painted(cells: str, paint: Paint, strong: Callable[[str], str]) -> str:
    """A row of underlines, each run in its colour."""
    out, i = "", 0
    while i < len(cells):
        j = i
        while j < len(cells) and cells[j] == cells[i]:
            j += 1
        run = cells[i:j]
        out += run if cells[i] == " " else strong(run) if cells[i] == "^" else paint.gutter(run)
        i = j
    return out


def connectors(underlines: list[Underline], paint: Paint, strong: Callable[[str], str], width: int = 0) -> str:
    """A row of `|` under marks whose text is still to come, at least `width` columns wide."""
    out, column = "", 0
    for u in underlines:
        if u.start >= column:
            out += " " * (u.start - column) + style(u, paint, strong)("|")
            column = u.start + 1
    return out + " " * (width - column)
