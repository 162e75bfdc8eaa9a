"""The operations on boxes, and those that give values with a destructor the end that the language says."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.ir.types import IrAddr, IrBox
from sigilc.source.records import keyword_record


@keyword_record
class MakeBox(Op):
    """A value in a block of its own (IrBox)."""

    value: Value
    OPERANDS = ("value",)
    CONSUMES = ("value",)
    RESULT = "owned"


def has_destructor(op: MakeBox) -> bool:
    """Whether the end of the value that the op puts into a box can be seen."""
    return op.result is not None and isinstance(op.result.type, IrBox) and bool(op.result.type.drop)


def is_never_copied(address: Value) -> bool:
    """Whether the place holds a box that `BoxAddr` does not make unique: of a value with a destructor, which is the only one."""
    return isinstance(address.type, IrAddr) and isinstance(address.type.target, IrBox) and bool(address.type.target.drop)


@keyword_record
class Unbox(Op):
    """What a box holds."""

    value: Value
    OPERANDS = ("value",)
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class BoxAddr(Op):
    """The place in the box at `address`, which is made unique unless `is_never_copied`."""

    address: Value
    OPERANDS = ("address",)
    RESULT = "borrowed"
    BORROWS_FROM = "address"
    EFFECT = True


@keyword_record
class Hole(Op):
    """What a variable holds once its value has been moved away: nothing, which is released without effect."""


@keyword_record
class Keep(Op):
    """Does nothing, but as a use: a value with a destructor lives on until here, the end of its scope."""

    value: Value
    OPERANDS = ("value",)
    EFFECT = True
