"""The attributes of an item, and which of them this compiler knows."""

from __future__ import annotations

from typing import Any

from sigilc.check.context import Context
from sigilc.diagnostics.codes import TITLE_BY_CODE
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.symbols import Module
from sigilc.source.spans import Span
from sigilc.syntax import ast

KNOWN = frozenset(["inline", "export", "cold", "must_use", "deprecated", "allow", "derive", "trusted_caller", "link",
                   "test", "bench", "repr", "constant_time"])
STD_ONLY = frozenset(["intrinsic", "for_each", "fixed_arrays", "structural", "track_caller", "moves_elements"])
# What `#[derive(…)]` may name, with the trait that it is here; every value can be copied.
DERIVABLE = {"Debug": "Debug", "Eq": "Eq", "PartialEq": "Eq", "Ord": "Ord", "PartialOrd": "Ord", "Hash": "Hash",
             "Default": "Default", "Clone": "", "Copy": ""}
LATER = frozenset(["mailbox", "transient"])


class Attributes:
    """Reads a list of attribute entries; an unknown one is an error.

    `declared` is the span of what has them, as its own declaration keeps it; `node` its whole tree.
    """

    def __init__(self, context: Context, entries: list[Any], module: Module, declared: Span | None = None,
                 node: Any = None):
        self.entries = entries
        if entries and declared is not None:
            context.attributes.add(declared, self)
            self._allow(context, Span(module.source, node.start, node.end))
        for entry in entries:
            if entry.name == "constant_time" and not isinstance(node, ast.Fn | ast.Signature):
                context.error("E0109", "`#[constant_time]` stands at a function",
                              Span(module.source, entry.start, entry.end), "this is none", "put it before each `fn`")
            if entry.name in KNOWN or (entry.name in STD_ONLY and module.is_std):
                continue
            span = Span(module.source, entry.start, entry.end)
            if entry.name in LATER:
                context.unsupported(f"`#[{entry.name}]` is", span)
            else:
                near = closest(entry.name, KNOWN | LATER)
                context.error("E0109", f"the attribute `{entry.name}` is not known", span, "no attribute of this name",
                              f"did you mean `{near}`?" if near else "")

    def derived(self, context: Context, module: Module) -> list[tuple[str, Span]]:
        """The traits that `#[derive(…)]` names, each with its place."""
        found: list[tuple[str, Span]] = []
        for argument in (a for entry in self.entries if entry.name == "derive" for a in entry.arguments or []):
            name, span = getattr(argument, "name", ""), Span(module.source, argument.start, argument.end)
            if name not in DERIVABLE:
                near = closest(name, DERIVABLE)
                context.error("E0109", f"`{name or span.text}` can't be derived", span, "nothing makes this by itself",
                              f"did you mean `{near}`?" if near else "write an `impl` for it")
            elif DERIVABLE[name]:
                found.append((DERIVABLE[name], span))
        return found

    def _allow(self, context: Context, extent: Span) -> None:
        """`#[allow(W0103)]`: no warning of these codes inside."""
        arguments = [a for entry in self.entries if entry.name == "allow" for a in entry.arguments or []]
        codes = []
        for argument in arguments:
            name = argument.name if isinstance(argument, ast.Path) else ""
            if name.startswith("W") and name in TITLE_BY_CODE:
                codes.append(name)
            else:
                context.error("E0109", "`#[allow(…)]` names the codes of warnings",
                              Span(extent.file, argument.start, argument.end), "no code of a warning",
                              "for example `#[allow(W0103)]`")
        if codes:
            context.diagnostics.allowed.append((extent, frozenset(codes)))

    def has(self, name: str) -> bool:
        """Whether an attribute is there."""
        return any(e.name == name for e in self.entries)

    def hints(self, context: Context, span: Span) -> tuple[str, ...]:
        """How a function is to be compiled, as the IR has it."""
        found: list[str] = []
        for entry in self.entries:
            if entry.name not in ("inline", "cold"):
                continue
            words = [getattr(a, "name", "") for a in entry.arguments or []]
            where = Span(span.file, entry.start, entry.end)
            if entry.name == "inline" and any(hint.startswith("inline") for hint in found):
                context.error("E0109", "`inline` stands twice", where, "a second one", "leave out one of them")
            elif not words:
                found.append(entry.name)
            elif entry.name == "inline" and words in (["always"], ["never"]):
                found.append(f"inline_{words[0]}")
            else:
                context.error("E0109", f"`#[{entry.name}(…)]` is not known so", where, "nothing takes this",
                              "write `#[inline]`, `#[inline(always)]`, `#[inline(never)]` or `#[cold]`")
        return tuple(found)

    def text(self, name: str) -> str:
        """The text argument of an attribute, or the empty text."""
        for entry in self.entries:
            if entry.name == name and entry.arguments and isinstance(entry.arguments[0], ast.String):
                return str(entry.arguments[0].text)
        return ""

    def words(self, name: str) -> list[str]:
        """The words of an attribute's text argument."""
        return self.text(name).split()
