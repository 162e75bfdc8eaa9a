"""The interpreter's actors: mailboxes and one run queue, first come, first served."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sigilc.ir.function import IrActor
from sigilc.ir.interp_code import Panicked
from sigilc.ir.interp_values import Box, FaultValue, FutureValue
from sigilc.ir.types import IrOption

if TYPE_CHECKING:
    from sigilc.ir.interp import Machine

TURN_MESSAGES = 128     # as the runtime's: the order of output depends on it


class Message:
    """`handler` is its number, `future` None for a tell."""

    __slots__ = ("args", "future", "handler")

    def __init__(self, handler: int, args: list[Any], future: FutureValue | None):
        self.handler = handler
        self.args = args
        self.future = future


class Actor:
    """`is_closed` takes no more messages, `is_killed` ends after its handler."""

    def __init__(self, kind: IrActor, state: Any):
        self.kind = kind
        self.state = Box(state)
        self.mailbox: deque[Message] = deque()
        self.is_queued = self.is_running = self.is_closed = self.is_killed = self.is_ending = False


class Scheduler:
    """All actors of a run; an address is the actor's number."""

    def __init__(self, machine: Machine):
        self.machine = machine
        self.actors: dict[int, Actor] = {}
        self.queue: deque[int] = deque()
        self.spawned = 0

    def spawn(self, kind: IrActor, state: Any) -> int:
        """A new actor's address."""
        self.spawned += 1
        self.actors[self.spawned] = Actor(kind, state)
        return self.spawned

    def send(self, kind: IrActor, address: int, message: Message) -> None:
        """Queues a message; to an actor that has ended, answers it at once."""
        actor = self.actors.get(address)
        if actor is None or actor.is_closed:
            self._discard(message, kind)
            return
        actor.mailbox.append(message)
        self._schedule(address, actor)

    def stop(self, address: int, is_kill: bool) -> None:
        """Ends an actor behind the messages it has, or at once."""
        actor = self.actors.get(address)
        if actor is None:
            return
        actor.is_closed = True
        actor.is_killed = actor.is_killed or is_kill
        if not actor.is_running and (is_kill or not actor.mailbox):
            self._end(address, actor)

    def await_reply(self, future: FutureValue) -> Any:
        """Runs actors until the reply is there."""
        while not future.is_filled:
            if not self.run_one():
                return FaultValue(b"deadlock: whoever could answer is waiting itself")
        if future.reply is None:
            return FaultValue(b"taken: this answer has been awaited before")
        reply, future.reply = future.reply, None
        return reply

    def run_all(self) -> None:
        """Runs actors until no message is queued."""
        while self.run_one():
            pass

    def run_one(self) -> bool:
        """One actor's turn; False when none has a message."""
        if not self.queue:
            return False
        address = self.queue.popleft()
        actor = self.actors[address]
        actor.is_queued = False
        actor.is_running = True
        for _ in range(TURN_MESSAGES):
            if not actor.mailbox or actor.is_killed:
                break
            self._deliver(actor, actor.mailbox.popleft())
        actor.is_running = False
        if actor.is_killed or (actor.is_closed and not actor.mailbox):
            self._end(address, actor)
        else:
            self._schedule(address, actor)
        return True

    def _schedule(self, address: int, actor: Actor) -> None:
        if not (actor.is_queued or actor.is_running) and actor.mailbox:
            actor.is_queued = True
            self.queue.append(address)

    def _end(self, address: int, actor: Actor) -> None:
        """First the messages that nobody handles end, the oldest first, then the state: as in the runtime."""
        if actor.is_ending:
            return              # its own state, while it ends, stopped it
        actor.is_ending = actor.is_closed = True
        if actor.is_queued:
            self.queue.remove(address)
        while actor.mailbox:
            self._discard(actor.mailbox.popleft(), actor.kind)
        self.machine.release(actor.state.read())
        del self.actors[address]

    def end_all(self) -> None:
        """Ends what is left when the program does, the newest actor first."""
        while self.actors:
            address = next(reversed(self.actors))
            self._end(address, self.actors[address])

    def _deliver(self, actor: Actor, message: Message) -> None:
        """A fault ends the message alone; a panic ends the actor as well."""
        handler = actor.kind.handlers[message.handler]
        code = self.machine.code(handler.function)
        kept = tuple(arg for number, arg in enumerate(message.args, 1) if number not in code.function.owned)
        depth, loans = self.machine.depth, len(self.machine.loans)
        try:
            result = code.call([actor.state, *message.args])
        except Panicked as panic:
            self.machine.end_calls(depth, loans)
            if panic.fault is None:
                actor.is_closed = actor.is_killed = True
                self.machine.stderr.append(f"actor {actor.kind.name} stopped: {panic.lines()}".encode())
            self._answer(message, panic.fault or FaultValue(panic.message, site=panic.site.encode()))
            return
        finally:
            self.machine.release(kept)
        self._answer(message, result if isinstance(handler.reply, IrOption) else (result,))

    def _answer(self, message: Message, reply: Any) -> None:
        """Gives the asker its reply, or ends it when nobody asks, or waits any more."""
        if message.future is not None and message.future.owners > 0:
            message.future.fill(reply)
        else:
            self.machine.release(reply)

    def _discard(self, message: Message, kind: IrActor) -> None:
        self._answer(message, FaultValue(f"stopped: actor {kind.name} has stopped".encode()))
        self.machine.release(tuple(message.args))
