"""Finds which parts of a struct or tuple are read, where it is only looked at: the others need not be loaded."""

from __future__ import annotations

from sigilc.ir.function import IrFunction
from sigilc.ir.ops import ArrayGet, GetField, MapKey, MapValue, Peek, Value
from sigilc.ir.types import IrStruct, IrTuple

_VIEWS = frozenset((ArrayGet, Peek, MapKey, MapValue))


def find_read_parts(function: IrFunction) -> dict[Value, set[int]]:
    """Per view of a struct or tuple that is used for nothing but its fields, the indices of those."""
    found: dict[Value, set[int]] = {}
    for block in function.blocks:
        for op in block.ops:
            if type(op) in _VIEWS and op.result is not None and isinstance(op.result.type, IrStruct | IrTuple):
                found[op.result] = set()
    if not found:
        return found
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, GetField):
                if op.value in found:
                    found[op.value].add(op.index)
            else:
                for values in (op.operands(), op.cleanup):
                    if not found.keys().isdisjoint(values):
                        for value in values:
                            found.pop(value, None)
    return found
