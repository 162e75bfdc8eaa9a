"""Checks `e?`: the value, or an early return of its absence or of its error."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.elements import Elements
from sigilc.check.impls import find_impl
from sigilc.check.infer import resolve, shallow, unifies, unify
from sigilc.check.types import FAULT, NEVER, ErrorType, InferVar, OptionType, Type, is_result
from sigilc.source.spans import Span


class EarlyReturns(Elements):
    """Methods of Body."""

    def check_try(self, node: Any, expected: Type | None) -> t.Expr:
        """`e?` after a `T?` or a `Result`."""
        if self.stages:
            raise self.error("E0218", "`?` can't return out of a stage's body", node, "a stage body is no function",
                             "mark the stage itself, `|stage?`, or use `|all_present` after it")
        value = self.expr(node.value)
        type_ = shallow(value.type)
        if isinstance(type_, ErrorType):
            return self.error_expr(self.span(node))
        if not isinstance(type_, OptionType) and not is_result(type_):
            raise self.error("E0216", "`?` stands after a value that is always present", value,
                             f"this is `{resolve(type_)}`", "leave out the `?`")
        result = shallow(self.result) if self.result is not None else None
        if result is None or not (isinstance(result, OptionType | ErrorType) or is_result(result)):
            raise self.no_way_out(node, result)
        if is_result(result):
            return self.return_error(node, value, result)
        if isinstance(type_, OptionType):
            return t.Try(self.span(node), type_.item, value)
        if isinstance(result, ErrorType):
            return self.error_expr(self.span(node))
        raise self.error("E0201", f"`?` would return an error, but the result is `{resolve(result)}`", value,
                         f"this is `{resolve(type_)}`", "drop the error: `.ok()?`, or return a `Result`",
                         self.result_labels("returns absence, not an error"))

    def no_way_out(self, node: Any, result: Type | None) -> Any:
        """`?` where nothing absent and no error can be returned."""
        shown = f"it returns `{resolve(result)}`" if result is not None else "nothing is returned here"
        return self.error("E0304", f"`?` in a {'closure' if self.closures else 'function'} whose result is neither "
                          "uncertain nor a `Result`", Span(self.source, node.end - 1, node.end),
                          "would return an absence", self.other_than_try(), self.result_labels(shown))

    def result_labels(self, shown: str) -> list[tuple[Span, str]] | None:
        """A label on the function's written result."""
        return [(self.function.result_span, shown)] if self.function and self.function.result_span else None

    def other_than_try(self) -> str:
        """How a function could return an absence, or do without."""
        if self.closures or self.function is None:
            return "handle absence with `??` or `match`"
        if self.function.result_span is None:
            return "write the function's result type, `-> T?`, or handle absence with `??` or `match`"
        return "write `?` after the result type, or handle absence with `??` or `match`"

    def return_error(self, node: Any, value: t.Expr, result: Type) -> t.Expr:
        """`e?` in a function that returns a `Result`: a match whose other arm returns the error, or the fault as one."""
        span, type_ = self.span(node), shallow(value.type)
        payload = type_.parts()[0]
        kept = t.Variable("value", payload, span)
        bound: t.Pattern = t.BindPattern(span, payload, kept)
        passed, failed = result.decl.variants       # type: ignore[attr-defined]
        is_option = isinstance(type_, OptionType)
        error = t.Variable("error", FAULT if is_option else type_.parts()[1], span)
        if is_option:
            present: t.Pattern = t.SomePattern(span, type_, bound)
            otherwise: t.Pattern = t.NonePattern(span, type_, error)
        else:
            present = t.VariantPattern(span, type_, passed, [(0, bound)])
            otherwise = t.VariantPattern(span, type_, failed, [(0, t.BindPattern(span, error.type, error))])
        given = self.convert_error(t.Local(span, error.type, error), result.parts()[1], value)
        leave = t.Return(span, NEVER, t.MakeVariant(span, result, failed, [given]))
        return t.Match(span, payload, value, [t.Arm(present, None, t.Local(span, payload, kept), span),
                                              t.Arm(otherwise, None, leave, span)])

    def convert_error(self, error: t.Expr, wanted: Type, value: t.Expr) -> t.Expr:
        """The error as one of the function's own: as it is, or by `From`."""
        if unifies(error.type, wanted) and not (isinstance(shallow(wanted), InferVar) and error.type == FAULT):
            unify(error.type, wanted)
            return error
        trait = self.prelude_trait("From")
        found, target = resolve(error.type), resolve(wanted)
        if find_impl(trait, target, (found,)) is None:
            help_ = f"write `impl From<{found}> for {target} {{ … }}`, or convert it: `.map_err(…)?`"
            if found == FAULT:
                help_ = f"say which error an absence is: `.ok_or(…)?`, or write `impl From<Fault> for {target} {{ … }}`"
            raise self.error("E0223", f"`{target}` does not implement `From<{found}>`", value,
                             f"`?` would return its `{found}`", help_, self.result_labels(f"its errors are `{target}`"))
        function = trait.methods["from"]
        self.context.reach(function)
        return t.Call(error.span, wanted, function, [error], (wanted, found))
