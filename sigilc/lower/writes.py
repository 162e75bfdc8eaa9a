"""Which expressions may write a place: decides whether a view of a place may be kept while they are evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from sigilc.check import typed
from sigilc.check.typed import Expr

_WRITERS = (typed.InOut, typed.Assign, typed.OpAssign)
_PARTS = (Expr, typed.Arm, typed.Stage, typed.Sink)


def children(node: object) -> Iterator[object]:
    """The expressions, arms, stages and sinks directly below a node."""
    for field in fields(node):  # type: ignore[arg-type]
        yield from _parts_of(getattr(node, field.name))


def _parts_of(value: object) -> Iterator[object]:
    if isinstance(value, _PARTS):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _parts_of(item)


class WriteAnalysis:
    """Answers, and remembers, whether evaluating a node may write a variable or what belongs to one.

    A call without in-out arguments writes nothing: closures capture copies, and there are no global places.
    """

    def __init__(self) -> None:
        self._known: dict[object, bool] = {}

    def may_write(self, node: object) -> bool:
        """True when an assignment or in-out access happens somewhere below `node`."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._find(node)
        return known

    def _find(self, node: object) -> bool:
        if isinstance(node, _WRITERS):
            return True
        if isinstance(node, typed.Closure):
            return False
        return any(self.may_write(child) for child in children(node))
