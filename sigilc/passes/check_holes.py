"""Certifies that nobody meets the hole that a `move_out` leaves: changes nothing, raises `InternalError` at the first fault.

A forward data flow of the places that may be holes. Which places are seen behind unwinding it learns from `unwinding`, where
addresses lead from `places`; it shares nothing else with `take_overwritten`.

Requires
    a module that `verify` and `check_views` accept, with counts.
Establishes
 1. while a place may be a hole, no op looks at it, at a part of it, or at what it is part of;
 2. no function returns, and none unwinds to where it is seen, with a hole in the place of a parameter;
 3. what chooses the place does not change before it is filled.
"""

from __future__ import annotations

from sigilc.crash import InternalError
from sigilc.ir.box_ops import BoxAddr, Keep
from sigilc.ir.cfg import reverse_postorder
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import (
    Const,
    ConstBytes,
    Declare,
    ElementAddr,
    FieldAddr,
    MapFind,
    MapInsert,
    MapValueAddr,
    Op,
    PayloadAddr,
    Release,
    Return,
    Slot,
    Store,
    Value,
)
from sigilc.ir.pass_ops import MoveOut
from sigilc.ir.types import IrAddr
from sigilc.passes.places import Place, PlaceTable
from sigilc.passes.unwinding import Unwinding

Holes = frozenset[Place]
_ON_THE_WAY = (BoxAddr, Declare, ElementAddr, FieldAddr, Keep, MapValueAddr, PayloadAddr)


def check_holes(module: Module) -> None:
    """The certifier."""
    unwinding: Unwinding | None = None
    for function in module.functions.values():
        if any(isinstance(op, MoveOut) for block in function.blocks for op in block.ops):
            unwinding = unwinding or Unwinding(module)
            _HoleChecker(function, unwinding).run()


class _HoleChecker:
    """The state of the check for one function; `block` is where it stands."""

    def __init__(self, function: IrFunction, unwinding: Unwinding):
        self.function = function
        self.unwinding = unwinding
        order = reverse_postorder(function)
        self.places = PlaceTable(function, order)
        self.slots = {op.result for op in self.places.definition.values() if isinstance(op, Slot)}
        self.block = order[0]
        self.arriving: dict[Block, Holes] = {block: frozenset() for block in order}
        self.order = order

    def run(self) -> None:
        """Holes are only added on the way into a block, so this ends."""
        changed = True
        while changed:
            changed = False
            for block in self.order:
                self.block = block
                holes = self.arriving[block]
                for param in block.params:
                    self._check_defined(param, None, holes)
                for op in block.ops:
                    holes = self._step(op, holes)
                for target in block.terminator.targets():
                    if not holes <= self.arriving[target]:
                        self.arriving[target] |= holes
                        changed = True

    def _step(self, op: Op, holes: Holes) -> Holes:
        """Checks an op; the holes behind it."""
        if holes:
            if op.result is not None:
                self._check_defined(op.result, op, holes)
            holes -= self._filled(op, holes)
            for hole in holes:
                for value in op.operands():
                    self._check_operand(op, value, hole)
                if hole.root not in self.slots:
                    self._check_leaving(op, hole)
        if isinstance(op, MoveOut):
            holes |= {self.places.of_address(op.address)}
        return holes

    def _filled(self, op: Op, holes: Holes) -> Holes:
        if isinstance(op, Store):
            return holes & {self.places.of_address(op.address)}
        if isinstance(op, Release):
            return frozenset(hole for hole in holes if hole.root is op.value)
        if isinstance(op, MapInsert):
            map_ = self.places.of_address(op.address)
            return frozenset(hole for hole in holes if self._is_entry(hole, map_, op.key))
        return frozenset()

    def _is_entry(self, hole: Place, map_: Place, key: Value) -> bool:
        """Whether a hole is the entry of a map that was found by this key."""
        if not hole.steps or hole.steps[-1][0] != "entry" or Place(hole.root, hole.steps[:-1]) != map_:
            return False
        find = next((op for op in self.places.definition.values() if op.result is hole.steps[-1][3]), None)
        return isinstance(find, MapFind) and self.places.of_view(find.value) == map_ and self._is_same(find.key, key)

    def _is_same(self, one: Value, other: Value) -> bool:
        kinds = [self.places.definition.get(value) for value in (one, other)]
        return one is other or (one.type == other.type and all(isinstance(kind, Const | ConstBytes) for kind in kinds)
                                and len({getattr(kind, "value", None) or getattr(kind, "data", None) for kind in kinds}) == 1)

    def _check_operand(self, op: Op, value: Value, hole: Place) -> None:
        is_address = isinstance(value.type, IrAddr)
        place = self.places.of_address(value) if is_address else self.places.of_view(value)
        if place is None:
            return
        is_on_the_way = is_address and isinstance(op, _ON_THE_WAY) and len(place.steps) < len(hole.steps)
        if hole.may_contain(place) or (place.may_contain(hole) and not is_on_the_way):
            raise self._fault(op, value, "is used while it may be, or have in it, a hole")

    def _check_leaving(self, op: Op, hole: Place) -> None:
        if isinstance(op, Return):
            raise self._fault(op, hole.root, "is left with a hole in it")
        if isinstance(op, ElementAddr) and op.result is not None:
            inside = self.places.of_address(op.result)
            if inside.root is hole.root and inside.steps == hole.steps[:len(inside.steps)]:
                return      # it has been within bounds before
        if self.unwinding.may_leave(op, self.unwinding.of_address(hole.root)):
            raise self._fault(op, hole.root, "may be seen with a hole in it, if this op unwinds")

    def _check_defined(self, value: Value, op: Op | None, holes: Holes) -> None:
        if any(value in hole.values for hole in holes):
            raise self._fault(op, value, "chooses a place that may be a hole, and is defined again")

    def _fault(self, op: Op | None, value: Value, what: str) -> InternalError:
        where = f"{self.function.name}, block {self.block.name}"
        if op is not None:
            where += f", op {self.block.ops.index(op)} ({type(op).__name__})"
        return InternalError(f"holes of {where}: %{value.name or '?'} {what}",
                             (op.span if op is not None else None) or self.function.span)
