"""Shows why a test failed: what it printed, the line that failed, and where two values that should be equal differ."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from sigilc.diagnostics.paint import Paint
from sigilc.source.width import char_width, printable

_PANIC = re.compile(r"^(?:panic|fault) at (.+?):(\d+):(\d+): ", re.M)
_VALUES = re.compile(r"^  left: (.*)\n right: (.*)$", re.M)
_WORD = re.compile(r"\w+|\s+|.", re.S)

MAX_COLUMNS = 100       # of a value
BEFORE = 30             # of them before the first difference, when the value is cut
MAX_COMPARED = 20_000   # characters; longer values are compared at their ends only


def show_failure(output: str, paint: Paint) -> str:
    """The output of a failed test, without a line break at its end."""
    shown = _VALUES.sub(lambda found: "\n".join(difference(found[1], found[2], paint)), output.rstrip("\n"))
    panics = list(_PANIC.finditer(output))
    line = source_line(panics[-1][1], int(panics[-1][2])) if panics else None
    if line is not None:
        shown += f"\n{paint.gutter(f'{panics[-1][2]:>5} |')} {line}"
    return shown


def source_line(path: str, number: int) -> str | None:
    """A line of a file, if it can be read."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return "".join(map(printable, lines[number - 1])) if number <= len(lines) else None


def difference(left: str, right: str, paint: Paint) -> list[str]:
    """The two values as lines, with marks under what only one of them has; long ones in part."""
    left_parts, right_parts = differing_parts(left, right)
    first = min((part[0] for part in (*left_parts, *right_parts)), default=0)
    lines: list[str] = []
    for name, text, parts, mark in (("left", left, left_parts, "-"), ("right", right, right_parts, "+")):
        start = max(0, first - BEFORE) if len(text) > MAX_COLUMNS else 0
        end = min(len(text), start + MAX_COLUMNS)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        lines.append(f"{name:>6}: {before}{text[start:end]}{after}")
        marks = marks_under(text, parts, start, end, mark)
        if marks:
            color = paint.error if mark == "-" else paint.fine
            lines.append(" " * (8 + len(before)) + color(marks))
    return lines


def differing_parts(left: str, right: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The pieces of each text (start and end) that the other one does not have."""
    if len(left) + len(right) > MAX_COMPARED:
        return _ends(left, right)
    left_words, right_words = _WORD.findall(left), _WORD.findall(right)
    left_at, right_at = _offsets(left_words), _offsets(right_words)
    left_parts, right_parts = [], []
    for tag, a, b, c, d in SequenceMatcher(None, left_words, right_words, autojunk=False).get_opcodes():
        if tag != "equal":
            left_parts.append((left_at[a], left_at[b]))
            right_parts.append((right_at[c], right_at[d]))
    return [p for p in left_parts if p[0] < p[1]], [p for p in right_parts if p[0] < p[1]]


def _ends(left: str, right: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What lies between the common beginning and the common end."""
    length = min(len(left), len(right))
    start = next((i for i in range(length) if left[i] != right[i]), length)
    end = next((i for i in range(length - start) if left[-1 - i] != right[-1 - i]), length - start)
    return [(start, len(left) - end)], [(start, len(right) - end)]


def _offsets(words: list[str]) -> list[int]:
    offsets = [0]
    for word in words:
        offsets.append(offsets[-1] + len(word))
    return offsets


def marks_under(text: str, parts: list[tuple[int, int]], start: int, end: int, mark: str) -> str:
    """The line below a piece of a text: marks below the parts that lie in it."""
    marked = {i for a, b in parts for i in range(max(a, start), min(b, end))}
    return "".join((mark if i in marked else " ") * char_width(text[i]) for i in range(start, end)).rstrip()
