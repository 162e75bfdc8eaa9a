"""Modules and the items that they declare: what a name can stand for before types are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

# What an item is, as messages call it.
KIND_WORDS = {"fn": "function", "struct": "struct", "enum": "enum", "actor": "actor", "type": "type alias",
              "const": "constant", "mod": "module", "trait": "trait"}


@dataclass(eq=False, slots=True)
class Item:
    """A declaration: its tree, where it stands, and what the checker made of it (`decl`, filled on demand).

    `kind` is a key of KIND_WORDS. `abi` is the text of the `extern "…"` block that a function stands in, or "".
    """

    kind: str
    name: str
    node: Any
    module: Module
    span: Span
    is_public: bool = False
    attributes: list[Any] = field(default_factory=list)
    abi: str = ""
    decl: Any = None


@dataclass(eq=False, slots=True)
class Impl:
    """An `impl` block."""

    node: Any
    module: Module
    attributes: list[Any] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Module:
    """A module: a file, `mod name { … }` in one, or (`is_block`) the declarations of a block of statements.

    A block sees all that is visible around it. `imports` holds what `use` brought in: name to Item or Module; `globs` the
    modules of `use a·*`.
    """

    name: str
    source: SourceFile
    parent: Module | None = None
    is_std: bool = False
    is_block: bool = False
    items: dict[str, Item] = field(default_factory=dict)
    children: dict[str, Module] = field(default_factory=dict)
    imports: dict[str, Item | Module] = field(default_factory=dict)
    globs: list[Module] = field(default_factory=list)
    impls: list[Impl] = field(default_factory=list)

    @property
    def root(self) -> Module:
        """The package's root."""
        module = self
        while module.parent is not None:
            module = module.parent
        return module

    def own(self, name: str) -> Item | Module | None:
        """What the module declares or imports under a name."""
        found = self.items.get(name) or self.children.get(name) or self.imports.get(name)
        if found is not None:
            return found
        for module in self.globs:
            found = module.items.get(name) or module.children.get(name)
            if found is not None:
                return found
        return None

    def lookup(self, name: str) -> Item | Module | None:
        """What an unqualified name means here: this module's, then the package root's."""
        found = self.own(name)
        if found is None and self.parent is not None:
            return self.parent.lookup(name) if self.is_block else self.root.own(name)
        return found

    def names(self) -> list[str]:
        """All names that can be used here, for suggestions."""
        found = [*self.items, *self.children, *self.imports]
        if self.is_block and self.parent is not None:
            found += self.parent.names()
        for module in self.globs:
            found += module.items
        return found

    def qualified(self, name: str) -> str:
        """The name with the module's path before it."""
        return f"{self.name}·{name}" if self.name else name
