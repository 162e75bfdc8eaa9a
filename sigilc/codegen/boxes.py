"""Emits boxes: values in counted blocks of their own, where a type contains itself.

A value of a type with `impl Drop` lies in one too: its `drop` is called when the last reference goes.

A block is `{i64 count, ptr drop, value}`. A drop may release further boxes of the same kind, ten million in a list: the
runtime runs the drops one after the other instead of one inside the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release_at, emit_retain
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.fixed_arrays import area_of
from sigilc.codegen.names import function_symbol, glue
from sigilc.codegen.options import hole_leaves, unread, zero
from sigilc.codegen.tbaa import COUNT, store_suffix
from sigilc.codegen.writer import Writer
from sigilc.crash import InternalError
from sigilc.ir.box_ops import BoxAddr, Hole, Keep, MakeBox, Unbox
from sigilc.ir.ops import Op
from sigilc.ir.types import IrBox, IrEnum, IrFixed, IrOption, IrStruct, IrTuple, IrType, parts_of

_VALUE = 16     # offset of the value; blocks are 16-aligned


def _box_type(type_: IrType) -> IrBox:
    if not isinstance(type_, IrBox):
        raise InternalError(f"{type_} is no box")
    return type_


def _drop(context: ModuleContext, type_: IrBox) -> str:
    """The function that releases what a box holds and frees it; called through the runtime's list."""
    name = glue("drop contents", type_)

    def contents() -> str:
        w = Writer(context)
        w.begin("start")
        if type_.drop:
            w.emit(f"call void {context.runtime('sigil_run_drop')}(ptr %box, ptr {function_symbol(type_.drop)})")
        emit_release_at(w, type_.item, w.offset("%box", _VALUE))
        w.emit(f"call void {context.runtime('sigil_free')}(ptr %box)")
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %box) nounwind")

    inner = context.define(name, contents)
    if type_.drop and not _contains_itself(type_):
        return inner
    outer = glue("drop", type_)
    return context.define(outer, lambda: drop_in_turn(context, outer, inner))


def drop_in_turn(context: ModuleContext, name: str, inner: str) -> str:
    """The drop function `name`: runs `inner` behind the drops that are being run, not inside them."""
    return (f"define internal void {name}(ptr noundef %box) nounwind {{\n"
            f"  call void {context.runtime('sigil_drop_in_turn')}(ptr %box, ptr {inner})\n  ret void\n}}")


def _contains_itself(type_: IrBox) -> bool:
    """Whether what a box holds may lead to another box of the same type."""
    stack: list[IrType] = [type_.item]
    seen: set[IrType] = set()
    while stack:
        current = stack.pop()
        if current == type_:
            return True
        if current not in seen:
            seen.add(current)
            stack += parts_of(current)
    return False


def _fill(f: FunctionEmitter, type_: IrBox, leaves: tuple[str, ...]) -> str:
    """A new block with count 1 that holds the leaves of a value."""
    layout = f.types.layout(type_.item)
    box = f.call_runtime("sigil_alloc", "ptr", f"i64 {_VALUE + layout.size}")
    f.emit(f"store i64 1, ptr {box}{store_suffix(COUNT)}")
    f.emit(f"store ptr {_drop(f.context, type_)}, ptr {f.offset(box, 8)}{store_suffix('ptr')}")
    f.store(layout, leaves, f.offset(box, _VALUE))
    return box


def emit_make_box(f: FunctionEmitter, op: MakeBox) -> None:
    """Moves a value into a block of its own."""
    f.define(op, _fill(f, _box_type(f.result(op).type), f.leaves(op.value)))


def emit_unbox(f: FunctionEmitter, op: Unbox) -> None:
    """A view of what a box holds."""
    f.define(op, *f.view(f.types.layout(f.result(op).type), f.offset(f.scalar(op.value), _VALUE)))


def emit_box_addr(f: FunctionEmitter, op: BoxAddr) -> None:
    """The place in a box; a box that others hold as well is copied first."""
    type_ = _box_type(f.target(op.address))
    place = f.scalar(op.address)
    if type_.drop:      # never copied: for the time of a call the count may be higher, but nobody else looks
        f.define(op, f.offset(f.value(f"load ptr, ptr {place}"), _VALUE))
        return
    name = glue("make unique", type_)

    unique = f.context.define(name, lambda: _unique_function(Writer(f.context), type_, name))
    f.define(op, f.value(f"call ptr {unique}(ptr {place})"))


def _unique_function(w: Writer, type_: IrBox, name: str) -> str:
    """`ptr (place)`: the address of the value in the box at a place, which nothing else holds afterwards."""
    context = w.context
    layout = context.types.layout(type_.item)
    w.begin("start")
    box = w.value("load ptr, ptr %place")
    count = w.value(f"load i64, ptr {box}")
    is_alone = w.value(f"icmp eq i64 {count}, 1")
    w.branch_if(is_alone, "alone", "shared")
    w.begin("alone")
    w.emit(f"ret ptr {w.offset(box, _VALUE)}")
    w.begin("shared")
    fresh = w.value(f"call ptr {context.runtime('sigil_alloc')}(i64 {_VALUE + layout.size})")
    w.emit(f"store i64 1, ptr {fresh}{store_suffix(COUNT)}")
    w.emit(f"store ptr {_drop(context, type_)}, ptr {w.offset(fresh, 8)}{store_suffix('ptr')}")
    leaves = w.load(layout, w.offset(box, _VALUE))
    emit_retain(w, type_.item, leaves)
    w.store(layout, leaves, w.offset(fresh, _VALUE))
    emit_release_at(w, type_, "%place")
    w.emit(f"store ptr {fresh}, ptr %place")
    w.emit(f"ret ptr {w.offset(fresh, _VALUE)}")
    return w.text(f"define internal noundef ptr {name}(ptr noundef %place) nounwind")


def emit_hole(f: FunctionEmitter, op: Hole) -> None:
    """Leaves whose release does nothing: immortal blocks, and the tag of no variant; for an area, memory with such leaves."""
    f.define(op, *leaves_of_hole(f, f.result(op).type))


def leaves_of_hole(f: FunctionEmitter, type_: IrType) -> list[str]:
    """The leaves of a hole."""
    layout = f.types.layout(type_)
    match type_:
        case IrTuple() | IrStruct():
            return [leaf for part in layout.parts for leaf in leaves_of_hole(f, part.type)]
        case IrEnum():
            return ["-1", *map(unread, layout.leaves[1:])]
        case IrOption():
            return hole_leaves(f.context, type_)
        case IrFixed(item=item):
            return [area_of(f, type_, tuple(leaves_of_hole(f, item)))] if layout.leaves else []
    return [f.context.static_owner() if leaf.ll_type == "ptr" else zero(leaf.ll_type) for leaf in layout.leaves]


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Hole: emit_hole, Keep: lambda f, op: None,
    MakeBox: emit_make_box, Unbox: emit_unbox, BoxAddr: emit_box_addr,
}
