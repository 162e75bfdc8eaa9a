"""Where the attributes of all declarations of a program are found again, by the declaration's span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.attributes import Attributes


class AttributeTable:
    """Has the declarations with attributes only."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], Attributes] = {}     # by file and beginning

    def add(self, declared: Span, attributes: Attributes) -> None:
        """Takes the attributes of a declaration."""
        self._found[id(declared.file), declared.start] = attributes

    def of(self, declared: Span) -> Attributes | None:
        """The attributes of a declaration; None where it has none."""
        return self._found.get((id(declared.file), declared.start))
