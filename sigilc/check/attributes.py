"""The attributes of an item, and which of them this compiler knows."""

from __future__ import annotations

from typing import Any

from sigilc.check.context import Context
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.symbols import Module
from sigilc.source.spans import Span
from sigilc.syntax import ast

KNOWN = frozenset(["inline", "export", "cold", "must_use", "deprecated", "allow", "derive", "trusted_caller", "link",
                   "test", "bench", "repr"])
STD_ONLY = frozenset(["intrinsic", "for_each", "fixed_arrays", "structural", "track_caller"])
LATER = frozenset(["constant_time", "mailbox", "transient"])


class Attributes:
    """Reads a list of attribute entries; an unknown one is an error."""

    def __init__(self, context: Context, entries: list[Any], module: Module):
        self.entries = entries
        for entry in entries:
            if entry.name in KNOWN or (entry.name in STD_ONLY and module.is_std):
                continue
            span = Span(module.source, entry.start, entry.end)
            if entry.name in LATER:
                context.unsupported(f"`#[{entry.name}]` is", span)
            else:
                near = closest(entry.name, KNOWN | LATER)
                context.error("E0109", f"the attribute `{entry.name}` is not known", span, "no attribute of this name",
                              f"did you mean `{near}`?" if near else "")

    def has(self, name: str) -> bool:
        """Whether an attribute is there."""
        return any(e.name == name for e in self.entries)

    def text(self, name: str) -> str:
        """The text argument of an attribute, or the empty text."""
        for entry in self.entries:
            if entry.name == name and entry.arguments and isinstance(entry.arguments[0], ast.String):
                return str(entry.arguments[0].text)
        return ""

    def words(self, name: str) -> list[str]:
        """The words of an attribute's text argument."""
        return self.text(name).split()
