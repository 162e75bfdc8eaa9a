"""Array literals, and the building of arrays, maps and sets in slots."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import IrArray, IrFixed, IrMap
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.loops import count_to
from sigilc.lower.places import lower_index


def lower_make_array(fl: FunctionLowering, expr: typed.MakeArray) -> Value:
    """`[a, b]`."""
    array = fl.ir_type(expr)
    items = [fl.value(i) for i in expr.items]
    if isinstance(array, IrFixed):
        return fl.builder.make_fixed(array.item, items)
    assert isinstance(array, IrArray)
    return fl.builder.make_array(array.item, items)


def lower_repeat_array(fl: FunctionLowering, expr: typed.RepeatArray) -> Value:
    """`[e; n]`: `e` is evaluated once."""
    builder = fl.builder
    array = fl.ir_type(expr)
    item = fl.value(expr.value)
    if isinstance(array, IrFixed):
        return builder.fill_array(item, array.count)
    assert isinstance(array, IrArray)
    count = lower_index(fl, expr.count)
    slot = builder.slot(builder.make_array(array.item), "items")
    builder.array_reserve(slot, count)
    loop = count_to(builder, count)
    builder.array_push(slot, item, reserved=True)
    loop.close()
    return builder.load(slot)


def new_map(fl: FunctionLowering, type_: IrMap) -> Value:
    """An empty map, or set."""
    derived = fl.program.derived
    return fl.builder.map_new(type_.key, type_.value, derived.hash(type_.key), derived.equal(type_.key))


def empty(fl: FunctionLowering, type_: object) -> Value:
    """An empty collection of an IR type."""
    if isinstance(type_, IrArray):
        return fl.builder.make_array(type_.item)
    if isinstance(type_, IrMap):
        return new_map(fl, type_)
    raise InternalError(f"`{type_}` is no collection", fl.builder.span)


LOWERINGS: Lowerings = {typed.MakeArray: lower_make_array, typed.RepeatArray: lower_repeat_array}
