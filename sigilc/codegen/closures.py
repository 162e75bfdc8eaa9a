"""Emits function values: pairs of a code pointer and an environment, which the code takes first.

An environment is a box `{count, drop, captures…}`; that of a plain function is immortal. The code is a small function
made for each function that is used as a value: it takes the captures out of the environment and calls on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.calls import argument_list
from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release_at
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.types import Layout, round_up
from sigilc.codegen.writer import RESULT_PLACE, Writer, aggregate_type, parameters, result_parameters
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import CallValue, FunctionValue, MakeClosure, Op
from sigilc.ir.types import IrFn, IrType

_BOX_SIZE = 16


def emit_function_value(f: FunctionEmitter, op: FunctionValue) -> None:
    """A constant pair."""
    function = _function(f, op, op.function)
    f.define(op, _code(f.context, function, 0), f.context.static_owner())


def emit_make_closure(f: FunctionEmitter, op: MakeClosure) -> None:
    """A new environment that takes over the captures."""
    function = _function(f, op, op.function)
    context = f.context
    captures = tuple(value.type for value in op.captures)
    code = _code(context, function, len(captures))
    if not op.captures:
        f.define(op, code, context.static_owner())
        return
    layout, offset, size = _environment(context, captures)
    box = f.call_runtime("sigil_alloc", "ptr", f"i64 {size}")
    f.store_word("header.count", "1", box)
    f.emit(f"store ptr {_drop(context, function, captures)}, ptr {f.offset(box, 8)}")
    leaves = tuple(leaf for value in op.captures for leaf in f.leaves(value))
    f.store(layout, leaves, f.offset(box, offset))
    f.define(op, code, box)


def emit_call_value(f: FunctionEmitter, op: CallValue) -> None:
    """An indirect call."""
    type_ = op.callee.type
    if not isinstance(type_, IrFn):
        raise InternalError(f"a call of a value of the type {type_}", op.span)
    code, environment = f.leaves(op.callee)
    layout = f.types.layout(type_.result)
    places = f.result_places(layout)
    arguments = [*(f"ptr {place}" for place in places), f"ptr {environment}", *argument_list(f, op.args)]
    f.define(op, *f.split(layout, f.call(op, aggregate_type(layout), code, arguments), places))


def _function(f: FunctionEmitter, op: Op, name: str) -> IrFunction:
    function = f.context.module.functions.get(name)
    if function is None:
        raise InternalError(f"{f.function.name} names {name}, which is not there", op.span)
    return function


def _environment(context: ModuleContext, captures: tuple[IrType, ...]) -> tuple[Layout, int, int]:
    """The captures' layout, their offset in the box, and the box's size."""
    layout = context.types.payload(captures)
    offset = round_up(_BOX_SIZE, layout.align)
    return layout, offset, offset + layout.size


def _code(context: ModuleContext, function: IrFunction, capture_count: int) -> str:
    """The code of a function value: `(environment, own parameters…)`."""
    name = symbol(f"value {function.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        layouts = [context.types.layout(param.type) for param in function.params]
        params, values = parameters(layouts[capture_count:])
        captures, offset, _ = _environment(context, tuple(p.type for p in function.params[:capture_count]))
        captured = w.view(captures, w.offset("%environment", offset)) if captures.leaves else ()
        result_layout = context.types.layout(function.result)
        arguments = [f"ptr {RESULT_PLACE}{number}" for number in range(len(result_layout.areas))]
        arguments += w.arguments(captures, captured)
        for layout, leaves in zip(layouts[capture_count:], values, strict=True):
            arguments += w.arguments(layout, leaves)
        result = aggregate_type(result_layout)
        call = f"call {result} {function_symbol(function.name)}({', '.join(arguments)})"
        if result == "void":
            w.emit(call)
            w.emit("ret void")
        else:
            w.emit(f"ret {result} {w.value(call)}")
        attributes = "nounwind uwtable" if function.name in context.module.nounwind else "uwtable"
        declared = [*result_parameters(result_layout), "ptr noundef %environment", *params]
        return w.text(f"define internal {result} {name}({', '.join(declared)}) {attributes}")

    return context.define(name, build)


def _drop(context: ModuleContext, function: IrFunction, captures: tuple[IrType, ...]) -> str:
    """Releases the captures and frees the box."""
    name = symbol(f"drop environment {function.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        layout, offset, _ = _environment(context, captures)
        for part in layout.parts:
            if context.is_counted(part.type):
                emit_release_at(w, part.type, w.offset("%box", offset + part.offset))
        w.call_runtime("sigil_free", "void", "ptr %box")
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %box) nounwind")

    return context.define(name, build)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    FunctionValue: emit_function_value, MakeClosure: emit_make_closure, CallValue: emit_call_value,
}
