"""Emits constants and the operations on integers, floats, bools and characters."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from sigilc.codegen.emitter import FunctionEmitter
from sigilc.crash import InternalError
from sigilc.ir.bit_ops import IntUnary
from sigilc.ir.ops import Cast, Compare, Const, FloatBinary, IntBinary, Likely, Negate, Not, Op, Select
from sigilc.ir.secret_ops import Declassify, Opaque
from sigilc.ir.types import BOOL, CHAR, UNIT, IrFloat, IrInt, IrType

_OPERATION = {"add": "addition", "sub": "subtraction", "mul": "multiplication", "div": "division", "rem": "remainder"}
_SIGNED_PREDICATE = {"eq": "eq", "ne": "ne", "lt": "slt", "le": "sle", "gt": "sgt", "ge": "sge"}
_UNSIGNED_PREDICATE = {"eq": "eq", "ne": "ne", "lt": "ult", "le": "ule", "gt": "ugt", "ge": "uge"}
_FLOAT_PREDICATE = {"eq": "oeq", "ne": "une", "lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge"}


def emit_const(f: FunctionEmitter, op: Const) -> None:
    """A constant is its own text: no instruction."""
    type_ = f.result(op).type
    if type_ == UNIT:
        f.define(op)
    else:
        f.define(op, constant_text(type_, op.value))


def constant_text(type_: IrType, value: int | float | bool | None) -> str:
    """A scalar as LLVM writes it."""
    if value is None:
        raise InternalError(f"a constant of the type {type_} without a value")
    if type_ == BOOL:
        return "true" if value else "false"
    if isinstance(type_, IrFloat):
        return float_text(float(value), type_.bits)
    if isinstance(type_, IrInt) or type_ == CHAR:
        return str(int(value))
    if int(value) == 0:
        return "null" if str(type_) == "ptr" else "0"
    raise InternalError(f"a constant of the type {type_}")


def float_text(value: float, bits: int) -> str:
    """The exact bits; LLVM writes an f32, too, as the double of the same value."""
    if bits == 32 and abs(value) != float("inf") and value == value:
        try:
            value = struct.unpack("<f", struct.pack("<f", value))[0]
        except OverflowError:
            value = float("inf") if value > 0 else float("-inf")
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


# ---- Integers -------------------------------------------------------------------------------------------------------


def emit_int_binary(f: FunctionEmitter, op: IntBinary) -> None:
    """Arithmetic and bits; see IntBinary for what panics."""
    type_ = f.result(op).type
    left, right = f.scalar(op.left), f.scalar(op.right)
    if isinstance(type_, IrInt):
        f.define(op, _EMIT_INT[op.op](f, op, type_, left, right))
    elif op.op in ("and", "or", "xor") and type_ == BOOL:
        f.define(op, f.value(f"{op.op} i1 {left}, {right}"))
    else:
        raise InternalError(f"{op.op} on values of the type {type_}", op.span)


def _emit_arithmetic(f: FunctionEmitter, op: IntBinary, type_: IrInt, left: str, right: str) -> str:
    ll_type = f"i{type_.bits}"
    if op.no_wrap:
        return f.value(f"{op.op} {'nsw' if type_.signed else 'nuw'} {ll_type} {left}, {right}")
    if not op.checked:
        return f.value(f"{op.op} {ll_type} {left}, {right}")
    return _emit_checked(f, op, op.op, type_, left, right, _OPERATION[op.op])


def _emit_checked(f: FunctionEmitter, op: Op, name: str, type_: IrInt, left: str, right: str, what: str) -> str:
    """Arithmetic that panics on overflow."""
    ll_type = f"i{type_.bits}"
    intrinsic = f.context.runtime(f"llvm.{'s' if type_.signed else 'u'}{name}.with.overflow.{ll_type}")
    pair = f.value(f"call {{ {ll_type}, i1 }} {intrinsic}({ll_type} {left}, {ll_type} {right})")
    value = f.value(f"extractvalue {{ {ll_type}, i1 }} {pair}, 0")
    failed = f.value(f"extractvalue {{ {ll_type}, i1 }} {pair}, 1")
    f.check(failed, "overflow", op, f.context.c_string(what))
    return value


def _emit_division(f: FunctionEmitter, op: IntBinary, type_: IrInt, left: str, right: str) -> str:
    """Zero panics; MIN / -1 panics when checked, else it wraps: MIN, and the remainder is 0."""
    ll_type = f"i{type_.bits}"
    known = _known_int(right)
    if known is None or known == 0:
        f.check(f.value(f"icmp eq {ll_type} {right}, 0"), "division", op)
    instruction = {"div": ("udiv", "sdiv"), "rem": ("urem", "srem")}[op.op][type_.signed]
    if not type_.signed or (known is not None and known != -1):
        return f.value(f"{instruction} {ll_type} {left}, {right}")
    minus_one = f.value(f"icmp eq {ll_type} {right}, -1")
    if op.checked:
        least = f.value(f"icmp eq {ll_type} {left}, {-2 ** (type_.bits - 1)}")
        f.check(f.value(f"and i1 {minus_one}, {least}"), "overflow", op, f.context.c_string(_OPERATION[op.op]))
        return f.value(f"{instruction} {ll_type} {left}, {right}")
    # A branch and no `select`: the division would wait for it.
    by_minus_one = "0" if op.op == "rem" else f.value(f"sub {ll_type} 0, {left}")
    before, other, done = f.label, f.new_label("other"), f.new_label("divided")
    f.branch_if(minus_one, done, other)
    f.begin(other)
    quotient = f.value(f"{instruction} {ll_type} {left}, {right}")
    f.branch(done)
    f.begin(done)
    return f.value(f"phi {ll_type} [ {by_minus_one}, %{before} ], [ {quotient}, %{other} ]")


def _emit_bits(f: FunctionEmitter, op: IntBinary, type_: IrInt, left: str, right: str) -> str:
    return f.value(f"{op.op} i{type_.bits} {left}, {right}")


def _emit_shift(f: FunctionEmitter, op: IntBinary, type_: IrInt, left: str, right: str) -> str:
    """A checked amount out of range panics, an unchecked one is masked."""
    ll_type, amount_type = f"i{type_.bits}", f.ll_type(op.right.type)
    known = _known_int(right)
    if op.checked and not (known is not None and 0 <= known < type_.bits):
        f.check(f.value(f"icmp uge {amount_type} {right}, {type_.bits}"), "shift", op)
    amount = _resize(f, right, amount_type, ll_type)
    if not op.checked:
        amount = f.value(f"and {ll_type} {amount}, {type_.bits - 1}")
    instruction = "shl" if op.op == "shl" else "ashr" if type_.signed else "lshr"
    return f.value(f"{instruction} {ll_type} {left}, {amount}")


def _resize(f: FunctionEmitter, scalar: str, source: str, target: str) -> str:
    """An unsigned integer in another width."""
    source_bits, target_bits = int(source[1:]), int(target[1:])
    if source_bits == target_bits:
        return scalar
    return f.value(f"{'zext' if source_bits < target_bits else 'trunc'} {source} {scalar} to {target}")


def _known_int(scalar: str) -> int | None:
    """The number, when the scalar is one: where no path leads it may also be `poison`."""
    return int(scalar) if scalar.removeprefix("-").isdecimal() else None


_EmitInt = Callable[[FunctionEmitter, IntBinary, IrInt, str, str], str]
_EMIT_INT: dict[str, _EmitInt] = {
    "add": _emit_arithmetic, "sub": _emit_arithmetic, "mul": _emit_arithmetic,
    "div": _emit_division, "rem": _emit_division,
    "and": _emit_bits, "or": _emit_bits, "xor": _emit_bits,
    "shl": _emit_shift, "shr": _emit_shift,
}


def emit_negate(f: FunctionEmitter, op: Negate) -> None:
    """Minus."""
    type_, scalar = op.value.type, f.scalar(op.value)
    if isinstance(type_, IrFloat):
        f.define(op, f.value(f"fneg {f.ll_type(type_)} {scalar}"))
    elif isinstance(type_, IrInt) and op.checked:
        f.define(op, _emit_checked(f, op, "sub", type_, "0", scalar, "negation"))
    else:
        f.define(op, f.value(f"sub {f.ll_type(type_)} 0, {scalar}"))


def emit_not(f: FunctionEmitter, op: Not) -> None:
    """Not, complement."""
    ones = "true" if op.value.type == BOOL else "-1"
    f.define(op, f.value(f"xor {f.ll_type(op.value.type)} {f.scalar(op.value)}, {ones}"))


def emit_likely(f: FunctionEmitter, op: Likely) -> None:
    """LLVM lays out the branch on it accordingly."""
    value = f.scalar(op.value)
    f.define(op, f.value(f"call i1 {f.context.runtime('llvm.expect.i1')}(i1 {value}, i1 true)"))


# ---- Secrets --------------------------------------------------------------------------------------------------------


def emit_opaque(f: FunctionEmitter, op: Opaque) -> None:
    """An empty piece of assembler that may have changed the number, for each word of it."""
    ll_type, scalar = f.ll_type(op.value.type), f.scalar(op.value)
    bits = int(ll_type[1:])
    if bits <= 64:
        word = "i64" if bits == 64 else "i32"
        changed = _through_assembler(f, word, _resize(f, scalar, ll_type, word))
        f.define(op, _resize(f, changed, word, ll_type))
        return
    halves = [_resize(f, scalar, ll_type, "i64"), _resize(f, f.value(f"lshr {ll_type} {scalar}, 64"), ll_type, "i64")]
    low, high = (_resize(f, _through_assembler(f, "i64", half), "i64", ll_type) for half in halves)
    f.define(op, f.value(f"or {ll_type} {low}, {f.value(f'shl {ll_type} {high}, 64')}"))


def _through_assembler(f: FunctionEmitter, word: str, scalar: str) -> str:
    return f.value(f'call {word} asm "", "=r,0"({word} {scalar})')


def emit_declassify(f: FunctionEmitter, op: Declassify) -> None:
    """Nothing: what is public is of no importance any more."""
    f.define(op, f.scalar(op.value))


# ---- Floats and the rest --------------------------------------------------------------------------------------------


def emit_int_unary(f: FunctionEmitter, op: IntUnary) -> None:
    """An LLVM intrinsic of the same name."""
    ll_type = f.ll_type(op.value.type)
    intrinsic = f.context.runtime(f"llvm.{op.op}.{ll_type}")
    more = ", i1 false" if op.op in ("ctlz", "cttz") else ""
    f.define(op, f.value(f"call {ll_type} {intrinsic}({ll_type} {f.scalar(op.value)}{more})"))


def emit_float_binary(f: FunctionEmitter, op: FloatBinary) -> None:
    """IEEE arithmetic."""
    f.define(op, f.value(f"f{op.op} {f.ll_type(op.left.type)} {f.scalar(op.left)}, {f.scalar(op.right)}"))


def emit_compare(f: FunctionEmitter, op: Compare) -> None:
    """A comparison; values of a type without leaves are all equal."""
    type_ = op.left.type
    if not f.leaves(op.left):
        f.define(op, "true" if op.op in ("eq", "le", "ge") else "false")
        return
    if isinstance(type_, IrFloat):
        instruction = f"fcmp {_FLOAT_PREDICATE[op.op]}"
    elif isinstance(type_, IrInt) and type_.signed:
        instruction = f"icmp {_SIGNED_PREDICATE[op.op]}"
    else:
        instruction = f"icmp {_UNSIGNED_PREDICATE[op.op]}"
    f.define(op, f.value(f"{instruction} {f.ll_type(type_)} {f.scalar(op.left)}, {f.scalar(op.right)}"))


def emit_select(f: FunctionEmitter, op: Select) -> None:
    """One of two values, leaf by leaf."""
    condition = f.scalar(op.condition)
    layout = f.types.layout(f.result(op).type)
    pairs = zip(layout.ll_types, f.leaves(op.left), f.leaves(op.right), strict=True)
    f.define(op, *(f.value(f"select i1 {condition}, {t} {left}, {t} {right}") for t, left, right in pairs))


def emit_cast(f: FunctionEmitter, op: Cast) -> None:
    """As Rust's `as`."""
    source, target = op.value.type, f.result(op).type
    f.define(op, cast(f, f.scalar(op.value), source, target, op))


def cast(f: FunctionEmitter, scalar: str, source: IrType, target: IrType, op: Op) -> str:
    """A scalar in another type."""
    from_type, to_type = f.ll_type(source), f.ll_type(target)
    if isinstance(target, IrFloat):
        if isinstance(source, IrFloat):
            if source.bits == target.bits:
                return scalar
            return f.value(f"{'fpext' if source.bits < target.bits else 'fptrunc'} {from_type} {scalar} to {to_type}")
        is_signed = isinstance(source, IrInt) and source.signed
        return f.value(f"{'sitofp' if is_signed else 'uitofp'} {from_type} {scalar} to {to_type}")
    if isinstance(source, IrFloat):
        if not isinstance(target, IrInt):
            raise InternalError(f"a cast from {source} to {target}", op.span)
        intrinsic = f.context.runtime(f"llvm.fpto{'s' if target.signed else 'u'}i.sat.{to_type}.f{source.bits}")
        return f.value(f"call {to_type} {intrinsic}({from_type} {scalar})")
    if "ptr" in (from_type, to_type):
        instruction = {("ptr", "ptr"): "", ("ptr", to_type): "ptrtoint"}.get((from_type, to_type), "inttoptr")
        return f.value(f"{instruction} {from_type} {scalar} to {to_type}") if instruction else scalar
    from_bits, to_bits = int(from_type[1:]), int(to_type[1:])
    if from_bits == to_bits:
        return scalar
    if from_bits > to_bits:
        if target == BOOL:
            return f.value(f"icmp ne {from_type} {scalar}, 0")
        return f.value(f"trunc {from_type} {scalar} to {to_type}")
    is_signed = isinstance(source, IrInt) and source.signed
    return f.value(f"{'sext' if is_signed else 'zext'} {from_type} {scalar} to {to_type}")


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Const: emit_const, IntBinary: emit_int_binary, FloatBinary: emit_float_binary, IntUnary: emit_int_unary,
    Negate: emit_negate, Not: emit_not, Likely: emit_likely,
    Opaque: emit_opaque, Declassify: emit_declassify,
    Compare: emit_compare, Cast: emit_cast, Select: emit_select,
}
