"""Emits the actor operations, and per kind of actor the descriptor by which the runtime runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release, place_function
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import function_symbol, symbol
from sigilc.codegen.options import some_leaves
from sigilc.codegen.types import Layout
from sigilc.codegen.writer import Leaves, Writer, aggregate_type
from sigilc.crash import InternalError
from sigilc.ir.actor_ops import Ask, Await, Spawn, StopActor, Tell
from sigilc.ir.function import IrActor, IrHandler
from sigilc.ir.ops import Op
from sigilc.ir.types import IrOption, IrTuple, IrType


def reply_option(reply: IrType) -> IrOption:
    """What an asker gets for a handler's result: the handler's own option, or one around the result."""
    return reply if isinstance(reply, IrOption) else IrOption(reply)


def emit_spawn(f: FunctionEmitter, op: Spawn) -> None:
    """Moves the state into a new actor."""
    actor = _actor(f, op, op.actor)
    state = f.spill(op.state.type, f.leaves(op.state))
    f.define(op, f.call_runtime("sigil_actor_spawn", "i64", f"ptr {_descriptor(f.context, actor)}", f"ptr {state}"))


def emit_tell(f: FunctionEmitter, op: Tell) -> None:
    """Moves the payload into a message."""
    f.call_runtime("sigil_actor_tell", "void", *_message(f, op))
    f.define(op)


def emit_ask(f: FunctionEmitter, op: Ask) -> None:
    """As tell, with a future for the reply."""
    handler = _actor(f, op, op.actor).handlers[op.handler]
    if handler.reply is None:
        raise InternalError(f"the message {handler.name} has no reply", op.span)
    option = reply_option(handler.reply)
    f.define(op, f.call_runtime("sigil_actor_ask", "ptr", *_message(f, op),
                                f"i64 {f.types.layout(option).size}",
                                f"ptr {place_function(f.context, 'drop', option)}"))


def _message(f: FunctionEmitter, op: Tell | Ask) -> list[str]:
    """The arguments that say who gets which message."""
    actor = _actor(f, op, op.actor)
    type_ = IrTuple(actor.handlers[op.handler].payload)
    payload = f.spill(type_, tuple(leaf for value in op.args for leaf in f.leaves(value)))
    return [f"i64 {f.scalar(op.address)}", f"ptr {_descriptor(f.context, actor)}", f"i32 {op.handler}",
            f"ptr {payload}", f"i64 {f.types.layout(type_).size}"]


def emit_await(f: FunctionEmitter, op: Await) -> None:
    """Runs actors until the reply is there."""
    layout = f.types.layout(f.result(op).type)
    out = f.scratch(layout)
    f.call(op, "void", f.context.runtime("sigil_await"), [f"ptr {f.scalar(op.future)}", f"ptr {out}"])
    f.define(op, *f.load(layout, out))


def emit_stop_actor(f: FunctionEmitter, op: StopActor) -> None:
    """`stop` or `kill`."""
    f.call_runtime(f"sigil_actor_{op.kind}", "void", f"i64 {f.scalar(op.address)}")
    f.define(op)


def _actor(f: FunctionEmitter, op: Op, name: str) -> IrActor:
    actor = f.context.module.actors.get(name)
    if actor is None:
        raise InternalError(f"there is no actor {name}", op.span)
    return actor


# ---- Descriptors ----------------------------------------------------------------------------------------------------


def _descriptor(context: ModuleContext, actor: IrActor) -> str:
    """The `sigil_actor_type`."""
    def build() -> str:
        size = context.types.layout(actor.state).size
        count = len(actor.handlers)
        names = ", ".join(f"ptr {context.c_string(handler.name)}" for handler in actor.handlers)
        name_list = context.constant(symbol(f"handlers {actor.name}"), lambda: f"[{count} x ptr] [{names}]")
        return (f"{{ ptr, i64, ptr, ptr, ptr, i32, ptr }} {{ ptr {context.c_string(actor.name)}, i64 {size}, "
                f"ptr {place_function(context, 'drop', actor.state)}, ptr {_handle(context, actor)}, "
                f"ptr {_drop_payload(context, actor)}, i32 {count}, ptr {name_list} }}")

    return context.constant(symbol(f"actor {actor.name}"), build)


def _drop_payload(context: ModuleContext, actor: IrActor) -> str:
    """Drops the payload of a message that won't be handled."""
    name = symbol(f"drop payload {actor.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        labels = _switch(w, actor, "done")
        for label, handler in zip(labels, actor.handlers, strict=True):
            w.begin(label)
            w.emit(f"call void {place_function(context, 'drop', IrTuple(handler.payload))}(ptr %payload)")
            w.branch("done")
        w.begin("done")
        w.emit("ret void")
        return w.text(f"define internal void {name}(i32 noundef %handler, ptr noundef %payload) nounwind")

    return context.define(name, build)


def _switch(w: Writer, actor: IrActor, otherwise: str) -> list[str]:
    """Goes to a block for each handler; their labels."""
    labels = [w.new_label("handler") for _ in actor.handlers]
    cases = " ".join(f"i32 {i}, label %{label}" for i, label in enumerate(labels))
    w.emit(f"switch i32 %handler, label %{otherwise} [{cases}]")
    return labels


def _handle(context: ModuleContext, actor: IrActor) -> str:
    """Runs one message on the state."""
    name = symbol(f"handle {actor.name}")

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        for label, handler in zip(_switch(w, actor, "none"), actor.handlers, strict=True):
            w.begin(label)
            _write_handler(w, handler)
        w.begin("none")
        w.emit("unreachable")
        return w.text(f"define internal void {name}(ptr noundef %state, i32 noundef %handler, ptr noundef %payload, "
                      "ptr noundef %reply) uwtable")

    return context.define(name, build)


def _write_handler(w: Writer, handler: IrHandler) -> None:
    """Calls a handler's function on a payload; what that does not own is dropped afterwards, also when a panic passes."""
    context = w.context
    function = context.module.functions[handler.function]
    payload_type = IrTuple(handler.payload)
    payload = w.view(context.types.layout(payload_type), "%payload")
    kept = [(part.type, payload[part.first:part.end])
            for number, part in enumerate(context.types.layout(payload_type).parts, 1)
            if number not in function.owned and context.is_counted(part.type)]
    layout = context.types.layout(function.result)
    places = w.result_places(layout)
    arguments = [*(f"ptr {place}" for place in places), "ptr %state",
                 *w.arguments(context.types.layout(payload_type), payload)]
    call = f"{aggregate_type(layout)} {function_symbol(handler.function)}({', '.join(arguments)})"
    pad, after = "", ""
    if kept and handler.function not in context.module.nounwind:
        w.has_pads = True
        pad, after = w.new_label("pad"), w.new_label("after")
        call = f"invoke {call} to label %{after} unwind label %{pad}"
    else:
        call = f"call {call}"
    is_void = aggregate_type(layout) == "void"
    returned = "" if is_void else w.value(call)
    if is_void:
        w.emit(call)
    if after:
        w.begin(after)
    _write_reply(w, handler, function.result, w.split(layout, returned, places), layout)
    for type_, leaves in kept:
        emit_release(w, type_, leaves)
    w.emit("ret void")
    if pad:
        w.begin(pad)
        caught = w.value("landingpad { ptr, i32 } cleanup")
        for type_, leaves in kept:
            emit_release(w, type_, leaves, is_rare=True)
        w.emit(f"resume {{ ptr, i32 }} {caught}")


def _write_reply(w: Writer, handler: IrHandler, result: IrType, leaves: Leaves, layout: Layout) -> None:
    """Stores the result where the asker waits for it, or drops it."""
    if handler.reply is None:
        emit_release(w, result, leaves)
        return
    option = reply_option(handler.reply)
    asked, told, done = w.new_label("asked"), w.new_label("told"), w.new_label("replied")
    w.branch_if(w.value("icmp eq ptr %reply, null"), told, asked)
    w.begin(told)
    emit_release(w, result, leaves)
    w.branch(done)
    w.begin(asked)
    reply = leaves if option is handler.reply else some_leaves(w, option.item, leaves)
    w.store(w.types.layout(option), reply, "%reply")
    w.branch(done)
    w.begin(done)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Spawn: emit_spawn, Tell: emit_tell, Ask: emit_ask, Await: emit_await, StopActor: emit_stop_actor,
}
