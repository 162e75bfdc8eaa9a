"""Literals, operators, casts and aggregates."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import CHAR, EnumType, Type
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import I32, U8, IrEnum, IrFloat, IrInt, IrStruct
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.places import prepare_place, write_place
from sigilc.lower.types import is_scalar

_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "rem",
               "&": "and", "|": "or", "^": "xor", "<<": "shl", ">>": "shr"}
_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def lower_literal(fl: FunctionLowering, expr: typed.Literal) -> Value:
    """A constant."""
    return constant(fl, expr.value, fl.type_of(expr))


def constant(fl: FunctionLowering, value: object, type_: Type) -> Value:
    """A literal's or pattern's value as an SSA value."""
    builder = fl.builder
    if isinstance(value, bytes):
        return builder.const_bytes(value)
    if isinstance(value, str):
        return builder.const_char(ord(value)) if type_ == CHAR else builder.const_text(value)
    if value is None or isinstance(value, bool | int | float):
        ir_type = fl.program.types.lower(type_)
        return builder.const(ir_type, float(value) if isinstance(ir_type, IrFloat) and value is not None else value)
    raise InternalError(f"a literal of Python type {type(value).__name__}", builder.span)


def lower_constant(fl: FunctionLowering, expr: typed.ConstantRef) -> Value:
    """A constant's value: scalars and text as they are, all else as static data."""
    found = expr.constant
    if not found.is_computed:
        return fl.value(found.value)
    type_ = fl.program.types.lower(found.type)
    if isinstance(found.computed, bytes):
        return fl.builder.const_text(found.computed.decode())
    if found.computed is None or isinstance(found.computed, bool | int | float):
        return fl.builder.const(type_, found.computed)
    return fl.builder.static_value(fl.program.static(found, type_), type_)


def lower_same(fl: FunctionLowering, expr: typed.Report | typed.Assert) -> Value:
    """What only concerns evidence: the value itself."""
    return fl.value(expr.value)


def lower_discard(fl: FunctionLowering, expr: typed.Discard) -> Value:
    """Evaluates, and drops the value."""
    fl.view(expr.value)
    return fl.unit()


# ---- Operators -------------------------------------------------------------------------------------------------------


def lower_binary(fl: FunctionLowering, expr: typed.Binary) -> Value:
    """An operator on two operands, the left one first."""
    left = fl.view(expr.left, expr.right)
    right = fl.view(expr.right)
    if expr.op in _COMPARISONS:
        return compare(fl, _COMPARISONS[expr.op], left, right)
    return arithmetic(fl, expr.op, left, right)


def compare(fl: FunctionLowering, op: str, left: Value, right: Value) -> Value:
    """A comparison of any two values of a type: floats by IEEE, what is no scalar by its structure."""
    builder = fl.builder
    type_ = left.type
    if isinstance(type_, IrInt | IrFloat) or (is_scalar(type_) and (op in ("eq", "ne") or str(type_) != "bool")):
        return builder.compare(op, left, right)
    if str(type_) == "bool":
        return builder.compare(op, builder.cast(left, U8), builder.cast(right, U8))
    if op in ("eq", "ne"):
        equal = fl.program.derived.emit_equal(builder, left, right)
        return equal if op == "eq" else builder.not_(equal)
    order = fl.program.derived.emit_compare(builder, left, right)
    return builder.compare(op, order, builder.const(I32, 0))


def arithmetic(fl: FunctionLowering, op: str, left: Value, right: Value) -> Value:
    """`+ - * / % & | ^ << >>`."""
    builder = fl.builder
    name = _ARITHMETIC[op]
    if isinstance(left.type, IrFloat):
        return builder.float_binary(name, left, right)
    if name in ("shl", "shr"):
        # a shift by too much is always a mistake, whatever is decided about overflow
        return builder.int_binary(name, left, shift_amount(fl, left, right), checked=True)
    return builder.int_binary(name, left, right, checked=fl.program.overflow_checks and str(left.type) != "bool")


def shift_amount(fl: FunctionLowering, left: Value, amount: Value) -> Value:
    """The amount in the type of what is shifted; what doesn't fit stays out of range."""
    builder = fl.builder
    assert isinstance(left.type, IrInt) and isinstance(amount.type, IrInt)
    if amount.type == left.type:
        return amount
    if amount.type.bits > left.type.bits:
        unsigned = builder.cast(amount, IrInt(amount.type.bits, False))
        limit = builder.const(unsigned.type, left.type.bits)
        amount = builder.select(builder.compare("lt", unsigned, limit), unsigned, limit)
    return builder.cast(amount, left.type)


def lower_unary(fl: FunctionLowering, expr: typed.Unary) -> Value:
    """`-` and `!`."""
    if expr.op == "-" and isinstance(expr.value, typed.Literal) and isinstance(expr.value.value, int | float):
        return constant(fl, -expr.value.value, fl.type_of(expr))
    value = fl.view(expr.value)
    if expr.op == "!":
        return fl.builder.not_(value)
    checked = fl.program.overflow_checks and not isinstance(value.type, IrFloat)
    return fl.builder.negate(value, checked=checked)


def lower_op_assign(fl: FunctionLowering, expr: typed.OpAssign) -> Value:
    """`place op= e`: indices, then the value, then the change."""
    place = prepare_place(fl, expr.place)
    value = fl.value(expr.value)
    write_place(fl, place, lambda old: arithmetic(fl, expr.op, old, value))
    return fl.unit()


def lower_cast(fl: FunctionLowering, expr: typed.Cast) -> Value:
    """`e as T` between scalars, and from an enum without fields to its discriminant."""
    builder = fl.builder
    source, target = fl.type_of(expr.value), fl.ir_type(expr)
    value = fl.view(expr.value)
    if isinstance(source, EnumType):
        value = _discriminant(fl, value)
    return value if value.type == target else builder.cast(value, target)


def _discriminant(fl: FunctionLowering, value: Value) -> Value:
    builder = fl.builder
    enum = value.type
    assert isinstance(enum, IrEnum)
    tag = builder.enum_tag(value)
    if enum.discriminants == tuple(range(len(enum.variants))):
        return tag
    wide = IrInt(128, True)
    number = builder.const(wide, enum.discriminants[0])
    for index, discriminant in list(enumerate(enum.discriminants))[1:]:
        is_this = builder.compare("eq", tag, builder.const(I32, index))
        number = builder.select(is_this, builder.const(wide, discriminant), number)
    return number


# ---- Aggregates ------------------------------------------------------------------------------------------------------


def lower_make_tuple(fl: FunctionLowering, expr: typed.MakeTuple | typed.MakeRange) -> Value:
    """A tuple; a range is the tuple of its ends."""
    items = [expr.low, expr.high] if isinstance(expr, typed.MakeRange) else expr.items
    return fl.builder.make_struct(fl.ir_type(expr), [fl.value(i) for i in items])


def lower_make_struct(fl: FunctionLowering, expr: typed.MakeStruct) -> Value:
    """A struct: fields as written, then defaults, then the base, which gives the others."""
    values: list[Value | None] = [None] * len(expr.fields)
    defaults = [i for i, f in enumerate(expr.fields) if f is not None and i not in expr.order]
    for index in [*expr.order, *defaults]:
        given = expr.fields[index]
        if given is None:
            raise InternalError("a field in the order of a literal has no value", expr.span)
        values[index] = fl.value(given)
    type_ = fl.ir_type(expr)
    if isinstance(type_, IrStruct) and type_.is_union:
        (index,) = expr.order
        given_value = values[index]
        assert given_value is not None
        return fl.builder.make_union(type_, index, given_value)
    if expr.base is not None:
        base = fl.value(expr.base)
        values = [v if v is not None else fl.builder.get_field(base, i) for i, v in enumerate(values)]
    fields = [v for v in values if v is not None]
    if len(fields) != len(values):
        raise InternalError(f"a literal of `{expr.type}` lacks fields", expr.span)
    return fl.builder.make_struct(type_, fields)


def lower_make_variant(fl: FunctionLowering, expr: typed.MakeVariant) -> Value:
    """An enum value."""
    return fl.builder.make_enum(fl.ir_type(expr), expr.variant.index, [fl.value(a) for a in expr.args])


def lower_fault_field(fl: FunctionLowering, expr: typed.FaultField) -> Value:
    """`why.message` and its like."""
    return fl.builder.fault_field(fl.view(expr.value), expr.name)


LOWERINGS: Lowerings = {
    typed.Literal: lower_literal, typed.ConstantRef: lower_constant, typed.Report: lower_same,
    typed.Assert: lower_same, typed.Discard: lower_discard, typed.Binary: lower_binary, typed.Unary: lower_unary,
    typed.OpAssign: lower_op_assign, typed.Cast: lower_cast, typed.MakeTuple: lower_make_tuple,
    typed.MakeRange: lower_make_tuple, typed.MakeStruct: lower_make_struct, typed.MakeVariant: lower_make_variant,
    typed.FaultField: lower_fault_field,
}
