"""Function values: plain functions, and closures, whose bodies become functions that take the captures first."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import FnType
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.types import IrFn
from sigilc.lower.functions import FunctionLowering, Lowerings


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


LOWERINGS: Lowerings = {typed.FunctionRef: lower_function_ref, typed.Closure: lower_closure}
