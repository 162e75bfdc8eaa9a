"""How source text looks on a terminal: which characters are shown, and how many columns they take."""

from collections.abc import Sequence
from unicodedata import category, east_asian_width

TAB = 4


def char_width(char: str) -> int:
    """Columns of a character as `visible` shows it: 0 for combining marks, 2 for wide ones."""
    if " " <= char <= "~":
        return 1
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def visible(line: str) -> tuple[str, Sequence[int]]:
    """A line with tabs spread out and control characters replaced, and the 0-based column of each character.

    There is one column more than the line has characters: the one behind its end.
    """
    if line.isascii() and line.isprintable():
        return line, range(len(line) + 1)
    shown: list[str] = []
    columns: list[int] = []
    column = 0
    for char in line:
        columns.append(column)
        if char == "\t":
            width = TAB - column % TAB
            shown.append(" " * width)
        else:
            char = printable(char)
            width = char_width(char)
            shown.append(char)
        column += width
    columns.append(column)
    return "".join(shown), columns


def printable(char: str) -> str:
    """A character that a terminal can show: control characters become pictures, direction marks are left out."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if category(char) in ("Cc", "Cs", "Zl", "Zp") or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return "\ufffd"
    return char
