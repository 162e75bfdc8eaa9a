"""Checks places: what can be assigned to, passed in-out, and matched mutably."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import Element
from sigilc.check.calls import Calls
from sigilc.check.impls import bounds_of, match_type, satisfies
from sigilc.check.infer import resolve, shallow
from sigilc.check.method_table import head_of
from sigilc.check.types import (
    STR,
    ArrayType,
    EnumType,
    ErrorType,
    FixedType,
    InferVar,
    MapType,
    OptionType,
    ParamType,
    StructType,
    Type,
    is_integer,
    substitute,
)
from sigilc.syntax import ast

# Nodes whose value is a part of another value.
_PARTS = (t.GetField, t.Index, t.Slice, t.MapIndex)


def root_of(place: t.Expr) -> t.Expr:
    """The variable (or other expression) that a place is a part of."""
    while isinstance(place, _PARTS):
        place = place.value
    return place


class Places(Calls):
    """Methods of Body."""

    def place(self, node: Any) -> t.Expr:
        """A tree as a place that may be changed."""
        while isinstance(node, ast.Paren):
            node = node.value
        if not isinstance(node, ast.Path | ast.Access | ast.Index | ast.ImplicitAccess):
            raise self.error("E0404", "this is no place: it can't be changed", node, "a value, not a place",
                             "put it into a `let mut` variable first")
        place = self.expr(node)
        self.need_mutable(place, node)
        return place

    def need_mutable(self, place: t.Expr, node: Any) -> None:
        """Whether what a place is part of may be changed here."""
        root = root_of(place)
        if isinstance(root, t.Literal) and isinstance(root.type, ErrorType):
            return
        if isinstance(root, t.ConstantRef):
            raise self.error("E0401", f"the constant `{root.constant.name}` can't be changed", node, "a constant",
                             labels=[(root.constant.span, "declared here")])
        element = self.element_of.get(root)
        if element is not None and self.implements(element.owner.type, "IndexMut"):
            self.need_mutable(element.owner, node)
            return
        if not isinstance(root, t.Local):
            raise self.error("E0404", "this is no place: it can't be changed", node, *self.no_place(root))
        variable = root.variable
        if self.is_captured(variable):
            raise self.error("E0403", f"`{variable.name}` is captured by this closure: the change would be lost", node,
                             "changes only the closure's copy", "return the new value, or use a loop or a stage body",
                             [(variable.span, "declared outside the closure")])
        taken = next((p for p in self.matched_places if self.may_overlap(p, place)), None)
        if taken is not None:
            raise self.error("E0402", "this place is being matched, and its parts are bound", node, "changed while matched",
                             "change it through the names of the pattern, or after the match",
                             [(taken.span, "matched here")])
        if not variable.mutable:
            if variable.name == "self":
                help_ = "take `mut self`"
            elif variable.kind == "param":
                help_ = f"make the parameter in-out: `mut {variable.name}`, or copy it: `let mut copy = {variable.name}`"
            else:
                help_ = f"declare it as `let mut {variable.name}`"
            raise self.error("E0401", f"`{variable.name}` is not mutable", node, "can't be changed", help_,
                             [(variable.span, "declared without `mut`")])

    def no_place(self, root: t.Expr) -> tuple[str, str]:
        """Why nothing that this expression gives can be changed, and what to do."""
        if not isinstance(root, t.Call) or root.function.name.rpartition("·")[2] != "index" or len(root.args) != 2:
            return "part of a value that is not stored", "put it into a `let mut` variable first"
        owner = resolve(root.args[0].type)
        if self.implements(owner, "IndexAssign"):
            return (f"an element of `{owner}` is assigned as a whole",
                    f"write `impl IndexMut<…> for {owner} {{ … }}`, or take it out, change it, and assign it: `let mut item = "
                    "c[i]`, …, `c[i] = item`")
        return f"an element of `{owner}` can only be read", f"write `impl IndexAssign<…> for {owner} {{ … }}`"

    def is_inside_element(self, place: t.Expr) -> bool:
        """Whether a place is an element that is read by `Index`, or lies in one."""
        return root_of(place) in self.element_of

    def refuse_overlap(self, args: list[t.Expr]) -> None:
        """Two in-out arguments of one call whose places may overlap are an error."""
        places = [a.place for a in args if isinstance(a, t.InOut)]
        for i, first in enumerate(places):
            for second in places[i + 1:]:
                if self.may_overlap(first, second):
                    self.error("E0402", "two in-out arguments of one call may overlap", second, "changed here as well",
                               self.other_than_overlap(first, second), [(first.span, "changed here")])

    def other_than_overlap(self, first: t.Expr, second: t.Expr) -> str:
        """What to do instead of passing two places that may overlap."""
        if isinstance(first, t.Index) and isinstance(second, t.Index):
            xs = first.value.span.text
            return f"swap elements by `{xs}.swap(i, j)`, or take one out: `let mut x = {xs}[i]`"
        return "pass a copy of one of them: `let mut copy = …`"

    def may_overlap(self, a: t.Expr, b: t.Expr) -> bool:
        """Whether two places may share memory: their paths from one variable do not part at a field."""
        first, second = self.path_of(a), self.path_of(b)
        if first[0] is not second[0]:
            return False
        return all(not (isinstance(x, int) and isinstance(y, int) and x != y)
                   for x, y in zip(first[1:], second[1:], strict=False))

    def path_of(self, place: t.Expr) -> list[Any]:
        """The root variable, then field indices and `*` for elements."""
        if isinstance(place, t.GetField):
            owner = shallow(place.value.type)
            shares = isinstance(owner, StructType) and owner.decl.is_union
            return [*self.path_of(place.value), "*" if shares else place.index]
        if isinstance(place, _PARTS):
            return [*self.path_of(place.value), "*"]
        if place in self.element_of:
            return [*self.path_of(self.element_of[place].owner), "*"]
        return [place.variable if isinstance(place, t.Local) else place]

    # ---- Reading parts --------------------------------------------------------------------------------------------------

    def check_Access(self, node: Any, expected: Type | None) -> t.Expr:
        """`x.field`, `x.0`."""
        value = self.expr(node.value)
        return self.field(value, node.name, node)

    def check_MethodArguments(self, node: Any, expected: Type | None) -> t.Expr:
        """`x.f·<T>` that is not called."""
        raise self.error("E0104", f"`{node.name}` is not called", node, "a method with type arguments",
                         f"call it: `.{node.name}·<…>(…)`")

    def check_ImplicitAccess(self, node: Any, expected: Type | None) -> t.Expr:
        """`.field` in a stage body: of the element."""
        return self.field(self.element(node), node.name, node)

    def element(self, node: Any) -> t.Expr:
        """The element that a stage's body is about, where `.field` or `.method()` begins an expression."""
        frame = self.stages[-1] if self.stages else None
        element = frame.holes.get("_") or frame.implicit if frame else None
        if element is None:
            raise self.error("E0111", f"`.{node.name}` has no value before it", node, "stands only in a stage's body")
        return t.Local(self.span(node), element.type, element)

    def check_index_base(self, value: t.Expr) -> Type:
        """The type of what is indexed, which must be known."""
        type_ = shallow(self.present(value, "a collection").type)
        if isinstance(type_, InferVar) and type_.kind == "any":
            raise self.error("E0203", "the type of this value is not known here", value, "its type must be written down",
                             "annotate the variable or the parameter")
        return type_

    def field(self, value: t.Expr, name: str, node: Any) -> t.Expr:
        """A field or slot of a checked value; given by structs.py."""
        raise NotImplementedError

    def check_Index(self, node: Any, expected: Type | None) -> t.Expr:
        """`xs[i]`, `xs[a..b]`, `m[k]`, `m[k, default: e]`."""
        value = self.expr(node.value)
        type_ = self.check_index_base(value)
        span = self.span(node)
        if isinstance(type_, ErrorType):
            return self.error_expr(span)
        if isinstance(type_, MapType):
            return self.map_index(value, type_, node)
        if isinstance(type_, StructType | EnumType) and len(node.arguments) == 2:
            return self.index_or(value, node)
        if len(node.arguments) != 1 or isinstance(node.arguments[0], ast.Named):
            raise self.error("E0202", "an index is one value", node, "only maps take a `default`")
        index = node.arguments[0]
        if type_ == STR or isinstance(type_, ArrayType):
            if isinstance(index, ast.Range | ast.RangeFrom | ast.RangeTo | ast.RangeAll):
                return self.slice(value, type_, index, span)
            if type_ == STR:
                raise self.error("E0204", "text can't be indexed by a number", node, "a byte, or a character?",
                                 "take `.bytes()[i]`, `.chars()[i]`, or a part: `[a..b]`")
            item = type_.parts()[0]
            return t.Index(span, item, value, self.index_value(index))
        return self.index_by_trait(value, index, node)

    def index_or(self, value: t.Expr, node: Any) -> t.Expr:
        """`c[i, default: e]` of a type with `Index` and a method `get`: `e` is evaluated where that is absent."""
        second = node.arguments[1]
        if not isinstance(second, ast.Named) or second.name != "default" or isinstance(node.arguments[0], ast.Named):
            raise self.error("E0202", "after the index only `default: value` may follow", node, "not understood")
        found = self.element_of[self.index_by_trait(value, node.arguments[0], node)]
        get = self.context.methods_of(head_of(shallow(value.type))).library("get")
        element = self.call_checked(get, [found.owner, found.at], node) if get is not None else None
        type_ = shallow(element.type) if element is not None else None
        if element is None or not isinstance(type_, OptionType):
            raise self.error("E0202", "an index is one value", node, f"`{resolve(value.type)}` takes no `default`")
        default = self.coerce(self.expr(second.value, type_.item), type_.item)
        read = t.Default(self.span(node), type_.item, element, default)
        self.element_of[read] = found._replace(default=default)
        return read

    def index_by_trait(self, value: t.Expr, index: Any, node: Any) -> t.Expr:
        """An index of a type that implements `Index`; where it does so once, a literal takes that index's type."""
        trait, type_ = self.prelude_trait("Index"), resolve(value.type)
        wanted = [b.args[0] for b in bounds_of(type_) if b.trait is trait]
        for impl in trait.impls:
            mapping: dict[ParamType, Type] = {}
            if match_type(impl.self_type, type_, mapping):
                wanted.append(substitute(impl.args[0], mapping))
        given = self.expr(index, wanted[0] if len(wanted) == 1 else None)
        if not satisfies(type_, trait, (given.type,)):
            label, help_ = "neither array, text nor map", ""
            if wanted:
                label = f"indexed by `{'`, `'.join(map(str, wanted))}`, not by `{resolve(given.type)}`"
            elif isinstance(type_, StructType | EnumType):
                help_ = f"write `impl Index<…> for {type_} {{ … }}`"
            raise self.error("E0204", f"`{type_}` can't be indexed", node, label, help_)
        read = self.call_trait(trait, "index", value, [given], node)
        self.element_of[read] = Element(value, given, None)
        return read

    def index_value(self, node: Any) -> t.Expr:
        """An index: a usize."""
        from sigilc.check.types import USIZE
        index = self.present(self.expr(node, USIZE), "an index")
        type_ = shallow(index.type)
        if is_integer(type_) and type_ != USIZE:
            raise self.error("E0201", f"an index is `usize`, not `{resolve(type_)}`", index, f"this is `{resolve(type_)}`",
                             f"convert it: `{self.shown_text(index)} as usize`")
        return self.coerce(index, USIZE)

    def slice(self, value: t.Expr, type_: Type, index: Any, span: Any) -> t.Expr:
        """`xs[a..b]` and its open forms."""
        low = self.index_value(index.low) if isinstance(index, ast.Range | ast.RangeFrom) else None
        high = self.index_value(index.high) if isinstance(index, ast.Range | ast.RangeTo) else None
        inclusive = getattr(index, "operator", "..") == "..="
        part = ArrayType(type_.item) if isinstance(type_, FixedType) else type_
        return t.Slice(span, part, value, low, high, inclusive)

    def map_index(self, value: t.Expr, type_: MapType, node: Any) -> t.Expr:
        """`m[k]` and `m[k, default: e]`."""
        arguments = node.arguments
        if not arguments or isinstance(arguments[0], ast.Named):
            raise self.error("E0202", "a map is indexed by a key", node, "the key is missing")
        key = self.coerce(self.expr(arguments[0], type_.key), type_.key)
        default = None
        if len(arguments) > 1:
            second = arguments[1]
            if len(arguments) > 2 or not isinstance(second, ast.Named) or second.name != "default":
                raise self.error("E0202", "after the key only `default: value` may follow", node, "not understood")
            default = self.coerce(self.expr(second.value, type_.value), type_.value)
        return t.MapIndex(self.span(node), type_.value, value, key, default)

    def check_InOut(self, node: Any, expected: Type | None) -> t.Expr:
        """`&mut place` where no in-out parameter takes it."""
        raise self.error("E0405", "`&mut` stands only before an argument, or what a `match` takes apart", node,
                         "there are no references as values")
