"""Calls of C functions from the interpreter, through ctypes, in the libraries that this process has loaded."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.crash import InternalError
from sigilc.ir import foreign_ops, ops
from sigilc.ir.function import ForeignFunction
from sigilc.ir.interp_memory import NO_VARIANT, c_type, decode, encode, encode_all, from_c, size_align, to_c
from sigilc.ir.interp_values import ArrayValue, ElementPlace, Place
from sigilc.ir.types import CHAR, STR, UNIT, IrAddr, IrArray, IrType

if TYPE_CHECKING:
    from sigilc.ir.interp import Machine
    from sigilc.ir.interp_code import FunctionCompiler, Step

WriteBack = Callable[[], None]


def bind(foreign: ForeignFunction, arg_types: list[IrType], machine: Machine) -> Callable[[list[Any]], Any]:
    """A Python function that calls the C one with arguments of these types."""
    try:
        function = getattr(ctypes.CDLL(None), foreign.symbol)
    except AttributeError:
        raise InternalError(f"the interpreter has no C function {foreign.symbol}") from None
    function.restype = c_type(foreign.result)
    return lambda values: call_c(function, values, arg_types, foreign.result, machine)


def call_c(function: Any, values: list[Any], arg_types: list[IrType], result: IrType, machine: Machine) -> Any:
    """Calls a ctypes function; what it wrote into places goes back there. Raises what a callback has raised."""
    passed: list[Any] = []
    after: list[WriteBack] = []
    for value, type_ in zip(values, arg_types, strict=True):
        argument, write_back = _argument(value, type_)
        passed.append(argument)
        if write_back is not None:
            after.append(write_back)
    found = function(*passed)
    for write_back in after:
        write_back()
    if machine.callback_errors:
        raise machine.callback_errors.pop()
    return from_c(found, result)


def _argument(value: Any, type_: IrType) -> tuple[Any, WriteBack | None]:
    """A value, or memory that lives as long as the ctypes object."""
    if type_ == STR:
        return ctypes.create_string_buffer(value, len(value) + 1), None
    if isinstance(type_, IrArray) and isinstance(value, ArrayValue):
        data = encode_all(value.items, type_.item)
        return ctypes.create_string_buffer(data, max(len(data), 1)), None
    if isinstance(type_, IrAddr):
        return _lent(value, type_.target)
    return to_c(value, type_), None


def _lent(place: Place, target: IrType) -> tuple[Any, WriteBack]:
    """A place for the time of a call; the first element of an array stands for all of them."""
    if isinstance(place, ElementPlace) and place.index == 0:
        items = place.parent.own().items
        size = size_align(target)[0]
        buffer = ctypes.create_string_buffer(encode_all(items, target), max(len(items) * size, 1))

        def write_items() -> None:
            items[:] = [decode(buffer.raw[i * size:], target) for i in range(len(items))]
        return buffer, write_items
    buffer = ctypes.create_string_buffer(encode(place.read(), target), max(size_align(target)[0], 1))
    return buffer, lambda: place.write(decode(buffer.raw, target))


# ---- Steps -----------------------------------------------------------------------------------------------------------


def make_call_foreign(op: ops.CallForeign, code: FunctionCompiler) -> Step:
    args, d, types = code.indices(op.args), code.result(op), [v.type for v in op.args]
    foreign, machine = code.machine.module.foreign[op.symbol], code.machine
    bound: list[Callable[[list[Any]], Any]] = []

    def step(frame: list[Any]) -> None:
        if not bound:
            bound.append(bind(foreign, types, machine))
        frame[d] = bound[0]([frame[i] for i in args])
    return step


def make_call_pointer(op: foreign_ops.CallPointer, code: FunctionCompiler) -> Step:
    args, c, d, types = code.indices(op.args), code.index(op.callee), code.result(op), [v.type for v in op.args]
    result, machine = code.type_of(op), code.machine

    def step(frame: list[Any]) -> None:
        function = ctypes.CFUNCTYPE(c_type(result), *(_pointer_or_value(t) for t in types))(frame[c])
        frame[d] = call_c(function, [frame[i] for i in args], types, result, machine)
    return step


def _pointer_or_value(type_: IrType) -> Any:
    return ctypes.c_void_p if type_ == STR or isinstance(type_, IrArray | IrAddr) else c_type(type_)


def make_code_pointer(op: foreign_ops.CodePointer, code: FunctionCompiler) -> Step:
    d, machine = code.result(op), code.machine
    function = machine.module.functions[op.function]
    types, result = [p.type for p in function.params], function.result
    callee = code.callee(op.function)

    def called(*values: Any) -> Any:
        if machine.callback_errors:
            return None if result == UNIT else 0
        try:
            found = callee.call([from_c(v, t) for v, t in zip(values, types, strict=True)])
        except Exception as error:      # to be raised when C has come back
            machine.callback_errors.append(error)
            return None if result == UNIT else 0
        return None if result == UNIT else getattr(to_c(found, result), "value", None)

    def step(frame: list[Any]) -> None:
        if op.function not in machine.callbacks:
            machine.callbacks[op.function] = ctypes.CFUNCTYPE(c_type(result), *map(c_type, types))(called)
        frame[d] = ctypes.cast(machine.callbacks[op.function], ctypes.c_void_p).value
    return step


def make_pointer_read(op: foreign_ops.PointerRead, code: FunctionCompiler) -> Step:
    p, d, type_ = code.index(op.pointer), code.result(op), code.type_of(op)
    size = size_align(type_)[0]

    def step(frame: list[Any]) -> None:
        frame[d] = decode(ctypes.string_at(frame[p], size), type_)
    return step


def make_pointer_write(op: foreign_ops.PointerWrite, code: FunctionCompiler) -> Step:
    p, v, type_ = code.index(op.pointer), code.index(op.value), op.value.type

    def step(frame: list[Any]) -> None:
        data = encode(frame[v], type_)
        ctypes.memmove(frame[p], data, len(data))
    return step


def make_pointer_offset(op: foreign_ops.PointerOffset, code: FunctionCompiler) -> Step:
    p, c, d, size = code.index(op.pointer), code.index(op.count), code.result(op), size_align(op.item)[0]

    def step(frame: list[Any]) -> None:
        frame[d] = (frame[p] + frame[c] * size) & 0xFFFF_FFFF_FFFF_FFFF
    return step


def make_is_valid(op: foreign_ops.IsValid, code: FunctionCompiler) -> Step:
    v, d, is_char = code.index(op.value), code.result(op), op.value.type == CHAR

    def step(frame: list[Any]) -> None:
        value = frame[v]
        frame[d] = (value < 0xD800 or 0xE000 <= value <= 0x10FFFF) if is_char else value[0] != NO_VARIANT
    return step


def make_union(op: foreign_ops.MakeUnion, code: FunctionCompiler) -> Step:
    v, d, type_, union = code.index(op.value), code.result(op), op.value.type, code.type_of(op)
    base = code.index(op.base) if op.base is not None else None
    size = size_align(union)[0]

    def step(frame: list[Any]) -> None:
        data = encode(frame[v], type_)
        frame[d] = data + (frame[base] if base is not None else bytes(size))[len(data):]
    return step


def make_union_field(op: ops.GetField, code: FunctionCompiler) -> Step:
    v, d, type_ = code.index(op.value), code.result(op), code.type_of(op)

    def step(frame: list[Any]) -> None:
        frame[d] = decode(frame[v], type_)
    return step


MAKERS: dict[type[ops.Op], Callable[[Any, FunctionCompiler], Step | None]] = {
    ops.CallForeign: make_call_foreign,
    foreign_ops.CallPointer: make_call_pointer,
    foreign_ops.CodePointer: make_code_pointer,
    foreign_ops.PointerRead: make_pointer_read,
    foreign_ops.PointerWrite: make_pointer_write,
    foreign_ops.PointerOffset: make_pointer_offset,
    foreign_ops.IsValid: make_is_valid,
    foreign_ops.MakeUnion: make_union,
}
