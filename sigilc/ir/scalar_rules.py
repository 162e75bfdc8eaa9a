"""The typing rules of constants and scalars."""

from __future__ import annotations

from sigilc.ir import bit_ops, ops, secret_ops
from sigilc.ir.function import Module
from sigilc.ir.handed_over import handed_over
from sigilc.ir.printer import is_utf8
from sigilc.ir.rules import (
    BYTES,
    RuleBroken,
    Rules,
    function_of,
    is_number,
    is_scalar_type,
    require,
    require_result,
    require_same,
)
from sigilc.ir.types import ADDRESS, BOOL, CHAR, I64, PTR, STR, U64, UNIT, IrFloat, IrFn, IrInt


def _const(op: ops.Const, _: Module) -> None:
    require(op.result is not None, "the op must have a result")
    type_, value = (op.result.type if op.result else UNIT), op.value
    is_int = isinstance(value, int) and not isinstance(value, bool)
    match type_:
        case IrInt(bits=bits, signed=signed):
            low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
            fits = is_int and low <= int(value or 0) < high
        case IrFloat():
            fits = isinstance(value, float)
        case _ if type_ == BOOL:
            fits = isinstance(value, bool)
        case _ if type_ == UNIT:
            fits = value is None
        case _ if type_ == CHAR:
            fits = is_int and 0 <= int(value or 0) < 0x110000
        case _:
            fits = is_int and type_ in (PTR, ADDRESS)
    require(fits, "{!r} is no constant of {}", value, type_)


def _const_bytes(op: ops.ConstBytes, _: Module) -> None:
    require(op.result is not None and op.result.type in (STR, BYTES), "the result must be str or [u8]")
    if op.result is not None and op.result.type == STR:
        require(is_utf8(op.data), "static text must be valid UTF-8")


def _function_value(op: ops.FunctionValue, module: Module) -> None:
    function = function_of(module, op.function, is_called=True)
    type_ = IrFn(tuple(p.type for p in function.params), function.result)
    require_result(op, type_)
    require(function.owned == handed_over(type_), "as a value {} must own what is handed over to it", op.function)


def _int_binary(op: ops.IntBinary, _: Module) -> None:
    require(op.op in ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr"), "there is no {}", op.op)
    is_logic = op.op in ("and", "or", "xor") and op.left.type == BOOL
    require(isinstance(op.left.type, IrInt) or is_logic, "{} of {}", op.op, op.left.type)
    require_same("the right operand", op.right.type, op.left.type)
    require_result(op, op.left.type)


def _float_binary(op: ops.FloatBinary, _: Module) -> None:
    require(op.op in ("add", "sub", "mul", "div", "rem"), "there is no {}", op.op)
    require(isinstance(op.left.type, IrFloat), "{} is no float", op.left.type)
    require_same("the right operand", op.right.type, op.left.type)
    require_result(op, op.left.type)


def _negate(op: ops.Negate, _: Module) -> None:
    require(is_number(op.value.type), "minus of {}", op.value.type)
    require_result(op, op.value.type)


def _not(op: ops.Not, _: Module) -> None:
    require(isinstance(op.value.type, IrInt) or op.value.type == BOOL, "not of {}", op.value.type)
    require_result(op, op.value.type)


def _likely(op: ops.Likely, _: Module) -> None:
    require(op.value.type == BOOL, "likelihood of {}", op.value.type)
    require_result(op, BOOL)


def _opaque(op: secret_ops.Opaque, _: Module) -> None:
    require(isinstance(op.value.type, IrInt) or op.value.type == BOOL, "opaque of {}", op.value.type)
    require_result(op, op.value.type)


def _declassify(op: secret_ops.Declassify, _: Module) -> None:
    require(is_scalar_type(op.value.type), "declassify of {}, which is no scalar", op.value.type)
    require_result(op, op.value.type)


def _compare(op: ops.Compare, _: Module) -> None:
    type_ = op.left.type
    require(op.op in ("eq", "ne", "lt", "le", "gt", "ge"), "there is no {}", op.op)
    is_equality = op.op in ("eq", "ne") and type_ in (BOOL, PTR)
    require(is_number(type_) or type_ in (CHAR, ADDRESS) or is_equality, "{} of {}", op.op, type_)
    require_same("the right operand", op.right.type, type_)
    require_result(op, BOOL)


def _cast(op: ops.Cast, _: Module) -> None:
    require(op.result is not None, "the op must have a result")
    target = op.result.type if op.result else UNIT
    if op.value.type == ADDRESS:        # its number, for hashing
        require(target == U64, "an address can't be cast to {}", target)
        return
    if PTR in (op.value.type, target):
        wide = (PTR, I64, U64)
        require(op.value.type in wide and target in wide, "{} can't be cast to {}", op.value.type, target)
        return
    for type_ in (op.value.type, target):
        require(is_number(type_) or type_ in (BOOL, CHAR), "{} can't be cast", type_)


def _select(op: ops.Select, _: Module) -> None:
    require_same("the condition", op.condition.type, BOOL)
    require(is_scalar_type(op.left.type), "select of {}, which is no scalar", op.left.type)
    require_same("the right operand", op.right.type, op.left.type)
    require_result(op, op.left.type)


def _static_value(op: ops.StaticValue, module: Module) -> None:
    static = module.statics.get(op.name)
    if static is None:
        raise RuleBroken(f"there is no static {op.name}")
    require_result(op, static.type)


SCALAR_RULES: Rules = {
    ops.Const: _const,
    ops.ConstBytes: _const_bytes,
    ops.FunctionValue: _function_value,
    ops.StaticValue: _static_value,
    ops.IntBinary: _int_binary,
    ops.FloatBinary: _float_binary,
    bit_ops.IntUnary: lambda op, _: require_result(op, op.value.type),
    ops.Negate: _negate,
    ops.Not: _not,
    ops.Likely: _likely,
    secret_ops.Opaque: _opaque,
    secret_ops.Declassify: _declassify,
    ops.Compare: _compare,
    ops.Cast: _cast,
    ops.Select: _select,
}
