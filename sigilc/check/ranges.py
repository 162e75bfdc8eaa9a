"""Checks ranges: as values, and where a function of the library takes `Bounds`."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.early_returns import EarlyReturns
from sigilc.check.infer import settled, shallow, unify
from sigilc.check.literals import limits
from sigilc.check.method_table import head_of
from sigilc.check.types import BOOL, ErrorType, OptionType, RangeType, StructType, Type, is_integer
from sigilc.source.spans import Span


class Ranges(EarlyReturns):
    """Methods of Body."""

    def check_Range(self, node: Any, expected: Type | None) -> t.Expr:
        """`a..b`, `a..=b` outside an index."""
        bounds = self.wanted_bounds(expected)
        if bounds is not None:
            return self.bounds(node, bounds, node.low, node.high, node.operator == "..=")
        low = self.present(self.expr(node.low, self.wanted_item(expected)), "the end of a range")
        high = self.present(self.expr(node.high, low.type), "the end of a range")
        if not unify(low.type, high.type):
            raise self.operand_mismatch(node.operator, low, high, node)
        self.deferred.append(lambda: self.check_range_item(low))
        return t.MakeRange(self.span(node), RangeType(low.type, node.operator == "..="), low, high)

    def operand_mismatch(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> Any:
        """Operands of different types; given by operators.py."""
        raise NotImplementedError

    def check_range_item(self, low: t.Expr) -> None:
        """Ranges run over integers."""
        type_ = settled(low.type)
        if not is_integer(type_) and not isinstance(type_, ErrorType):
            self.error("E0204", f"a range runs over integers, not `{type_}`", low, f"this is `{type_}`")

    def check_RangeFrom(self, node: Any, expected: Type | None) -> t.Expr:
        """`a..` outside an index: up to the largest number of its type."""
        bounds = self.wanted_bounds(expected)
        if bounds is not None:
            return self.bounds(node, bounds, node.low, None, False)
        low = self.present(self.expr(node.low, self.wanted_item(expected)), "the end of a range")
        high = t.Literal(self.span(node), low.type, 0)

        def end_at_largest() -> None:
            self.check_range_item(low)
            type_ = settled(low.type)
            if is_integer(type_):
                high.value = limits(type_)[1]
        self.deferred.append(end_at_largest)
        return t.MakeRange(self.span(node), RangeType(low.type, True), low, high)

    def check_RangeTo(self, node: Any, expected: Type | None) -> t.Expr:
        """`..b`, `..=b` and `..` outside an index."""
        bounds = self.wanted_bounds(expected)
        if bounds is not None:
            return self.bounds(node, bounds, None, getattr(node, "high", None), getattr(node, "operator", "..") == "..=")
        raise self.error("E0213", "a range without a beginning is no value", node, "where does it begin?",
                         "write both ends, or `0..`; `xs[..b]` is a slice")

    check_RangeAll = check_RangeTo

    def wanted_item(self, expected: Type | None) -> Type | None:
        """The type of the ends where a range is expected."""
        wanted = shallow(expected) if expected is not None else None
        return wanted.item if isinstance(wanted, RangeType) else None

    # ---- Bounds -----------------------------------------------------------------------------------------------------------

    def wanted_bounds(self, expected: Type | None) -> StructType | None:
        """The expected type, if it is the library's `Bounds`."""
        wanted = shallow(expected) if expected is not None else None
        return wanted if isinstance(wanted, StructType) and self.is_bounds(wanted) else None

    def is_bounds(self, type_: StructType) -> bool:
        """Whether a struct is the library's `Bounds`."""
        prelude = self.context.prelude
        return type_.decl.name == "Bounds" and prelude is not None and type_.decl is prelude.items["Bounds"].decl

    def bounds(self, node: Any, type_: StructType, low: Any, high: Any, is_closed: bool) -> t.Expr:
        """A range where `Bounds` are expected: its ends may have any type, and may be left out."""
        span, option = self.span(node), OptionType(type_.args[0])
        ends = [self.range_bound(tree, option, span) for tree in (low, high)]
        return t.MakeStruct(span, type_, [*ends, t.Literal(span, BOOL, is_closed)], [0, 1, 2])

    def range_bound(self, tree: Any, option: OptionType, span: Span) -> t.Expr:
        """One end."""
        if tree is None:
            return t.MakeNone(span, option, None)
        value = self.present(self.expr(tree, option.item), "the end of a range")
        return t.MakeSome(value.span, option, self.coerce(value, option.item))

    def bounds_of_range(self, value: t.Expr, type_: RangeType, wanted: StructType) -> t.Expr | None:
        """The value of a range as `Bounds`; None where the types of the ends differ."""
        if not unify(type_.item, wanted.args[0]):
            return None
        return self.call_checked(self.range_method(type_, "bounds"), [value], value.span)

    def range_end(self, value: t.Expr, type_: RangeType, name: str, node: Any) -> t.Expr:
        """`r.start`, `r.end`."""
        return self.call_checked(self.range_method(type_, f"get_{name}"), [value], node)

    def range_method(self, type_: RangeType, name: str) -> t.Function:
        """A method that the library has for ranges."""
        function = self.context.methods_of(head_of(type_)).library(name)
        assert function is not None
        return function
