"""Keeps evidence in the IR, for tests: sources, confirmations and demands become ops that the interpreter executes.

What the analysis proves about a program, these ops check of its run. They stand at parameters, results, annotated
bindings, marked fields and validations, where the value is at hand; what is left out (functions, structs with marked
fields of their own) is looked at when it is taken apart.
"""

from __future__ import annotations

from typing import Any

from sigilc.check import typed
from sigilc.check.types import (
    FAULT,
    NO_MARKS,
    ArrayType,
    DynType,
    EnumType,
    FnType,
    FutureType,
    MapType,
    Marks,
    OptionType,
    PointerType,
    SetType,
    StructType,
    TupleType,
    Type,
    substitute,
)
from sigilc.ir.ops import Value
from sigilc.ir.trust_masks import NOTHING, Mask
from sigilc.lower.functions import FunctionLowering, Lowering, Lowerings

SOURCES, DEMANDS = ("~", "‽"), ("!", "‽")


def annotated(fl: FunctionLowering, value: Value, type_: Type, marks: Marks | None, default: str = "") -> Value:
    """A value in a place of `type_` that says `marks`: demands what they promise, and brings in what they report."""
    if not default and (marks is None or marks.is_empty):
        return value
    wanted = mask_of(fl.type_of(type_), marks or NO_MARKS, default, DEMANDS)
    if not wanted.is_empty:
        fl.builder.demand_trust(value, str(wanted))
    brought = mask_of(fl.type_of(type_), marks or NO_MARKS, default, SOURCES)
    return value if brought.is_empty else fl.builder.trust_source(value, str(brought))


def mask_of(type_: Type, marks: Marks, inherited: str, relevant: tuple[str, ...]) -> Mask:
    """The mask of those of the marks on a type that are `relevant`."""
    mark = marks.own or inherited

    def part(index: int, of: Type) -> Mask:
        return mask_of(of, marks.parts[index] if index < len(marks.parts) else NO_MARKS, mark, relevant)

    if isinstance(type_, OptionType):
        return Mask("o", "", (part(0, type_.item),))
    own = mark if mark in relevant else ""
    if isinstance(type_, ArrayType):
        return Mask("a", own, (part(0, type_.item),))
    if isinstance(type_, SetType | MapType):
        return Mask("m", own, tuple(part(i, of) for i, of in enumerate(type_.parts())))
    if isinstance(type_, TupleType):
        return Mask("t", "", tuple(part(i, of) for i, of in enumerate(type_.items)))
    if not own or marks.parts or not _is_even(type_, set()):
        return NOTHING
    return Mask("x", mark)


def _is_even(type_: Type, seen: set[Type]) -> bool:
    """Whether one mark speaks of all that a value of the type holds."""
    if isinstance(type_, FnType | FutureType | DynType | PointerType) or type_ == FAULT:
        return False
    if type_ in seen:
        return True
    seen.add(type_)
    inner = list(type_.parts())
    if isinstance(type_, StructType | EnumType):
        decl = type_.decl
        args = dict(zip(decl.type_params, type_.args, strict=True))
        fields = decl.fields if isinstance(decl, typed.StructDecl) else [f for v in decl.variants for f in v.fields]
        if decl.mark or any(f.marks is not None and not f.marks.is_empty for f in fields):
            return False
        inner += [substitute(f.type, args) for f in fields]
    return all(_is_even(part, seen) for part in inner)


# ---- Functions -------------------------------------------------------------------------------------------------------


def enter_function(fl: FunctionLowering, function: typed.Function, params: list[Value]) -> list[Value]:
    """Parameters without a mark: `!` in handlers, `~` in what foreign code calls."""
    default = "!" if _is_handler(function) else "~" if function.export or function.is_callback else ""
    entered: list[Value] = []
    for variable, param in zip(function.params, params, strict=True):
        is_plain = variable.kind != "inout" and (variable.marks is None or variable.marks.is_empty)
        is_marked = bool(default) and is_plain and variable.name != "self"
        entered.append(annotated(fl, param, variable.type, None, default) if is_marked else param)
    return entered


def _is_handler(function: typed.Function) -> bool:
    return function.actor is not None and any(h.function is function for h in function.actor.handlers)


def give_result(fl: FunctionLowering, value: Value, function: typed.Function) -> Value:
    """A result with a mark."""
    own = function.result_marks
    if (own is None or own.is_empty) and function.requirement is not None:
        own = function.requirement.result_marks
    return annotated(fl, value, function.result, own)


# ---- Expressions -----------------------------------------------------------------------------------------------------


def lower_report(fl: FunctionLowering, expr: typed.Report) -> Value:
    """`e~`."""
    value = fl.value(expr.value)
    return annotated(fl, value, expr.type, Marks("~"))


def lower_assert(fl: FunctionLowering, expr: typed.Assert) -> Value:
    """`e‽`."""
    return fl.builder.confirm_trust(fl.value(expr.value), "asserted")


def lowerings_with_evidence(plain: Lowerings) -> Lowerings:
    """The lowerings of a compilation that keeps evidence."""
    return {**plain, typed.Report: lower_report, typed.Assert: lower_assert,
            typed.Confirm: _then(plain[typed.Confirm], _confirmed),
            typed.FilterValue: _then(plain[typed.FilterValue], _validated),
            typed.Call: _then(plain[typed.Call], _foreign), typed.CallPointer: _then(plain[typed.CallPointer], _foreign),
            typed.MakeStruct: _then(plain[typed.MakeStruct], _declared),
            typed.MakeVariant: _then(plain[typed.MakeVariant], _declared),
            typed.GetField: _then(plain[typed.GetField], _field)}


def validated(fl: FunctionLowering, value: Value, mode: str) -> Value:
    """What passed a `φ` with a mark."""
    return fl.builder.confirm_trust(value, "validated") if mode and fl.program.keeps_evidence else value


def joined(fl: FunctionLowering, value: Value, *others: Value | None, part: str = "all") -> Value:
    """A value that depends on others in a way that no operator shows; see `JoinTrust`."""
    if fl.program.keeps_evidence:
        for other in others:
            value = value if other is None else fl.builder.join_trust(value, other, part)
    return value


def marked(fl: FunctionLowering, value: Value, mark: str) -> Value:
    """An element behind a stage with a suffix."""
    if not fl.program.keeps_evidence:
        return value
    return fl.builder.trust_source(value, "x~") if mark == "~" else fl.builder.confirm_trust(value, "confirmed")


def _then(lower: Lowering, change: Any) -> Lowering:
    return lambda fl, expr: change(fl, expr, lower(fl, expr))


def _confirmed(fl: FunctionLowering, expr: typed.Confirm, value: Value) -> Value:
    return fl.builder.confirm_trust(value, "confirmed") if expr.confirms_trust else value


def _validated(fl: FunctionLowering, expr: typed.FilterValue, value: Value) -> Value:
    return validated(fl, value, expr.mode)


def _foreign(fl: FunctionLowering, expr: typed.Call | typed.CallPointer, value: Value) -> Value:
    is_foreign = isinstance(expr, typed.CallPointer) or expr.function.foreign or expr.function.intrinsic == "pointer_read"
    return annotated(fl, value, expr.type, Marks("~")) if is_foreign else value


def _declared(fl: FunctionLowering, expr: typed.MakeStruct | typed.MakeVariant, value: Value) -> Value:
    """Marked fields demand what they say; every value of a `struct Name~` is reported."""
    type_ = expr.type
    if not isinstance(type_, StructType | EnumType):
        return value
    if isinstance(type_.decl, typed.StructDecl):
        for index, field in enumerate(type_.decl.fields):
            mask = mask_of(fl.type_of(field.type), field.marks or NO_MARKS, "", DEMANDS)
            if not mask.is_empty and not type_.args:
                fl.builder.demand_trust(fl.builder.get_field(value, index), str(mask))
    return fl.builder.trust_source(value, "x~") if type_.decl.mark == "~" else value


def _field(fl: FunctionLowering, expr: typed.GetField, value: Value) -> Value:
    """What is read out of a marked field."""
    owner = expr.value.type
    if not isinstance(owner, StructType):
        return value
    return annotated(fl, value, expr.type, owner.decl.fields[expr.index].marks)
