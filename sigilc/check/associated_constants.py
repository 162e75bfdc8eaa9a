"""Constants in `impl` blocks and actors: known by their type's head, and declared when something first names them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.context import Reported, Scope
from sigilc.check.types import ParamType, Type
from sigilc.resolve.symbols import Item, Module
from sigilc.source.records import record
from sigilc.source.spans import Span
from sigilc.syntax import ast

if TYPE_CHECKING:
    from sigilc.check.declarations import Declarations


@record
class Entry:
    """A constant of a type; `is_open` while it is being declared."""

    node: Any
    name: str
    span: Span
    scope: Scope
    constant: t.Constant | None = None
    is_open: bool = False


class AssociatedConstants:
    """Works for Declarations. Heads are those of `head_of`."""

    def __init__(self, declarations: Declarations):
        self.declarations = declarations
        self.context = declarations.context
        self.entries: dict[object, dict[str, Entry]] = {}
        self._by_module: dict[int, tuple[int, dict[str, list[Any]]]] = {}       # how many impls were looked at, and in them

    def add(self, node: Any, head: object, self_type: Type, shown: str, module: Module) -> None:
        """Makes a constant known. It is the same for all type arguments, so its type and value can't name them."""
        known = self.entries.setdefault(head, {})
        span = Span(module.source, node.start, node.end)
        before = known.get(node.name)
        method = self.context.methods_of(head).get(node.name)
        if before is not None and before.node is node:
            return
        if before is not None or method is not None:
            first = before.span if before is not None else method.span  # type: ignore[union-attr]
            self.context.error("E0106", f"`{node.name}` is declared twice for `{shown}`", span, "declared again here",
                               labels=[(first, "declared first here")])
            return
        own = None if any(isinstance(p, ParamType) for p in self_type.parts()) else self_type
        known[node.name] = Entry(node, f"{shown}·{node.name}", span, Scope(module, {}, own))

    def add_all(self, item: Item, head: object, self_type: Type) -> None:
        """The constants of the impls of a type in its own module: its fields' types may need them already."""
        for member in self._members(item.module).get(item.name, ()):
            self.add(member, head, self_type, item.name, item.module)

    def _members(self, module: Module) -> dict[str, list[Any]]:
        """The constants in a module's impls of types in it, by the type's name."""
        impls, found = self._by_module.get(id(module), (0, {}))
        for impl in module.impls[impls:]:
            node = impl.node
            if node.target is None and isinstance(node.type, ast.TypePath) and node.type.base is None:
                members = [self.declarations.unwrapped(entry)[0] for entry in node.items]
                found.setdefault(node.type.name, []).extend(m for m in members if isinstance(m, ast.Constant))
        self._by_module[id(module)] = len(module.impls), found
        return found

    def find(self, head: object, name: str) -> t.Constant | None:
        """A type's constant; None where it has none of this name. Raises Reported where it could not be declared."""
        entry = self.entries.get(head, {}).get(name)
        if entry is None:
            return None
        if entry.is_open:
            if entry.constant is not None:
                return entry.constant
            raise self.context.error("E0243", f"the type of the constant `{entry.name}` depends on its own value",
                                     entry.span, "needed to know its type")
        if entry.constant is None:
            entry.is_open = True        # and stays so after an error: then the name means nothing
            entry.constant = self.declarations.constant(entry.node, entry.name, entry.span, entry.scope)
            entry.is_open = False
        return entry.constant

    def names(self, head: object) -> list[str]:
        """The names of a type's constants."""
        return list(self.entries.get(head, {}))

    def declare_all(self) -> None:
        """Declares what nothing has named, for its errors; of the library, only what is named."""
        for head, known in list(self.entries.items()):
            for name, entry in list(known.items()):
                if not entry.is_open and not entry.scope.module.is_std:
                    with contextlib.suppress(Reported):
                        self.find(head, name)
