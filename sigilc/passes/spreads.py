"""Known bits: what LLVM can find out about an integer without knowing the secrets that it was made of."""

from __future__ import annotations

from typing import NamedTuple

from sigilc.ir.types import CHAR, IrInt, IrType

_CHAR_BITS = 21


class Spread(NamedTuple):
    """Of an integer: the bits that may be set, those that are, and `alike`: those that one and the same unknown bit decides."""

    may: int
    must: int = 0
    alike: int = 0

    @property
    def entropy(self) -> int:
        """How many bits are unknown; those that are alike count as one."""
        unknown = self.may & ~self.must
        return (unknown & ~self.alike).bit_count() + (unknown & self.alike != 0)


def below(count: int) -> int:
    """As many ones."""
    return (1 << count) - 1


def width(type_: IrType) -> int:
    """The bits of an integer or a character."""
    return type_.bits if isinstance(type_, IrInt) else 32


def anything(type_: IrType) -> Spread:
    """Of an integer of which nothing is known."""
    return Spread(below(_CHAR_BITS if type_ == CHAR else width(type_)))


def exactly(number: int, type_: IrType) -> Spread:
    """Of a constant."""
    bits = number & below(width(type_))
    return Spread(bits, bits, below(width(type_)))


def combined(op: str, one: Spread, other: Spread, type_: IrInt) -> Spread:
    """What `and or xor add sub mul` give."""
    full = below(type_.bits)
    # What is known changes nothing about which unknown bit decides.
    known, other_known = (~(spread.may ^ spread.must) & full for spread in (one, other))
    alike = one.alike & (other.alike | other_known) | other.alike & (one.alike | known)
    match op:
        case "and":
            return Spread(one.may & other.may, one.must & other.must, alike)
        case "or":
            return Spread(one.may | other.may, one.must | other.must, alike)
        case "xor":
            ones = (one.must ^ other.must) & known & other_known
            return Spread(ones | full & ~(known & other_known), ones, alike)
        case "add" | "sub" | "mul" if not one.entropy and not other.entropy:
            a, b = one.must, other.must
            return exactly({"add": a + b, "sub": a - b, "mul": a * b}[op], type_)
        case "add":
            low, high = min(_zeros(one.may), _zeros(other.may)), max(one.may, other.may).bit_length() + 1
            run = min(_run(one, type_), _run(other, type_)) - 1
            return Spread(below(high) & full & ~below(low), 0, full & ~below(type_.bits - run) if run > 1 else 0)
        case "mul":
            low, high = _zeros(one.may) + _zeros(other.may), one.may.bit_length() + other.may.bit_length()
            return Spread(below(high) & full & ~below(low))
    return Spread(full)


def shifted(spread: Spread, type_: IrInt, amount: int, is_left: bool) -> Spread:
    """What a shift by so many bits gives."""
    full = below(type_.bits)
    if is_left:
        return Spread(*(mask << amount & full for mask in spread))
    may, must, alike = (mask >> amount for mask in spread)
    sign = 1 << type_.bits - 1
    if type_.signed and spread.may & sign:
        upper = full & ~(full >> amount)
        may |= upper
        must |= upper if spread.must & sign else 0
        alike = (alike if spread.alike & sign else 0) | upper | sign >> amount
    return Spread(may, must, alike)


def cast(spread: Spread, source: IrType, target: IrInt) -> Spread:
    """The same number in another type."""
    bits, full = width(source), below(target.bits)
    if target.bits <= bits:
        return Spread(*(mask & full for mask in spread))
    sign, upper = 1 << bits - 1, full & ~below(bits)
    if not isinstance(source, IrInt) or not source.signed or not spread.may & sign:
        return spread
    alike = (spread.alike if spread.alike & sign else sign) | upper
    return Spread(spread.may | upper, spread.must | (upper if spread.must & sign else 0), alike)


def _zeros(bits: int) -> int:
    """How many of the lower bits are zero."""
    return (bits & -bits).bit_length() - 1 if bits else 128


def _run(spread: Spread, type_: IrInt) -> int:
    """How many of the upper bits are alike, all zeros and ones included."""
    full = below(type_.bits)
    decided = spread.alike if spread.alike >> type_.bits - 1 else 0
    for mask in (decided, ~spread.may & full, spread.must):
        if mask >> type_.bits - 1:
            return type_.bits - (mask ^ full).bit_length()
    return 1
