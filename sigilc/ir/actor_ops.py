"""Ops of actors: making one, its messages, their answers."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.source.records import keyword_record


@keyword_record
class Spawn(Op):
    """A new actor of kind `actor` (see Module.actors) with this state; ADDRESS."""

    actor: str
    state: Value
    OPERANDS = ("state",)
    CONSUMES = ("state",)
    EFFECT = True


@keyword_record
class Tell(Op):
    """Queues a message, number `handler` of `actor`'s."""

    actor: str
    handler: int
    address: Value
    args: list[Value]
    OPERANDS = ("address",)
    LISTS = ("args",)
    CONSUMES = ("args",)
    EFFECT = True


@keyword_record
class Ask(Op):
    """Queues a message whose reply the result (IrFuture) will hold."""

    actor: str
    handler: int
    address: Value
    args: list[Value]
    OPERANDS = ("address",)
    LISTS = ("args",)
    CONSUMES = ("args",)
    RESULT = "owned"
    EFFECT = True


@keyword_record
class Await(Op):
    """Runs other actors until the future is filled; `R?` (the very option when the handler itself replies one)."""

    future: Value
    OPERANDS = ("future",)
    RESULT = "owned"
    MAY_PANIC = True
    EFFECT = True


@keyword_record
class StopActor(Op):
    """`stop` (after its queue) or `kill`."""

    address: Value
    kind: str
    OPERANDS = ("address",)
    EFFECT = True
