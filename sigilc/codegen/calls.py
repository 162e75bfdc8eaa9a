"""Emits calls of IR functions, runtime functions and C functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.runtime_symbols import INTRINSIC_BY_RUNTIME, c_extension, c_type, returns_through_pointer
from sigilc.codegen.writer import aggregate_type
from sigilc.crash import InternalError
from sigilc.ir.function import ForeignFunction
from sigilc.ir.ops import Call, CallForeign, CallRuntime, Op, Value
from sigilc.ir.runtime_abi import RUNTIME
from sigilc.ir.types import STR, UNIT, IrAddr, IrArray, IrFloat, IrInt, IrSimple, IrType


def emit_call(f: FunctionEmitter, op: Call) -> None:
    """A direct call."""
    function = f.context.module.functions.get(op.function)
    if function is None:
        raise InternalError(f"{f.function.name} calls {op.function}, which is not there", op.span)
    layout = f.types.layout(function.result)
    unwinds = op.function not in f.context.module.nounwind
    returned = f.call(op, aggregate_type(layout), function_symbol(op.function), argument_list(f, op.args),
                      unwinds=unwinds)
    f.define(op, *f.split(layout, returned))


def argument_list(f: FunctionEmitter, values: list[Value]) -> list[str]:
    """Values as the arguments of an LLVM call."""
    return [text for value in values for text in f.arguments(f.types.layout(value.type), f.leaves(value))]


# ---- The runtime ----------------------------------------------------------------------------------------------------


def emit_call_runtime(f: FunctionEmitter, op: CallRuntime) -> None:
    """A call of a function of `runtime_abi.py`."""
    function = RUNTIME[op.function]
    if op.function in INTRINSIC_BY_RUNTIME:
        intrinsic = f.context.runtime(INTRINSIC_BY_RUNTIME[op.function])
        f.define(op, f.value(f"call double {intrinsic}(double {f.scalar(op.args[0])})"))
        return
    if op.function == "math_fmod":
        f.define(op, f.value(f"frem double {f.scalar(op.args[0])}, {f.scalar(op.args[1])}"))
        return
    arguments: list[str] = []
    for param, value in zip(function.params, op.args, strict=True):
        if isinstance(param, IrInt | IrFloat | IrSimple | IrAddr):
            arguments.append(f"{c_type(param)} {f.scalar(value)}")
        else:
            data, length, _ = f.leaves(value)
            arguments += [f"ptr {data}", f"i64 {length}"]
    callee = f.context.runtime(function.symbol)
    if returns_through_pointer(function):
        layout = f.types.layout(function.result)
        out = f.scratch(layout)
        f.call(op, "void", callee, [f"ptr {out}", *arguments], unwinds=function.may_panic)
        f.define(op, *f.load(layout, out))
    elif function.result == UNIT:
        f.call(op, "void", callee, arguments, unwinds=function.may_panic)
        f.define(op)
    else:
        f.define(op, f.call(op, c_type(function.result), callee, arguments, unwinds=function.may_panic))


# ---- C --------------------------------------------------------------------------------------------------------------


def emit_call_foreign(f: FunctionEmitter, op: CallForeign) -> None:
    """A call by the C ABI, with the types that the declaration gives."""
    foreign = f.context.module.foreign.get(op.symbol)
    if foreign is None:
        raise InternalError(f"the C function {op.symbol} is not declared", op.span)
    arguments: list[str] = []
    for number, value in enumerate(op.args):
        type_ = foreign.params[number] if number < len(foreign.params) else value.type
        arguments.append(f"{foreign_type(type_)}{c_extension(type_)} {f.leaves(value)[0]}")
    callee = f.context.declare(op.symbol, declare_foreign(foreign))
    result = "void" if foreign.result == UNIT else foreign_type(foreign.result)
    if foreign.is_variadic:
        callee = f"({', '.join([*map(foreign_type, foreign.params), '...'])}) {callee}"
    returned = f.call(op, result, callee, arguments, unwinds=False)
    f.define(op, *([returned] if returned else []))


def foreign_type(type_: IrType) -> str:
    """The LLVM type by which a value crosses to C; arrays and texts pass as their data's address."""
    return "ptr" if type_ == STR or isinstance(type_, IrArray) else c_type(type_)


def declare_foreign(foreign: ForeignFunction) -> str:
    """The `declare` line of a C function."""
    params = [f"{foreign_type(t)}{c_extension(t)}" for t in foreign.params]
    if foreign.is_variadic:
        params.append("...")
    result = "void"
    if foreign.result != UNIT:
        result = f"{c_extension(foreign.result)} {foreign_type(foreign.result)}".strip()
    return f"declare {result} {symbol(foreign.symbol)}({', '.join(params)})"


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Call: emit_call, CallRuntime: emit_call_runtime, CallForeign: emit_call_foreign,
}
