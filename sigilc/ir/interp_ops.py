"""Steps of the interpreter for aggregates, buffers and places."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from sigilc.ir import array_ops, box_ops, ops, pass_ops
from sigilc.ir.interp_foreign import make_union_field
from sigilc.ir.interp_statics import thaw
from sigilc.ir.interp_values import (
    ArrayValue,
    Box,
    ElementPlace,
    FaultValue,
    MapValue,
    PartPlace,
    has_buffers,
    share,
)
from sigilc.ir.types import STR, IrArray, IrFixed, IrStruct

if TYPE_CHECKING:
    from sigilc.ir.interp_code import FunctionCompiler, Step


def _unary(function: Callable[[Any], Any]) -> Callable[[Any, FunctionCompiler], Step]:
    """A maker for an op with one operand and a result."""
    def make(op: ops.Op, code: FunctionCompiler) -> Step:
        (value,) = op.operands()
        a, d = code.index(value), code.result(op)

        def step(frame: list[Any]) -> None:
            frame[d] = function(frame[a])
        return step
    return make


def _component(op: ops.Op, value: ops.Value, index: int, code: FunctionCompiler) -> Step:
    a, d = code.index(value), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = frame[a][index]
    return step


def _nothing(op: ops.Op, code: FunctionCompiler) -> None:
    """Counts are not kept here."""


# ---- Aggregates ------------------------------------------------------------------------------------------------------


def make_struct(op: ops.MakeStruct, code: FunctionCompiler) -> Step:
    fields, d = code.indices(op.fields), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = tuple([frame[i] for i in fields])
    return step


def make_get_field(op: ops.GetField, code: FunctionCompiler) -> Step:
    if isinstance(op.value.type, IrStruct) and op.value.type.is_union:
        return make_union_field(op, code)
    return _component(op, op.value, op.index, code)


def make_enum(op: ops.MakeEnum, code: FunctionCompiler) -> Step:
    fields, d, variant = code.indices(op.fields), code.result(op), op.variant

    def step(frame: list[Any]) -> None:
        frame[d] = (variant, *[frame[i] for i in fields])
    return step


def make_enum_payload(op: ops.EnumPayload, code: FunctionCompiler) -> Step:
    a, d, variant, index = code.index(op.value), code.result(op), op.variant, op.index + 1
    fail = code.broken_promise(op, "the payload of another variant")

    def step(frame: list[Any]) -> None:
        value = frame[a]
        if value[0] != variant:
            raise fail()
        frame[d] = value[index]
    return step


def make_unwrap(op: ops.Unwrap, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)
    fail = code.broken_promise(op, "the payload of an absent value")

    def step(frame: list[Any]) -> None:
        value = frame[a]
        if type(value) is not tuple:
            raise fail()
        frame[d] = value[0]
    return step


def make_get_fault(op: ops.GetFault, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)
    fail = code.broken_promise(op, "the fault of a present value")

    def step(frame: list[Any]) -> None:
        value = frame[a]
        if type(value) is tuple:
            raise fail()
        frame[d] = value
    return step


def make_fault(op: ops.MakeFault, code: FunctionCompiler) -> Step:
    message, stage, d = code.index(op.message), code.index(op.stage), code.result(op)
    cause = None if op.cause is None else code.index(op.cause)
    site = op.site.encode()

    def step(frame: list[Any]) -> None:
        frame[d] = FaultValue(frame[message], frame[stage], site, None if cause is None else frame[cause])
    return step


def make_fault_field(op: ops.FaultField, code: FunctionCompiler) -> Step:
    a, d, name = code.index(op.value), code.result(op), op.name
    if name == "cause":
        def cause(frame: list[Any]) -> None:
            found = frame[a].cause
            frame[d] = FaultValue(b"absent") if found is None else (found,)
        return cause

    def step(frame: list[Any]) -> None:
        frame[d] = getattr(frame[a], name)
    return step


# ---- Buffers ---------------------------------------------------------------------------------------------------------


def make_array(op: ops.MakeArray, code: FunctionCompiler) -> Step:
    items, d = code.indices(op.items), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = ArrayValue([frame[i] for i in items])
    return step


def make_fill_array(op: ops.FillArray, code: FunctionCompiler) -> Step:
    v, d, type_ = code.index(op.value), code.result(op), code.type_of(op)
    count = type_.count if isinstance(type_, IrFixed) else 0

    def step(frame: list[Any]) -> None:
        share(frame[v])
        frame[d] = ArrayValue([frame[v]] * count)
    return step


def make_static_value(op: ops.StaticValue, code: FunctionCompiler) -> None:
    static = code.machine.module.statics[op.name]
    code.preset(op, thaw(static.value, static.type))


def _length(value: Any) -> int:
    if type(value) is ArrayValue:
        return len(value.items)
    return len(value.keys if type(value) is MapValue else value)


def make_array_get(op: ops.ArrayGet, code: FunctionCompiler) -> Step:
    a, i, d, is_text = code.index(op.value), code.index(op.index), code.result(op), op.value.type == STR
    fail = code.panic_text(op) if op.checked else None
    broken = code.broken_promise(op, "an unchecked index is out of bounds")

    def step(frame: list[Any]) -> None:
        value, index = frame[a], frame[i]
        items = value if is_text else value.items
        if not 0 <= index < len(items):
            raise broken() if fail is None else fail(b"index %d out of bounds for length %d" % (index, len(items)))
        frame[d] = items[index]
    return step


def make_slice(op: ops.Slice, code: FunctionCompiler) -> Step:
    a, i, j, d = code.index(op.value), code.index(op.low), code.index(op.high), code.result(op)
    is_text, fail = op.value.type == STR, code.panic_text(op)
    is_deep = isinstance(op.value.type, IrArray | IrFixed) and has_buffers(op.value.type.item)

    def step(frame: list[Any]) -> None:
        value, low, high = frame[a], frame[i], frame[j]
        items = value if is_text else value.items
        if not 0 <= low <= high <= len(items):
            raise fail(b"slice %d..%d out of bounds for length %d" % (low, high, len(items)))
        if is_text:
            for end in (low, high):
                if end < len(items) and items[end] & 0xC0 == 0x80:
                    raise fail(b"byte index %d is not a character boundary" % end)
            frame[d] = items[low:high]
            return
        part = items[low:high]
        if is_deep:
            for item in part:
                share(item)
        frame[d] = ArrayValue(part)
    return step


def make_slice_view(op: ops.SliceView, code: FunctionCompiler) -> Step:
    a, i, j, d = code.index(op.value), code.index(op.low), code.index(op.high), code.result(op)
    is_text, broken = op.value.type == STR, code.broken_promise(op, "the bounds of a view do not fit")
    is_deep = isinstance(op.value.type, IrArray) and has_buffers(op.value.type.item)

    def step(frame: list[Any]) -> None:
        value, low, high = frame[a], frame[i], frame[j]
        items = value if is_text else value.items
        if not 0 <= low <= high <= len(items):
            raise broken()
        part = items[low:high]
        if is_deep:
            for item in part:
                share(item)
        frame[d] = part if is_text else ArrayValue(part)
    return step


def make_array_push(op: ops.ArrayPush, code: FunctionCompiler) -> Step:
    a, v = code.index(op.address), code.index(op.value)

    def step(frame: list[Any]) -> None:
        frame[a].own().items.append(frame[v])
    return step


def make_array_pop(op: ops.ArrayPop, code: FunctionCompiler) -> Step:
    a, d = code.index(op.address), code.result(op)
    fail = code.broken_promise(op, "pop of an empty array")

    def step(frame: list[Any]) -> None:
        items = frame[a].own().items
        if not items:
            raise fail()
        frame[d] = items.pop()
    return step


def make_edit_array(op: array_ops.EditArray, code: FunctionCompiler) -> Step:
    a, numbers, verb = code.index(op.address), [code.index(n) for n in op.numbers], op.verb
    fail = code.broken_promise(op, f"{verb} out of bounds")

    def step(frame: list[Any]) -> None:
        items = frame[a].own().items
        given = [frame[n] for n in numbers]
        if not all(0 <= n < len(items) + (verb != "swap") for n in given) or (verb == "rotate" and given != sorted(given)):
            raise fail()
        if verb == "swap":
            left, right = given
            items[left], items[right] = items[right], items[left]
        elif verb == "truncate":
            del items[given[0]:]
        else:
            low, middle, high = given
            items[low:high] = items[middle:high] + items[low:middle]
    return step


def make_swap_places(op: array_ops.SwapPlaces, code: FunctionCompiler) -> Step:
    a, b = code.index(op.left), code.index(op.right)

    def step(frame: list[Any]) -> None:
        left, right = frame[a].read(), frame[b].read()
        frame[a].write(right)
        frame[b].write(left)
    return step


def make_extend_array(op: array_ops.ExtendArray, code: FunctionCompiler) -> Step:
    a, v = code.index(op.address), code.index(op.items)

    def step(frame: list[Any]) -> None:
        added = list(frame[v].items)
        for item in added:
            share(item)
        frame[a].own().items.extend(added)
    return step


def make_array_sort(op: array_ops.ArraySort, code: FunctionCompiler) -> Step:
    a, compare = code.index(op.address), code.callee(op.compare)
    context = [code.index(value) for value in op.context]
    keys = code.index(op.keys) if op.keys is not None else -1

    def step(frame: list[Any]) -> None:
        array = frame[a].own()
        more = [frame[value] for value in context]
        order = cmp_to_key(lambda left, right: compare.call([left, right, *more]))
        ordered = array.items if keys < 0 else frame[keys].items
        places = sorted(range(len(ordered)), key=lambda place: order(ordered[place]))
        array.items = [array.items[place] for place in places]
    return step


def make_share_buffer(op: ops.ShareBuffer, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)
    if op.value.type == STR:
        def to_bytes(frame: list[Any]) -> None:
            frame[d] = ArrayValue(list(frame[a]))
        return to_bytes
    fail = code.broken_promise(op, "bytes that are no UTF-8 as text")

    def to_text(frame: list[Any]) -> None:
        text = bytes(frame[a].items)
        try:
            text.decode()
        except UnicodeDecodeError:
            raise fail() from None
        frame[d] = text
    return to_text


def make_copy(op: ops.Copy, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)

    def step(frame: list[Any]) -> None:
        share(frame[a])
        frame[d] = frame[a]
    return step


# ---- Places ----------------------------------------------------------------------------------------------------------


def make_load(op: ops.Load | pass_ops.Take, code: FunctionCompiler) -> Step:
    return _read(op.address, op, code, is_view=False)


def make_peek(op: ops.Peek, code: FunctionCompiler) -> Step:
    return _read(op.address, op, code, is_view=code.is_brief_view(op))


def _read(address: ops.Value, op: ops.Op, code: FunctionCompiler, is_view: bool) -> Step:
    """A view that could be used after a write to its place is a copy here."""
    a, d = code.index(address), code.result(op)
    if is_view or not has_buffers(code.type_of(op)):
        def read(frame: list[Any]) -> None:
            frame[d] = frame[a].read()
        return read

    def copy(frame: list[Any]) -> None:
        frame[d] = value = frame[a].read()
        share(value)
    return copy


def make_same(op: box_ops.MakeBox | box_ops.Unbox | box_ops.BoxAddr, code: FunctionCompiler) -> Step:
    """A box is what it holds: values are copied eagerly anyway."""
    a, d = code.index(op.operands()[0]), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = frame[a]
    return step


def make_hole(op: box_ops.Hole, code: FunctionCompiler) -> Step:
    """Nothing, which nobody looks at."""
    d = code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = None
    return step


def make_move_out(op: pass_ops.MoveOut, code: FunctionCompiler) -> Step:
    a, d = code.index(op.address), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = frame[a].read()
        frame[a].write(None)
    return step


def make_store(op: ops.Store | pass_ops.Put, code: FunctionCompiler) -> Step:
    a, v = code.index(op.address), code.index(op.value)

    def step(frame: list[Any]) -> None:
        frame[a].write(frame[v])
    return step


def make_part_addr(op: ops.FieldAddr | ops.PayloadAddr, code: FunctionCompiler) -> Step:
    a, d = code.index(op.address), code.result(op)
    index = op.index + 1 if isinstance(op, ops.PayloadAddr) and op.variant >= 0 else op.index

    def step(frame: list[Any]) -> None:
        frame[d] = PartPlace(frame[a], index)
    return step


def make_element_addr(op: ops.ElementAddr, code: FunctionCompiler) -> Step:
    a, i, d = code.index(op.address), code.index(op.index), code.result(op)
    fail = code.panic_text(op) if op.checked else None
    broken = code.broken_promise(op, "an unchecked index is out of bounds")

    def step(frame: list[Any]) -> None:
        place, index = frame[a], frame[i]
        length = len(place.own().items)
        if not 0 <= index < length:
            raise broken() if fail is None else fail(b"index %d out of bounds for length %d" % (index, length))
        frame[d] = ElementPlace(place, index)
    return step


def make_slot(op: ops.Slot, code: FunctionCompiler) -> Step:
    v, d = code.index(op.initial), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = Box(frame[v])
    return step


MAKERS: dict[type[ops.Op], Callable[[Any, FunctionCompiler], Step | None]] = {
    ops.MakeStruct: make_struct,
    ops.GetField: make_get_field,
    ops.MakeEnum: make_enum,
    ops.EnumTag: lambda op, code: _component(op, op.value, 0, code),
    ops.EnumPayload: make_enum_payload,
    ops.MakeSome: _unary(lambda value: (value,)),
    ops.MakeNone: _unary(lambda fault: fault),
    ops.IsSome: _unary(lambda value: type(value) is tuple),
    ops.Unwrap: make_unwrap,
    ops.GetFault: make_get_fault,
    ops.MakeFault: make_fault,
    ops.FaultField: make_fault_field,
    ops.MakeArray: make_array,
    ops.FillArray: make_fill_array,
    ops.StaticValue: make_static_value,
    ops.Length: _unary(_length),
    ops.ArrayGet: make_array_get,
    ops.Slice: make_slice, ops.SliceView: make_slice_view,
    ops.ArrayPush: make_array_push,
    ops.ArrayPop: make_array_pop,
    ops.ArrayReserve: _nothing,
    ops.MakeUnique: _nothing,
    array_ops.ArraySort: make_array_sort, array_ops.EditArray: make_edit_array, array_ops.ExtendArray: make_extend_array,
    array_ops.SwapPlaces: make_swap_places,
    ops.ShareBuffer: make_share_buffer, box_ops.MakeBox: make_same, box_ops.Unbox: make_same, box_ops.BoxAddr: make_same,
    ops.Copy: make_copy,
    ops.Slot: make_slot,
    ops.Load: make_load,
    ops.Peek: make_peek,
    ops.Store: make_store,
    pass_ops.Take: make_load,
    pass_ops.Put: make_store,
    pass_ops.MoveOut: make_move_out,
    ops.FieldAddr: make_part_addr,
    ops.PayloadAddr: make_part_addr,
    ops.ElementAddr: make_element_addr,
    box_ops.Keep: _nothing,
    box_ops.Hole: make_hole,
    ops.Retain: _nothing,
    ops.Release: _nothing,
    ops.Declare: _nothing,
}
