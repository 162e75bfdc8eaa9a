"""The operations of the SSA IR on what is C's: pointers, functions by their address, unions; see `ops` for their form."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.ir.types import IrType
from sigilc.source.records import keyword_record


@keyword_record
class CallPointer(Op):
    """A call by the C ABI of the function whose address is `callee` (PTR); arguments as for `CallForeign`."""

    callee: Value
    args: list[Value]
    OPERANDS = ("callee",)
    LISTS = ("args",)
    EFFECT = True


@keyword_record
class CodePointer(Op):
    """The address (PTR) by which C calls an IR function; a panic in it ends the process."""

    function: str


@keyword_record
class PointerRead(Op):
    """What lies at an address outside of the program's own memory, as the result's type (without counts)."""

    pointer: Value
    OPERANDS = ("pointer",)
    EFFECT = True


@keyword_record
class PointerWrite(Op):
    """Moves a value to such an address; what was there is not looked at."""

    pointer: Value
    value: Value
    OPERANDS = ("pointer", "value")
    CONSUMES = ("value",)
    EFFECT = True


@keyword_record
class PointerOffset(Op):
    """The address `count` (I64) items of a type further on."""

    pointer: Value
    count: Value
    item: IrType
    OPERANDS = ("pointer", "count")


@keyword_record
class IsValid(Op):
    """Whether what came from C as a char or as an enum of C's really is one, a BOOL."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class MakeUnion(Op):
    """A union that holds `value` as field `index`; the other bytes are those of `base`, zero without one."""

    value: Value
    index: int
    base: Value | None = None
    OPERANDS = ("value", "base")
    OPTIONAL = ("base",)
