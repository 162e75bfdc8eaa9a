"""Finds the functions that can't panic, and clears the cleanups of calls to them.

Example input: `f` has a checked addition and `g` calls only `h`, which does neither; `main` calls all three.
Result: `module.nounwind = {g, h}`, and only the call of `f` in `main` keeps its cleanup.

Requires
    nothing; runs after `insert_refcounts`, which fills the cleanups.
Establishes
 1. a function in `module.nounwind` has no op that may panic but calls to functions in it, and calls back no other;
 2. a call to one of them has no cleanup.
Recursion is assumed harmless until something in the cycle is not. A missing entry costs a landing pad, a wrong one
leaks without a word, so functions that the runtime calls back (comparing, hashing) count as called.
"""

from __future__ import annotations

from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import ArraySort, Call, MapFind, MapInsert, MapNew, Op


def find_nounwind(module: Module) -> None:
    """The pass."""
    # Whose functions a map's op calls back is known only where the map was made.
    map_functions = {name for function in module.functions.values() for block in function.blocks
                     for op in block.ops if isinstance(op, MapNew) for name in (op.hash, op.equal)}
    callers: dict[str, list[str]] = {}
    unwinding: set[str] = set()
    for function in module.functions.values():
        if _panics_itself(function):
            unwinding.add(function.name)
        for block in function.blocks:
            for op in block.ops:
                for callee in _called(op, map_functions):
                    callers.setdefault(callee, []).append(function.name)
    pending = list(unwinding)
    pending += [name for name in callers if name not in module.functions]
    while pending:
        for caller in callers.get(pending.pop(), ()):
            if caller not in unwinding:
                unwinding.add(caller)
                pending.append(caller)
    module.nounwind = set(module.functions) - unwinding
    for function in module.functions.values():
        for block in function.blocks:
            for op in block.ops:
                if isinstance(op, Call) and op.function in module.nounwind:
                    op.cleanup = []


def _panics_itself(function: IrFunction) -> bool:
    return any(op.may_panic and not isinstance(op, Call) for block in function.blocks for op in block.ops)


def _called(op: Op, map_functions: set[str]) -> set[str]:
    """The functions of the module that the op calls, by name."""
    if isinstance(op, Call):
        return {op.function}
    if isinstance(op, ArraySort):
        return {op.compare}
    if isinstance(op, MapFind | MapInsert):
        return map_functions
    return set()
