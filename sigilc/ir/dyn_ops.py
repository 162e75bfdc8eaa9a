"""The operations on values that are known only by their methods."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.source.records import keyword_record


@keyword_record
class MakeDyn(Op):
    """A value in a block of its own behind a table of `methods`: for each of the type's (IrDyn) the function that it is.

    The value is the first parameter of each function, borrowed, or its place.
    """

    value: Value
    methods: list[str]
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
