"""The operations on values that are known only by their methods."""

from __future__ import annotations

from sigilc.ir.handed_over import handed_to_method
from sigilc.ir.ops import Op, Value
from sigilc.ir.types import IrAddr, IrDyn, IrFn
from sigilc.source.records import keyword_record


@keyword_record
class MakeDyn(Op):
    """A value in a block of its own behind a table of `methods`: for each of the type's (IrDyn) the function that it is.

    The value is the first parameter of each function, borrowed, or its place. The function owns what is `handed_to_method`.
    """

    value: Value
    methods: list[str]
    OPERANDS = ("value",)
    CONSUMES = ("value",)
    RESULT = "owned"


@keyword_record
class UpcastDyn(Op):
    """A value that is known by its methods as one that is known by some of them: the number of each of the result's methods.

    It stays in its block.
    """

    value: Value
    numbers: list[int]
    OPERANDS = ("value",)
    CONSUMES = ("value",)
    RESULT = "owned"


@keyword_record
class CallDyn(Op):
    """A call of method `number` of a value that is known only by its methods.

    The receiver is the value or, where the method changes it, its place: then the block is made unique first.
    """

    receiver: Value
    number: int
    args: list[Value]
    OPERANDS = ("receiver",)
    LISTS = ("args",)
    RESULT = "owned"
    MAY_PANIC = True
    EFFECT = True


def _handed_over(op: CallDyn) -> list[Value]:
    handed = handed_to_method(method_of(op))
    return [value for number, value in enumerate(op.args, 1) if number in handed] if handed else []


def _lent(op: CallDyn) -> list[Value]:
    handed = handed_to_method(method_of(op))
    return [op.receiver, *(value for number, value in enumerate(op.args, 1) if number not in handed)]


def method_of(op: CallDyn) -> IrFn:
    """The type of the method that is called."""
    receiver = op.receiver.type
    dyn = receiver.target if isinstance(receiver, IrAddr) else receiver
    assert isinstance(dyn, IrDyn)
    return dyn.methods[op.number]


CallDyn.consumed = _handed_over     # type: ignore[method-assign, assignment]
CallDyn.looked_at = _lent           # type: ignore[method-assign, assignment]
