"""Emits the loans of parts of arrays.

The slot of a loan sees the elements where they are, through a window that owns them alone meanwhile (see `sigil_slice_lend`
in the runtime). Of an array of fixed length, whose memory no window can own, it holds copies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.buffers import check_slice, item_type
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.fixed_arrays import emit_slice_of
from sigilc.ir.array_ops import GiveBackSlice, LendSlice
from sigilc.ir.ops import Op
from sigilc.ir.types import IrFixed


def emit_lend_slice(f: FunctionEmitter, op: LendSlice) -> None:
    """A slot with the part; its release gives it back."""
    type_, result = f.target(op.address), f.result(op)
    array, low, high = f.scalar(op.address), f.scalar(op.low), f.scalar(op.high)
    layout = f.types.layout(f.target(result))
    part = f.alloca(layout.size, layout.align)
    f.define(op, part)
    count = f.value(f"sub i64 {high}, {low}")
    if isinstance(type_, IrFixed):
        item = f.types.layout(type_.item)
        f.store(layout, emit_slice_of(f, op, type_, (array,), low, high), part)
        home = f.element(array, low, item)
        f.loans[result] = ("sigil_elements_give_back", (f"ptr {home}", f"i64 {count}"))
        return
    descriptor = f.context.descriptor(item_type(type_))
    length = f.types.layout(type_).leaves[1]
    check_slice(f, op, low, high, f.load_leaf(length, f.offset(array, length.offset)))
    holders = f.call_runtime("sigil_slice_lend", "i64", f"ptr {array}", f"i64 {low}", f"i64 {high}", f"ptr {part}",
                             f"ptr {descriptor}")
    f.loans[result] = ("sigil_slice_give_back", (f"ptr {array}", f"i64 {low}", f"i64 {count}", f"i64 {holders}"))


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    LendSlice: emit_lend_slice, GiveBackSlice: lambda f, op: None,
}
