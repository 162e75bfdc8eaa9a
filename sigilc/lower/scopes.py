"""Finds where in the source each variable of a function can be seen, for debug information."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from sigilc.check import typed
from sigilc.check.tree_walk import children
from sigilc.check.typed import Expr, Function, Pattern, Variable

# Offsets into the variable's file: from the first character to behind the last.
Scope = tuple[int, int]


def find_scopes(function: Function) -> dict[Variable, Scope]:
    """The scopes of a function's parameters, and of what `let`, patterns, stages and closures in its body bind."""
    if function.body is None:
        return {}
    end = function.body.span.end
    scopes = {param: (param.span.end, max(end, param.span.end)) for param in function.params}
    _visit(function.body, end, scopes)
    return scopes


def _visit(node: object, end: int, scopes: dict[Variable, Scope]) -> None:
    """`end` is that of the innermost block around the node."""
    match node:
        case typed.Let():
            _enter(node, node.span.end, end, scopes)
        case typed.For():
            _enter(node, node.body.span.start, node.body.span.end, scopes)
        case typed.Arm():
            _enter(node, 0, node.body.span.end, scopes)
        case Expr() | typed.Stage() | typed.Sink():
            _enter(node, 0, node.span.end, scopes)
    if isinstance(node, typed.Block):
        end = node.span.end
    for child in children(node):
        _visit(child, end, scopes)


def _enter(node: object, begin: int, end: int, scopes: dict[Variable, Scope]) -> None:
    """Enters the variables that a node itself binds; none can be seen before its own name has been read."""
    for variable in bound_by(node):
        first = max(begin, variable.span.end)
        scopes.setdefault(variable, (first, max(first, end)))


def bound_by(node: object) -> Iterator[Variable]:
    """The variables that a node binds itself, those of its patterns included."""
    for field in fields(node):  # type: ignore[arg-type]
        if field.name != "captures":
            yield from _variables(getattr(node, field.name))


def _variables(part: object) -> Iterator[Variable]:
    if isinstance(part, Pattern):
        if isinstance(part, typed.BindPattern):
            yield part.variable
        yield from bound_by(part)
    elif isinstance(part, Variable):
        yield part
    elif isinstance(part, list | tuple):
        for item in part:
            yield from _variables(item)
