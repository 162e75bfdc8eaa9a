"""Finds the array and text parameters that a function may keep beyond the call, directly or through what it calls.

A parameter is followed through slices, copies of the view and block parameters. Whatever only looks at it, counts it or
hands it to C for a call keeps nothing; any other use does, because there it may be stored, returned, captured or sent.
"""

from __future__ import annotations

from sigilc.ir.foreign_ops import CallPointer
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import (
    ArrayGet,
    Branch,
    Call,
    CallForeign,
    CallRuntime,
    Copy,
    Declare,
    Length,
    MapFind,
    Op,
    Release,
    Retain,
    ShareBuffer,
    Slice,
    SliceView,
    Value,
)

_LOOKS = (ArrayGet, CallForeign, CallPointer, CallRuntime, Declare, Length, MapFind, Release, Retain)
_SHARES = (Slice, SliceView, ShareBuffer, Copy)


def kept_parameters(module: Module, function: IrFunction) -> set[int]:
    """The numbers of the parameters whose memory may be used after the call."""
    return _kept(module, function, {})


def _kept(module: Module, function: IrFunction, known: dict[str, set[int]]) -> set[int]:
    """Functions that call each other are gone through until nothing more is found to be kept."""
    if function.name in known:
        return known[function.name]
    found = known[function.name] = set()
    while True:
        before = {name: len(kept) for name, kept in known.items()}
        for number, param in enumerate(function.params):
            if number not in found and param.type.is_counted and _is_kept(module, function, param, known):
                found.add(number)
        if before == {name: len(kept) for name, kept in known.items()}:
            return found


def _is_kept(module: Module, function: IrFunction, param: Value, known: dict[str, set[int]]) -> bool:
    shares = {param}
    while True:
        before = len(shares)
        for block in function.blocks:
            for op in block.ops:
                if not shares.isdisjoint(op.operands()) and _keeps(module, op, shares, known):
                    return True
        if len(shares) == before:
            return False


def _keeps(module: Module, op: Op, shares: set[Value], known: dict[str, set[int]]) -> bool:
    """Whether the op may keep one of these values; those that it makes of them are added."""
    if isinstance(op, _LOOKS):
        return False
    if isinstance(op, _SHARES) and op.result is not None:
        shares.add(op.result)
        return False
    if isinstance(op, Branch):
        shares.update(target for value, target in zip(op.args, op.target.params, strict=True) if value in shares)
        return False
    if isinstance(op, Call):
        given = {number for number, value in enumerate(op.args) if value in shares}
        return not given.isdisjoint(_kept(module, module.functions[op.function], known))
    return True
