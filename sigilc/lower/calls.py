"""Calls: of functions, of function values, of foreign functions; all arguments first, then in-out accesses."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sigilc.check import typed
from sigilc.check.impls import find_impl, resolve_method
from sigilc.check.typed import Expr
from sigilc.check.types import DynType, Type
from sigilc.crash import InternalError
from sigilc.ir.handed_over import handed_to_method
from sigilc.ir.ops import Value
from sigilc.ir.types import IrAddr, IrDyn
from sigilc.lower.closures import owning
from sigilc.lower.foreign import lower_call_foreign
from sigilc.lower.functions import Diverges, FunctionLowering, InPlace, Lowerings
from sigilc.lower.intrinsics import lower_intrinsic
from sigilc.lower.place import Place
from sigilc.lower.places import may_insert, prepare_place, root_variable
from sigilc.lower.types import dyn_methods, dyn_number


def lower_call(fl: FunctionLowering, expr: typed.Call) -> Value:
    """A direct call."""
    function, type_args = resolve_method(expr.function, tuple(fl.type_of(t) for t in expr.type_args))
    if function.foreign:
        return lower_call_foreign(fl, expr)
    if function.trait is not None and isinstance(type_args[0], DynType):
        return lower_dyn_call(fl, function, type_args[0], type_args[1:1 + len(function.trait.params)], expr)
    args, places = lower_arguments(fl, expr.args)
    if function.intrinsic:
        result = lower_intrinsic(fl, function.intrinsic, args, fl.type_of(expr), type_args)
    elif function.tracks_caller and function.body is not None:
        result = lower_in_place(fl, function, type_args, args, expr)
    else:
        name = fl.program.instance(function, type_args)
        result = fl.builder.call(name, args, fl.ir_type(expr))
    for place in places:
        place.finish(fl)
    return result


def lower_make_dyn(fl: FunctionLowering, expr: typed.MakeDyn) -> Value:
    """A value behind its trait, with the functions that are the trait's methods for its type."""
    target, concrete, type_ = fl.type_of(expr), fl.type_of(expr.value), fl.ir_type(expr)
    if not isinstance(target, DynType) or not isinstance(type_, IrDyn):
        raise InternalError(f"a value of type `{target}` behind `dyn`", expr.span)
    value = fl.value(expr.value)
    if concrete == target:      # a type parameter that stands for the `dyn` itself
        return value
    if isinstance(concrete, DynType) and all(find_impl(trait, concrete, args) is None for trait, args, _ in dyn_methods(target)):
        all_methods = dyn_methods(concrete)
        return fl.builder.upcast_dyn(value, [all_methods.index(method) for method in dyn_methods(target)], type_)
    methods = []
    for (trait, args, name), method in zip(dyn_methods(target), type_.methods, strict=True):
        function = fl.program.instance(*resolve_method(trait.methods[name], (concrete, *args)))
        own = IrAddr(value.type) if isinstance(method.params[0], IrAddr) else value.type
        params = (own, *method.params[1:])
        methods.append(owning(fl, function, "method", params, method.result, handed_to_method(method)))
    return fl.builder.make_dyn(value, methods, type_)


def lower_dyn_call(fl: FunctionLowering, function: typed.Function, receiver: DynType, trait_args: tuple[Type, ...],
                   expr: typed.Call) -> Value:
    """A method of a value that is known only by its trait, which has these arguments."""
    (value, *args), places = lower_arguments(fl, expr.args)
    result = fl.builder.call_dyn(value, dyn_number(receiver, function, trait_args), args)
    for place in places:
        place.finish(fl)
    return result


def lower_in_place(fl: FunctionLowering, function: typed.Function, type_args: tuple[Type, ...], args: list[Value],
                   call: typed.Call) -> Value:
    """The body of a `#[track_caller]` function: its panics and faults have the call's position."""
    outer, outer_caller, outer_frame, outer_moves = fl.substitution, fl.caller, fl.in_place, fl.moves
    fl.moves = fl.program.moves_of(function, type_args)
    fl.substitution = dict(zip(function.type_params, type_args, strict=True))
    fl.caller = outer_caller or call.span
    fl.in_place = frame = InPlace(fl.ir_type(function.result), fl.depth, len(fl.copies))
    try:
        body = function.body
        assert body is not None

        def run() -> Value:
            fl.bind_params(function.params, args)
            return fl.value(body)
        value = None
        with suppress(Diverges):
            value = fl.in_scope(run)
    finally:
        fl.substitution, fl.caller, fl.in_place, fl.moves = outer, outer_caller, outer_frame, outer_moves
    if frame.returned is not None:
        if value is not None:
            frame.returned.enter(value)
        return frame.returned.finish()
    if value is None:
        raise Diverges
    return value


def lower_call_value(fl: FunctionLowering, expr: typed.CallValue) -> Value:
    """A call of a function value."""
    callee = fl.view(expr.callee, *expr.args)
    args, places = lower_arguments(fl, expr.args)
    result = fl.builder.call_value(callee, args)
    for place in places:
        place.finish(fl)
    return result


def lower_arguments(fl: FunctionLowering, args: Sequence[Expr]) -> tuple[list[Value], list[Place]]:
    """The arguments' values and addresses; the places must be finished after the call.

    A value that is looked at in a variable stays a view unless a later argument, or the call itself through an in-out
    argument of the same variable, may write it.
    """
    inside = [a.place if isinstance(a, typed.InOut) else a for a in args]
    written = {root_variable(fl, a.place) for a in args if isinstance(a, typed.InOut)}
    prepared: list[Value | Place] = []
    for number, arg in enumerate(args):
        if isinstance(arg, typed.InOut):
            prepared.append(prepare_place(fl, arg.place))
        elif written and root_variable(fl, arg) in written:
            prepared.append(fl.value(arg))
        else:
            prepared.append(fl.view(arg, *inside[number + 1:]))
    places = [p for p in prepared if isinstance(p, Place)]
    if len(places) > 1 and any(map(may_insert, places)):
        for place in places:
            place.form(fl)
        # All entries are there now: forming one address no longer moves another.
        prepared = [p.settled() if isinstance(p, Place) else p for p in prepared]
        places = [p for p in prepared if isinstance(p, Place)]
    return [p.form(fl) if isinstance(p, Place) else p for p in prepared], places


LOWERINGS: Lowerings = {typed.Call: lower_call, typed.MakeDyn: lower_make_dyn, typed.CallValue: lower_call_value}
