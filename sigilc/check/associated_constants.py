"""Constants in `impl` blocks and actors: known by their type's head, and declared when something first names them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.context import Reported, Scope
from sigilc.check.impls import match_type, overlap
from sigilc.check.method_table import head_of
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
    self_type: Type     # that of its impl, which may have type parameters
    scope: Scope
    constant: t.Constant | None = None
    is_open: bool = False


def is_for_all(impl: Any) -> bool:
    """Whether an `impl` is for a type by its name alone, whatever its type arguments are."""
    own = [generic.name for generic in impl.generics or []]
    return isinstance(impl.type, ast.TypePath) and impl.type.base is None and all(
        isinstance(argument, ast.TypePath) and argument.name in own for argument in impl.type.arguments or [])


class AssociatedConstants:
    """Works for Declarations. Heads are those of `head_of`."""

    def __init__(self, declarations: Declarations):
        self.declarations = declarations
        self.context = declarations.context
        self.entries: dict[object, dict[str, list[Entry]]] = {}
        self._by_module: dict[int, tuple[int, dict[str, list[Any]]]] = {}       # how many impls were looked at, and in them

    def add(self, node: Any, head: object, self_type: Type, shown: str, module: Module) -> None:
        """Makes a constant known. It is the same for all type arguments, so its type and value can't name them."""
        known = self.entries.setdefault(head, {}).setdefault(node.name, [])
        span = Span(module.source, node.start, node.end)
        if any(entry.node is node for entry in known):
            return
        before = [entry.span for entry in known if overlap(entry.self_type, self_type)]
        before += [method.span for method in self.context.methods_of(head).all(node.name)
                   if overlap(self.context.method_bounds[id(method)], self_type)]
        if before:
            self.context.error("E0106", f"`{node.name}` is declared twice for `{shown}`", span, "declared again here",
                               labels=[(before[0], "declared first here")])
            return
        own = None if any(isinstance(p, ParamType) for p in self_type.parts()) else self_type
        known.append(Entry(node, f"{shown}·{node.name}", span, self_type, Scope(module, {}, own)))

    def add_all(self, item: Item, head: object, self_type: Type) -> None:
        """The constants of the impls of a type in its own module: its fields' types may need them already."""
        for member in self._members(item.module).get(item.name, ()):
            self.add(member, head, self_type, item.name, item.module)

    def _members(self, module: Module) -> dict[str, list[Any]]:
        """The constants in a module's impls of types in it, by the type's name."""
        impls, found = self._by_module.get(id(module), (0, {}))
        for impl in module.impls[impls:]:
            node = impl.node
            if node.target is None and is_for_all(node):
                members = [self.declarations.unwrapped(entry)[0] for entry in node.items]
                found.setdefault(node.type.name, []).extend(m for m in members if isinstance(m, ast.Constant))
        self._by_module[id(module)] = len(module.impls), found
        return found

    def find(self, type_: Type, name: str, span: Span) -> t.Constant | None:
        """A type's constant, named at `span`; None where it has none. Raises Reported where it could not be declared."""
        known = self.entries.get(head_of(type_), {}).get(name, ())
        fitting = [entry for entry in known if match_type(entry.self_type, type_, {})]
        if len(fitting) > 1:
            shown = " and ".join(f"`{entry.self_type}`" for entry in fitting)
            raise self.context.error("E0228", f"`{name}` of `{type_}` is ambiguous", span, f"declared for {shown}",
                                     "write the type's arguments", [(entry.span, "one of them") for entry in fitting])
        return self.declared(fitting[0]) if fitting else None

    def declared(self, entry: Entry) -> t.Constant:
        """The constant of an entry. Raises Reported where it could not be declared."""
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
        for known in list(self.entries.values()):
            for entry in [entry for entries in known.values() for entry in entries]:
                if not entry.is_open and not entry.scope.module.is_std:
                    with contextlib.suppress(Reported):
                        self.declared(entry)
