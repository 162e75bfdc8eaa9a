"""The checker of one body: dispatches every expression to the method that checks its kind."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.actors import Actors
from sigilc.check.body import ClosureFrame
from sigilc.check.context import Reported
from sigilc.check.infer import is_never
from sigilc.check.types import BOOL, NEVER, STR, UNIT, Type
from sigilc.syntax import ast


class Body(Actors):
    """Checks one function's body, or one constant, with all methods of its bases."""

    def expr(self, node: Any, expected: Type | None = None) -> t.Expr:
        """An expression; `expected` guides inference, and does not convert (see `coerce`).

        One in which an error was found has the error type, which fits everything: so what is around it is checked too.
        """
        depth, loops = len(self.scopes), len(self.loops)
        check = getattr(self, f"check_{type(node).__name__}", None)
        try:
            if check is None:
                raise self.refuse(node)
            checked: t.Expr = check(node, expected)
            return checked
        except Reported:
            del self.scopes[depth:], self.loops[loops:]
            return self.error_expr(self.span(node))

    def check_BodyCall(self, node: Any, expected: Type | None) -> t.Expr:
        """`assert_panics{ … }`: the block runs in place, and the assertion fails when it comes to its end."""
        is_ours = isinstance(node.path, ast.Path) and node.path.name == "assert_panics" and not self.is_users(node.path.name)
        if not is_ours or not isinstance(node.body, ast.StageBody) or node.body.start_value is not None:
            raise self.unsupported("`name{ … }` outside a pipeline, but for `assert_panics{ … }`, is", node)
        frame = ClosureFrame(len(self.scopes), is_in_place=True)
        self.closures.append(frame)
        self.scopes.append({})
        outer = self.result, self.loops, self.stages
        self.result, self.loops, self.stages = UNIT, [], []
        self.drop_value(node.body.block)
        try:
            body = self.expr(node.body.block)
        finally:
            self.result, self.loops, self.stages = outer
            self.scopes.pop()
            self.closures.pop()
        span = self.span(node)
        body = t.Discard(body.span, NEVER if is_never(body.type) else UNIT, body)
        message = t.Literal(span, STR, "assertion failed: the block does not panic")
        failed = t.Unary(span, BOOL, "!", t.CatchPanic(span, BOOL, body, frame.captures))
        return t.If(span, UNIT, failed, t.Panic(span, NEVER, message), None)

    def refuse(self, node: Any) -> Exception:
        """A tree that is no expression here."""
        if isinstance(node, ast.CallBlock):
            return self.unsupported("supervision is", node)
        if isinstance(node, ast.Named):
            return self.error("E0113", "a named argument stands only in a call of a declared function", node,
                              "not wanted here")
        if isinstance(node, ast.LetCondition):
            return self.error("E0013", "`let` stands alone in a condition: there are no let chains", node,
                              "part of a larger condition", "put the one `if` into the other")
        return self.unsupported("this is", node)
