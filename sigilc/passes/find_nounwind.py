"""Finds the functions that can't panic, and clears the cleanups of what calls them.

Example input: `f` has a checked addition and `g` calls only `h`, which does neither; `main` calls all three.
Result: `module.nounwind = {g, h}`, and only the call of `f` in `main` keeps its cleanup.

Requires
    nothing; runs after `insert_refcounts`, which fills the cleanups.
Establishes
 1. a function in `module.nounwind` has no op that may panic but calls to functions in it, and calls back no other;
 2. what calls only such functions has no cleanup: a call, a sort by one, a search in maps whose keys they compare.
Recursion is assumed harmless until something in the cycle is not. A missing entry costs a landing pad, a wrong one
leaks without a word, so functions that the runtime calls back (comparing, hashing) count as called.
"""

from __future__ import annotations

from collections.abc import Collection

from sigilc.ir.array_ops import ArraySort, MapReserve
from sigilc.ir.call_graph import map_functions
from sigilc.ir.function import Module
from sigilc.ir.ops import Call, MapFind, MapInsert, MapRemove, Op, map_of

_MAP_SEARCHES = frozenset((MapFind, MapInsert, MapRemove, MapReserve))


def find_nounwind(module: Module) -> None:
    """The pass."""
    calls: list[tuple[Op, Collection[str]]] = []
    callers: dict[str, list[str]] = {}
    unwinding: set[str] = set()
    # Whose functions a map's op calls back is known only where the map was made.
    by_key = map_functions(module)
    for function in module.functions.values():
        name = function.name
        for block in function.blocks:
            for op in block.ops:
                kind = type(op)
                if kind is Call or kind is ArraySort:
                    callee = op.function if kind is Call else op.compare    # type: ignore[attr-defined]
                    calls.append((op, (callee,)))
                    callers.setdefault(callee, []).append(name)
                elif kind in _MAP_SEARCHES:
                    compared_by = by_key.get(map_of(op.operands()[0]).key, set())
                    calls.append((op, compared_by))
                    for callee in compared_by:
                        callers.setdefault(callee, []).append(name)
                    if not compared_by and op.may_panic:
                        unwinding.add(name)
                elif op.PANICS or (op.PANICS is None and op.may_panic):
                    unwinding.add(name)
    pending = list(unwinding)
    pending += [name for name in callers if name not in module.functions]
    while pending:
        for caller in callers.get(pending.pop(), ()):
            if caller not in unwinding:
                unwinding.add(caller)
                pending.append(caller)
    module.nounwind = set(module.functions) - unwinding
    for op, callees in calls:
        if callees and module.nounwind.issuperset(callees):
            op.cleanup = []
