"""What the nodes of the typed tree are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sigilc.check import typed as t


def children(node: Any) -> Iterator[Any]:
    """The expressions and patterns directly below a node, in order."""
    for each in fields(node):
        stack = [getattr(node, each.name)]
        while stack:
            value = stack.pop()
            if isinstance(value, t.Expr | t.Pattern):
                yield value
            elif isinstance(value, t.Stage | t.Sink | t.Arm | t.FormatSpec):
                yield from children(value)
            elif isinstance(value, list | tuple):
                stack += reversed(value)


def bound_by(pattern: t.Pattern) -> Iterator[t.Variable]:
    """The variables that a pattern binds."""
    if isinstance(pattern, t.BindPattern):
        yield pattern.variable
    for child in children(pattern):
        yield from bound_by(child)
