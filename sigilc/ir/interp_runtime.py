"""The runtime functions of `runtime_abi` for the interpreter."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from ctypes import CDLL, c_double
from ctypes.util import find_library
from functools import cache
from typing import TYPE_CHECKING, Any

from sigilc.ir import interp_text
from sigilc.ir.interp_system import SYSTEM
from sigilc.ir.interp_values import ArrayValue, Place
from sigilc.ir.runtime_abi import RUNTIME

if TYPE_CHECKING:
    from sigilc.ir.interp import Machine

RuntimeFunction = Callable[..., Any]
MASK = (1 << 64) - 1


def _appender(make: Callable[..., str]) -> RuntimeFunction:
    """A function that appends what `make` gives to the text at a place."""
    def append(machine: Machine, place: Place, *args: Any) -> None:
        place.append_text(make(*args).encode())
    return append


def _print(machine: Machine, text: bytes) -> None:
    machine.stdout.append(text)


def _eprint(machine: Machine, text: bytes) -> None:
    machine.stderr.append(text)


def _text_append(machine: Machine, place: Place, text: bytes) -> None:
    place.append_text(text)


def _str_compare(machine: Machine, left: bytes, right: bytes) -> int:
    return (left > right) - (left < right)


def _str_find(machine: Machine, text: bytes, part: bytes, start: int) -> int:
    return text.find(part, start) if start <= len(text) else -1


def _utf8_valid(machine: Machine, data: ArrayValue) -> int:
    try:
        bytes(data.items).decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


def _str_rfind(machine: Machine, text: bytes, part: bytes, before: int) -> int:
    return text.rfind(part, 0, before)


def _char_is(machine: Machine, character: int, kind: int) -> bool:
    return interp_text.is_of_kind(chr(character), kind)


def _parse_f32(machine: Machine, text: bytes, place: Place) -> bool:
    value = interp_text.parse_single(text.decode())
    if value is not None:
        place.write(value)
    return value is not None


def _parse_f64(machine: Machine, text: bytes, place: Place) -> bool:
    value = interp_text.parse_float(text.decode())
    if value is not None:
        place.write(value)
    return value is not None


def _fold(left: int, right: int) -> int:
    product = left * right
    return (product ^ (product >> 64)) & MASK


def _hash_u64(machine: Machine, value: int) -> int:
    return _fold(value ^ 0x2545F4914F6CDD1D, 0x9E3779B97F4A7C15)


def _hash_str(machine: Machine, text: bytes) -> int:
    found = 0xCBF29CE484222325
    for byte in text:
        found = ((found ^ byte) * 0x100000001B3) & MASK
    return found


def _hash_combine(machine: Machine, left: int, right: int) -> int:
    return _fold(left ^ 0xA0761D6478BD642F, right ^ 0xE7037ED1A0B428DB)


def _total_compare(machine: Machine, left: float, right: float) -> int:
    def rank(value: float) -> tuple[bool, float, bool]:
        is_nan = value != value
        return is_nan, 0.0 if is_nan else value, not is_nan and str(value)[0] != "-"
    a, b = rank(left), rank(right)
    return (a > b) - (a < b)


@cache
def _math(name: str, count: int) -> Callable[..., float]:
    """The C library's function, so that both backends agree to the last bit."""
    function = getattr(CDLL(find_library("m")), {"ln": "log"}.get(name, name))
    function.argtypes, function.restype = [c_double] * count, c_double
    found: Callable[..., float] = function
    return found


def _math_entry(name: str) -> RuntimeFunction:
    count = len(RUNTIME[name].params)
    return lambda machine, *args: _math(name.removeprefix("math_"), count)(*args)


def _reinterpret(source: str, target: str, value: float) -> Any:
    """The same bits as another type, both as the module `struct` names them."""
    return struct.unpack(target, struct.pack(source, value))[0]


TABLE: dict[str, RuntimeFunction] = {
    "print": _print,
    "eprint": _eprint,
    "flush": lambda machine: None,
    "text_append": _text_append,
    "text_append_char": _appender(chr),
    "text_append_int": _appender(str),
    "text_append_uint": _appender(str),
    "text_append_f64": _appender(lambda value: interp_text.display_float(value, 64)),
    "text_append_f32": _appender(lambda value: interp_text.display_float(value, 32)),
    "text_debug_str": _appender(lambda text: interp_text.debug_text(text.decode())),
    "text_debug_char": _appender(interp_text.debug_char),
    "text_debug_f64": _appender(lambda value: interp_text.debug_float(value, 64)),
    "text_debug_f32": _appender(lambda value: interp_text.debug_float(value, 32)),
    "text_format_str": _appender(lambda text, *spec: interp_text.format_text(text.decode(), *spec)),
    "text_format_int": _appender(interp_text.format_int),
    "text_format_uint": _appender(interp_text.format_int),
    "text_format_digits": _appender(lambda text, *spec: interp_text.format_digits(text.decode(), *spec)),
    "text_format_f64": _appender(lambda value, *spec: interp_text.format_float(value, 64, *spec)),
    "text_format_f32": _appender(lambda value, *spec: interp_text.format_float(value, 32, *spec)),
    "set_last_error": lambda machine, text: None,
    "str_equal": lambda machine, left, right: left == right,
    "str_compare": _str_compare,
    "str_find": _str_find,
    "bytes_find": lambda machine, data, byte, start: bytes(data.items).find(byte, start),
    "str_rfind": _str_rfind,
    "str_find_char": lambda machine, text, c, start: _str_find(machine, text, chr(c).encode(), start),
    "str_rfind_char": lambda machine, text, c, before: _str_rfind(machine, text, chr(c).encode(), before),
    "utf8_valid": _utf8_valid,
    "str_to_lower": lambda machine, text: text.decode().lower().encode(),
    "str_to_upper": lambda machine, text: text.decode().upper().encode(),
    "char_is": _char_is,
    "parse_f64": _parse_f64,
    "parse_f32": _parse_f32,
    "hash_u64": _hash_u64,
    "hash_str": _hash_str,
    "hash_combine": _hash_combine,
    "f64_total_compare": _total_compare,
    **SYSTEM,
    "bench_batch": lambda machine: 0,
    "clock_ns": lambda machine: time.monotonic_ns(),
    "clock_unix_ns": lambda machine: time.time_ns(),
    "entropy": lambda machine: int.from_bytes(os.urandom(8), "little"),
    "f64_to_bits": lambda machine, value: _reinterpret("<d", "<Q", value),
    "f64_from_bits": lambda machine, bits: _reinterpret("<Q", "<d", bits),
    "f32_to_bits": lambda machine, value: _reinterpret("<f", "<I", value),
    "f32_from_bits": lambda machine, bits: _reinterpret("<I", "<f", bits),
    **{name: _math_entry(name) for name in RUNTIME if name.startswith("math_")},
}
