"""The operations of the SSA IR that functions in constant time are made of; see `ops` for their form."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.source.records import keyword_record


@keyword_record
class Opaque(Op):
    """The same integer or bool, of which LLVM knows nothing but its type: it can't make branches from what it knows."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class Declassify(Op):
    """The same scalar, from here on public: the program says that everybody may know it."""

    value: Value
    OPERANDS = ("value",)
