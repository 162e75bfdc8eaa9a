"""Emits the operations on arrays of fixed length, whose values are areas: addresses of memory that holds the elements.

What makes such a value takes memory in the function's frame for it, one block for each op, as a value lives at most
until the same op runs again. What only looks at a part of another value is an address inside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen import buffers
from sigilc.codegen.buffers import HEADER, check_index, check_slice
from sigilc.codegen.counts import emit_retain
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.scalars import float_text
from sigilc.codegen.statics import static_leaves
from sigilc.codegen.tbaa import USED
from sigilc.codegen.types import Layout, Leaf
from sigilc.codegen.writer import Leaves
from sigilc.crash import InternalError
from sigilc.ir.ops import ArrayGet, Branch, ElementAddr, FillArray, MakeArray, Op, Slice, StaticValue
from sigilc.ir.types import IrFixed

# Up to this many elements, copies of one value are written one by one.
_UNROLLED = 8
_ZEROS = ("0", "false", "null", float_text(0.0, 64))


def emit_array_get(f: FunctionEmitter, op: ArrayGet) -> None:
    """An element; the length is a constant."""
    type_ = op.value.type
    if not isinstance(type_, IrFixed):
        buffers.emit_array_get(f, op)
        return
    index = f.scalar(op.index)
    if op.checked:
        check_index(f, op, index, str(type_.count))
    layout = f.types.layout(type_.item)
    place = _element(f, f.leaves(op.value), index, layout)
    f.define(op, *f.view(layout, place))


def emit_element_addr(f: FunctionEmitter, op: ElementAddr) -> None:
    """An element's place: the array is the place itself."""
    type_ = f.target(op.address)
    if not isinstance(type_, IrFixed):
        buffers.emit_element_addr(f, op)
        return
    index = f.scalar(op.index)
    if op.checked:
        check_index(f, op, index, str(type_.count))
    f.define(op, f.element(f.scalar(op.address), index, f.types.layout(type_.item)))


def _element(f: FunctionEmitter, array: Leaves, index: str, layout: Layout) -> str:
    """Where an element lies; elements without bytes lie nowhere."""
    return f.element(array[0], index, layout) if array else "null"


# ---- Making ---------------------------------------------------------------------------------------------------------


def emit_make_array(f: FunctionEmitter, op: MakeArray) -> None:
    """The elements side by side, as static data where all are constants."""
    type_ = f.result(op).type
    if not isinstance(type_, IrFixed):
        buffers.emit_make_array(f, op)
        return
    layout = f.types.layout(type_.item)
    values = [f.leaves(value) for value in op.items]
    constant = buffers.constant_items(f.context, layout, values)
    if constant is not None:
        f.define(op, constant)
        return
    area = _new_area(f, type_)
    if area is None:
        f.define(op)
        return
    for number, leaves in enumerate(values):
        f.store(layout, leaves, f.offset(area, number * layout.size))
    f.define(op, area)


def _new_area(f: FunctionEmitter, type_: IrFixed) -> str | None:
    """Memory for a new value; None for one without bytes."""
    leaves = f.types.layout(type_).leaves
    return f.undefined(leaves[0]) if leaves else None


def emit_fill_array(f: FunctionEmitter, op: FillArray) -> None:
    """Copies of one value: zeros at once, few one by one, many in a loop."""
    type_ = f.result(op).type
    if not isinstance(type_, IrFixed):
        raise InternalError(f"an array of the type {type_} is filled", op.span)
    area = _new_area(f, type_)
    if area is None:
        f.define(op)
        return
    leaves = f.leaves(op.value)
    if all(scalar in _ZEROS or scalar in f.zeros for scalar in leaves):
        align = f.types.layout(type_).align
        f.call_runtime("llvm.memset.p0.i64", "void", f"ptr align {align} {area}", "i8 0",
                       f"i64 {f.types.layout(type_).size}", "i1 false")
        f.zeros.add(area)
    else:
        _fill(f, type_, leaves, area, is_copied=True)
    f.define(op, area)


def area_of(f: FunctionEmitter, type_: IrFixed, leaves: Leaves) -> str:
    """New memory for an array, with the same leaves, whose references are not counted, in each of its elements."""
    area = _new_area(f, type_)
    if area is None:
        raise InternalError(f"an array of the type {type_} lies nowhere", None)
    _fill(f, type_, leaves, area, is_copied=False)
    return area


def _fill(f: FunctionEmitter, type_: IrFixed, leaves: Leaves, area: str, *, is_copied: bool) -> None:
    layout = f.types.layout(type_.item)

    def put(place: str) -> None:
        if is_copied:
            emit_retain(f, type_.item, leaves)
        f.store(layout, leaves, place)
    if type_.count <= _UNROLLED:
        for number in range(type_.count):
            put(f.offset(area, number * layout.size))
    else:
        _in_loop(f, str(type_.count), lambda index: put(f.element(area, index, layout)))


def _in_loop(f: FunctionEmitter, count: str, body: Callable[[str], None]) -> None:
    """Runs `body` for the indices 0 up to `count`, which is not 0."""
    before, head, done = f.label, f.new_label("each"), f.new_label("filled")
    step, more = f.new_label("step"), f.name()
    f.branch(head)
    f.begin(head)
    index = f.value(f"phi i64 [ 0, %{before} ], [ {more}, %{step} ]")
    body(index)
    f.branch(step)
    f.begin(step)
    f.emit(f"{more} = add nuw nsw i64 {index}, 1")
    f.branch_if(f.value(f"icmp eq i64 {more}, {count}"), done, head)
    f.begin(done)


def emit_slice(f: FunctionEmitter, op: Slice) -> None:
    """A growable array with copies of some elements."""
    type_ = op.value.type
    if not isinstance(type_, IrFixed):
        buffers.emit_slice(f, op)
        return
    f.define(op, *emit_slice_of(f, op, type_, f.leaves(op.value), f.scalar(op.low), f.scalar(op.high)))


def emit_slice_of(f: FunctionEmitter, op: Op, type_: IrFixed, array: Leaves, low: str, high: str) -> Leaves:
    """Copies of the elements low to high; out of bounds `op` panics."""
    layout = f.types.layout(type_.item)
    check_slice(f, op, low, high, str(type_.count))
    count = f.value(f"sub i64 {high}, {low}")
    owner = f.call_runtime("sigil_buffer_new", "ptr", f"i64 {count}", f"i64 {layout.size}")
    f.store_word(USED, count, f.offset(owner, buffers.USED_OFFSET))
    data = f.offset(owner, HEADER)
    if array:
        size = f.value(f"mul nuw nsw i64 {count}, {layout.size}")
        source = f.element(array[0], low, layout)
        f.call_runtime("llvm.memcpy.p0.p0.i64", "void", f"ptr {data}", f"ptr {source}", f"i64 {size}", "i1 false")
        if f.context.is_counted(type_.item):
            _retain_elements(f, type_, data, count)
    return data, count, owner


def _retain_elements(f: FunctionEmitter, type_: IrFixed, data: str, count: str) -> None:
    some, done = f.new_label("some"), f.new_label("retained")
    layout = f.types.layout(type_.item)
    f.branch_if(f.value(f"icmp eq i64 {count}, 0"), done, some)
    f.begin(some)
    _in_loop(f, count, lambda index: emit_retain(f, type_.item, f.view(layout, f.element(data, index, layout))))
    f.branch(done)
    f.begin(done)


def emit_static_value(f: FunctionEmitter, op: StaticValue) -> None:
    """What the module has as constant data."""
    static = f.context.module.statics.get(op.name)
    if static is None:
        raise InternalError(f"there is no static {op.name}", op.span)
    f.define(op, *static_leaves(f, static))


# ---- Passing on -----------------------------------------------------------------------------------------------------


def copy_to_params(f: FunctionEmitter, op: Branch) -> None:
    """Copies the areas among a jump's arguments to the memory of the target's parameters.

    An argument may lie in the memory of another parameter; so several are copied aside before the first one is written.
    """
    moves: list[tuple[Leaf, str, str]] = []
    for value, param in zip(op.args, op.target.params, strict=True):
        leaves = f.types.layout(param.type).leaves
        moves += [(leaf, scalar, area) for leaf, scalar, area
                  in zip(leaves, f.leaves(value), f.param_areas[param], strict=True) if leaf.area and scalar != area]
    if len(moves) > 1:
        moves = [(leaf, f.load_leaf(leaf, scalar), area) for leaf, scalar, area in moves]
    for leaf, scalar, area in moves:
        f.copy_memory(area, scalar, leaf)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    ArrayGet: emit_array_get, ElementAddr: emit_element_addr, MakeArray: emit_make_array, FillArray: emit_fill_array,
    Slice: emit_slice, StaticValue: emit_static_value,
}
