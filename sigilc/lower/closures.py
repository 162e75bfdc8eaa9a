"""Function values: plain functions, and closures, whose bodies become functions that take the captures first."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import FnType
from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import IrFunction
from sigilc.ir.handed_over import handed_over
from sigilc.ir.ops import Value
from sigilc.ir.types import UNIT, IrFn, IrType
from sigilc.lower.functions import Binding, FunctionLowering, Lowerings, PlaceBinding, move_out
from sigilc.lower.place import rebase, values_of
from sigilc.lower.slice_places import SlicePlace


def lower_function_ref(fl: FunctionLowering, expr: typed.FunctionRef) -> Value:
    """A function as a value."""
    name = fl.program.instance(expr.function, tuple(fl.type_of(t) for t in expr.type_args), fl.caller or expr.span)
    type_ = fl.ir_type(expr)
    assert isinstance(type_, IrFn)
    function = owning(fl, name, "value", type_.params, type_.result, handed_over(type_))
    return fl.builder.function_value(function, type_)


def owning(fl: FunctionLowering, name: str, use: str, params: tuple[IrType, ...], result: IrType, owned: frozenset[int]) -> str:
    """A function that owns some parameters, which callers that do not know it hand over, and calls the one of this name."""
    if not owned:
        return name
    caller = f"{name}.{use}"
    if caller not in fl.program.module.functions:
        function = IrFunction(caller, [Value(param) for param in params], result, owned=owned, span=fl.builder.span)
        fl.program.add_function(function)
        builder = FunctionBuilder(function)
        builder.span = fl.builder.span
        builder.position_at(builder.new_block("entry"))
        builder.return_(builder.call(name, list(function.params), result))
    return caller


def lower_closure(fl: FunctionLowering, expr: typed.Closure) -> Value:
    """`|x| e`: its body as a function of its own, with copies of what it captures."""
    type_, ir_type = fl.type_of(expr), fl.ir_type(expr)
    if not isinstance(type_, FnType) or not isinstance(ir_type, IrFn):
        raise InternalError(f"a closure of type `{type_}`", expr.span)
    captured = [_captured(fl, expr, v) for v in expr.captures]
    name = fl.next_closure_name()
    params = [Value(c.type, v.name) for c, v in zip(captured, expr.captures, strict=True)]
    own = [Value(t, v.name) for t, v in zip(ir_type.params, expr.params, strict=True)]
    owned = frozenset(len(params) + number for number in handed_over(ir_type))
    function = IrFunction(name, [*params, *own], ir_type.result, owned=owned, span=expr.span)
    fl.program.add_function(function)
    inner = FunctionLowering(fl.program, function, fl.substitution)
    inner.moves, inner.caller = fl.moves, fl.caller
    for variable, param in zip(expr.captures, params, strict=True):
        inner.bindings[variable] = param
        inner.declare(variable, param)
    inner.bind_params(expr.params, own)
    inner.own_params(expr.params, {v for number, v in enumerate(expr.params, len(params)) if number in owned})
    inner.finish(expr.body)
    if not captured:
        return fl.builder.function_value(name, ir_type)
    return fl.builder.make_closure(name, captured, ir_type)


def _captured(fl: FunctionLowering, closure: typed.Closure, variable: typed.Variable) -> Value:
    """What a closure captures of a variable: a copy, or all of it."""
    read = typed.Local(closure.span, variable.type, variable)
    return move_out(fl, read) if (closure, variable) in fl.moves.captured else fl.value(read)


def lower_catch(fl: FunctionLowering, expr: typed.CatchPanic) -> Value:
    """The block of `assert_panics{ … }`: a function of its own, which gets the mutable variables as places."""
    outer = {v: fl.binding(v) for v in expr.captures}
    param_of: dict[Value, Value] = {}
    for variable, binding in outer.items():
        for value in _passed(fl, binding):
            param_of.setdefault(value, Value(value.type, variable.name))
    name = fl.next_closure_name()
    function = IrFunction(name, list(param_of.values()), UNIT, span=expr.span)
    fl.program.add_function(function)
    inner = FunctionLowering(fl.program, function, fl.substitution)
    inner.moves = fl.moves
    for variable, binding in outer.items():
        if not isinstance(binding, PlaceBinding):
            inner.bindings[variable] = param_of[binding]
            inner.declare(variable, param_of[binding])
        elif binding.place is None:
            inner.bind_place(variable, param_of[binding.form(fl)], binding.root)
        else:
            place = rebase(binding.place, param_of.__getitem__)
            inner.bind_place(variable, None if isinstance(place, SlicePlace) else place.form(inner), binding.root, place)
    inner.finish(expr.body)
    return fl.builder.catch(name, list(param_of))


def _passed(fl: FunctionLowering, binding: Binding) -> list[Value]:
    """What a function gets that uses a variable: its value, its address, or what its address is formed from."""
    if not isinstance(binding, PlaceBinding):
        return [binding]
    return [binding.form(fl)] if binding.place is None else list(values_of(binding.place))


LOWERINGS: Lowerings = {typed.FunctionRef: lower_function_ref, typed.Closure: lower_closure,
                        typed.CatchPanic: lower_catch}
