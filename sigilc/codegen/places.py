"""Emits slots, and reading, writing and addressing what lies in places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.boxes import leaves_of_hole
from sigilc.codegen.counts import emit_release, emit_retain
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.ir.ops import Declare, FieldAddr, Load, Op, PayloadAddr, Peek, Slot, Store
from sigilc.ir.pass_ops import MoveOut, Put, Take
from sigilc.ir.types import IrAddr, IrEnum


def emit_slot(f: FunctionEmitter, op: Slot) -> None:
    """Stack memory with a first value."""
    layout = f.types.layout(op.initial.type)
    place = f.alloca(layout.size, layout.align)
    f.store(layout, f.leaves(op.initial), place)
    f.slots.add(place)
    f.define(op, place)


def emit_declare(f: FunctionEmitter, op: Declare) -> None:
    """Puts a variable where a debugger finds it; a slot is such a place already."""
    if f.debug is None or op.span is None:
        return
    is_place = isinstance(op.value.type, IrAddr)
    if is_place and f.scalar(op.value) in f.slots:
        f.lines.append(f.debug.declare(op, op.span, f.scalar(op.value), is_indirect=False))
        return
    layout = f.types.layout(op.value.type)
    if layout.size == 0:
        return
    address = f.alloca(layout.size, layout.align)
    begin = len(f.lines)
    f.lines.append(f.debug.declare(op, op.span, address, is_indirect=is_place))
    f.store(layout, f.leaves(op.value), address)
    if not f.debug.is_argument(op.value):       # else a breakpoint on the function would stop before they are there
        f.locate(begin + 1, f.debug.location(op.span))


def emit_load(f: FunctionEmitter, op: Load) -> None:
    """A copy with a reference of its own."""
    type_ = f.target(op.address)
    leaves = f.load(f.types.layout(type_), f.scalar(op.address))
    emit_retain(f, type_, leaves)
    f.define(op, *leaves)


def emit_peek(f: FunctionEmitter, op: Peek) -> None:
    """A view."""
    f.define_view(op, f.scalar(op.address))


def emit_store(f: FunctionEmitter, op: Store) -> None:
    """Writes first, then drops what was there: dropping may run long, and must not see the old value in the place."""
    type_ = f.target(op.address)
    layout, address = f.types.layout(type_), f.scalar(op.address)
    if not f.context.is_counted(type_):
        f.store(layout, f.leaves(op.value), address)
        return
    old = f.load(layout, address)
    f.store(layout, f.leaves(op.value), address)
    emit_release(f, type_, old)


def emit_take(f: FunctionEmitter, op: Take) -> None:
    """The value with the place's reference."""
    f.define(op, *f.load(f.types.layout(f.target(op.address)), f.scalar(op.address)))


def emit_move_out(f: FunctionEmitter, op: MoveOut) -> None:
    """The value with the place's reference; what stays there is released without effect."""
    type_ = f.target(op.address)
    layout, address = f.types.layout(type_), f.scalar(op.address)
    f.define(op, *f.load(layout, address))
    f.store(layout, tuple(leaves_of_hole(f, type_)), address)


def emit_put(f: FunctionEmitter, op: Put) -> None:
    """There is nothing to drop."""
    f.store(f.types.layout(f.target(op.address)), f.leaves(op.value), f.scalar(op.address))


def emit_field_addr(f: FunctionEmitter, op: FieldAddr) -> None:
    """A field's place."""
    part = f.types.layout(f.target(op.address)).parts[op.index]
    f.define(op, f.offset(f.scalar(op.address), part.offset))


def emit_payload_addr(f: FunctionEmitter, op: PayloadAddr) -> None:
    """A place inside an enum or a `T?`."""
    type_ = f.target(op.address)
    if isinstance(type_, IrEnum):
        layout = f.types.enum(type_)
        offset = layout.payload_offset + layout.variants[op.variant].parts[op.index].offset
    else:
        offset = f.types.layout(type_).parts[0].offset
    f.define(op, f.offset(f.scalar(op.address), offset))


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Slot: emit_slot, Load: emit_load, Peek: emit_peek, Store: emit_store, Take: emit_take,
    Put: emit_put, MoveOut: emit_move_out, FieldAddr: emit_field_addr,
    PayloadAddr: emit_payload_addr, Declare: emit_declare,
}
