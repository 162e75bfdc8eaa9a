"""The operations of the SSA IR on the bits of an integer; see `ops` for their form."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.source.records import keyword_record


@keyword_record
class IntUnary(Op):
    """Of an integer's bits: `ctpop` counts ones, `ctlz` and `cttz` the zeros before the first and behind the last one (all,
    where there is none); `bswap` turns the bytes round (16 bits at least), `bitreverse` the bits.
    """

    op: str
    value: Value
    OPERANDS = ("value",)
