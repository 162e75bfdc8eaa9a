"""Certifies that no view of a place is used after a write to the place: raises `InternalError` at the first fault.

A view is the result of a `Peek`, or a value borrowed from one that is counted or lies in memory; the address of an
element, a map's value or a payload is one too, of the buffer or value that it points into. `x = peek s; push s, y;
print x` is such a fault: the counts are right, but the buffer of `x` may have been freed.

Requires
    a module that `verify` accepts.
Establishes
 1. between a view and its use no op writes a place that overlaps with the viewed one;
 2. an op that writes looks at no view of what it writes (it may consume one, which is retained before).
A path leads from a slot or parameter to a place; paths overlap if one begins with the other. All elements of a buffer
count as one place. Places of different roots are different: a program can't pass one place as two in-out arguments.
A view that has been retained could be used longer, which this check would refuse; `insert_refcounts` leaves none.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.crash import InternalError
from sigilc.ir.array_ops import LendSlice
from sigilc.ir.box_ops import BoxAddr, Keep, is_never_copied
from sigilc.ir.cfg import predecessors, reverse_postorder
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import (
    ElementAddr,
    FieldAddr,
    MakeUnique,
    MapValueAddr,
    Op,
    PayloadAddr,
    Peek,
    Release,
    Retain,
    Slot,
    Value,
)
from sigilc.ir.types import IrAddr

Step = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an address leads, or what a value is a view of."""

    root: Value
    path: tuple[Step, ...] = ()

    def overlaps(self, other: _Place) -> bool:
        """Whether a write to one changes the other."""
        length = min(len(self.path), len(other.path))
        return self.root is other.root and self.path[:length] == other.path[:length]


def check_views(module: Module) -> None:
    """The certifier."""
    for function in module.functions.values():
        _ViewChecker(function).run()


class _ViewChecker:
    """The state of the check for one function. Sets of views are bits, in order of definition."""

    def __init__(self, function: IrFunction):
        self.function = function
        self.order = reverse_postorder(function)
        self.places: dict[Value, _Place] = {}       # of addresses
        self.viewed: dict[Value, _Place] = {}       # of views: what must not be written
        self.bit: dict[Value, int] = {}
        self.views_by_root: dict[Value, list[Value]] = {}
        # The views that a write ends, by its place and whether it only forms an address there.
        self.ended_by: dict[tuple[_Place, bool], int] = {}
        for param in function.params:
            if isinstance(param.type, IrAddr):
                self.places[param] = _Place(param)
        for block in self.order:
            for op in block.ops:
                if op.result is not None:
                    self._classify(op, op.result)
        self.bit = {value: 1 << number for number, value in enumerate(self.viewed)}
        for value, place in self.viewed.items():
            self.views_by_root.setdefault(place.root, []).append(value)

    def run(self) -> None:
        """Forward data flow of the views that a write has ended, then a look at each use."""
        if not self.viewed:
            return
        before = predecessors(self.function)
        effects = [(block, *self._effect(block)) for block in self.order]
        leaving: dict[Block, int] = {}
        changed = True
        while changed:
            changed = False
            for block, begun, ends in effects:
                ended = self._arriving(block, before, leaving) & ~begun | ends
                if leaving.get(block) != ended:
                    leaving[block] = ended
                    changed = True
        for block in self.order:
            self._check_block(block, self._arriving(block, before, leaving))

    @staticmethod
    def _arriving(block: Block, before: dict[Block, list[Block]], leaving: dict[Block, int]) -> int:
        ended = 0
        for source in before[block]:
            ended |= leaving.get(source, 0)
        return ended

    def _classify(self, op: Op, result: Value) -> None:
        """Enters the result of an op among the places and views."""
        if isinstance(op, Slot | LendSlice):
            self.places[result] = _Place(result)
        elif isinstance(op, Peek):
            if result.type.is_viewed:
                self.viewed[result] = self.places[op.address]
        elif isinstance(op, FieldAddr | PayloadAddr | ElementAddr | MapValueAddr | BoxAddr):
            base = self.places[op.address]
            index = getattr(op, "index", 0)
            step: Step = ("element", 0, 0)
            if isinstance(op, FieldAddr):
                step = ("field", 0, index)
            elif isinstance(op, PayloadAddr):
                step = ("payload", op.variant, index)
            self.places[result] = _Place(base.root, (*base.path, step))
            if not isinstance(op, FieldAddr):
                self.viewed[result] = base
            elif op.address in self.viewed:
                self.viewed[result] = self.viewed[op.address]
        elif op.RESULT == "borrowed" and result.type.is_viewed:
            source: Value = getattr(op, op.BORROWS_FROM)
            if source in self.viewed:
                self.viewed[result] = self.viewed[source]

    def _effect(self, block: Block) -> tuple[int, int]:
        """The views that a block defines, and those that have ended behind it, whatever had before."""
        begun = ended = 0
        for op in block.ops:
            ended |= self._ended_by(op)
            if op.result is not None:
                bit = self.bit.get(op.result, 0)
                begun |= bit
                ended &= ~bit
        return begun, ended

    def _check_block(self, block: Block, ended: int) -> None:
        """Complains about uses of views that have ended; `ended` are those at the block's begin."""
        for op in block.ops:
            killed = self._ended_by(op)
            self._check_uses(block, op, ended, killed)
            ended |= killed
            if op.result is not None:
                ended &= ~self.bit.get(op.result, 0)

    def _ended_by(self, op: Op) -> int:
        """The views that the op's writes end.

        Writing an element ends views of it, but not its own address, nor that of another element; making the buffer
        unique to form such an address ends the views of its contents, but leaves other addresses as they are.
        """
        if not op.EFFECT or isinstance(op, Slot | Retain | Release | Keep):
            return 0
        if isinstance(op, BoxAddr) and is_never_copied(op.address):
            return 0
        killed = 0
        for value in op.operands():
            if isinstance(value.type, IrAddr):
                forms_address = isinstance(op, ElementAddr | MapValueAddr | BoxAddr | MakeUnique)
                killed |= self._overlapping(self.places[value], forms_address)
        return killed

    def _overlapping(self, written: _Place, forms_address: bool) -> int:
        key = (written, forms_address)
        if key in self.ended_by:
            return self.ended_by[key]
        killed = 0
        for value in self.views_by_root.get(written.root, ()):
            place = self.viewed[value]
            if not isinstance(value.type, IrAddr):
                is_ended = place.overlaps(written)
            else:
                # What it points into is replaced when a beginning of its path is written.
                is_ended = not forms_address and place.path[:len(written.path)] == written.path
            if is_ended:
                killed |= self.bit[value]
        self.ended_by[key] = killed
        return killed

    def _check_uses(self, block: Block, op: Op, ended: int, killed: int) -> None:
        for value in op.operands():
            if self.bit.get(value, 0) & ended:
                raise self._fault(block, op, value, "is used after a write to the place that it is a view of")
        if not killed:
            return
        for value in op.looked_at():
            if self.bit.get(value, 0) & killed and not isinstance(value.type, IrAddr):
                raise self._fault(block, op, value, "is looked at by the op that writes the place that it is a view of")

    def _fault(self, block: Block, op: Op, value: Value, what: str) -> InternalError:
        return InternalError(f"views of {self.function.name}, block {block.name}, op {block.ops.index(op)} "
                             f"({type(op).__name__}): %{value.name or '?'} of type {value.type} {what}",
                             op.span or self.function.span)
