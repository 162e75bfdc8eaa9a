"""The state of checking one body: scopes, closures, loops, stage bodies; the frame that the other modules fill in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sigilc.check import typed as t
from sigilc.check.context import Context, Reported, Scope
from sigilc.check.declarations import Declarations
from sigilc.check.foreign import as_code_pointer, pointer_fits
from sigilc.check.impls import associated_type, bounds_of, satisfies
from sigilc.check.infer import is_never, resolve, shallow, unifies, unify
from sigilc.check.types import (
    ERROR,
    F64,
    I64,
    UNIT,
    ArrayType,
    CFnType,
    DynType,
    ErrorType,
    FixedType,
    FnType,
    InferVar,
    OptionType,
    PointerType,
    ProjectionType,
    RangeType,
    StructType,
    Type,
)
from sigilc.source.spans import Span


@dataclass(eq=False, slots=True)
class ClosureFrame:
    """A closure around what is being checked: scopes from `depth` on are its own.

    One that `is_in_place` is no closure for the user: it may change the variables around it.
    """

    depth: int
    captures: list[t.Variable] = field(default_factory=list)
    is_in_place: bool = False


@dataclass(eq=False, slots=True)
class LoopFrame:
    """A loop or labelled block around what is being checked. `result` is None where `break` takes no value."""

    label: t.LoopLabel
    result: Type | None
    is_loop: bool = True
    has_break: bool = False


@dataclass(eq=False, slots=True)
class StageFrame:
    """A stage body around what is being checked: what `_`, `_1`, `_2`, `.field` and bare field names stand for.

    `holes` maps a hole's text to its variable; `implicit` is what bare field names may belong to, or None.
    """

    holes: dict[str, t.Variable] = field(default_factory=dict)
    implicit: t.Variable | None = None
    loops: int = 0      # number of loops outside the stage body
    is_parallel: bool = False


class Element(NamedTuple):
    """`owner[at, default: default]` of a type with `Index`."""

    owner: t.Expr
    at: t.Expr
    default: t.Expr | None


def as_growable(expr: t.Expr) -> t.Expr:
    """An array of fixed length as a `[T]`, with copies of its elements; any other value as it is."""
    type_ = shallow(expr.type)
    return t.Slice(expr.span, ArrayType(type_.item), expr, None, None) if isinstance(type_, FixedType) else expr


class BodyBase:
    """What all parts of the body checker share."""

    def __init__(self, context: Context, declarations: Declarations, scope: Scope, result: Type | None,
                 function: t.Function | None = None):
        self.context = context
        self.declarations = declarations
        self.scope = scope
        self.names = declarations.names(scope)
        self.source = scope.module.source
        self.function = function
        self.maker: BodyBase | None = None      # of an instance of a template: the body with the call
        self.errors_before = context.diagnostics.error_count
        self.result = result                    # None where `return` makes no sense (constants, defaults)
        self.scopes: list[dict[str, t.Variable]] = [{}]
        self.closures: list[ClosureFrame] = []
        self.results: list[Type] = []           # result types of the closures around
        self.loops: list[LoopFrame] = []
        self.stages: list[StageFrame] = []
        self.unsafe_depth = 0
        self.trait_heads: dict[int, t.TraitDecl] = {}   # by id of the unknown that stands before `Trait·method`
        self.matched_places: list[t.Expr] = []  # what the mutable matches around have taken apart
        self.element_of: dict[t.Expr, Element] = {}     # what expressions read by `Index`, `c[i]`, are elements of
        self.bound_names: dict[str, Span] | None = None     # by the pattern that is being checked
        self.dropped: set[int] = set()          # ids of `if` and `match` trees whose value nothing takes
        self.deferred: list[Callable[[], None]] = []     # checks that need final types

    @property
    def is_sound(self) -> bool:
        """Whether no error has been found in this body so far."""
        return self.context.diagnostics.error_count == self.errors_before

    # ---- Errors and spans ---------------------------------------------------------------------------------------------

    def span(self, node: Any) -> Span:
        """The span of a tree node (of a span: itself)."""
        if isinstance(node, Span):
            return node
        return Span(self.source, node.start, node.end)

    def name_span(self, node: Any, name: str) -> Span:
        """The span of a name inside a tree node: at the end of a path or access, at the start of a field's entry."""
        node = getattr(node, "callee", node)
        whole = self.span(node)
        text = whole.file.text
        for start in (whole.end - len(name), whole.start, text.find(name, whole.start, whole.end)):
            is_end = start == whole.end - len(name)
            if text[start:start + len(name)] == name and (not is_end or text[start - 1:start] in (".", "·", ":", "'", "")):
                return Span(whole.file, start, start + len(name))
        return whole

    def error(self, code: str, message: str, node: Any, label: str = "", help_: str = "",
              labels: list[tuple[Span, str]] | None = None) -> Reported:
        """Adds an error at a tree node, a typed node or a span; the result may be raised."""
        span = node if isinstance(node, Span) else getattr(node, "span", None) or self.span(node)
        return self.context.error(code, message, span, label, help_, labels)

    def unsupported(self, what: str, node: Any, help_: str = "") -> Reported:
        """Reports what this compiler does not have yet."""
        return self.context.unsupported(what, node if isinstance(node, Span) else self.span(node), help_)

    # ---- Scopes -------------------------------------------------------------------------------------------------------

    def declare(self, variable: t.Variable) -> t.Variable:
        """Makes a variable visible from here on."""
        if variable.name != "_":
            self.scopes[-1][variable.name] = variable
        return variable

    def find_variable(self, name: str) -> t.Variable | None:
        """The variable of a name; notes it as captured by the closures between."""
        for depth in range(len(self.scopes) - 1, -1, -1):
            variable = self.scopes[depth].get(name)
            if variable is not None:
                for frame in self.closures:
                    if depth < frame.depth and variable not in frame.captures:
                        frame.captures.append(variable)
                return variable
        return None

    def is_captured(self, variable: t.Variable) -> bool:
        """Whether a closure here has a copy of the variable."""
        return any(variable in frame.captures for frame in self.closures if not frame.is_in_place)

    def visible_names(self) -> list[str]:
        """Names for suggestions: variables, then items."""
        found = [n for s in reversed(self.scopes) for n in s] + self.scope.module.names()
        prelude = self.context.prelude.items if self.context.prelude is not None else {}
        return found + [item.name for item in prelude.values() if item.is_public]

    # ---- Types --------------------------------------------------------------------------------------------------------

    def coerce(self, expr: t.Expr, expected: Type, why: tuple[Span, str] | None = None) -> t.Expr:
        """`expr` as a value of the expected type: a `T` becomes a `T?` where that is wanted. `why` labels the reason."""
        actual, wanted = shallow(expr.type), shallow(expected)
        if is_never(actual) or isinstance(wanted, ErrorType) or isinstance(actual, ErrorType):
            return expr
        if isinstance(wanted, OptionType) and not isinstance(actual, OptionType):
            if isinstance(actual, InferVar) and actual.kind == "any":
                unify(actual, wanted)
                return expr
            return t.MakeSome(expr.span, wanted, self.coerce(expr, wanted.item, why))
        if isinstance(actual, FixedType) and wanted.__class__ is ArrayType and unify(actual.item, wanted.parts()[0]):
            return as_growable(expr)
        if isinstance(wanted, CFnType) and (pointer := as_code_pointer(self, expr, wanted)) is not None:
            return pointer
        if isinstance(wanted, DynType) and isinstance(actual, InferVar) and actual.kind in ("int", "float"):
            unify(actual, I64 if actual.kind == "int" else F64)     # a number with nothing else to say its type
            actual = shallow(actual)
        if isinstance(wanted, DynType) and self.becomes_dyn(actual, wanted):
            return self.behind_dyn(expr, actual, wanted)
        if isinstance(actual, RangeType) and isinstance(wanted, StructType) and self.is_bounds(wanted):
            bounds = self.bounds_of_range(expr, actual, wanted)
            if bounds is not None:
                return bounds
        fits = pointer_fits(actual, wanted) if isinstance(wanted, PointerType) and isinstance(actual, PointerType) \
            else unify(actual, wanted)
        if fits:
            return expr
        raise self.mismatch(expr, actual, wanted, why)

    def becomes_dyn(self, actual: Type, wanted: DynType) -> bool:
        """Whether a value of another type can stand behind a `dyn`: one that implements the trait, a `dyn` below it included."""
        is_other = not isinstance(actual, InferVar) and not (isinstance(actual, DynType) and actual.trait is wanted.trait)
        return is_other and satisfies(actual, wanted.trait, wanted.args)

    def behind_dyn(self, expr: t.Expr, actual: Type, wanted: DynType) -> t.Expr:
        """A value behind its trait, whose associated types must be those that the `dyn` states."""
        for bound in bounds_of(wanted):
            for name, stated in bound.types:
                found = associated_type(bound.trait, actual, name, bound.args) \
                    or ProjectionType(actual, bound.trait, name, bound.args)
                if not unify(found, stated):
                    is_known = not isinstance(found, ProjectionType)
                    raise self.error("E0223", f"`{name}` of `{resolve(actual)}` is not `{resolve(stated)}`", expr,
                                     f"`{name}` is `{resolve(found)}` here" if is_known else f"nothing says what `{name}` is",
                                     f"`{resolve(wanted)}` needs it")
            for function in bound.trait.methods.values():
                self.context.reach(function)
        return t.MakeDyn(expr.span, wanted, expr)

    def is_bounds(self, type_: StructType) -> bool:
        """Whether a struct is the library's `Bounds`; given by ranges.py."""
        raise NotImplementedError

    def bounds_of_range(self, value: t.Expr, type_: RangeType, wanted: StructType) -> t.Expr | None:
        """A range as `Bounds`; given by ranges.py."""
        raise NotImplementedError

    def mismatch(self, expr: t.Expr, actual: Type, wanted: Type, why: tuple[Span, str] | None) -> Reported:
        """A value of another type than the one required; E0303 when it is only uncertain."""
        labels = [why] if why else None
        while isinstance(expr, t.Block) and expr.value is not None:
            expr = expr.value
        if isinstance(expr, t.Block):
            return self.no_value(expr, wanted, labels)
        if isinstance(actual, OptionType) and unifies(actual.item, wanted):
            return self.error(
                "E0303", f"an uncertain value is used where a present `{resolve(wanted)}` is required", expr,
                f"this is `{resolve(actual)}`: it may be absent",
                "handle absence with `?? default`, `match` or `if let`, return it with `?`, or confirm it with `!`", labels)
        hint = ""
        if str(resolve(wanted)) in ("i64", "usize", "f64", "u64", "i32", "u32", "u8", "f32") \
                and str(resolve(actual)) in ("i64", "usize", "f64", "u64", "i32", "u32", "u8", "f32"):
            hint = f"convert it: `{self.shown_text(expr)} as {resolve(wanted)}`"
            if isinstance(expr, t.Local) and expr.span.text.endswith("}"):     # what is piped has no name there
                hint = f"convert it in a stage before this one: `|{{ _ as {resolve(wanted)} }}`"
        if isinstance(actual, FnType) and expr.span.text == "null":     # the library's null pointer
            hint = f"absence is written `None`, and its type `{resolve(wanted)}?`"
        if isinstance(wanted, FixedType) and isinstance(actual, ArrayType) and not isinstance(actual, FixedType):
            hint = "a `[T]` may have any length: copy its elements, one by one, into an array of fixed length"
        return self.error("E0201", f"expected `{resolve(wanted)}`, found `{resolve(actual)}`", expr,
                          f"this is `{resolve(actual)}`", hint, labels)

    def no_value(self, block: t.Block, wanted: Type, labels: list[tuple[Span, str]] | None) -> Reported:
        """A block that ends without the value that is required."""
        last = block.statements[-1] if block.statements else None
        end = Span(block.span.file, max(block.span.start, block.span.end - 1), block.span.end)
        if last is not None and not isinstance(last, t.Let) and unifies(last.type, wanted):
            return self.error("E0201", f"expected `{resolve(wanted)}`, found `()`", end, "the block ends without a value",
                              "leave out the `;` after its last statement", [*(labels or []), (last.span, "dropped by the `;`")])
        return self.error("E0201", f"expected `{resolve(wanted)}`, found `()`", end, "the block ends without a value",
                          f"end it with a value of type `{resolve(wanted)}`", labels)

    def shown_text(self, expr: t.Expr) -> str:
        """An expression's text for a help: as it is written where it is short, so that an operator may follow it."""
        text = expr.span.text
        if "\n" in text or len(text) > 30:
            return "…"
        return text if isinstance(expr, t.Literal | t.Local | t.GetField | t.Call | t.Index) else f"({text})"

    def present(self, expr: t.Expr, what: str) -> t.Expr:
        """The expression, which must not be uncertain, for use as `what`."""
        type_ = shallow(expr.type)
        if isinstance(type_, OptionType):
            raise self.error("E0303", f"an uncertain value is used as {what}", expr,
                             f"this is `{resolve(type_)}`: it may be absent",
                             "handle absence with `?? default`, `match` or `if let`, or confirm it with `!`")
        return expr

    def error_expr(self, span: Span) -> t.Expr:
        """Stands for an expression that could not be checked."""
        return t.Literal(span, ERROR, None)

    def unit(self, span: Span) -> t.Expr:
        """The value `()`."""
        return t.Literal(span, UNIT, None)
