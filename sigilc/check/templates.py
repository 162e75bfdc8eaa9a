"""Instances of templates: functions with parameters that have no type, whose body is checked for each call.

An instance shares the unknowns of its caller: `twice(|x| x + 1, 3)` settles `x` inside the body of `twice`. So its types
are final only when the caller's are. Instances that turn out alike are made one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check import typed as t
from sigilc.check.body import BodyBase
from sigilc.check.context import Pending
from sigilc.check.infer import resolve, unify
from sigilc.check.types import InferVar, Type
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.expressions import Body
    from sigilc.check.program import Program

MAX_DEPTH = 128     # LANGUAGE §12: deeper instantiation is an error


class Templates:
    """Makes instances, and keeps those that are done."""

    def __init__(self, program: Program):
        self.program = program
        self.active: list[tuple[Pending, t.Function]] = []
        self.done: dict[tuple[int, tuple[Type, ...]], t.Function] = {}

    def instance(self, caller: BodyBase, pending: Pending, types: list[Type], call: Span) -> t.Function:
        """The instance for these argument types; inside itself a template is the instance being checked."""
        template = pending.function
        for other, function in reversed(self.active):
            if other is pending and all(unify(p.type, a) for p, a in zip(function.params, types, strict=True)):
                return function
        context = self.program.context
        if len(self.active) >= MAX_DEPTH:
            raise context.error("E0222", f"the instances of `{template.name}` never end", call,
                                f"{MAX_DEPTH} instances deep", "write the types of its parameters")
        params = [t.Variable(p.name, a, p.span, p.kind, p.mutable, p.marks)
                  for p, a in zip(template.params, types, strict=True)]
        result = InferVar() if pending.infers_result else template.result
        function = t.Function(template.name, template.span, (), params, result, template.result_marks,
                              is_public=template.is_public, actor=template.actor, result_span=template.result_span,
                              is_const=template.is_const)
        self.active.append((pending, function))
        context.calls.append((call, f"`{template.name}` is called with these types here"))
        try:
            body = self.program.body(pending.scope, function.result, function)
            body.maker = caller
            expr = self.program.check_body(body, function, pending)
        finally:
            self.active.pop()
            context.calls.pop()
        if pending.infers_result:
            unify(function.result, expr.type)
        caller.deferred.append(lambda: self.finish(pending, function, expr, body, call))
        return function

    def finish(self, pending: Pending, function: t.Function, expr: t.Expr, body: Body, call: Span) -> None:
        """Settles an instance's types, after its caller's."""
        context = self.program.context
        context.calls.append((call, f"`{function.name}` is called with these types here"))
        try:
            self.program.finish(body, [expr, *function.params])
        finally:
            context.calls.pop()
        if pending.infers_result:
            self.program.settle_result(function, expr)
        function.body = expr
        key = (id(pending), tuple(resolve(p.type) for p in function.params))
        if self.done.setdefault(key, function) is function:
            context.functions.append(function)

    def canonical(self, pending: Pending, function: t.Function) -> t.Function:
        """The instance that stands for all with the same (final) types."""
        return self.done.get((id(pending), tuple(resolve(p.type) for p in function.params)), function)
