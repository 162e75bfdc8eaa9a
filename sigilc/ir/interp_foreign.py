"""Calls of C functions from the interpreter, through ctypes, in the libraries that this process has loaded."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from sigilc.crash import InternalError
from sigilc.ir.function import ForeignFunction
from sigilc.ir.interp_values import ArrayValue
from sigilc.ir.types import ADDRESS, BOOL, CHAR, PTR, STR, U8, U32, UNIT, IrArray, IrFloat, IrInt, IrType

SIZED: dict[tuple[int, bool], Any] = {
    (8, True): ctypes.c_int8, (16, True): ctypes.c_int16, (32, True): ctypes.c_int32, (64, True): ctypes.c_int64,
    (8, False): ctypes.c_uint8, (16, False): ctypes.c_uint16, (32, False): ctypes.c_uint32,
    (64, False): ctypes.c_uint64}


def _c_type(type_: IrType) -> Any:
    match type_:
        case IrInt(bits=bits, signed=signed) if (bits, signed) in SIZED:
            return SIZED[bits, signed]
        case IrFloat(bits=bits):
            return ctypes.c_float if bits == 32 else ctypes.c_double
    simple: dict[IrType, Any] = {BOOL: ctypes.c_bool, CHAR: ctypes.c_uint32, PTR: ctypes.c_void_p,
                                 ADDRESS: ctypes.c_uint64, UNIT: None}
    if type_ not in simple:
        raise InternalError(f"the interpreter can't pass {type_} to C")
    return simple[type_]


def _argument(value: Any, type_: IrType) -> Any:
    """A scalar, or the data of text or an array of scalars, which lives as long as the ctypes object."""
    if type_ == STR:
        return ctypes.create_string_buffer(value, len(value) + 1)
    if isinstance(type_, IrArray) and isinstance(value, ArrayValue):
        return (_c_type(type_.item) * max(len(value.items), 1))(*value.items)
    return _c_type(type_)(value)


def bind(foreign: ForeignFunction, arg_types: list[IrType]) -> Callable[[list[Any]], Any]:
    """A Python function that calls the C one with arguments of these types."""
    try:
        function = getattr(ctypes.CDLL(None), foreign.symbol)
    except AttributeError:
        raise InternalError(f"the interpreter has no C function {foreign.symbol}") from None
    function.restype = _c_type(foreign.result)
    result = foreign.result

    def call(values: list[Any]) -> Any:
        found = function(*map(_argument, values, arg_types))
        if result == PTR:
            return found or 0
        return ord(found) if result in (U8, U32) and isinstance(found, bytes) else found
    return call
