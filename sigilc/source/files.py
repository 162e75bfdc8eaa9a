"""A source file: its text, and where its lines begin."""

import os
from bisect import bisect_right
from itertools import accumulate
from typing import Protocol

from sigilc.source.spans import Span


class Reporter(Protocol):
    """Where errors go; `Diagnostics` is one."""

    def error(self, code: str, message: str, span: Span, label: str = "", help: str = "") -> None:
        """Takes an error."""


class SourceFile:
    """One file of the program or of the standard library.

    `path` is what the user sees in messages; `text` is decoded, offsets into it count code points from 0; `location`
    is where the file really is, which for the standard library differs from `path`.
    """

    __slots__ = ("_line_starts", "location", "path", "text")

    def __init__(self, path: str, text: str, location: str = ""):
        self.path = path
        self.text = text
        self.location = location or path
        self._line_starts: list[int] | None = None

    @property
    def is_library(self) -> bool:
        """Whether the file is one of the standard library's."""
        return self.location != self.path

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of each line."""
        if self._line_starts is None:
            lengths = (len(line) + 1 for line in self.text.split("\n")[:-1])
            self._line_starts = [0, *accumulate(lengths)]
        return self._line_starts

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column, in characters, of an offset."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a 1-based line, without its line break."""
        starts = self.line_starts
        begin = starts[line - 1]
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return self.text[begin:end].rstrip("\r")

    @property
    def line_count(self) -> int:
        """How many lines the text has; an empty text has one."""
        return len(self.line_starts)


def load_source(path: str, diagnostics: Reporter) -> SourceFile | None:
    """Reads a file; None, with an error reported, where it can't be read (E0001) or is not UTF-8 (E0002)."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as e:      # ValueError: a null character in the path
        reason = "it is a directory" if os.path.isdir(path) else unreadable_reason(e)
        diagnostics.error("E0001", f"can't read `{path}`: {reason}", Span(SourceFile(path, ""), 0, 0))
        return None
    return decode_source(path, data, diagnostics)


def decode_source(path: str, data: bytes, diagnostics: Reporter) -> SourceFile | None:
    """Bytes that were read already; None, with an error reported, where they are not UTF-8 (E0002)."""
    try:
        return SourceFile(path, data.decode("utf-8"))
    except UnicodeDecodeError as e:
        source = SourceFile(path, data.decode("utf-8", errors="replace"))
        offset = len(data[:e.start].decode("utf-8"))
        diagnostics.error("E0002", f"invalid UTF-8 at byte offset {e.start}", Span(source, offset, offset + 1),
                          label=f"the byte 0x{data[e.start]:02x} can't stand here",
                          help="Sigil sources are UTF-8: convert the file, or write the byte as an escape")
        return None


def unreadable_reason(e: Exception) -> str:
    """Why a file can't be read, in words."""
    if isinstance(e, FileNotFoundError):
        return "there is no such file"
    if isinstance(e, PermissionError):
        return "permission denied"
    return (getattr(e, "strerror", None) or str(e)).lower()
