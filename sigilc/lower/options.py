"""Uncertain values: making them, handling absence, and lifting a body over them."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.tree_walk import children
from sigilc.check.typed import Expr
from sigilc.ir.builder import element_type
from sigilc.ir.ops import Value
from sigilc.ir.types import IrType, present_type
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.loops import count_to
from sigilc.lower.patterns import Subject, bind_irrefutable

_WITHOUT_EFFECT = (typed.Literal, typed.Local, typed.ConstantRef, typed.GetField, typed.FaultField, typed.Interpolate,
                   typed.Report, typed.Assert)


def absent(fl: FunctionLowering, type_: IrType, message: str, stage: str = "") -> Value:
    """An absent `T?` of the type with a new fault."""
    return fl.builder.make_none(type_, new_fault(fl, message, stage))


def new_fault(fl: FunctionLowering, message: str, stage: str = "") -> Value:
    """A fault with fixed texts, whose site is the current span."""
    return fl.builder.make_fault(fl.builder.const_text(message), fl.builder.const_text(stage))


def lower_make_some(fl: FunctionLowering, expr: typed.MakeSome) -> Value:
    """A present value."""
    return fl.builder.make_some(fl.value(expr.value), fl.ir_type(expr))


def lower_make_none(fl: FunctionLowering, expr: typed.MakeNone) -> Value:
    """`None`, `fail(message)` and `fail(message, cause: fault)`."""
    builder = fl.builder
    message = fl.value(expr.message) if expr.message is not None else builder.const_text("absent")
    cause = fl.value(expr.cause) if expr.cause is not None else None
    return builder.make_none(fl.ir_type(expr), builder.make_fault(message, builder.const_text(""), cause))


def lower_make_fault_none(fl: FunctionLowering, expr: typed.MakeFaultNone) -> Value:
    """An absent value with a fault that exists."""
    return fl.builder.make_none(fl.ir_type(expr), fl.value(expr.fault))


def lower_default(fl: FunctionLowering, expr: typed.Default) -> Value:
    """`a ?? b`."""
    builder = fl.builder
    value = fl.view(expr.value, expr.otherwise)
    join = fl.join(fl.ir_type(expr), "default")
    some, none = fl.fork(builder.is_some(value), "some", "none")
    builder.position_at(some)
    keeps_option = fl.type_of(expr) == fl.type_of(expr.value)
    join.enter(value if keeps_option else builder.unwrap(value))
    builder.position_at(none)
    fl.enter(join, lambda: fl.value(expr.otherwise))
    return join.finish()


def lower_try(fl: FunctionLowering, expr: typed.Try) -> Value:
    """`e?`: an absent value is returned, with its fault."""
    builder = fl.builder
    value = fl.value(expr.value)
    some, none = fl.fork(builder.is_some(value), "some", "none")
    builder.position_at(none)
    fl.leave(builder.make_none(fl.result, builder.get_fault(value)))
    builder.position_at(some)
    return builder.unwrap(value)


def lower_confirm(fl: FunctionLowering, expr: typed.Confirm) -> Value:
    """`e!` and `expect`: absence ends the message, or the program."""
    builder = fl.builder
    value = fl.value(expr.value)
    if not expr.unwraps:
        return value
    message = expr.message
    early = fl.value(message) if message is not None and not _is_without_effect(message) else None
    some, none = fl.fork(builder.is_some(value), "some", "none")
    builder.position_at(none)
    fault = builder.get_fault(value)
    if message is not None:
        text = early if early is not None else fl.value(message)
        fault = builder.make_fault(text, builder.const_text(""), cause=fault)
    builder.raise_fault(fault)
    builder.position_at(some)
    return builder.unwrap(value)


def _is_without_effect(expr: Expr) -> bool:
    """Whether it can't be seen when, or if, an expression is evaluated."""
    return isinstance(expr, _WITHOUT_EFFECT) and all(
        _is_without_effect(c) for c in children(expr) if isinstance(c, Expr))


def lower_lift(fl: FunctionLowering, expr: typed.Lift) -> Value:
    """Runs the body over the payload of a present value; a fault goes on."""
    builder = fl.builder
    source = fl.value(expr.source)
    result = fl.ir_type(expr)
    join = fl.join(result, "lifted")
    some, none = fl.fork(builder.is_some(source), "some", "none")
    builder.position_at(none)
    join.enter(builder.make_none(result, builder.get_fault(source)))
    builder.position_at(some)
    fl.bind(expr.variable, builder.unwrap(source))

    def body() -> Value:
        value = fl.value(expr.body)
        return value if expr.flatten else builder.make_some(value, result)
    fl.enter(join, body)
    return join.finish()


def lower_filter_value(fl: FunctionLowering, expr: typed.FilterValue) -> Value:
    """`φ` on a whole value: absent, or with `!` a fault, where the predicate fails."""
    builder = fl.builder
    source = fl.value(expr.source)
    bind_irrefutable(fl, expr.pattern, Subject(value=source))
    passed, failed = fl.fork(fl.value(expr.predicate), "passed", "failed")
    message = f"filtered out by {expr.stage}"
    if expr.mode == "!":
        builder.position_at(failed)
        builder.raise_fault(new_fault(fl, message, expr.stage))
        builder.position_at(passed)
        return source
    result = fl.ir_type(expr)
    join = fl.join(result, "filtered")
    builder.position_at(failed)
    join.enter(absent(fl, result, message, expr.stage))
    builder.position_at(passed)
    join.enter(builder.make_some(source, result))
    return join.finish()


def lower_all_present(fl: FunctionLowering, expr: typed.AllPresent) -> Value:
    """`[T?]` to `[T]?`: the first fault wins."""
    builder = fl.builder
    source = fl.value(expr.value)
    result = fl.ir_type(expr)
    join = fl.join(result, "all")
    length = builder.length(source)
    items = builder.slot(builder.make_array(present_type(element_type(source.type))), "items")
    builder.array_reserve(items, length)
    loop = count_to(builder, length)
    element = builder.array_get(source, loop.index, checked=False)
    some, none = fl.fork(builder.is_some(element), "some", "none")
    builder.position_at(none)
    join.enter(builder.make_none(result, builder.get_fault(element)))
    builder.position_at(some)
    builder.array_push(items, builder.unwrap(element), reserved=True)
    loop.close()
    join.enter(builder.make_some(builder.load(items), result))
    return join.finish()


LOWERINGS: Lowerings = {
    typed.MakeSome: lower_make_some, typed.MakeNone: lower_make_none, typed.MakeFaultNone: lower_make_fault_none,
    typed.Default: lower_default, typed.Try: lower_try, typed.Confirm: lower_confirm, typed.Lift: lower_lift,
    typed.FilterValue: lower_filter_value, typed.AllPresent: lower_all_present,
}
