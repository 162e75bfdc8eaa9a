"""The typing rules of calls, of foreign code, and of actors."""

from __future__ import annotations

from sigilc.ir import actor_ops, dyn_ops, foreign_ops, ops
from sigilc.ir.builder import awaited_type
from sigilc.ir.function import IrHandler, Module
from sigilc.ir.handed_over import handed_over, handed_to_method
from sigilc.ir.rules import (
    RuleBroken,
    Rules,
    function_of,
    require,
    require_no_result,
    require_optional_result,
    require_result,
    require_same,
    require_signature,
    require_values,
)
from sigilc.ir.runtime_abi import RUNTIME
from sigilc.ir.types import ADDRESS, BOOL, CHAR, I64, PTR, STR, UNIT, IrAddr, IrArray, IrDyn, IrEnum, IrFn, IrFuture, IrType


def _call(op: ops.Call, module: Module) -> None:
    function = function_of(module, op.function, is_called=True)
    require(op.moved == function.owned, "the call moves other arguments than {} owns", op.function)
    require_values("argument", op.args, [p.type for p in function.params])
    require_optional_result(op, function.result)


def _catch(op: ops.Catch, module: Module) -> None:
    function = function_of(module, op.function)
    require_values("argument", op.args, [p.type for p in function.params])
    require_same("the callee's result", function.result, UNIT)
    require_result(op, BOOL)


def _call_value(op: ops.CallValue, _: Module) -> None:
    type_ = op.callee.type
    if not isinstance(type_, IrFn):
        raise RuleBroken(f"{type_} can't be called")
    require_values("argument", op.args, type_.params)
    require_optional_result(op, type_.result)


def _call_foreign(op: ops.CallForeign, module: Module) -> None:
    foreign = module.foreign.get(op.symbol)
    if foreign is None:
        raise RuleBroken(f"there is no foreign function {op.symbol}")
    count = len(foreign.params)
    require(len(op.args) == count or (foreign.is_variadic and len(op.args) > count),
            "{} arguments, expected {}", len(op.args), count)
    for i, (arg, expected) in enumerate(zip(op.args, foreign.params, strict=False)):
        is_data = expected == PTR and (arg.type == STR or isinstance(arg.type, IrArray | IrAddr))
        require(is_data or arg.type == expected, "argument {} is {}, expected {}", i, arg.type, expected)
    require_optional_result(op, foreign.result)


def _call_pointer(op: foreign_ops.CallPointer, _: Module) -> None:
    require_same("the callee", op.callee.type, PTR)
    require(op.result is not None, "the op must have a result")


def _code_pointer(op: foreign_ops.CodePointer, module: Module) -> None:
    function_of(module, op.function)
    require_result(op, PTR)


def _pointer_read(op: foreign_ops.PointerRead, _: Module) -> None:
    require_same("the address", op.pointer.type, PTR)
    require(op.result is not None and not op.result.type.is_counted, "what is read has no counts")


def _pointer_write(op: foreign_ops.PointerWrite, _: Module) -> None:
    require_same("the address", op.pointer.type, PTR)
    require_no_result(op)


def _is_valid(op: foreign_ops.IsValid, _: Module) -> None:
    type_ = op.value.type
    require(type_ == CHAR or (isinstance(type_, IrEnum) and type_.is_c), "every {} is valid", type_)
    require_result(op, BOOL)


def _pointer_offset(op: foreign_ops.PointerOffset, _: Module) -> None:
    require_same("the address", op.pointer.type, PTR)
    require_same("the count", op.count.type, I64)
    require_result(op, PTR)


def _call_runtime(op: ops.CallRuntime, _: Module) -> None:
    runtime = RUNTIME.get(op.function)
    if runtime is None:
        raise RuleBroken(f"there is no runtime function {op.function}")
    require_values("argument", op.args, runtime.params)
    require_optional_result(op, runtime.result)


def _make_closure(op: ops.MakeClosure, module: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if not isinstance(type_, IrFn):
        raise RuleBroken("the result must be a function")
    captured = tuple(v.type for v in op.captures)
    function = require_signature(module, op.function, (*captured, *type_.params), type_.result, is_called=True)
    handed = frozenset(len(captured) + number for number in handed_over(type_))
    require(function.owned == handed, "as a value {} must own what is handed over to it", op.function)


def _dyn_of(type_: IrType) -> IrDyn:
    if not isinstance(type_, IrDyn):
        raise RuleBroken(f"{type_} has no table of methods")
    return type_


def _make_dyn(op: dyn_ops.MakeDyn, module: Module) -> None:
    type_ = _dyn_of(op.result.type if op.result else UNIT)
    require(len(op.methods) == len(type_.methods), "{} methods, expected {}", len(op.methods), len(type_.methods))
    for name, method in zip(op.methods, type_.methods, strict=True):
        is_place = isinstance(method.params[0], IrAddr)
        own = IrAddr(op.value.type) if is_place else op.value.type
        function = require_signature(module, name, (own, *method.params[1:]), method.result, is_called=True)
        require(function.owned == handed_to_method(method), "behind dyn {} must own what it is handed", name)


def _upcast_dyn(op: dyn_ops.UpcastDyn, _: Module) -> None:
    source, target = _dyn_of(op.value.type), _dyn_of(op.result.type if op.result else UNIT)
    require(len(op.numbers) == len(target.methods), "{} methods, expected {}", len(op.numbers), len(target.methods))
    for number, method in zip(op.numbers, target.methods, strict=True):
        require(0 <= number < len(source.methods), "{} has no method {}", source, number)
        one = source.methods[number]
        require((one.params[1:], one.result) == (method.params[1:], method.result)
                and isinstance(one.params[0], IrAddr) == isinstance(method.params[0], IrAddr),
                "method {} of {} is another one", number, source)


def _call_dyn(op: dyn_ops.CallDyn, _: Module) -> None:
    type_ = _dyn_of(op.receiver.type.target if isinstance(op.receiver.type, IrAddr) else op.receiver.type)
    require(0 <= op.number < len(type_.methods), "{} has no method {}", type_, op.number)
    method = type_.methods[op.number]
    require_values("argument", [op.receiver, *op.args], method.params)
    require_optional_result(op, method.result)


def _spawn(op: actor_ops.Spawn, module: Module) -> None:
    actor = module.actors.get(op.actor)
    if actor is None:
        raise RuleBroken(f"there is no actor {op.actor}")
    require_same("the state", op.state.type, actor.state)
    require_result(op, ADDRESS)


def _message(op: actor_ops.Tell | actor_ops.Ask, module: Module) -> IrHandler:
    actor = module.actors.get(op.actor)
    if actor is None:
        raise RuleBroken(f"there is no actor {op.actor}")
    require(0 <= op.handler < len(actor.handlers), "{} has no handler {}", op.actor, op.handler)
    handler = actor.handlers[op.handler]
    require_same("the receiver", op.address.type, ADDRESS)
    require_values("argument", op.args, handler.payload)
    return handler


def _tell(op: actor_ops.Tell, module: Module) -> None:
    _message(op, module)
    require_no_result(op)


def _ask(op: actor_ops.Ask, module: Module) -> None:
    handler = _message(op, module)
    if handler.reply is None:
        raise RuleBroken(f"{op.actor}'s {handler.name} has no reply")
    require_result(op, IrFuture(handler.reply))


def _stop_actor(op: actor_ops.StopActor, _: Module) -> None:
    require(op.kind in ("stop", "kill"), "there is no {}", op.kind)
    require_same("the operand", op.address.type, ADDRESS)
    require_no_result(op)


CALL_RULES: Rules = {
    ops.Call: _call,
    ops.Catch: _catch,
    ops.CallValue: _call_value,
    ops.CallForeign: _call_foreign,
    foreign_ops.CallPointer: _call_pointer,
    foreign_ops.CodePointer: _code_pointer,
    foreign_ops.PointerRead: _pointer_read,
    foreign_ops.PointerWrite: _pointer_write,
    foreign_ops.PointerOffset: _pointer_offset,
    foreign_ops.IsValid: _is_valid,
    ops.CallRuntime: _call_runtime,
    ops.MakeClosure: _make_closure,
    dyn_ops.MakeDyn: _make_dyn,
    dyn_ops.UpcastDyn: _upcast_dyn,
    dyn_ops.CallDyn: _call_dyn,
    actor_ops.Spawn: _spawn,
    actor_ops.Tell: _tell,
    actor_ops.Ask: _ask,
    actor_ops.Await: lambda op, _: require_result(op, awaited_type(op.future.type)),
    actor_ops.StopActor: _stop_actor,
}
