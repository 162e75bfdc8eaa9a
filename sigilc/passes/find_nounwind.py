"""Finds the functions that can't panic, and clears the cleanups of calls to them, and of sorts by them.

Example input: `f` has a checked addition and `g` calls only `h`, which does neither; `main` calls all three.
Result: `module.nounwind = {g, h}`, and only the call of `f` in `main` keeps its cleanup.

Requires
    nothing; runs after `insert_refcounts`, which fills the cleanups.
Establishes
 1. a function in `module.nounwind` has no op that may panic but calls to functions in it, and calls back no other;
 2. a call to one of them has no cleanup, nor has a sort of which it is the comparison.
Recursion is assumed harmless until something in the cycle is not. A missing entry costs a landing pad, a wrong one
leaks without a word, so functions that the runtime calls back (comparing, hashing) count as called.
"""

from __future__ import annotations

from sigilc.ir.array_ops import ArraySort, MapReserve
from sigilc.ir.function import Module
from sigilc.ir.ops import Call, MapFind, MapInsert, MapNew, Op

_MAP_SEARCHES = frozenset((MapFind, MapInsert, MapReserve))


def find_nounwind(module: Module) -> None:
    """The pass."""
    calls: list[tuple[str, Op]] = []
    callers: dict[str, list[str]] = {}
    unwinding: set[str] = set()
    # Whose functions a map's op calls back is known only where the map was made.
    map_functions: set[str] = set()
    map_users: set[str] = set()
    for function in module.functions.values():
        name = function.name
        for block in function.blocks:
            for op in block.ops:
                kind = type(op)
                if kind is Call or kind is ArraySort:
                    callee = op.function if kind is Call else op.compare    # type: ignore[attr-defined]
                    calls.append((callee, op))
                    callers.setdefault(callee, []).append(name)
                elif op.PANICS or (op.PANICS is None and op.may_panic):
                    unwinding.add(name)
                elif kind in _MAP_SEARCHES:
                    map_users.add(name)
                elif isinstance(op, MapNew):
                    map_functions |= {op.hash, op.equal}
    for callee in map_functions:
        callers.setdefault(callee, []).extend(map_users)
    pending = list(unwinding)
    pending += [name for name in callers if name not in module.functions]
    while pending:
        for caller in callers.get(pending.pop(), ()):
            if caller not in unwinding:
                unwinding.add(caller)
                pending.append(caller)
    module.nounwind = set(module.functions) - unwinding
    for callee, op in calls:
        if callee in module.nounwind:
            op.cleanup = []
