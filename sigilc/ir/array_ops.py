"""The operations of the SSA IR that rearrange what places hold without copies, or make room there; see `ops` for their form."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value, map_of
from sigilc.ir.types import IrAddr, IrArray, IrFixed, IrType, may_have_methods
from sigilc.source.records import field, keyword_record

# How many numbers (USIZE) each verb of EditArray takes.
EDITS = {"swap": 2, "rotate": 3, "truncate": 1}


@keyword_record
class EditArray(Op):
    """Changes the array at `address`. Whoever makes the op promises that the numbers are in bounds.

    `swap` exchanges two elements; `rotate` (low, middle, high) puts the elements from middle before those from low;
    `truncate` drops all but the first ones.
    """

    address: Value
    verb: str
    numbers: list[Value]
    OPERANDS = ("address",)
    LISTS = ("numbers",)
    EFFECT = True


@keyword_record
class SwapPlaces(Op):
    """Exchanges what two places of one type hold; neither lies inside the other."""

    left: Value
    right: Value
    OPERANDS = ("left", "right")
    EFFECT = True


@keyword_record
class ExtendArray(Op):
    """Adds copies of the elements of the array `items` to the array at `address`."""

    address: Value
    items: Value
    OPERANDS = ("address", "items")
    EFFECT = True


@keyword_record
class LendSlice(Op):
    """The elements low to high (USIZE) of the array at `address`, as an array in a slot: a place for in-out access.

    They stay where they are: what is written to the slot's elements is written to those of the array. Panics out of bounds.
    The release of the slot ends the loan, also when unwinding: if the slot has got another buffer meanwhile, its elements
    replace those of the array, as many as there are in both. Until then the array at `address` is not looked at.
    """

    address: Value
    low: Value
    high: Value
    OPERANDS = ("address", "low", "high")
    RESULT = "owned"
    MAY_PANIC = True
    EFFECT = True


def lent_type(address: IrType) -> IrAddr:
    """The type of the slot that holds a part of the array at an address: always a growable array."""
    target = address.target if isinstance(address, IrAddr) else address
    return IrAddr(IrArray(target.item) if isinstance(target, IrFixed) else target)


@keyword_record
class GiveBackSlice(Op):
    """The end of a loan on the way that does not unwind: the last use of its slot, and a write of the array at `address`."""

    loan: Value
    address: Value
    OPERANDS = ("loan", "address")
    EFFECT = True


@keyword_record
class ArraySort(Op):
    """Sorts the array at `address` (made unique), stably; `compare` names an IR function `(T, T) -> i32`.

    It gets the values of `context` as well, behind the two elements. `key` says where a number is that has the order of the
    elements, or is empty: fields from the outside in, kind, flags, as in `0.1 i64 exact descending`. With `keys`, an array
    that is as long, the numbers are in those instead; they are exact, and nothing is compared.
    """

    address: Value
    compare: str
    key: str = ""
    keys: Value | None = None
    context: list[Value] = field(default_factory=list)
    OPERANDS = ("address", "keys")
    LISTS = ("context",)
    OPTIONAL = ("keys",)
    MAY_PANIC = True
    EFFECT = True


@keyword_record
class MapReserve(Op):
    """Makes room for `count` (USIZE) more entries in the map at `address`, and makes it unique."""

    address: Value
    count: Value
    OPERANDS = ("address", "count")
    EFFECT = True

    @property
    def may_panic(self) -> bool:
        return may_have_methods(map_of(self.address).key)
