"""Walks the typed tree: what is directly below a node, and all that is anywhere below one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sigilc.check.typed_declarations import Variable
from sigilc.check.typed_patterns import BindPattern, Pattern

# In the declared types of the fields that may hold nodes.
_NAMES_OF_NODES = ("Expr", "Pattern", "Arm", "Stage", "Sink")
# What else these may hold.
_NO_NODES = frozenset((type(None), int, str))
_fields_by_class: dict[type, tuple[str, ...]] = {}


def children(node: Any) -> list[Any]:
    """The nodes directly below a node, in order: expressions, patterns, arms, stages, sinks and formats."""
    cls = node.__class__
    names = _fields_by_class.get(cls)
    if names is None:
        names = _fields_by_class[cls] = _fields_with_nodes(cls)
    found: list[Any] = []
    for name in names:
        part = getattr(node, name)
        kind = part.__class__
        if kind is list:
            for item in part:
                kind = item.__class__
                if kind is tuple:       # with the number of a field, or the format of a value
                    found += [each for each in item if each.__class__ not in _NO_NODES]
                elif kind not in _NO_NODES:
                    found.append(item)
        elif kind not in _NO_NODES:
            found.append(part)
    return found


def nodes_of(root: Any) -> list[Any]:
    """A node and all below it, in the order of the text."""
    pending = [root] if root is not None else []
    found: list[Any] = []
    while pending:
        node = pending.pop()
        found.append(node)
        if _fields_by_class.get(node.__class__) != ():
            below = children(node)
            below.reverse()
            pending += below
    return found


def bound_by(pattern: Pattern) -> Iterator[Variable]:
    """The variables that a pattern binds."""
    if isinstance(pattern, BindPattern):
        yield pattern.variable
    for child in children(pattern):
        yield from bound_by(child)


def _fields_with_nodes(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls) if any(name in str(f.type) for name in _NAMES_OF_NODES))
