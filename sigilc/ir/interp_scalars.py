"""Steps of the interpreter for scalar ops: constants, arithmetic, comparisons, casts.

A *maker* takes an op and the compiler of its function, and gives a step: a function of the frame, a list of values.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from ctypes import c_float
from typing import TYPE_CHECKING, Any

from sigilc.crash import InternalError
from sigilc.ir import bit_ops, ops, secret_ops
from sigilc.ir.types import BOOL, CHAR, PTR, STR, IrFloat, IrInt, IrType

if TYPE_CHECKING:
    from sigilc.ir.interp_code import FunctionCompiler, Step

OPERATION_NAMES = {"add": "addition", "sub": "subtraction", "mul": "multiplication", "div": "division",
                   "rem": "remainder"}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}


def limits(type_: IrType) -> tuple[int, int]:
    """The least and the greatest integer of a type."""
    if not isinstance(type_, IrInt):
        raise InternalError(f"{type_} is no integer")
    if type_.signed:
        return -(1 << (type_.bits - 1)), (1 << (type_.bits - 1)) - 1
    return 0, (1 << type_.bits) - 1


def wrapper(type_: IrType) -> Callable[[int], int]:
    """A function that takes an integer into a type's range, modulo 2^bits."""
    low, high = limits(type_)
    mask = high - low
    return lambda n: ((n - low) & mask) + low


def to_f32(value: float) -> float:
    """The nearest f32; too large ones become infinite."""
    return c_float(value).value


def int_to_float(value: int, bits: int) -> float:
    """The nearest float, rounded once: the digits that f64 has too many of are folded into the last one kept."""
    if bits == 64:
        return float(value)
    excess = abs(value).bit_length() - 50
    if excess > 0:
        magnitude = abs(value)
        kept = (magnitude >> excess) | (magnitude & ((1 << excess) - 1) != 0)
        value = (kept << excess) * (1 if value > 0 else -1)
    return to_f32(float(value))


def float_to_int(value: float, type_: IrType) -> int:
    """Truncates and saturates; NaN is 0."""
    low, high = limits(type_)
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return high if value > 0 else low
    return min(max(int(value), low), high)


def divide(left: int, right: int) -> int:
    """The quotient, towards zero."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def divide_floats(left: float, right: float) -> float:
    """By IEEE: zero divisors give infinity or NaN."""
    if right != 0.0:
        return left / right
    if left == 0.0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder_floats(left: float, right: float) -> float:
    """C's `fmod`."""
    if math.isnan(left) or math.isnan(right) or math.isinf(left) or right == 0.0:
        return math.nan
    return math.fmod(left, right)


# ---- Makers ----------------------------------------------------------------------------------------------------------


def make_const(op: ops.Const, code: FunctionCompiler) -> Step | None:
    type_ = code.type_of(op)
    value = op.value
    if isinstance(type_, IrFloat) and value is not None:
        value = to_f32(float(value)) if type_.bits == 32 else float(value)
    code.preset(op, value)
    return None


def make_const_bytes(op: ops.ConstBytes, code: FunctionCompiler) -> Step | None:
    from sigilc.ir.interp_values import ArrayValue
    code.preset(op, op.data if code.type_of(op) == STR else ArrayValue(list(op.data), is_shared=True))
    return None


def make_int_binary(op: ops.IntBinary, code: FunctionCompiler) -> Step:
    if op.op in ("div", "rem"):
        return _make_division(op, code)
    if op.op in ("shl", "shr"):
        return _make_shift(op, code)
    a, b, d = code.index(op.left), code.index(op.right), code.result(op)
    function = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "and": operator.and_,
                "or": operator.or_, "xor": operator.xor}[op.op]
    if op.op in ("and", "or", "xor"):
        def bitwise(frame: list[Any]) -> None:
            frame[d] = function(frame[a], frame[b])
        return bitwise
    low, high = limits(op.left.type)
    if op.checked or op.no_wrap:
        fail = (code.panic(op, f"integer overflow in {OPERATION_NAMES[op.op]}") if op.checked
                else code.broken_promise(op, "an addition that is marked no_wrap overflowed"))

        def checked(frame: list[Any]) -> None:
            value = function(frame[a], frame[b])
            if not low <= value <= high:
                raise fail()
            frame[d] = value
        return checked
    mask = high - low

    def wrapping(frame: list[Any]) -> None:
        frame[d] = ((function(frame[a], frame[b]) - low) & mask) + low
    return wrapping


def _make_division(op: ops.IntBinary, code: FunctionCompiler) -> Step:
    a, b, d = code.index(op.left), code.index(op.right), code.result(op)
    low, high = limits(op.left.type)
    by_zero = code.panic(op, "division by zero")
    overflow = code.panic(op, f"integer overflow in {OPERATION_NAMES[op.op]}")
    is_division, is_checked = op.op == "div", op.checked

    def step(frame: list[Any]) -> None:
        left, right = frame[a], frame[b]
        if right == 0:
            raise by_zero()
        quotient = divide(left, right)
        if quotient > high:
            if is_checked:
                raise overflow()
            frame[d] = low if is_division else 0
        else:
            frame[d] = quotient if is_division else left - quotient * right
    return step


def _make_shift(op: ops.IntBinary, code: FunctionCompiler) -> Step:
    a, b, d = code.index(op.left), code.index(op.right), code.result(op)
    wrap = wrapper(op.left.type)
    bits = (limits(op.left.type)[1] - limits(op.left.type)[0]).bit_length()
    out_of_range = code.panic(op, "shift amount out of range")
    is_left, is_checked = op.op == "shl", op.checked

    def step(frame: list[Any]) -> None:
        amount = frame[b]
        if not 0 <= amount < bits:
            if is_checked:
                raise out_of_range()
            amount %= bits
        frame[d] = wrap(frame[a] << amount) if is_left else frame[a] >> amount
    return step


def make_int_unary(op: bit_ops.IntUnary, code: FunctionCompiler) -> Step:
    a, d, wrap = code.index(op.value), code.result(op), wrapper(op.value.type)
    low, high = limits(op.value.type)
    bits = (high - low).bit_length()
    function: Callable[[int], int] = {
        "ctpop": int.bit_count,
        "ctlz": lambda number: bits - number.bit_length(),
        "cttz": lambda number: (number & -number).bit_length() - 1 if number else bits,
        "bswap": lambda number: int.from_bytes(number.to_bytes(bits // 8, "little"), "big"),
        "bitreverse": lambda number: int(f"{number:0{bits}b}"[::-1], 2)}[op.op]

    def step(frame: list[Any]) -> None:
        frame[d] = wrap(function(frame[a] & (high - low)))
    return step


def make_float_binary(op: ops.FloatBinary, code: FunctionCompiler) -> Step:
    a, b, d = code.index(op.left), code.index(op.right), code.result(op)
    function: Callable[[float, float], float] = {
        "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": divide_floats,
        "rem": remainder_floats}[op.op]
    if op.left.type == IrFloat(32):
        def single(frame: list[Any]) -> None:
            frame[d] = to_f32(function(frame[a], frame[b]))
        return single

    def double(frame: list[Any]) -> None:
        frame[d] = function(frame[a], frame[b])
    return double


def make_negate(op: ops.Negate, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)
    if isinstance(op.value.type, IrFloat):
        def negate_float(frame: list[Any]) -> None:
            frame[d] = -frame[a]
        return negate_float
    low, high = limits(op.value.type)
    wrap, overflow, is_checked = wrapper(op.value.type), code.panic(op, "integer overflow in negation"), op.checked

    def negate_int(frame: list[Any]) -> None:
        value = -frame[a]
        if is_checked and not low <= value <= high:
            raise overflow()
        frame[d] = wrap(value)
    return negate_int


def make_same(op: ops.Likely | secret_ops.Opaque | secret_ops.Declassify, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = frame[a]
    return step


def make_not(op: ops.Not, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)
    if op.value.type == BOOL:
        def not_bool(frame: list[Any]) -> None:
            frame[d] = not frame[a]
        return not_bool
    wrap = wrapper(op.value.type)

    def complement(frame: list[Any]) -> None:
        frame[d] = wrap(~frame[a])
    return complement


def make_compare(op: ops.Compare, code: FunctionCompiler) -> Step:
    a, b, d = code.index(op.left), code.index(op.right), code.result(op)
    function = COMPARISONS[op.op]

    def step(frame: list[Any]) -> None:
        frame[d] = function(frame[a], frame[b])
    return step


def _converter(source: IrType, target: IrType) -> Callable[[Any], Any]:
    if isinstance(source, IrFloat):
        if isinstance(target, IrFloat):
            return to_f32 if target.bits == 32 else float
        return lambda value: float_to_int(value, target)
    if isinstance(target, IrFloat):
        bits = target.bits
        return lambda value: int_to_float(int(value), bits)
    if isinstance(target, IrInt):
        wrap = wrapper(target)
        return lambda value: wrap(int(value))
    if target == PTR:
        return lambda value: int(value) & 0xFFFF_FFFF_FFFF_FFFF
    if target == BOOL:
        return bool
    if target == CHAR:
        return int
    raise InternalError(f"a cast from {source} to {target}")


def make_cast(op: ops.Cast, code: FunctionCompiler) -> Step:
    a, d = code.index(op.value), code.result(op)
    convert = _converter(op.value.type, code.type_of(op))

    def step(frame: list[Any]) -> None:
        frame[d] = convert(frame[a])
    return step


def make_select(op: ops.Select, code: FunctionCompiler) -> Step:
    c, a, b, d = code.index(op.condition), code.index(op.left), code.index(op.right), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = frame[a] if frame[c] else frame[b]
    return step


MAKERS: dict[type[ops.Op], Callable[[Any, FunctionCompiler], Step | None]] = {
    ops.Const: make_const,
    ops.ConstBytes: make_const_bytes,
    ops.IntBinary: make_int_binary,
    ops.FloatBinary: make_float_binary,
    bit_ops.IntUnary: make_int_unary,
    ops.Negate: make_negate,
    ops.Not: make_not, ops.Likely: make_same,
    secret_ops.Opaque: make_same, secret_ops.Declassify: make_same,
    ops.Compare: make_compare,
    ops.Cast: make_cast,
    ops.Select: make_select,
}
