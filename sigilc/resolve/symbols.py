"""Modules and the items that they declare: what a name can stand for before types are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

# What an item is, as messages call it.
KIND_WORDS = {"fn": "function", "struct": "struct", "enum": "enum", "actor": "actor", "type": "type alias",
              "const": "constant", "mod": "module", "trait": "trait", "variant": "variant"}


@dataclass(eq=False, slots=True)
class Item:
    """A declaration: its tree, where it stands, and what the checker made of it (`decl`, filled on demand).

    `kind` is a key of KIND_WORDS. `abi` is the text of the `extern "…"` block that a function stands in, or "".
    An enum has its variants as items too, for `use Shape·*`; `owner` is the enum of such a one.
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
    owner: Item | None = None
    variants: dict[str, Item] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Impl:
    """An `impl` block."""

    node: Any
    module: Module
    attributes: list[Any] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Import:
    """What one name, or one `·*`, of a `use` stands for. A `pub use` passes it on."""

    target: Item | Module
    span: Span
    is_public: bool


@dataclass(eq=False, slots=True)
class Module:
    """A module: a file, `mod name { … }` in one, or (`is_block`) the declarations of a block of statements.

    A block sees all that is visible around it. `imports` holds what `use` brought in by name; `globs` the modules and
    enums of `use a·*`; `packages`, of a package's root, the roots of those that it depends on. `extent` is the text of
    a `mod name { … }`, None for a file.
    """

    name: str
    source: SourceFile
    parent: Module | None = None
    is_std: bool = False
    is_block: bool = False
    items: dict[str, Item] = field(default_factory=dict)
    children: dict[str, Module] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    globs: list[Import] = field(default_factory=list)
    packages: dict[str, Module] = field(default_factory=dict)
    impls: list[Impl] = field(default_factory=list)
    extent: Span | None = None
    lost: set[str] = field(default_factory=set)

    def is_lost(self, name: str) -> bool:
        """Whether a name would be known, had not a `use` or `mod` failed (`lost`; `*` of a failed `·*`)."""
        return not self.lost.isdisjoint((name, "*")) or (self.parent is not None and self.parent.is_lost(name))

    @property
    def root(self) -> Module:
        """The package's root."""
        module = self
        while module.parent is not None:
            module = module.parent
        return module

    @property
    def above(self) -> Module | None:
        """What `super` means here; None in a package's root."""
        module = self
        while module.is_block and module.parent is not None:
            module = module.parent
        return module.parent

    def is_within(self, other: Module) -> bool:
        """Whether this is another module or lies below it."""
        module: Module | None = self
        while module is not None:
            if module is other:
                return True
            module = module.parent
        return False

    def own(self, name: str) -> Item | Module | None:
        """What the module declares or imports under a name, private or not."""
        return self._find(name, frozenset())

    def _find(self, name: str, passed: frozenset[int]) -> Item | Module | None:
        found = self.items.get(name) or self.children.get(name)
        if found is None and name in self.imports:
            found = self.imports[name].target
        if found is None and self.globs:
            found = next(iter(self._from_globs(name, self, passed)), None)
        return found

    def _from_globs(self, name: str, viewer: Module, passed: frozenset[int]) -> list[Item | Module]:
        """What the `·*` imports offer under a name; modules may import all of each other, hence `passed`."""
        found: list[Item | Module] = []
        for entry in self.globs:
            target = entry.target
            one: Item | Module | None = None
            if not (entry.is_public or viewer.is_within(self)) or id(target) in passed:
                continue
            if isinstance(target, Item):
                one = target.variants.get(name)
            elif target._shows(name, viewer, passed | {id(self)}):
                one = target._find(name, passed | {id(self)})
            if one is not None and one not in found:
                found.append(one)
        return found

    def shows(self, name: str, viewer: Module) -> bool:
        """Whether code in `viewer` may name what `own` finds."""
        return self._shows(name, viewer, frozenset())

    def _shows(self, name: str, viewer: Module, passed: frozenset[int]) -> bool:
        if viewer.is_within(self) or name in self.children:
            return True
        if name in self.items:
            return self.items[name].is_public
        if name in self.imports:
            return self.imports[name].is_public
        return bool(self._from_globs(name, viewer, passed))

    def ambiguous(self, name: str) -> list[Item | Module]:
        """What several `·*` imports offer under one name, if that decides what it means here."""
        if name in self.items or name in self.children or name in self.imports:
            return []
        found = self._from_globs(name, self, frozenset())
        return found if len(found) > 1 else []

    def lookup(self, name: str) -> Item | Module | None:
        """What an unqualified name means here: this module's, the package root's, then a package that it depends on."""
        if name == "super":
            return self.above
        found = self.own(name)
        if found is None and self.is_block and self.parent is not None:
            return self.parent.lookup(name)
        if found is None and self.parent is not None:
            found = self.root.own(name)
        return found if found is not None else self.root.packages.get(name)

    def names(self) -> list[str]:
        """All names that can be used here, for suggestions."""
        found = [*self.items, *self.children, *self.imports, *self.packages]
        if self.is_block and self.parent is not None:
            found += self.parent.names()
        for entry in self.globs:
            found += entry.target.variants if isinstance(entry.target, Item) else entry.target.items
        return found

    def names_for(self, viewer: Module) -> list[str]:
        """The names of this module that code in `viewer` may use."""
        return [name for name in self.names() if self.shows(name, viewer)]

    def qualified(self, name: str) -> str:
        """The name with the module's path before it."""
        return f"{self.name}·{name}" if self.name else name
