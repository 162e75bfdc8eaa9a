"""Which expressions may write a place: decides whether a view of a place may be kept while they are evaluated."""

from __future__ import annotations

from collections.abc import Set

from sigilc.check import typed
from sigilc.check.tree_walk import children
from sigilc.check.typed import Expr

_WRITERS = frozenset((typed.InOut, typed.Assign, typed.OpAssign))


class WriteAnalysis:
    """Answers, and remembers, whether evaluating a node may write a variable or what belongs to one.

    A call without in-out arguments writes nothing: closures capture copies, and there are no global places. What leaves a
    variable empty writes it: `moved` are such reads, `capturing` the closures that do so.
    """

    def __init__(self, moved: Set[Expr] = frozenset(), capturing: Set[Expr] = frozenset()) -> None:
        self._known: dict[object, bool] = {}
        self._moving = moved | capturing

    def may_write(self, node: object) -> bool:
        """True when an assignment or in-out access happens somewhere below `node`."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._find(node)
        return known

    def _find(self, node: object) -> bool:
        kind = type(node)
        if kind in _WRITERS or node in self._moving:
            return True
        if kind is typed.Closure or kind is typed.Local or kind is typed.Literal:
            return False
        return any(self.may_write(child) for child in children(node))
