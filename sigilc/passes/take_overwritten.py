"""Moves values out of places that get another value before anybody looks, instead of adding a reference.

Example input

    %rows: [[i64]] = peek %p
    %row: [i64] = get %rows, %i
    retain %row
    %new: [i64] = call appended(own %row, %x)
    %a: &[i64] = element_addr %p, %i
    store %a, %new

becomes

    %rows: [[i64]] = peek %p
    %row: [i64] = get %rows, %i
    %place: &[i64] = element_addr.unchecked %p, %i
    %taken: [i64] = move_out %place
    %new: [i64] = call appended(own %taken, %x)
    %a: &[i64] = element_addr %p, %i
    store %a, %new

So `a[i] = f(a[i])`, `s.xs = f(s.xs)` and `m[k] = f(m[k])` copy nothing where `f` changes what it is given.

Requires
    counts (`insert_refcounts`), and the functions that can't panic (`find_nounwind`).
Establishes, as `check_holes` certifies
 1. on each path behind a `move_out` the place gets another value, or ends, before it or what it is part of is read;
 2. no unwinding before that leaves a hole where it can be seen.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields

from sigilc.ir.bit_ops import IntUnary
from sigilc.ir.box_ops import BoxAddr, Keep
from sigilc.ir.cfg import reverse_postorder
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import (
    ArrayGet,
    Cast,
    Compare,
    Const,
    ConstBytes,
    Declare,
    ElementAddr,
    FieldAddr,
    FloatBinary,
    GetField,
    IntBinary,
    Load,
    MapFind,
    MapInsert,
    MapValue,
    MapValueAddr,
    Negate,
    Not,
    Op,
    PayloadAddr,
    Peek,
    Release,
    Retain,
    Return,
    Select,
    Slot,
    Store,
    Unreachable,
    Value,
)
from sigilc.ir.pass_ops import MoveOut
from sigilc.ir.rules import is_scalar_type
from sigilc.ir.types import STR, IrAddr, IrArray, IrMap, IrStruct, IrTuple, IrType
from sigilc.passes.places import Place, PlaceTable, Shape
from sigilc.passes.unwinding import Seen, Unwinding

# What gives the same for the same operands, wherever it stands.
_SCALAR = (Cast, Compare, Const, FloatBinary, GetField, IntBinary, IntUnary, Negate, Not, Select)
_FORM_ADDRESS = (BoxAddr, Declare, ElementAddr, FieldAddr, Keep, MapValueAddr, PayloadAddr)


def take_overwritten(module: Module) -> None:
    """The pass."""
    unwinding: Unwinding | None = None
    for function in module.functions.values():
        if any(isinstance(op, Store | MapInsert) and _can_be_moved(op.value.type)
               for block in function.blocks for op in block.ops):
            unwinding = unwinding or Unwinding(module)
            _Taker(function, unwinding).run()


def _can_be_moved(kind: IrType) -> bool:
    """Whether a value may be moved: it holds buffers that somebody may change, and its end can't be seen."""
    if isinstance(kind, IrStruct | IrTuple):
        return kind.is_counted and not kind.in_memory and all(
            _can_be_moved(part) or not part.is_counted for part in kind.fields)
    return kind == STR or isinstance(kind, IrArray | IrMap)


class _Taker:
    """The state of the pass for one function."""

    def __init__(self, function: IrFunction, unwinding: Unwinding):
        self.function = function
        self.unwinding = unwinding
        _use_first_values(function)
        self.places = PlaceTable(function, reverse_postorder(function))
        self.definition = self.places.definition
        self.roots = {op.result for op in self.definition.values() if isinstance(op, Slot)}.union(function.params)
        # Where something is stored: what is never overwritten needs no look.
        self.overwritten: set[tuple[Value, Shape]] = set()

    def run(self) -> None:
        """Goes through all that adds a reference to what is in a place."""
        for block in self.function.blocks:
            for op in block.ops:
                if isinstance(op, Store | MapInsert):
                    place = self.places.of_address(op.address)
                    entry = (("entry", 0, 0),) if isinstance(op, MapInsert) else ()
                    self.overwritten.add((place.root, (*place.shape, *entry)))
        for block in self.function.blocks:
            for op in list(block.ops):
                if isinstance(op, Load) and op.result is not None and _can_be_moved(op.result.type):
                    self._try_load(block, op)
                elif isinstance(op, Retain) and _can_be_moved(op.value.type):
                    self._try_retain(block, op)

    def _try_load(self, block: Block, load: Load) -> None:
        place = self.places.of_address(load.address)
        at = block.ops.index(load)
        if self._is_overwritten(place, load.result, block, at):
            block.ops[at] = MoveOut(address=load.address, result=load.result, span=load.span)

    def _try_retain(self, block: Block, retain: Retain) -> None:
        steps = _steps_from_peek(retain.value, self.definition)
        if steps is None:
            return
        peek, *parts = steps
        assert isinstance(peek, Peek)
        place = self.places.of_view(retain.value)
        at = block.ops.index(retain)
        if place is None or not self._is_overwritten(place, retain.value, block, at):
            return
        address = peek.address
        new: list[Op] = []
        for part in parts:
            new.append(_address_of_part(address, part))
            self.places.enter(new[-1])
            address = new[-1].result or address
        taken = Value(retain.value.type, retain.value.name)
        new.append(MoveOut(address=address, result=taken, span=retain.span))
        self.definition[taken] = new[-1]
        for op in block.ops[at + 1:]:
            op.replace(retain.value, taken)
        block.ops[at:at + 1] = new

    # ---- Whether a place is overwritten before anybody looks

    def _is_overwritten(self, place: Place, taken: Value | None, block: Block, at: int) -> bool:
        """On all paths behind the op number `at` of a block, which hands out a reference to what is in the place."""
        if place.root not in self.roots or (place.root, place.shape) not in self.overwritten:
            return False
        seen = self.unwinding.of_address(place.root)
        if any(step[0] == "box" for step in place.steps):
            return False
        visited: set[Block] = set()
        pending = [(block, at + 1)]
        while pending:
            here, start = pending.pop()
            if start == 0 and not place.values.isdisjoint(here.params):
                return False
            own = taken if here is block and start > 0 else None
            settled = False
            for op in here.ops[start:]:
                verdict = self._judge(op, place, own, seen)
                if verdict is False:
                    return False
                if verdict:
                    settled = True
                    break
            if not settled:
                new = [target for target in here.terminator.targets() if target not in visited]
                visited.update(new)
                pending += [(target, 0) for target in new]
        return True

    def _judge(self, op: Op, place: Place, taken: Value | None, seen: Seen) -> bool | None:
        """Whether an op fills the hole or ends it (True), must not meet it (False), or has nothing to do with it."""
        if op.result is not None and op.result in place.values:
            return False
        if isinstance(op, Release) and op.value is place.root:
            return True
        fills = isinstance(op, Store | MapInsert) and self._fills(op, place, seen)
        for value in op.operands():
            is_filled = fills and isinstance(op, Store | MapInsert) and value is op.address
            if value is not taken and not is_filled and not self._passes_by(op, value, place):
                return False
        if fills:
            return True
        if isinstance(op, Return):
            return False
        if isinstance(op, Unreachable):
            return True
        if not self._stays_within(op, place) and self.unwinding.may_leave(op, seen):
            return False
        return True if op.TERMINATOR and not op.targets() else None

    def _fills(self, op: Store | MapInsert, place: Place, seen: Seen) -> bool:
        """Whether an op stores at exactly this place."""
        target = self.places.of_address(op.address)
        if isinstance(op, Store):
            return target == place
        if not place.steps or target != Place(place.root, place.steps[:-1]) or place.steps[-1][0] != "entry":
            return False
        index = place.steps[-1][3]
        find = self.definition.get(index) if isinstance(index, Value) else None
        return (isinstance(find, MapFind) and self.places.of_view(find.value) == target
                and self._is_same_key(find.key, op.key) and seen is Seen.NEVER)

    def _is_same_key(self, first: Value, second: Value) -> bool:
        if first is second:
            return True
        one, other = self.definition.get(first), self.definition.get(second)
        if isinstance(one, Const) and isinstance(other, Const):
            return first.type == second.type and one.value == other.value
        return isinstance(one, ConstBytes) and isinstance(other, ConstBytes) and one.data == other.data

    def _passes_by(self, op: Op, value: Value, place: Place) -> bool:
        """Whether an operand has nothing to do with a place, or is only on the way to it."""
        if self._is_apart(value, place):
            return True
        return isinstance(op, _FORM_ADDRESS) and isinstance(value.type, IrAddr) \
            and self.places.of_address(value).may_contain_strictly(place)

    def _is_apart(self, value: Value, place: Place) -> bool:
        other = self.places.of_address(value) if isinstance(value.type, IrAddr) else self.places.of_view(value)
        if other is None:
            return True
        if other.root not in self.roots:        # a loan of some array
            return False
        return not other.may_contain(place) and not place.may_contain(other)

    def _stays_within(self, op: Op, place: Place) -> bool:
        """Whether an op forms the address of an element that is on the way to a place, and so within bounds."""
        if not isinstance(op, ElementAddr):
            return False
        inside = self.places.of_address(op.result) if op.result is not None else None
        return inside is not None and inside.root is place.root and inside.steps == place.steps[:len(inside.steps)]


def _steps_from_peek(view: Value, definition: dict[Value, Op]) -> list[Op] | None:
    """The ops from the `Peek` of a place to a view that lies in it; None when not each has an address to match."""
    steps: list[Op] = []
    while isinstance(op := definition.get(view), GetField | ArrayGet | MapValue):
        steps.append(op)
        view = op.value
    return [op, *reversed(steps)] if isinstance(op, Peek) else None


def _address_of_part(address: Value, part: Op) -> Op:
    """The op that gives the address of what a view is a part of; an index has been found within bounds."""
    assert part.result is not None
    result = Value(IrAddr(part.result.type), "place")
    match part:
        case GetField():
            return FieldAddr(address=address, index=part.index, result=result, span=part.span)
        case ArrayGet():
            return ElementAddr(address=address, index=part.index, checked=False, result=result, span=part.span)
        case _:
            assert isinstance(part, MapValue)
            return MapValueAddr(address=address, index=part.index, result=result, span=part.span)


def _use_first_values(function: IrFunction) -> None:
    """Makes the indices, and the plain keys, of `a[i % 2] = f(a[i % 2])` one value.

    That is, what is computed in a block again from the same values, and from variables that are not written in between.
    """
    slots = {op.result for block in function.blocks for op in block.ops if isinstance(op, Slot)}
    same: dict[Value, Value] = {}
    for block in function.blocks:
        first: dict[Hashable, Value] = {}
        for op in block.ops:
            key: Hashable = None
            if isinstance(op, Load) and op.address in slots and op.result is not None and is_scalar_type(op.result.type):
                key = op.address
            elif isinstance(op, _SCALAR) and op.result is not None and not op.result.type.is_counted:
                key = _what_it_computes(op, same)
            else:
                for value in op.operands():
                    first.pop(value, None)
            if key is not None and op.result is not None:
                known = first.setdefault(key, op.result)
                if known is not op.result:
                    same[op.result] = known
    if same:
        for op in function.ops():
            if isinstance(op, ArrayGet | ElementAddr):
                op.index = same.get(op.index, op.index)
            elif isinstance(op, MapFind | MapInsert):
                op.key = same.get(op.key, op.key)


def _what_it_computes(op: Op, same: dict[Value, Value]) -> Hashable:
    """What two ops of a block have in common that give the same."""
    assert op.result is not None
    if isinstance(op, Const):
        return Const, op.result.type, repr(op.value)     # 0.0 and -0.0 are equal, but not the same
    parts = [getattr(op, each.name) for each in fields(op) if each.name not in ("result", "span", "cleanup")]
    return type(op), op.result.type, *(same.get(part, part) if isinstance(part, Value) else part for part in parts)
