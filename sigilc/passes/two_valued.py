"""Finds integers that LLVM could see to be one of two numbers: from those it makes choices, and from choices branches.

`x & 1`, `x >> 63`, `(x & 6) >> 2`: known bits, as LLVM follows them, through values and places, and through calls that it
may inline. An integer may be known in several ways, one for each way on which it comes: LLVM copies functions and loops, and
then takes the ways apart. All elements of an array are one. Of the ways only those that leave the least unknown are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from sigilc.ir.array_ops import LendSlice
from sigilc.ir.bit_ops import IntUnary
from sigilc.ir.box_ops import BoxAddr, MakeBox, Unbox
from sigilc.ir.cfg import predecessors, reverse_postorder
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import (
    ArrayGet,
    ArrayPush,
    Branch,
    Call,
    Cast,
    Const,
    Copy,
    Declare,
    ElementAddr,
    FieldAddr,
    FillArray,
    GetField,
    IntBinary,
    Load,
    MakeArray,
    MakeStruct,
    Op,
    Peek,
    Return,
    Select,
    Slot,
    Store,
    Value,
)
from sigilc.ir.secret_ops import Opaque
from sigilc.ir.types import BOOL, CHAR, IrAddr, IrInt, IrType
from sigilc.passes.spreads import Spread, anything, below, cast, combined, exactly, shifted

Path = tuple[int, ...]
Ways = tuple[Spread, ...]

_MAX_ROUNDS = 5
_MAX_WAYS = 4
_MAX_CONSTANTS = 2


class TwoValued:
    """What is known of the integers in some functions, which may call each other."""

    def __init__(self, functions: Sequence[IrFunction]):
        self._spread = _Propagation(functions)
        self._spread.run()
        self._uses: dict[Value, list[Op]] = {}
        for op in (op for function in functions for op in function.ops()):
            for value in op.operands():
                self._uses.setdefault(value, []).append(op)

    def find(self, function: IrFunction, secrets: frozenset[Value]) -> set[Op]:
        """The ops of a function that compute one of these, an integer which LLVM could see to be one of two numbers."""
        return {op for op in function.ops() if op.result in secrets and not self._is_half_of_rotation(op)
                and (op in self._spread.two_valued or self._is_masked_by_public(op, secrets))}

    def _is_masked_by_public(self, op: Op, secrets: frozenset[Value]) -> bool:
        """What is public but no constant may be one that LLVM finds, in a loop that it unrolls, say: one with a single bit."""
        return isinstance(op, IntBinary) and op.op == "and" and isinstance(op.left.type, IrInt) and any(
            value not in secrets and not self._spread.is_constant(value) for value in (op.left, op.right))

    def _is_half_of_rotation(self, op: Op) -> bool:
        """Whether it is one of the shifts of `x << n | x >> m`: LLVM makes one instruction of that."""
        uses = self._uses.get(op.result, []) if op.result is not None else []
        return len(uses) == 1 and isinstance(op, IntBinary) and op.op in ("shl", "shr") and self._spread.is_rotation(uses[0])


def is_from_bool(op: Op) -> bool:
    """Whether an op makes an integer of a bool, or one of two others."""
    if isinstance(op, Cast):
        return op.value.type == BOOL
    return isinstance(op, IntBinary) and op.op in ("and", "or") and op.left.type == BOOL


class _Propagation:
    """For each value, and each place by its root: what may be known of the integers in it, by the fields that lead there."""

    def __init__(self, functions: Sequence[IrFunction]):
        self.functions = {function.name: function for function in functions}
        self.orders = [reverse_postorder(function) for function in functions]
        self.definition = {op.result: op for order in self.orders for block in order for op in block.ops if op.result is not None}
        self.cells: dict[Value, dict[Path, Ways]] = {}
        self.places: dict[Value, tuple[Value, Path]] = {}
        self.results: dict[str, Value] = {function.name: Value(function.result) for function in functions}
        self.two_valued: set[Op] = set()
        # Slots that hold one integer, of which nothing is done but to load and store it: what they hold, by block.
        ops = [op for order in self.orders for block in order for op in block.ops]
        self.simple = {op.result for op in ops if isinstance(op, Slot) and op.result is not None
                       and isinstance(_held(op.result), IrInt)}
        for op in ops:
            if not isinstance(op, Load | Peek | Store | Slot | Declare):
                self.simple.difference_update(op.operands())
        self.held: dict[Block, dict[Value, Ways]] = {}
        self.meetings = {block for function in functions for block, before in predecessors(function).items() if len(before) > 1}
        self.has_changed = True

    def ways(self, value: Value) -> Ways:
        """What may be known of an integer; of one that has not been reached yet, nothing."""
        return self.cells.get(value, {}).get((), ()) or (anything(value.type),)

    def is_constant(self, value: Value) -> bool:
        """Whether LLVM sees at once which number it is."""
        return all(way.entropy == 0 for way in self.ways(value))

    def is_rotation(self, op: Op) -> bool:
        """Whether it is `x << n | x >> m`."""
        if not isinstance(op, IntBinary) or op.op not in ("or", "xor", "add"):
            return False
        left, right = self.definition.get(op.left), self.definition.get(op.right)
        return isinstance(left, IntBinary) and isinstance(right, IntBinary) and left.left is right.left \
            and {left.op, right.op} == {"shl", "shr"}

    def run(self) -> None:
        """Until nothing changes, or as often as it pays: what is not found by then leaves an integer less known."""
        for _ in range(_MAX_ROUNDS):
            self.has_changed = False
            for order, function in zip(self.orders, self.functions.values(), strict=True):
                for block in order:
                    held = dict(self.held.get(block, {}))
                    for op in block.ops:
                        self._visit(op, function, held)
                    for target in block.terminator.targets():
                        self._meet(target, held)
            if not self.has_changed:
                return

    def _meet(self, block: Block, held: dict[Value, Ways]) -> None:
        """What slots hold at the end of a block they may hold at the beginning of another."""
        entry = self.held.setdefault(block, {})
        for slot, ways in held.items():
            more = (anything(_held(slot)),) if block in self.meetings else ()
            new = _narrowest({*entry.get(slot, ()), *ways, *more})
            if new != entry.get(slot):
                entry[slot] = new
                self.has_changed = True

    def _visit(self, op: Op, function: IrFunction, held: dict[Value, Ways]) -> None:
        match op:
            case Slot() if op.result is not None and op.result in self.simple:
                held[op.result] = self.ways(op.initial)
            case Store() if op.address in self.simple:
                held[op.address] = self.ways(op.value)
            case Load() | Peek() if op.result is not None and op.address in self.simple:
                self._add(op.result, (), held.get(op.address, ()))
            case Branch():
                for param, arg in zip(op.target.params, op.args, strict=True):
                    self._flow(param, (), arg, ())
                    self._add_anything(param)
            case Call():
                self._call(op)
            case Return():
                self._flow(self.results[function.name], (), op.value, ())
            case Slot():
                assert op.result is not None
                self._flow(op.result, (), op.initial, ())
            case Store() | ArrayPush():
                self._flow(*self._place(op.address), op.value, ())
            case MakeStruct():
                for number, value in enumerate(op.fields):
                    self._flow(op.result, (number,), value, ())
            case MakeArray():
                for value in op.items:
                    self._flow(op.result, (), value, ())
            case GetField():
                self._flow(op.result, (), op.value, (op.index,))
            case ArrayGet() | FillArray() | Copy() | MakeBox() | Unbox():
                self._flow(op.result, (), op.value, ())
            case Load() | Peek():
                self._flow(op.result, (), *self._place(op.address))
                self._add_anything(op.result)
            case FieldAddr() | ElementAddr() | BoxAddr() | LendSlice():
                assert op.result is not None
                root, path = self._place(op.address)
                self.places[op.result] = root, (*path, op.index) if isinstance(op, FieldAddr) else path
            case _ if op.result is not None and isinstance(op.result.type, IrInt) and not isinstance(op, Opaque):
                ways = set(self._computed(op, op.result.type))
                if any(way.entropy == 1 for way in ways):       # which is hidden from LLVM, where it is a secret
                    self.two_valued.add(op)
                    ways = {way for way in ways if way.entropy != 1} | {anything(op.result.type)}
                self._add(op.result, (), ways)

    def _place(self, address: Value) -> tuple[Value, Path]:
        return self.places.get(address, (address, ()))

    def _call(self, op: Call) -> None:
        callee = self.functions.get(op.function)
        if callee is None:
            return
        for param, arg in zip(callee.params, op.args, strict=True):
            if isinstance(param.type, IrAddr):
                root, path = self._place(arg)
                self._flow(param, (), root, path)
                self._flow(root, path, param, ())
            else:
                self._flow(param, (), arg, ())
                self._add_anything(param)
        self._flow(op.result, (), self.results[callee.name], ())

    def _flow(self, target: Value | None, below_target: Path, source: Value, below_source: Path) -> None:
        """What is in a part of the source may be in a part of the target."""
        if target is None:
            return
        count = len(below_source)
        for path, ways in list(self.cells.get(source, {}).items()):
            if path[:count] == below_source:
                self._add(target, below_target + path[count:], ways)

    def _add_anything(self, value: Value | None) -> None:
        if value is not None and isinstance(value.type, IrInt):
            self._add(value, (), (anything(value.type),))

    def _add(self, value: Value, path: Path, ways: Iterable[Spread]) -> None:
        cells = self.cells.setdefault(value, {})
        old = cells.get(path, ())
        new = old if (added := set(ways).difference(old)) == set() else _narrowest({*old, *added})
        if new != old:
            cells[path] = new
            self.has_changed = True

    def _computed(self, op: Op, type_: IrInt) -> Iterable[Spread]:
        match op:
            case Const():
                return (exactly(int(op.value or 0), type_),)
            case Cast() if isinstance(op.value.type, IrInt) or op.value.type == CHAR:
                return [cast(way, op.value.type, type_) for way in self.ways(op.value)]
            case Select():
                return (*self.ways(op.left), *self.ways(op.right))
            case IntBinary() if self.is_rotation(op):
                return (anything(type_),)
            case IntBinary() if op.op in ("shl", "shr"):
                return [shifted(way, type_, amount, op.op == "shl")
                        for way in self.ways(op.left) for amount in _amounts(self.ways(op.right), type_.bits)]
            case IntBinary():
                return [combined(op.op, one, other, type_) for one, other in product(self.ways(op.left), self.ways(op.right))]
            case IntUnary(op="ctpop"):
                return (Spread(below(type_.bits.bit_length())),)
        return (anything(type_),)


def _held(slot: Value) -> IrType:
    return slot.type.target if isinstance(slot.type, IrAddr) else slot.type


def _amounts(ways: Ways, bits: int) -> set[int]:
    """The amounts of a shift; of one that is not known none, and the largest, which leaves the least."""
    return {way.must % bits if way.entropy == 0 else amount
            for way in ways for amount in (0, way.may % bits)}


def _narrowest(ways: set[Spread]) -> Ways:
    """Those that leave the least unknown, and a few constants."""
    ordered = sorted(ways, key=lambda way: (way.entropy, way))
    constants = [way for way in ordered if way.entropy == 0]
    others = ordered[len(constants):]
    widest = others[-1:] if len(others) > _MAX_WAYS else []
    return (*constants[:_MAX_CONSTANTS], *others[:_MAX_WAYS], *widest)
