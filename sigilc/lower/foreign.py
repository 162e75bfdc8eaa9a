"""Calls into C and pointers: what the program lends for a call, and the check of what comes back."""

from __future__ import annotations

from collections.abc import Sequence

from sigilc.check import typed
from sigilc.check.typed import Expr
from sigilc.check.types import CHAR, ArrayType, EnumType, FixedType, StructType, Type
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.ops import Value
from sigilc.ir.types import BOOL, F64, I32, U8, IrAddr, IrArray, IrFloat, IrInt
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.loops import count_to
from sigilc.lower.place import Place
from sigilc.lower.types import struct_fields


def lower_call_foreign(fl: FunctionLowering, expr: typed.Call) -> Value:
    """A call of a C function by its name."""
    function = expr.function
    fl.program.foreign(function)
    args, places = lower_foreign_arguments(fl, expr.args, len(function.params))
    result = fl.builder.call_foreign(function.foreign, args, fl.ir_type(expr))
    for place in places:
        place.finish(fl)
    check_value(fl.builder, result, fl.type_of(expr))
    return result


def lower_call_pointer(fl: FunctionLowering, expr: typed.CallPointer) -> Value:
    """A call of a function that C has given."""
    callee = fl.value(expr.callee)
    args, places = lower_foreign_arguments(fl, expr.args, len(expr.args))
    result = fl.builder.call_pointer(callee, args, fl.ir_type(expr))
    for place in places:
        place.finish(fl)
    check_value(fl.builder, result, fl.type_of(expr))
    return result


def lower_foreign_arguments(fl: FunctionLowering, args: Sequence[Expr], count: int) -> tuple[list[Value], list[Place]]:
    """The arguments as C takes them, and the places to finish; those behind `count` are promoted as C does."""
    from sigilc.lower.calls import lower_arguments
    values, places = lower_arguments(fl, [a.value if isinstance(a, typed.PointerTo) else a for a in args])
    passed: list[Value] = []
    for number, (arg, value) in enumerate(zip(args, values, strict=True)):
        if isinstance(arg, typed.PointerTo):
            value = value if isinstance(value.type, IrArray) else fl.builder.slot(value)
        elif isinstance(arg, typed.InOut) and isinstance(value.type, IrAddr) and isinstance(value.type.target, IrArray):
            # It makes the buffer the place's own; an empty one has an address too.
            value = fl.builder.element_addr(value, fl.builder.const_usize(0), checked=False)
        elif number >= count:
            value = _promoted(fl.builder, value)
        passed.append(value)
    return passed, places


def _promoted(builder: FunctionBuilder, value: Value) -> Value:
    """C's default argument promotions: small integers become `int`, a `float` a `double`."""
    type_ = value.type
    if type_ == BOOL:
        return builder.cast(builder.cast(value, U8), I32)
    if isinstance(type_, IrInt) and type_.bits < I32.bits:
        return builder.cast(value, I32)
    return builder.cast(value, F64) if isinstance(type_, IrFloat) else value


def lower_code_pointer(fl: FunctionLowering, expr: typed.CodePointer) -> Value:
    """A function as C calls it."""
    from sigilc.lower.exports import callback_name
    ref = expr.value
    assert isinstance(ref, typed.FunctionRef)
    name = callback_name(fl.program, ref.function, tuple(fl.type_of(t) for t in ref.type_args))
    return fl.builder.code_pointer(name)


# ---- What comes from C -----------------------------------------------------------------------------------------------


def needs_check(type_: Type) -> bool:
    """Whether some bits are no value of the type: C may give any."""
    if isinstance(type_, EnumType):
        return type_.decl.is_c
    if isinstance(type_, StructType):
        return type_.decl.is_c and not type_.decl.is_union and any(needs_check(t) for t in struct_fields(type_))
    return needs_check(type_.item) if isinstance(type_, ArrayType) else type_ == CHAR


def check_value(builder: FunctionBuilder, value: Value, type_: Type) -> None:
    """Panics where a value from C, or a part of it, is none of its type: a `char` or an enum with another number."""
    if not needs_check(type_):
        return
    if isinstance(type_, StructType):
        for index, part in enumerate(struct_fields(type_)):
            if needs_check(part):
                check_value(builder, builder.get_field(value, index), part)
    elif isinstance(type_, ArrayType):
        count = builder.const_usize(type_.count) if isinstance(type_, FixedType) else builder.length(value)
        loop = count_to(builder, count)
        check_value(builder, builder.array_get(value, loop.index, checked=False), type_.item)
        loop.close()
    else:
        fine, wrong = builder.new_block("fine"), builder.new_block("wrong")
        builder.cond_branch(builder.is_valid(value), fine, wrong)
        builder.position_at(wrong)
        builder.panic(builder.const_text(f"what came from C is no `{type_}`"))
        builder.position_at(fine)


LOWERINGS: Lowerings = {typed.CallPointer: lower_call_pointer, typed.CodePointer: lower_code_pointer}
