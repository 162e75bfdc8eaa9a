"""How the interpreter's values look in C's memory: as bytes, and as ctypes for calls."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Any

from sigilc.crash import InternalError
from sigilc.ir.interp_values import ArrayValue
from sigilc.ir.types import (
    ADDRESS,
    BOOL,
    CHAR,
    PTR,
    UNIT,
    IrAddr,
    IrArray,
    IrCounted,
    IrEnum,
    IrFixed,
    IrFloat,
    IrInt,
    IrStruct,
    IrType,
)

_FORMATS: dict[IrType, str] = {BOOL: "?", CHAR: "I", PTR: "Q", ADDRESS: "Q"}
_C_INTS: dict[tuple[int, bool], Any] = {
    (8, True): ctypes.c_int8, (16, True): ctypes.c_int16, (32, True): ctypes.c_int32, (64, True): ctypes.c_int64,
    (8, False): ctypes.c_uint8, (16, False): ctypes.c_uint16, (32, False): ctypes.c_uint32,
    (64, False): ctypes.c_uint64}
_C_SIMPLE: dict[IrType, Any] = {BOOL: ctypes.c_bool, CHAR: ctypes.c_uint32, PTR: ctypes.c_uint64,
                                ADDRESS: ctypes.c_uint64, UNIT: None}
# The number of an enum's value that C gave and that no variant has.
NO_VARIANT = -1


def scalar_format(type_: IrType) -> str:
    """The letter of the module `struct` for a scalar."""
    match type_:
        case IrInt(bits=bits, signed=signed) if bits <= 64:
            letter = {8: "b", 16: "h", 32: "i", 64: "q"}[bits]
            return letter if signed else letter.upper()
        case IrFloat(bits=bits):
            return "f" if bits == 32 else "d"
        case IrEnum():
            return "i"
    if type_ not in _FORMATS:
        raise InternalError(f"the interpreter can't show {type_} to C")
    return _FORMATS[type_]


def fields_of(type_: IrStruct | IrFixed) -> tuple[IrType, ...]:
    """The types of the parts of a struct or array of fixed length."""
    return type_.fields if isinstance(type_, IrStruct) else (type_.item,) * type_.count


def offsets(type_: IrStruct | IrFixed) -> list[int]:
    """Where the parts begin."""
    found, end = [], 0
    for part in fields_of(type_):
        size, align = size_align(part)
        end = -(-end // align) * align
        found.append(0 if getattr(type_, "is_union", False) else end)
        end += size
    return found


def size_align(type_: IrType) -> tuple[int, int]:
    """Size and alignment in bytes, as in C."""
    if isinstance(type_, IrStruct | IrFixed):
        parts = [size_align(part) for part in fields_of(type_)]
        align = max((a for _, a in parts), default=1)
        end = max((start + size for start, (size, _) in zip(offsets(type_), parts, strict=True)), default=0)
        return -(-end // align) * align, align
    size = struct.calcsize(scalar_format(type_))
    return size, size


def encode(value: Any, type_: IrType) -> bytes:
    """A value's bytes; padding is zero."""
    if isinstance(type_, IrStruct) and type_.is_union:
        return bytes(value)
    if isinstance(type_, IrStruct | IrFixed):
        data = bytearray(size_align(type_)[0])
        values = value.items if isinstance(value, ArrayValue) else value
        for start, part, piece in zip(offsets(type_), fields_of(type_), values, strict=True):
            encoded = encode(piece, part)
            data[start:start + len(encoded)] = encoded
        return bytes(data)
    if isinstance(type_, IrEnum):
        value = type_.discriminants[value[0]] if value[0] != NO_VARIANT else value[1]
    return struct.pack("<" + scalar_format(type_), value)


def decode(data: bytes, type_: IrType) -> Any:
    """The value that bytes are."""
    size = size_align(type_)[0]
    if isinstance(type_, IrStruct) and type_.is_union:
        return bytes(data[:size])
    if isinstance(type_, IrStruct | IrFixed):
        parts = [decode(data[start:], part) for start, part in zip(offsets(type_), fields_of(type_), strict=True)]
        return ArrayValue(parts) if isinstance(type_, IrFixed) else tuple(parts)
    (value,) = struct.unpack("<" + scalar_format(type_), data[:size])
    if isinstance(type_, IrEnum):
        numbers = type_.discriminants
        return (numbers.index(value),) if value in numbers else (NO_VARIANT, value)
    return value


# ---- For calls -------------------------------------------------------------------------------------------------------

_c_structs: dict[IrType, Any] = {}


def c_type(type_: IrType) -> Any:
    """The ctypes class by which a value passes; texts, arrays and places pass as addresses."""
    match type_:
        case IrInt(bits=bits, signed=signed) if (bits, signed) in _C_INTS:
            return _C_INTS[bits, signed]
        case IrFloat(bits=bits):
            return ctypes.c_float if bits == 32 else ctypes.c_double
        case IrEnum():
            return ctypes.c_int32
        case IrArray() | IrCounted() | IrAddr():
            return ctypes.c_uint64
        case IrFixed():
            return c_type(type_.item) * type_.count
        case IrStruct():
            return _c_struct(type_)
    if type_ not in _C_SIMPLE:
        raise InternalError(f"the interpreter can't pass {type_} to C")
    return _C_SIMPLE[type_]


def _c_struct(type_: IrStruct) -> Any:
    if type_ not in _c_structs:
        fields = [(f"f{i}", c_type(part)) for i, part in enumerate(type_.fields)]
        base = ctypes.Union if type_.is_union else ctypes.Structure
        _c_structs[type_] = type(f"C{type_.name}", (base,), {"_fields_": fields})
    return _c_structs[type_]


def to_c(value: Any, type_: IrType) -> Any:
    """A value as a ctypes object."""
    return c_type(type_).from_buffer_copy(encode(value, type_))


def from_c(found: Any, type_: IrType) -> Any:
    """What ctypes gave as a value: it has made numbers of scalars."""
    if type_ == UNIT:
        return None
    if isinstance(type_, IrStruct):
        return decode(bytes(found), type_)
    if isinstance(type_, IrEnum):
        return decode(struct.pack("<i", found), type_)
    return found or 0 if type_ == PTR else found


def encode_all(values: Sequence[Any], item: IrType) -> bytes:
    """Elements one behind the other."""
    return b"".join(encode(value, item) for value in values)
