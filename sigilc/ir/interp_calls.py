"""Steps of the interpreter for calls, function values and actors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.ir import actor_ops, dyn_ops, ops
from sigilc.ir.interp_actors import Message
from sigilc.ir.interp_code import Panicked
from sigilc.ir.interp_runtime import TABLE
from sigilc.ir.interp_values import FunctionValue, FutureValue, MethodTable, PartPlace
from sigilc.ir.types import IrAddr

if TYPE_CHECKING:
    from sigilc.ir.interp_code import FunctionCompiler, Step


def make_call(op: ops.Call, code: FunctionCompiler) -> Step:
    callee, args, d = code.callee(op.function), code.indices(op.args), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = callee.call([frame[i] for i in args])
    return step


def make_catch(op: ops.Catch, code: FunctionCompiler) -> Step:
    callee, args, d, machine = code.callee(op.function), code.indices(op.args), code.result(op), code.machine

    def step(frame: list[Any]) -> None:
        depth, loans = machine.depth, len(machine.loans)
        frame[d] = False
        try:
            callee.call([frame[i] for i in args])
        except Panicked:
            machine.end_calls(depth, loans)
            frame[d] = True
    return step


def make_call_value(op: ops.CallValue, code: FunctionCompiler) -> Step:
    c, args, d = code.index(op.callee), code.indices(op.args), code.result(op)

    def step(frame: list[Any]) -> None:
        function: FunctionValue = frame[c]
        frame[d] = function.code.call([*function.captures, *[frame[i] for i in args]])
    return step


def make_call_runtime(op: ops.CallRuntime, code: FunctionCompiler) -> Step:
    function, args, d, machine = TABLE[op.function], code.indices(op.args), code.result(op), code.machine

    def step(frame: list[Any]) -> None:
        frame[d] = function(machine, *[frame[i] for i in args])
    return step


def make_function_value(op: ops.FunctionValue, code: FunctionCompiler) -> None:
    code.preset(op, FunctionValue(code.callee(op.function)))


def make_closure(op: ops.MakeClosure, code: FunctionCompiler) -> Step:
    callee, captures, d = code.callee(op.function), code.indices(op.captures), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = FunctionValue(callee, tuple([frame[i] for i in captures]))
    return step


def make_dyn(op: dyn_ops.MakeDyn, code: FunctionCompiler) -> Step:
    v, d = code.index(op.value), code.result(op)
    table = MethodTable([code.callee(name) for name in op.methods])

    def step(frame: list[Any]) -> None:
        frame[d] = table, frame[v]
    return step


def make_upcast_dyn(op: dyn_ops.UpcastDyn, code: FunctionCompiler) -> Step:
    v, d, numbers = code.index(op.value), code.result(op), op.numbers

    def step(frame: list[Any]) -> None:
        table, value = frame[v]
        frame[d] = MethodTable([table.methods[number] for number in numbers]), value
    return step


def make_call_dyn(op: dyn_ops.CallDyn, code: FunctionCompiler) -> Step:
    r, args, d, number = code.index(op.receiver), code.indices(op.args), code.result(op), op.number
    is_place = isinstance(op.receiver.type, IrAddr)

    def step(frame: list[Any]) -> None:
        receiver = frame[r]
        table, value = receiver.read() if is_place else receiver
        own = PartPlace(receiver, 1) if is_place else value
        frame[d] = table.methods[number].call([own, *[frame[i] for i in args]])
    return step


def make_spawn(op: actor_ops.Spawn, code: FunctionCompiler) -> Step:
    s, d, machine = code.index(op.state), code.result(op), code.machine
    kind = machine.module.actors[op.actor]

    def step(frame: list[Any]) -> None:
        frame[d] = machine.scheduler.spawn(kind, frame[s])
    return step


def make_message(op: actor_ops.Tell | actor_ops.Ask, code: FunctionCompiler) -> Step:
    a, args, d, machine = code.index(op.address), code.indices(op.args), code.result(op), code.machine
    kind, handler, is_ask = machine.module.actors[op.actor], op.handler, isinstance(op, actor_ops.Ask)

    def step(frame: list[Any]) -> None:
        future = FutureValue() if is_ask else None
        machine.scheduler.send(kind, frame[a], Message(handler, [frame[i] for i in args], future))
        frame[d] = future
    return step


def make_await(op: actor_ops.Await, code: FunctionCompiler) -> Step:
    f, d, machine = code.index(op.future), code.result(op), code.machine

    def step(frame: list[Any]) -> None:
        frame[d] = machine.scheduler.await_reply(frame[f])
    return step


def make_stop_actor(op: actor_ops.StopActor, code: FunctionCompiler) -> Step:
    a, machine, is_kill = code.index(op.address), code.machine, op.kind == "kill"

    def step(frame: list[Any]) -> None:
        machine.scheduler.stop(frame[a], is_kill)
    return step


MAKERS: dict[type[ops.Op], Callable[[Any, FunctionCompiler], Step | None]] = {
    ops.Call: make_call,
    ops.Catch: make_catch,
    ops.CallValue: make_call_value,
    ops.CallRuntime: make_call_runtime,
    ops.FunctionValue: make_function_value,
    ops.MakeClosure: make_closure,
    dyn_ops.MakeDyn: make_dyn,
    dyn_ops.UpcastDyn: make_upcast_dyn,
    dyn_ops.CallDyn: make_call_dyn,
    actor_ops.Spawn: make_spawn,
    actor_ops.Tell: make_message,
    actor_ops.Ask: make_message,
    actor_ops.Await: make_await,
    actor_ops.StopActor: make_stop_actor,
}
