"""Function values: plain functions, and closures, whose bodies become functions that take the captures first."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import FnType
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.types import UNIT, IrFn
from sigilc.lower.functions import FunctionLowering, Lowerings, PlaceBinding


def lower_function_ref(fl: FunctionLowering, expr: typed.FunctionRef) -> Value:
    """A function as a value."""
    name = fl.program.instance(expr.function, tuple(fl.type_of(t) for t in expr.type_args))
    type_ = fl.ir_type(expr)
    assert isinstance(type_, IrFn)
    return fl.builder.function_value(name, type_)


def lower_closure(fl: FunctionLowering, expr: typed.Closure) -> Value:
    """`|x| e`: its body as a function of its own, with copies of what it captures."""
    type_, ir_type = fl.type_of(expr), fl.ir_type(expr)
    if not isinstance(type_, FnType) or not isinstance(ir_type, IrFn):
        raise InternalError(f"a closure of type `{type_}`", expr.span)
    captured = [fl.value(typed.Local(expr.span, v.type, v)) for v in expr.captures]
    name = fl.next_closure_name()
    params = [Value(c.type, v.name) for c, v in zip(captured, expr.captures, strict=True)]
    own = [Value(t, v.name) for t, v in zip(ir_type.params, expr.params, strict=True)]
    function = IrFunction(name, [*params, *own], ir_type.result, span=expr.span)
    fl.program.add_function(function)
    inner = FunctionLowering(fl.program, function, fl.substitution)
    for variable, param in zip(expr.captures, params, strict=True):
        inner.bindings[variable] = param
        inner.declare(variable, param)
    inner.bind_params(expr.params, own)
    inner.finish(expr.body)
    if not captured:
        return fl.builder.function_value(name, ir_type)
    return fl.builder.make_closure(name, captured, ir_type)


def lower_catch(fl: FunctionLowering, expr: typed.CatchPanic) -> Value:
    """The block of `assert_panics{ … }`: a function of its own, which gets the mutable variables as places."""
    outer = [fl.binding(v) for v in expr.captures]
    roots = [b.root for b in outer if isinstance(b, PlaceBinding)]
    if len(set(roots)) < len(roots):
        raise InternalError("two names of one place are used in the block", expr.span)
    args = [b.address if isinstance(b, PlaceBinding) else b for b in outer]
    name = fl.next_closure_name()
    params = [Value(a.type, v.name) for a, v in zip(args, expr.captures, strict=True)]
    function = IrFunction(name, params, UNIT, span=expr.span)
    fl.program.add_function(function)
    inner = FunctionLowering(fl.program, function, fl.substitution)
    for variable, param, binding in zip(expr.captures, params, outer, strict=True):
        if isinstance(binding, PlaceBinding):
            inner.bind_place(variable, param, variable)
        else:
            inner.bindings[variable] = param
            inner.declare(variable, param)
    inner.finish(expr.body)
    return fl.builder.catch(name, args)


LOWERINGS: Lowerings = {typed.FunctionRef: lower_function_ref, typed.Closure: lower_closure,
                        typed.CatchPanic: lower_catch}
