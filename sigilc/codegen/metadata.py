"""Collects the numbered metadata of one LLVM module."""

from __future__ import annotations

from collections.abc import Sequence


class Metadata:
    """Nodes by number, from `first` on; equal definitions without identity are one node."""

    def __init__(self, first: int):
        self._first = first
        self._definitions: list[str] = []
        self._known: dict[str, str] = {}

    def reserve(self) -> str:
        """A node that `define` will define."""
        self._definitions.append("")
        return f"!{self._first + len(self._definitions) - 1}"

    def define(self, node: str, definition: str) -> None:
        """Gives a reserved node its content."""
        self._definitions[int(node[1:]) - self._first] = definition

    def add(self, definition: str) -> str:
        """The node with this content."""
        known = self._known.get(definition)
        if known is None:
            known = self._known[definition] = self.reserve()
            self.define(known, definition)
        return known

    def add_distinct(self, parent: str) -> str:
        """A node that is like no other: it begins with itself, and may name another."""
        name = self.reserve()
        self.define(name, f"distinct !{{{name}{', ' + parent if parent else ''}}}")
        return name

    def node(self, elements: Sequence[str]) -> str:
        """A list of nodes."""
        return self.add(f"!{{{', '.join(elements)}}}")

    def lines(self) -> list[str]:
        """All definitions, in the order of their numbers; a reserved node that got none is not there."""
        return [f"!{self._first + i} = {definition}" for i, definition in enumerate(self._definitions) if definition]
