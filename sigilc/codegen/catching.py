"""Emits calls at which panics end.

The runtime calls back: it gets the code of a small function and the address of the arguments, which that function takes
out of there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.types import Layout
from sigilc.codegen.writer import Writer
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Catch, Op


def emit_catch(f: FunctionEmitter, op: Catch) -> None:
    """The call; true when it panicked."""
    function = f.context.module.functions.get(op.function)
    if function is None:
        raise InternalError(f"{f.function.name} calls {op.function}, which is not there", op.span)
    layout = f.context.types.payload(tuple(value.type for value in op.args))
    code = _code(f.context, function, layout)
    frame = "null"
    if layout.leaves:
        frame = f.scratch(layout)
        f.store(layout, tuple(leaf for value in op.args for leaf in f.leaves(value)), frame)
    f.define(op, f.call_runtime("sigil_catch", "i1", f"ptr {code}", f"ptr {frame}"))


def _code(context: ModuleContext, function: IrFunction, layout: Layout) -> str:
    """`void (frame)`: calls a function with the arguments that lie in a frame."""
    name = symbol(f"catch {function.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        leaves = w.load(layout, "%frame") if layout.leaves else ()
        w.emit(f"call void {function_symbol(function.name)}({', '.join(w.arguments(layout, leaves))})")
        w.emit("ret void")
        return w.text(f"define internal void {name}(ptr noundef %frame) uwtable")

    return context.define(name, build)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {Catch: emit_catch}
