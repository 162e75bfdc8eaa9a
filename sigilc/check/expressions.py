"""The checker of one body: dispatches every expression to the method that checks its kind."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.actors import Actors
from sigilc.check.context import Reported
from sigilc.check.types import Type
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

    def refuse(self, node: Any) -> Exception:
        """A tree that is no expression here."""
        if isinstance(node, ast.BodyCall):
            return self.unsupported("`name{ … }` outside a pipeline is", node)
        if isinstance(node, ast.CallBlock):
            return self.unsupported("supervision is", node)
        if isinstance(node, ast.Named):
            return self.error("E0113", "a named argument stands only in a call of a declared function", node,
                              "not wanted here")
        if isinstance(node, ast.LetCondition):
            return self.error("E0002", "`let` stands only alone in a condition", node, "not understood here")
        return self.unsupported("this is", node)
