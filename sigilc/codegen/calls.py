"""Emits calls of IR functions, runtime functions and C functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen import abi
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.exports import callback
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.runtime_symbols import BITCASTS, INTRINSIC_BY_RUNTIME, c_type, returns_through_pointer
from sigilc.codegen.types import untagged
from sigilc.codegen.writer import aggregate_type
from sigilc.crash import InternalError
from sigilc.ir.foreign_ops import CallPointer, CodePointer, IsValid, PointerOffset, PointerRead, PointerWrite
from sigilc.ir.ops import (
    Call,
    CallForeign,
    CallRuntime,
    Op,
    Value,
)
from sigilc.ir.runtime_abi import RUNTIME
from sigilc.ir.types import UNIT, IrAddr, IrEnum, IrFloat, IrInt, IrSimple

SURROGATES, LAST_CHARACTER = (0xD800, 0xDFFF), 0x10FFFF


def emit_call(f: FunctionEmitter, op: Call) -> None:
    """A direct call."""
    function = f.context.module.functions.get(op.function)
    if function is None:
        raise InternalError(f"{f.function.name} calls {op.function}, which is not there", op.span)
    layout = f.types.layout(function.result)
    unwinds = op.function not in f.context.module.nounwind
    places = f.result_places(layout)
    arguments = [*(f"ptr {place}" for place in places), *argument_list(f, op.args)]
    returned = f.call(op, aggregate_type(layout), function_symbol(op.function), arguments, unwinds=unwinds)
    f.define(op, *f.split(layout, returned, places))


def argument_list(f: FunctionEmitter, values: list[Value]) -> list[str]:
    """Values as the arguments of an LLVM call."""
    return [text for value in values for text in f.arguments(f.types.layout(value.type), f.leaves(value))]


# ---- The runtime ----------------------------------------------------------------------------------------------------


def emit_call_runtime(f: FunctionEmitter, op: CallRuntime) -> None:
    """A call of a function of `runtime_abi.py`."""
    function = RUNTIME[op.function]
    if op.function in INTRINSIC_BY_RUNTIME:
        intrinsic = f.context.runtime(INTRINSIC_BY_RUNTIME[op.function])
        doubles = ", ".join(f"double {f.scalar(arg)}" for arg in op.args)
        f.define(op, f.value(f"call double {intrinsic}({doubles})"))
        return
    if op.function in BITCASTS:
        (argument,) = op.args
        f.define(op, f.value(f"bitcast {f.ll_type(argument.type)} {f.scalar(argument)} to {f.ll_type(function.result)}"))
        return
    if op.function == "math_fmod":
        f.define(op, f.value(f"frem double {f.scalar(op.args[0])}, {f.scalar(op.args[1])}"))
        return
    if op.function == "f64_total_compare":
        f.define(op, _total_compare(f, *(f.scalar(arg) for arg in op.args)))
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


# The bits of a number, ordered as signed integers: those below zero are turned round, all NaN are one, behind the rest.
_ORDER = """define internal i64 @"total order"(double %number) alwaysinline nounwind {
  %bits = bitcast double %number to i64
  %sign = ashr i64 %bits, 63
  %rest = lshr i64 %sign, 1
  %order = xor i64 %bits, %rest
  %is_nan = fcmp uno double %number, %number
  %key = select i1 %is_nan, i64 9223372036854775807, i64 %order
  ret i64 %key
}"""


def _total_compare(f: FunctionEmitter, left: str, right: str) -> str:
    """-1, 0 or 1 in the total order of floats, as `sigil_f64_total_compare` gives it."""
    name = f.context.define(symbol("total order"), lambda: _ORDER)
    a, b = (f.value(f"call i64 {name}(double {number})") for number in (left, right))
    greater, less = (f.value(f"zext i1 {f.value(f'icmp {op} i64 {a}, {b}')} to i32") for op in ("sgt", "slt"))
    return f.value(f"sub i32 {greater}, {less}")


# ---- C --------------------------------------------------------------------------------------------------------------


def emit_call_foreign(f: FunctionEmitter, op: CallForeign) -> None:
    """A call by the C ABI, with the types that the declaration gives."""
    foreign = f.context.module.foreign.get(op.symbol)
    if foreign is None:
        raise InternalError(f"the C function {op.symbol} is not declared", op.span)
    declared = abi.c_signature(f.types, foreign.params, foreign.result)
    params = abi.declared_params(f.types, declared)
    if foreign.is_variadic:
        params.append("...")
    result = f"{abi.declared_result(declared)} {symbol(op.symbol)}({', '.join(params)})"
    callee = f.context.declare(op.symbol, f"declare {result}")
    if foreign.is_variadic:
        callee = f"({', '.join(params)}) {callee}"
    further = [value.type for value in op.args[len(foreign.params):]]
    _emit_c_call(f, op, abi.c_signature(f.types, [*foreign.params, *further], foreign.result), callee, op.args)


def emit_call_pointer(f: FunctionEmitter, op: CallPointer) -> None:
    """A call by the C ABI of what an address leads to."""
    signature = abi.c_signature(f.types, [value.type for value in op.args], f.result(op).type)
    _emit_c_call(f, op, signature, f.scalar(op.callee), op.args)


def _emit_c_call(f: FunctionEmitter, op: Op, signature: abi.CSignature, callee: str, args: list[Value]) -> None:
    arguments, out = abi.call_arguments(f, signature, [f.leaves(value) for value in args])
    returned = f.call(op, abi.declared_result(signature, is_attributed=False), callee, arguments, unwinds=False)
    f.define(op, *abi.call_result(f, signature, returned, out))


def emit_code_pointer(f: FunctionEmitter, op: CodePointer) -> None:
    """The function's C form, made where it is first asked for."""
    function = f.context.module.functions.get(op.function)
    if function is None:
        raise InternalError(f"{f.function.name} names {op.function}, which is not there", op.span)
    f.define(op, callback(f.context, function))


# What lies at a raw pointer may have been written as any type, so nothing is said about its kind.


def emit_pointer_read(f: FunctionEmitter, op: PointerRead) -> None:
    """A load of any kind of memory."""
    f.define(op, *f.load(untagged(f.types.layout(f.result(op).type)), f.scalar(op.pointer)))


def emit_pointer_write(f: FunctionEmitter, op: PointerWrite) -> None:
    """A store to any kind of memory."""
    f.store(untagged(f.types.layout(op.value.type)), f.leaves(op.value), f.scalar(op.pointer))


def emit_pointer_offset(f: FunctionEmitter, op: PointerOffset) -> None:
    """Plain address arithmetic: the result need not lie in the same object."""
    size = f.types.layout(op.item).size
    f.define(op, f.value(f"getelementptr [{size} x i8], ptr {f.scalar(op.pointer)}, i64 {f.scalar(op.count)}"))


def emit_is_valid(f: FunctionEmitter, op: IsValid) -> None:
    """Characters are those of Unicode but for the surrogates; an enum has the numbers of its variants."""
    scalar, type_ = f.scalar(op.value), op.value.type
    if not isinstance(type_, IrEnum):
        from_start = f.value(f"icmp ult i32 {scalar}, {SURROGATES[0]}")
        beyond = f.value(f"sub i32 {scalar}, {SURROGATES[1] + 1}")
        behind = f.value(f"icmp ule i32 {beyond}, {LAST_CHARACTER - SURROGATES[1] - 1}")
        f.define(op, f.value(f"or i1 {from_start}, {behind}"))
        return
    found = "false"
    for number in type_.discriminants:
        is_this = f.value(f"icmp eq i32 {scalar}, {number}")
        found = is_this if found == "false" else f.value(f"or i1 {found}, {is_this}")
    f.define(op, found)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Call: emit_call, CallRuntime: emit_call_runtime, CallForeign: emit_call_foreign,
    CallPointer: emit_call_pointer, CodePointer: emit_code_pointer, PointerRead: emit_pointer_read,
    IsValid: emit_is_valid, PointerWrite: emit_pointer_write, PointerOffset: emit_pointer_offset,
}
