"""The operations that move values out of places: passes write them, `lower` does not."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.source.records import keyword_record


@keyword_record
class Take(Op):
    """What a slot holds, moved out of it: it is empty until a `Put`, if there is one (from `elide_refcounts` on)."""

    address: Value
    OPERANDS = ("address",)
    CONSUMES = ("address",)
    RESULT = "owned"
    EFFECT = True


@keyword_record
class Put(Op):
    """Puts `value` into an empty slot."""

    address: Value
    value: Value
    OPERANDS = ("address", "value")
    CONSUMES = ("value",)
    EFFECT = True


@keyword_record
class MoveOut(Op):
    """What a place holds, moved out of it: a hole is left, as `Hole` makes it, until something is stored there."""

    address: Value
    OPERANDS = ("address",)
    RESULT = "owned"
    EFFECT = True
