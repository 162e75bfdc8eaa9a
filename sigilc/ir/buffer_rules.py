"""The typing rules of arrays, text and maps."""

from __future__ import annotations

from sigilc.ir import array_ops, ops
from sigilc.ir.builder import element_type
from sigilc.ir.function import Module
from sigilc.ir.rules import (
    BYTES,
    RuleBroken,
    Rules,
    array_of,
    map_of,
    place_of,
    require,
    require_no_result,
    require_result,
    require_same,
    require_signature,
    require_values,
)
from sigilc.ir.types import BOOL, I32, I64, STR, U64, UNIT, USIZE, IrArray, IrFixed, IrMap


def _make_array(op: ops.MakeArray, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if isinstance(type_, IrFixed):
        require(len(op.items) == type_.count, "{} items in {}", len(op.items), type_)
        item = type_.item
    else:
        item = array_of(type_).item
    require_values("item", op.items, [item] * len(op.items))


def _fill_array(op: ops.FillArray, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if not isinstance(type_, IrFixed):
        raise RuleBroken("the result must be an array of fixed length")
    require_same("the value", op.value.type, type_.item)


def _length(op: ops.Length, _: Module) -> None:
    type_ = op.value.type
    require(isinstance(type_, IrArray | IrMap) or type_ == STR, "{} has no length", type_)
    require_result(op, USIZE)


def _array_get(op: ops.ArrayGet, _: Module) -> None:
    require_same("the index", op.index.type, USIZE)
    require_result(op, element_type(op.value.type))


def _slice(op: ops.Slice, _: Module) -> None:
    element_type(op.value.type)
    require_same("the lower bound", op.low.type, USIZE)
    require_same("the upper bound", op.high.type, USIZE)
    require_result(op, IrArray(op.value.type.item) if isinstance(op.value.type, IrFixed) else op.value.type)


def _lend_slice(op: array_ops.LendSlice, _: Module) -> None:
    require(isinstance(place_of(op.address), IrArray | IrFixed), "a part of {} is lent", op.address.type)
    require_same("the lower bound", op.low.type, USIZE)
    require_same("the upper bound", op.high.type, USIZE)
    require_result(op, array_ops.lent_type(op.address.type))


def _slice_view(op: ops.SliceView, _: Module) -> None:
    require(isinstance(op.value.type, IrArray) or op.value.type == STR, "{} has no views of parts", op.value.type)
    require_same("the lower bound", op.low.type, USIZE)
    require_same("the upper bound", op.high.type, USIZE)
    require_result(op, op.value.type)


def _array_push(op: ops.ArrayPush, _: Module) -> None:
    require_same("the value", op.value.type, array_of(place_of(op.address)).item)
    require_no_result(op)


def _array_pop(op: ops.ArrayPop, _: Module) -> None:
    require_result(op, array_of(place_of(op.address)).item)


def _array_reserve(op: ops.ArrayReserve, _: Module) -> None:
    array_of(place_of(op.address))
    require_same("the count", op.count.type, USIZE)
    require_no_result(op)


def _edit_array(op: ops.MakeUnique | array_ops.EditArray, _: Module) -> None:
    array_of(place_of(op.address))
    for number in getattr(op, "numbers", ()):
        require_same("a number", number.type, USIZE)
    require_no_result(op)


def _array_sort(op: array_ops.ArraySort, module: Module) -> None:
    item = array_of(place_of(op.address)).item
    ordered = item if op.keys is None else array_of(op.keys.type).item
    require_signature(module, op.compare, (ordered, ordered, *(value.type for value in op.context)), I32)
    require_no_result(op)


def _share_buffer(op: ops.ShareBuffer, _: Module) -> None:
    require(op.value.type in (STR, BYTES), "{} is neither text nor bytes", op.value.type)
    require_result(op, BYTES if op.value.type == STR else STR)


def _map_new(op: ops.MapNew, module: Module) -> None:
    key = map_of(op.result.type if op.result else UNIT).key
    require_signature(module, op.hash, (key,), U64)
    require_signature(module, op.equal, (key, key), BOOL)


def _map_find(op: ops.MapFind, _: Module) -> None:
    require_same("the key", op.key.type, map_of(op.value.type).key)
    require_result(op, I64)


def _map_key(op: ops.MapKey, _: Module) -> None:
    require_same("the index", op.index.type, I64)
    require_result(op, map_of(op.value.type).key)


def _map_value(op: ops.MapValue, _: Module) -> None:
    require_same("the index", op.index.type, I64)
    require_result(op, map_of(op.value.type).value)


def _map_reserve(op: array_ops.MapReserve, _: Module) -> None:
    map_of(place_of(op.address))
    require_same("the count", op.count.type, USIZE)
    require_no_result(op)


def _map_insert(op: ops.MapInsert, _: Module) -> None:
    type_ = map_of(place_of(op.address))
    require_same("the key", op.key.type, type_.key)
    require_same("the value", op.value.type, type_.value)
    require_no_result(op)


def _map_remove(op: ops.MapRemove, _: Module) -> None:
    map_of(place_of(op.address))
    require_same("the index", op.index.type, I64)
    require_no_result(op)


BUFFER_RULES: Rules = {
    ops.MakeArray: _make_array,
    ops.FillArray: _fill_array,
    ops.Length: _length,
    ops.ArrayGet: _array_get,
    ops.Slice: _slice,
    ops.SliceView: _slice_view,
    ops.ArrayPush: _array_push,
    ops.ArrayPop: _array_pop,
    ops.ArrayReserve: _array_reserve,
    ops.MakeUnique: _edit_array,
    array_ops.ArraySort: _array_sort,
    array_ops.EditArray: _edit_array,
    array_ops.ExtendArray: lambda op, _: require_same("the elements", op.items.type, array_of(place_of(op.address))),
    array_ops.LendSlice: _lend_slice,
    array_ops.GiveBackSlice: lambda op, _: require_same("the loan", op.loan.type, array_ops.lent_type(op.address.type)),
    ops.ShareBuffer: _share_buffer,
    ops.MapNew: _map_new,
    ops.MapFind: _map_find,
    ops.MapKey: _map_key,
    ops.MapValue: _map_value,
    ops.MapInsert: _map_insert,
    array_ops.MapReserve: _map_reserve,
    ops.MapRemove: _map_remove,
}
