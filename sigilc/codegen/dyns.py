"""Emits values behind `dyn`: pairs of a table of methods, and a box that holds the value.

The table begins with the function that copies the box; it is null where no method changes the value. Behind it comes the
code of each method, which takes the box first, and the tables for the traits above that the program turns it to. A value
without memory of its own has no box: an immortal header stands for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.calls import argument_list
from sigilc.codegen.closures import code_of, environment, fill_environment, function_named
from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release_at, emit_retain
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import glue, symbol, type_name
from sigilc.codegen.writer import Writer, aggregate_type
from sigilc.crash import InternalError
from sigilc.ir.dyn_ops import CallDyn, MakeDyn, UpcastDyn
from sigilc.ir.ops import Op
from sigilc.ir.types import IrAddr, IrDyn, IrType

# Makes the box at a place one that nothing else holds, and gives it.
_UNIQUE = """define internal noundef ptr @"unique behind dyn"(ptr noundef %place) nounwind {
  %second = getelementptr inbounds i8, ptr %place, i64 8
  %box = load ptr, ptr %second
  %count = load i64, ptr %box
  %alone = icmp eq i64 %count, 1
  br i1 %alone, label %done, label %shared
shared:
  %table = load ptr, ptr %place
  %copy = load ptr, ptr %table
  %fresh = call ptr %copy(ptr %second) nounwind
  ret ptr %fresh
done:
  ret ptr %box
}"""


def emit_make_dyn(f: FunctionEmitter, op: MakeDyn) -> None:
    """A new box that takes over the value."""
    type_, value = _dyn(f.result(op).type), op.value.type
    box = fill_environment(f, (value,), f.leaves(op.value)) if _has_memory(f.context, value) else f.context.static_owner()
    f.define(op, _table(f, op, type_, op.methods), box)


def _table(f: FunctionEmitter, op: MakeDyn, type_: IrDyn, methods: list[str]) -> str:
    """The table of a value's type for a `dyn`; those for what that one becomes are in it."""
    value = op.value.type

    def build() -> str:
        is_changed = any(isinstance(method.params[0], IrAddr) for method in type_.methods)
        entries = [_copy(f.context, value) if is_changed else "null"]
        entries += [code_of(f.context, function_named(f, op, method), 1) for method in methods]
        entries += [_table(f, op, above, [methods[number] for number in numbers])
                    for above, numbers in f.context.upcasts.get(type_.name, ())]
        return f"[{len(entries)} x ptr] [{', '.join(f'ptr {entry}' for entry in entries)}]"

    return f.context.constant(symbol(f"table {type_name(type_)} {type_name(value)} {' '.join(methods)}"), build)


def emit_upcast_dyn(f: FunctionEmitter, op: UpcastDyn) -> None:
    """The table for the other type is in the value's own."""
    table, box = f.leaves(op.value)
    source, target = _dyn(op.value.type), _dyn(f.result(op).type)
    number = len(source.methods) + f.context.upcasts[source.name].index((target, tuple(op.numbers)))
    f.define(op, f.value(f"load ptr, ptr {f.offset(table, 8 + 8 * number)}"), box)


def emit_call_dyn(f: FunctionEmitter, op: CallDyn) -> None:
    """An indirect call through the table."""
    is_place = isinstance(op.receiver.type, IrAddr)
    type_ = _dyn(f.target(op.receiver) if is_place else op.receiver.type)
    if is_place:
        place = f.scalar(op.receiver)
        unique = f.context.define(symbol("unique behind dyn"), lambda: _UNIQUE)
        box, table = f.value(f"call ptr {unique}(ptr {place})"), f.value(f"load ptr, ptr {place}")
    else:
        table, box = f.leaves(op.receiver)
    code = f.value(f"load ptr, ptr {f.offset(table, 8 + 8 * op.number)}")
    layout = f.types.layout(type_.methods[op.number].result)
    places = f.result_places(layout)
    arguments = [*(f"ptr {place}" for place in places), f"ptr {box}", *argument_list(f, op.args)]
    f.define(op, *f.split(layout, f.call(op, aggregate_type(layout), code, arguments), places))


def _dyn(type_: IrType) -> IrDyn:
    if not isinstance(type_, IrDyn):
        raise InternalError(f"{type_} has no table of methods")
    return type_


def _has_memory(context: ModuleContext, value: IrType) -> bool:
    return context.types.layout(value).size > 0


def _copy(context: ModuleContext, value: IrType) -> str:
    """`ptr (place)`: replaces the box at a place, which others hold as well, by a copy, and gives that."""
    name = glue("copy behind dyn", value)

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        box = w.value("load ptr, ptr %place")
        if not _has_memory(context, value):
            w.emit(f"ret ptr {box}")
            return w.text(f"define internal ptr {name}(ptr noundef %place) nounwind")
        layout, offset, _ = environment(context, (value,))
        leaves = w.view(layout, w.offset(box, offset))
        if context.is_counted(value):
            emit_retain(w, value, leaves)
        fresh = fill_environment(w, (value,), leaves)
        emit_release_at(w, IrDyn("any"), w.offset("%place", -8))
        w.emit(f"store ptr {fresh}, ptr %place")
        w.emit(f"ret ptr {fresh}")
        return w.text(f"define internal ptr {name}(ptr noundef %place) nounwind")

    return context.define(name, build)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    MakeDyn: emit_make_dyn, UpcastDyn: emit_upcast_dyn, CallDyn: emit_call_dyn,
}
