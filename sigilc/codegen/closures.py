"""Emits function values: pairs of a code pointer and an environment, which the code takes first.

An environment is a box `{count, drop, captures…}`; that of a plain function is immortal. The code is a small function
made for each function that is used as a value: it takes the captures out of the environment and calls on. A value behind
`dyn` lies in such a box too, as the only capture of all its methods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.boxes import drop_in_turn
from sigilc.codegen.calls import argument_list
from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release_at
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import function_symbol, glue, symbol
from sigilc.codegen.types import Layout, round_up
from sigilc.codegen.writer import RESULT_PLACE, Leaves, Writer, aggregate_type, parameters, result_parameters
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import CallValue, FunctionValue, MakeClosure, Op
from sigilc.ir.types import IrAddr, IrDyn, IrFn, IrTuple, IrType, parts_of

_BOX_SIZE = 16


def emit_function_value(f: FunctionEmitter, op: FunctionValue) -> None:
    """A constant pair."""
    function = function_named(f, op, op.function)
    f.define(op, code_of(f.context, function, 0), f.context.static_owner())


def emit_make_closure(f: FunctionEmitter, op: MakeClosure) -> None:
    """A new environment that takes over the captures."""
    function = function_named(f, op, op.function)
    code = code_of(f.context, function, len(op.captures))
    if not op.captures:
        f.define(op, code, f.context.static_owner())
        return
    leaves = tuple(leaf for value in op.captures for leaf in f.leaves(value))
    f.define(op, code, fill_environment(f, tuple(value.type for value in op.captures), leaves))


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


def function_named(f: FunctionEmitter, op: Op, name: str) -> IrFunction:
    """The function that an op names."""
    function = f.context.module.functions.get(name)
    if function is None:
        raise InternalError(f"{f.function.name} names {name}, which is not there", op.span)
    return function


def fill_environment(w: Writer, captures: tuple[IrType, ...], leaves: Leaves) -> str:
    """A new box with count 1 that holds the leaves of its captures."""
    layout, offset, size = environment(w.context, captures)
    box = w.call_runtime("sigil_alloc", "ptr", f"i64 {size}")
    w.store_word("header.count", "1", box)
    w.emit(f"store ptr {_drop(w.context, captures)}, ptr {w.offset(box, 8)}")
    w.store(layout, leaves, w.offset(box, offset))
    return box


def environment(context: ModuleContext, captures: tuple[IrType, ...]) -> tuple[Layout, int, int]:
    """The captures' layout, their offset in the box, and the box's size."""
    layout = context.types.payload(captures)
    offset = round_up(_BOX_SIZE, layout.align)
    return layout, offset, offset + layout.size


def code_of(context: ModuleContext, function: IrFunction, capture_count: int) -> str:
    """The code of a function value: `(environment, own parameters…)`; captured addresses are those of the captures."""
    # A function may be a value here and, with what it is called on captured, a method behind `dyn` there.
    kind = f"value of {capture_count}" if capture_count else "value"
    name = symbol(f"{kind} {function.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        layouts = [context.types.layout(param.type) for param in function.params]
        params, values = parameters(layouts[capture_count:])
        result_layout = context.types.layout(function.result)
        arguments = [f"ptr {RESULT_PLACE}{number}" for number in range(len(result_layout.areas))]
        arguments += _captured(w, tuple(p.type for p in function.params[:capture_count]))
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


def _captured(w: Writer, captures: tuple[IrType, ...]) -> list[str]:
    """What a function gets of its environment: views of the captures; of the value behind `dyn` it may get the place."""
    if len(captures) == 1 and isinstance(captures[0], IrAddr):
        return [f"ptr {w.offset('%environment', environment(w.context, (captures[0].target,))[1])}"]
    layout, offset, _ = environment(w.context, captures)
    return w.arguments(layout, w.view(layout, w.offset("%environment", offset)) if layout.leaves else ())


def _drop(context: ModuleContext, captures: tuple[IrType, ...]) -> str:
    """Releases the captures and frees the box."""
    name = glue("drop environment", IrTuple(captures))

    def contents(name: str) -> str:
        w = Writer(context)
        w.begin("start")
        layout, offset, _ = environment(context, captures)
        for part in layout.parts:
            if context.is_counted(part.type):
                emit_release_at(w, part.type, w.offset("%box", offset + part.offset))
        w.call_runtime("sigil_free", "void", "ptr %box")
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %box) nounwind")

    if not _may_lead_on(captures):
        return context.define(name, lambda: contents(name))
    inner = glue("drop captures", IrTuple(captures))
    context.define(inner, lambda: contents(inner))
    return context.define(name, lambda: drop_in_turn(context, name, inner))


def _may_lead_on(captures: tuple[IrType, ...]) -> bool:
    """Whether what is captured may lead to a further environment, and that to another, in a chain of any length."""
    stack, seen = list(captures), set[IrType]()
    while stack:
        current = stack.pop()
        if isinstance(current, IrFn | IrDyn):
            return True
        if current not in seen:
            seen.add(current)
            stack += parts_of(current)
    return False


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    FunctionValue: emit_function_value, MakeClosure: emit_make_closure, CallValue: emit_call_value,
}
