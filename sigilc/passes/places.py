"""Where the addresses and views of a function lead.

A place is a way from a root, which is a slot, an in-out parameter or a loan, through fields, elements, payloads, boxes and
the values of maps. An index that is a constant is that number. Places of different roots are different: a program can't
pass one place as two in-out arguments.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

from sigilc.ir.box_ops import BoxAddr, Unbox
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import (
    ArrayGet,
    Const,
    ElementAddr,
    EnumPayload,
    FieldAddr,
    GetField,
    MapValue,
    MapValueAddr,
    Op,
    PayloadAddr,
    Peek,
    SliceView,
    Unwrap,
    Value,
)
from sigilc.ir.types import IrAddr

# What a step goes into, its number (of a field or payload), and the SSA value, or the constant, that chooses an element.
Step = tuple[str, int, int, Hashable]
Shape = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Place:
    """Equal places are the same one while the values that choose elements on the way keep their values."""

    root: Value
    steps: tuple[Step, ...] = ()

    @cached_property
    def shape(self) -> Shape:
        """The steps, with all elements of an array, and all entries of a map, as one."""
        return tuple(step[:3] for step in self.steps)

    @cached_property
    def values(self) -> frozenset[Value]:
        """The SSA values that the place depends on."""
        return frozenset({self.root}.union(step[3] for step in self.steps if isinstance(step[3], Value)))

    def may_contain(self, other: Place) -> bool:
        """Whether the other place may be this one or lie inside it."""
        return self.root is other.root and self.shape == other.shape[:len(self.shape)]

    def may_contain_strictly(self, other: Place) -> bool:
        """Whether the other place may lie inside this one."""
        return len(self.shape) < len(other.shape) and self.may_contain(other)


class PlaceTable:
    """The places of a function's addresses, and what its borrowed values are views of."""

    def __init__(self, function: IrFunction, order: Iterable[Block]):
        self.definition = {op.result: op for block in function.blocks for op in block.ops if op.result is not None}
        self._by_address: dict[Value, Place] = {}
        for param in function.params:
            if isinstance(param.type, IrAddr):
                self._by_address[param] = Place(param)
        for block in order:         # an address is defined before those that are derived from it
            for op in block.ops:
                if op.result is not None and isinstance(op.result.type, IrAddr):
                    self._enter(op, op.result)

    def of_address(self, address: Value) -> Place:
        """Where an address leads."""
        return self._by_address[address]

    def of_view(self, view: Value) -> Place | None:
        """The place that a value is a view of, or lies in; None for a value of its own.

        A step that is not understood ends the way: the place is then one that contains the right one.
        """
        steps: list[Step] = []
        while (op := self.definition.get(view)) is not None and op.RESULT == "borrowed":
            if isinstance(op, Peek):
                base = self._by_address[op.address]
                return Place(base.root, (*base.steps, *reversed(steps)))
            step = self.step(op)
            if step is not None:
                steps.append(step)
            elif not isinstance(op, SliceView):
                steps.clear()
            view = getattr(op, op.BORROWS_FROM)
            if isinstance(view.type, IrAddr):
                return self._by_address[view]
        return None

    def enter(self, op: Op) -> None:
        """Adds the address that a new op gives."""
        assert op.result is not None
        self.definition[op.result] = op
        self._enter(op, op.result)

    def step(self, op: Op) -> Step | None:
        """The step that an op takes into a place or a view; None for an op that is not understood."""
        found = _step(op)
        if found is not None and isinstance(found[3], Value) and isinstance(index := self.definition.get(found[3]), Const):
            return (*found[:3], index.value)
        return found

    def _enter(self, op: Op, result: Value) -> None:
        step = self.step(op)
        if step is None:
            self._by_address[result] = Place(result)
            return
        base = self._by_address[getattr(op, op.BORROWS_FROM)]
        self._by_address[result] = Place(base.root, (*base.steps, step))


def _step(op: Op) -> Step | None:
    """The step that an op takes into a place or a view."""
    match op:
        case FieldAddr() | GetField():
            return ("field", 0, op.index, None)
        case ElementAddr() | ArrayGet():
            return ("element", 0, 0, op.index)
        case PayloadAddr() | EnumPayload():
            return ("payload", op.variant, 0 if op.variant < 0 else op.index, None)
        case Unwrap():
            return ("payload", -1, 0, None)
        case MapValueAddr() | MapValue():
            return ("entry", 0, 0, op.index)
        case BoxAddr() | Unbox():
            return ("box", 0, 0, None)
    return None
