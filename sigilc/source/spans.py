"""A span: a piece of a source file, which every tree, op and message carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sigilc.source.files import SourceFile


class Span:
    """Code points `start` to `end` (exclusive, 0-based) of a file."""

    __slots__ = ("end", "file", "start")

    def __init__(self, file: SourceFile, start: int, end: int):
        self.file = file
        self.start = start
        self.end = end

    @property
    def line(self) -> int:
        """1-based line of the start."""
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        """1-based column of the start, in characters."""
        return self.file.position(self.start)[1]

    @property
    def end_position(self) -> tuple[int, int]:
        """1-based line and column just after the last character."""
        return self.file.position(self.end)

    @property
    def text(self) -> str:
        """The source text."""
        return self.file.text[self.start:self.end]

    def contains(self, other: Span) -> bool:
        """Whether all of another span lies in this one."""
        return self.file is other.file and self.start <= other.start and other.end <= self.end

    def site(self) -> str:
        """`file:line:column`, as panics and faults show it."""
        line, column = self.file.position(self.start)
        return f"{self.file.path}:{line}:{column}"

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, Span) and self.file is other.file
                and self.start == other.start and self.end == other.end)

    def __hash__(self) -> int:
        return hash((self.file.path, self.start, self.end))

    def __repr__(self) -> str:
        return f"<{self.site()}>"
