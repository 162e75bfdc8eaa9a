"""What the whole check of one program shares: modules, methods, declared functions, and the list of bodies to check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.attribute_table import AttributeTable
from sigilc.check.method_table import EMPTY, MethodTable
from sigilc.check.types import ERROR, ParamType, Type
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.resolve.symbols import Item, Module
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.closures import LaterClosure
    from sigilc.check.constants import Constants


class Reported(Exception):
    """Raised after an error has been added: what is being checked has no meaning; caught at the next statement."""


@dataclass(eq=False, slots=True)
class Scope:
    """What type names mean besides items: type parameters, and `Self`."""

    module: Module
    generics: dict[str, Type] = field(default_factory=dict)
    self_type: Type | None = None


@dataclass(eq=False, slots=True)
class Pending:
    """A declared function: its tree, and what its body may name. `state`: `declared`, `checking`, `checked`.

    `is_template`: some parameter has no type, so that the body is checked anew for each call (see templates.py).
    `patterns` are the trees of those that the body takes parameters apart with, by the parameter's name.
    """

    function: t.Function
    node: Any
    scope: Scope
    infers_result: bool
    state: str = "declared"
    defaults: list[Any] = field(default_factory=list)
    is_template: bool = False
    patterns: dict[str, Any] = field(default_factory=dict)


class Context:
    """The state of one check."""

    def __init__(self, diagnostics: Diagnostics):
        self.diagnostics = diagnostics
        self.prelude: Module | None = None
        self.root: Module | None = None
        self.pending: dict[int, Pending] = {}               # by id of the Function
        self.queue: list[Pending] = []
        self.methods: dict[object, MethodTable] = {}        # by `head_of` their type
        self.private_methods: dict[int, Module] = {}        # by id of a method without `pub`: where it may be called
        self.method_bounds: dict[int, Type] = {}            # by id of a method: the type of its impl
        self.traits: list[t.TraitDecl] = []
        self.derived: list[tuple[Item, str, Span]] = []     # types, the traits that they say to derive, and where
        self.trait_methods: dict[str, list[t.TraitDecl]] = {}
        self.structs: list[t.StructDecl] = []
        self.enums: list[t.EnumDecl] = []
        self.actors: list[t.ActorDecl] = []
        self.constants: list[t.Constant] = []
        self.constant_trees: dict[int, tuple[Any, Scope]] = {}      # by id of a Constant: its value's tree
        self.values: Constants      # computes them
        self.functions: list[t.Function] = []
        self.libraries: list[str] = []                      # of `#[link(name = "…")]`, each once
        self.exports: dict[str, t.Function] = {}            # by symbol
        self.foreign: dict[str, t.Function] = {}            # by symbol
        self.later_closures: list[LaterClosure] = []        # whose bodies are still to be checked
        self.calls: list[tuple[Span, str]] = []     # the calls that made the instances being checked
        self.field_defaults: dict[int, tuple[Any, Scope]] = {}      # by id of a Field: its default's tree
        self.attributes = AttributeTable()
        self.modules_by_decl: dict[int, Module] = {}        # where a struct or actor is declared, for privacy

    def error(self, code: str, message: str, span: Span, label: str = "", help_: str = "",
              labels: list[tuple[Span, str]] | None = None) -> Reported:
        """Adds an error; the result is there to be raised, where nothing sensible can follow."""
        extra = [Label(s, m) for s, m in [*(labels or []), *self.call_chain()]]
        self.diagnostics.add(Diagnostic(code, message, span, label, extra, help_))
        return Reported()

    def prelude_item(self, name: str, viewer: Module) -> Item | None:
        """What needs no `use`; what is not `pub` there only the library itself can name."""
        found = self.prelude.items.get(name) if self.prelude is not None else None
        return found if found is not None and (found.is_public or viewer.is_std) else None

    def methods_of(self, head: object) -> MethodTable:
        """The methods of a type, by its `head_of`."""
        return self.methods.get(head, EMPTY)

    def length_of(self, tree: Any, scope: Scope) -> int:
        """The number of elements that is written as the length of an array."""
        return self.values.length_of(tree, scope)

    def add_trait(self, trait: t.TraitDecl) -> None:
        """Makes a trait's methods known by their names."""
        self.traits.append(trait)
        for name in trait.methods:
            self.trait_methods.setdefault(name, []).append(trait)

    def call_chain(self) -> list[tuple[Span, str]]:
        """The calls that led here, the nearest first; of a long chain only the ends."""
        chain = list(dict.fromkeys(reversed(self.calls)))
        return chain if len(chain) <= 4 else [*chain[:3], chain[-1]]

    def warn(self, code: str, message: str, span: Span, label: str = "", help_: str = "") -> None:
        """Adds a warning."""
        self.diagnostics.add(Diagnostic(code, message, span, label, [], help_, "warning"))

    def unsupported(self, what: str, span: Span, help_: str = "") -> Reported:
        """Reports a part of the language that this compiler does not have yet."""
        return self.error("E0090", f"{what} not supported yet", span, "this part of the language is still to come", help_)

    def reach(self, function: t.Function) -> None:
        """A call was found: the body, of the standard library's functions too, has to be checked.

        Of a trait's method also those of all impls: which one is called is known only when the caller is lowered.
        """
        if function.trait is not None:
            for impl in function.trait.impls:
                method = impl.methods.get(function.name.rpartition("·")[2])
                if method is not None:
                    self.reach(method)
        pending = self.pending.get(id(function))
        if pending is not None and pending.state == "declared" and not pending.is_template:
            self.queue.append(pending)


def fresh_params(owner: str, names: list[str]) -> dict[str, Type]:
    """Type parameters of a declaration."""
    return {name: ParamType(name, owner) for name in names}


def error_variable(name: str, span: Span) -> t.Variable:
    """A variable whose type could not be found."""
    return t.Variable(name, ERROR, span, mutable=True)
