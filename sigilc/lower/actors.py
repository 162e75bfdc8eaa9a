"""Actors: spawning, messages, futures."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import AddressType, FutureType
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import IrType
from sigilc.lower.functions import FunctionLowering, Lowerings


def lower_spawn(fl: FunctionLowering, expr: typed.Spawn) -> Value:
    """`spawn A { … }`."""
    address = fl.type_of(expr)
    assert isinstance(address, AddressType)
    actor = fl.program.actor(address)
    values: dict[int, Value] = {}
    rest = [i for i in range(len(expr.fields)) if i not in expr.order]
    for index in [*expr.order, *rest]:
        values[index] = fl.value(expr.fields[index])
    state = fl.builder.make_struct(actor.state, [values[i] for i in range(len(expr.fields))])
    return fl.builder.spawn(actor.name, state)


def lower_tell(fl: FunctionLowering, expr: typed.Tell) -> Value:
    """`address |tell(M(…))`."""
    actor = fl.program.actor(_actor_of(fl, expr))
    address = fl.value(expr.address)
    args = [fl.value(a) for a in expr.args]
    fl.builder.tell(actor.name, expr.handler.index, address, args)
    return fl.unit()


def lower_ask(fl: FunctionLowering, expr: typed.Ask) -> Value:
    """`address |ask(M(…))`: a future."""
    actor = fl.program.actor(_actor_of(fl, expr))
    address = fl.value(expr.address)
    args = [fl.value(a) for a in expr.args]
    future = fl.type_of(expr)
    assert isinstance(future, FutureType)
    reply: IrType = fl.program.types.lower(future.item)
    return fl.builder.ask(actor.name, expr.handler.index, address, args, reply)


def _actor_of(fl: FunctionLowering, expr: typed.Tell | typed.Ask) -> AddressType:
    address = fl.type_of(expr.address)
    if not isinstance(address, AddressType):
        raise InternalError(f"a message to a value of type `{address}`", expr.span)
    return address


def lower_await(fl: FunctionLowering, expr: typed.Await) -> Value:
    """Waits for a future; its reply is put into a box where options of its type have one."""
    builder = fl.builder
    reply, type_ = builder.await_(fl.value(expr.future)), fl.ir_type(expr)
    if reply.type == type_:
        return reply
    join = fl.join(type_, "reply")
    some, none = fl.fork(builder.is_some(reply), "some", "none")
    builder.position_at(none)
    join.enter(builder.make_none(type_, builder.get_fault(reply)))
    builder.position_at(some)
    join.enter(builder.make_some(builder.unwrap(reply), type_))
    return join.finish()


def lower_stop(fl: FunctionLowering, expr: typed.Stop) -> Value:
    """`addr |stop` and `addr |kill`."""
    fl.builder.stop_actor(fl.value(expr.address), expr.kind)
    return fl.unit()


LOWERINGS: Lowerings = {
    typed.Spawn: lower_spawn, typed.Tell: lower_tell, typed.Ask: lower_ask, typed.Await: lower_await,
    typed.Stop: lower_stop,
}
