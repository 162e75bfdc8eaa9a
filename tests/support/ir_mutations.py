"""One mistake at a time in a function's IR, for tests of the certifiers."""

from __future__ import annotations

from collections.abc import Iterator

from sigilc.ir.function import IrFunction
from sigilc.ir.ops import (
    ArrayPush,
    ElementAddr,
    Load,
    MakeUnique,
    Op,
    Release,
    Retain,
    Store,
    Unreachable,
    Value,
)
from sigilc.ir.pass_ops import MoveOut, Put, Take
from sigilc.ir.types import IrAddr


def wrong_counts(function: IrFunction) -> Iterator[str]:
    """Makes a mistake in the counts, says which, and mends it when the next one is asked for.

    Not on a way that is never taken: what is left there does not matter.
    """
    for block in function.blocks:
        right = block.ops
        if isinstance(block.terminator, Unreachable):
            continue
        for position, op in enumerate(right):
            where = f"{function.name}, block {block.name}, op {position} ({type(op).__name__})"
            for mistake, ops in _counted_wrongly(op):
                block.ops = [*right[:position], *ops, *right[position + 1:]]
                yield f"{where}: {mistake}"
            block.ops = right
            if op.cleanup:
                listed = op.cleanup
                op.cleanup = listed[1:]
                yield f"{where}: missing in the cleanup"
                op.cleanup = [*listed, listed[-1]]
                yield f"{where}: twice in the cleanup"
                op.cleanup = listed


def _counted_wrongly(op: Op) -> list[tuple[str, list[Op]]]:
    """What may stand instead of a right op."""
    match op:
        case Retain():
            return [("left out", []), ("doubled", [op, Retain(value=op.value)])]
        case Release():
            return [("left out", []), ("doubled", [op, Release(value=op.value)])]
        case Take():
            return [("left in its slot", [Load(address=op.address, result=op.result)])]
        case Put():
            return [("put into a full slot", [Store(address=op.address, value=op.value)])]
    return []


def wrong_uniqueness(function: IrFunction) -> Iterator[str]:
    """Shares what is written without a test, or leaves out what makes it unique; else as `wrong_counts`."""
    for block in function.blocks:
        right = block.ops
        for position, op in enumerate(right):
            where = f"{function.name}, block {block.name}, op {position} ({type(op).__name__})"
            if (isinstance(op, ElementAddr) and op.is_unique) or (isinstance(op, ArrayPush) and op.reserved):
                assert isinstance(op.address.type, IrAddr)
                other = Value(op.address.type.target)
                block.ops = [*right[:position], Load(address=op.address, result=other), op, Release(value=other),
                             *right[position + 1:]]
                yield f"{where}: of a shared array"
        block.ops = right
    yield from _never_made_unique(function)


def _never_made_unique(function: IrFunction) -> Iterator[str]:
    """All of them together: an inner loop may repeat what has been done before the outer one."""
    right = [block.ops for block in function.blocks]
    if any(isinstance(op, MakeUnique) for ops in right for op in ops):
        for block in function.blocks:
            block.ops = [op for op in block.ops if not isinstance(op, MakeUnique)]
        yield f"{function.name}: arrays are never made unique"
        for block, ops in zip(function.blocks, right, strict=True):
            block.ops = ops


def wrong_holes(function: IrFunction) -> Iterator[str]:
    """Looks into a place from which a value has just been moved, or moves the value again."""
    for block in function.blocks:
        right = block.ops
        for position, op in enumerate(right):
            if isinstance(op, MoveOut):
                assert isinstance(op.address.type, IrAddr)
                other = Value(op.address.type.target)
                where = f"{function.name}, block {block.name}, op {position}"
                block.ops = [*right[:position + 1], Load(address=op.address, result=other), Release(value=other),
                             *right[position + 1:]]
                yield f"{where}: looked at"
                block.ops = [*right[:position + 1], MoveOut(address=op.address, result=other), Release(value=other),
                             *right[position + 1:]]
                yield f"{where}: moved twice"
        block.ops = right
