"""Finds integers that LLVM could see to be one of two numbers: from those it makes choices, and from choices branches.

`x & 1`, `x >> 63`, `(x & 6) >> 2`: known bits, as LLVM follows them, through SSA values, block parameters and the slots
that hold one integer. What comes from elsewhere, from calls and out of arrays and structs, may be anything.
"""

from __future__ import annotations

from typing import NamedTuple

from sigilc.ir.bit_ops import IntUnary
from sigilc.ir.cfg import reverse_postorder
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Branch, Cast, Const, IntBinary, Load, Op, Peek, Select, Slot, Store, Value
from sigilc.ir.types import BOOL, CHAR, IrAddr, IrInt, IrType

# After so many rounds over a function what still changes may be anything.
_MAX_ROUNDS = 8
_CHAR_BITS = 21


class Spread(NamedTuple):
    """What an integer may be: `bits` has the bits that may be set; the upper `signs` bits are all alike."""

    bits: int
    signs: int


class TwoValued:
    """What is known of the integers of a function; it holds for all that its arguments may be."""

    def __init__(self, function: IrFunction):
        self._function = function
        self._known = _Known(function)
        self._known.run()
        self._uses: dict[Value, list[Op]] = {}
        for op in function.ops():
            for value in op.operands():
                self._uses.setdefault(value, []).append(op)

    def find(self, secrets: frozenset[Value]) -> set[Op]:
        """The ops that compute one of these, an integer which LLVM could see to be one of two numbers.

        What is public but no constant may be one that LLVM finds, in a loop that it unrolls, say.
        """
        found = {op for op in self._function.ops() if isinstance(op, IntBinary | Cast) and op.result in secrets
                 and op.result is not None and isinstance(op.result.type, IrInt)
                 and (_is_two_valued(self._known.of(op.result), op.result.type) or self._may_be(op, secrets))}
        return {op for op in found if not self._is_half_of_rotation(op)}

    def _may_be(self, op: Op, secrets: frozenset[Value]) -> bool:
        """Whether an op could give one of two numbers for some public operand."""
        if not isinstance(op, IntBinary):
            return False
        if op.op == "and":
            return any(value not in secrets and not self._known.is_constant(value) for value in (op.left, op.right))
        if op.op in ("shl", "shr") and op.right not in secrets and isinstance(op.left.type, IrInt):
            last = op.left.type.bits - 1
            return not self._known.is_constant(op.right) and self._known.of(op.right).bits & last == last
        return False

    def _is_half_of_rotation(self, op: Op) -> bool:
        """Whether it is one of the shifts of `x << n | x >> m`: LLVM makes one instruction of that."""
        uses = self._uses.get(op.result, []) if op.result is not None else []
        if not isinstance(op, IntBinary) or op.op not in ("shl", "shr") or len(uses) != 1:
            return False
        whole = uses[0]
        if not isinstance(whole, IntBinary) or whole.op not in ("or", "xor", "add"):
            return False
        other = self._known.definition.get(whole.right if whole.left is op.result else whole.left)
        return isinstance(other, IntBinary) and {op.op, other.op} == {"shl", "shr"} and other.left is op.left


def is_from_bool(op: Op) -> bool:
    """Whether an op makes an integer of a bool, or one of two others."""
    if isinstance(op, Cast):
        return op.value.type == BOOL
    return isinstance(op, IntBinary) and op.op in ("and", "or") and op.left.type == BOOL


def _is_two_valued(spread: Spread, type_: IrInt) -> bool:
    return spread.bits.bit_count() <= 1 or spread.signs >= type_.bits


def _anything(type_: IrType) -> Spread:
    return Spread((1 << _CHAR_BITS) - 1, 1) if type_ == CHAR else Spread((1 << _width(type_)) - 1, 1)


def _width(type_: IrType) -> int:
    return type_.bits if isinstance(type_, IrInt) else 32


class _Known:
    """The spreads of a function's integers, and of its slots that hold one, as far as they have been found."""

    def __init__(self, function: IrFunction):
        self.order = reverse_postorder(function)
        self.definition = {op.result: op for op in function.ops() if op.result is not None}
        self.spreads: dict[Value, Spread] = {}
        # A slot of which anything else is done than to load and store it may hold anything.
        self.slots = {op.result for op in function.ops() if isinstance(op, Slot) and op.result is not None
                      and isinstance(op.result.type, IrAddr) and isinstance(op.result.type.target, IrInt)}
        for op in function.ops():
            if not isinstance(op, Load | Peek | Store | Slot):
                self.slots.difference_update(op.operands())
        self.has_changed = True

    def of(self, value: Value) -> Spread:
        """What is known of an integer; one that has not been reached yet is none."""
        return self.spreads.get(value, Spread(0, _width(value.type)))

    def is_constant(self, value: Value) -> bool:
        """Whether LLVM sees at once which number it is."""
        return self.constant(value) is not None

    def constant(self, value: Value) -> int | None:
        """A number that is written down, also where it is cast or, as a shift's amount, limited."""
        op = self.definition.get(value)
        match op:
            case Const():
                return int(op.value or 0)
            case Cast() if isinstance(value.type, IrInt):
                inner = self.constant(op.value)
                return None if inner is None else inner & _below(value.type.bits - value.type.signed)
            case Select():
                left, right = self.constant(op.left), self.constant(op.right)
                return None if left is None or right is None else min(left, right)
        return None

    def run(self) -> None:
        """To the fixpoint."""
        rounds = 0
        while self.has_changed:
            self.has_changed = False
            rounds += 1
            for block in self.order:
                for op in block.ops:
                    self._visit(op, rounds > _MAX_ROUNDS)

    def _visit(self, op: Op, is_late: bool) -> None:
        if isinstance(op, Branch):
            for param, arg in zip(op.target.params, op.args, strict=True):
                self._add(param, self._read(arg), is_late)
        elif isinstance(op, Slot | Store):
            place = op.result if isinstance(op, Slot) else op.address
            if place in self.slots:
                self._add(place, self._read(op.initial if isinstance(op, Slot) else op.value), is_late)
        elif op.result is not None and isinstance(op.result.type, IrInt):
            self._add(op.result, self._computed(op, op.result.type), is_late)

    def _read(self, value: Value) -> Spread:
        return self.of(value) if value in self.spreads else _anything(value.type)

    def _add(self, value: Value, spread: Spread, is_late: bool) -> None:
        old = self.spreads.get(value)
        if old is not None:
            spread = Spread(old.bits | spread.bits, min(old.signs, spread.signs))
        if spread != old:
            type_ = value.type.target if isinstance(value.type, IrAddr) else value.type
            self.spreads[value] = _anything(type_) if is_late else spread
            self.has_changed = True

    def _computed(self, op: Op, type_: IrInt) -> Spread:
        match op:
            case Const():
                bits = int(op.value or 0) & (1 << type_.bits) - 1
                return Spread(bits, _copies(bits, type_.bits))
            case Load() | Peek() if op.address in self.slots:
                return self.of(op.address)
            case Cast() if isinstance(op.value.type, IrInt) or op.value.type == CHAR:
                return _cast(self._read(op.value), op.value.type, type_)
            case IntBinary():
                return self._binary(op, type_)
            case IntUnary(op="ctpop"):
                return Spread((1 << type_.bits.bit_length()) - 1, 1)
        return _anything(type_)

    def _binary(self, op: IntBinary, type_: IrInt) -> Spread:
        left, right = self._read(op.left), self._read(op.right)
        full, signs = (1 << type_.bits) - 1, min(left.signs, right.signs)
        match op.op:
            case "and":
                return Spread(left.bits & right.bits, signs)
            case "or" | "xor":
                return Spread(left.bits | right.bits, signs)
            case "add":
                return Spread(_below(max(left.bits, right.bits).bit_length() + 1) & full, max(1, signs - 1))
            case "mul":
                low = _zeros(left.bits) + _zeros(right.bits)
                return Spread(_below(left.bits.bit_length() + right.bits.bit_length()) & full & ~_below(low), 1)
            case "shl" | "shr":
                amount = self.constant(op.right)
                # Of amounts that are not known the largest: it leaves the least.
                return _shifted(left, type_, (right.bits if amount is None else amount) % type_.bits, op.op == "shl")
        return Spread(full, 1)


def _below(count: int) -> int:
    return (1 << count) - 1


def _zeros(bits: int) -> int:
    """How many of the lower bits are zero."""
    return (bits & -bits).bit_length() - 1 if bits else 0


def _copies(bits: int, width: int) -> int:
    """How many of the upper bits of a number are alike."""
    return width - min(bits.bit_length(), (bits ^ _below(width)).bit_length())


def _shifted(spread: Spread, type_: IrInt, amount: int, is_left: bool) -> Spread:
    full = _below(type_.bits)
    if is_left:
        return Spread(spread.bits << amount & full, max(1, spread.signs - amount))
    bits = spread.bits >> amount
    if not type_.signed:
        return Spread(bits, 1)
    if spread.bits >> type_.bits - 1:
        bits |= full ^ full >> amount
    return Spread(bits, min(type_.bits, spread.signs + amount))


def _cast(spread: Spread, source: IrType, target: IrInt) -> Spread:
    width = _width(source)
    if target.bits <= width:
        return Spread(spread.bits & _below(target.bits), max(1, spread.signs - (width - target.bits)))
    if not isinstance(source, IrInt) or not source.signed:
        return Spread(spread.bits, 1)
    bits = spread.bits | (_below(target.bits) ^ _below(width) if spread.bits >> width - 1 else 0)
    return Spread(bits, spread.signs + target.bits - width)
