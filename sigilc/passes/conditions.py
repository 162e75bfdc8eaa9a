"""Numbers what a function computes, so that one condition is known by one number wherever it is computed.

`hoist_uniqueness` computes a loop's condition once more before the loop. That both are the same is seen here: equal ops on
operands of equal numbers have one number, as in value numbering. A parameter of a block can be given the number of its
argument, and a view that of the place, as long as nothing has written there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Compare, Const, Length, Load, Op, Peek, Value
from sigilc.ir.types import BOOL, USIZE
from sigilc.passes.places import Place, PlaceTable

# A number, and whether it stands for true.
Condition = tuple[int, bool]

_NOT_THE_OPS_OWN = frozenset(("result", "span", "cleanup"))


def negated(condition: Condition) -> Condition:
    """The opposite."""
    return condition[0], not condition[1]


class Conditions:
    """The numbers of a function's values.

    depends_on   for each number: the SSA values that were not looked into
    reads        for each number: the places that it looks at, and whether only at the length of what is there
    """

    def __init__(self, function: IrFunction, order: Iterable[Block], places: PlaceTable):
        self.places = places
        self.depends_on: list[frozenset[Value]] = []
        self.reads: list[frozenset[tuple[Place, bool]]] = []
        self._known: dict[Hashable, int] = {}
        self._by_value: dict[Value, int] = {}
        for block in order:
            for op in block.ops:
                if op.result is not None:
                    self._by_value[op.result] = self._number(op, {}) if _can_repeat(op) and not isinstance(op, Peek | Load) \
                        else self.of(op.result, {})

    def of(self, value: Value, given: dict[Value, int]) -> int:
        """The number of a value, where those of some are `given`."""
        if value in given:
            return given[value]
        if value not in self._by_value:
            self._by_value[value] = self._intern(value, frozenset((value,)), frozenset())
        return self._by_value[value]

    def enter(self, op: Op, given: dict[Value, int]) -> None:
        """Gives the result of an op the number that follows from those given."""
        if op.result is not None and _can_repeat(op):
            given[op.result] = self._number(op, given)

    def is_within(self, index: Value, length: int, given: dict[Value, int]) -> Condition:
        """That an index is less than a length."""
        return self._of_op(Compare, ("lt", BOOL), (self.of(index, given), length)), True

    def length_at(self, place: Place) -> int:
        """The number of the length of the array at a place."""
        return self._intern(("length", place), place.values, frozenset(((place, True),)))

    def constant(self, count: int) -> int:
        """The number of a constant length."""
        return self._intern((Const, USIZE, count), frozenset(), frozenset())

    def is_changed_by(self, number: int, written: Place) -> bool:
        """Whether a write to a place may change what a number stands for."""
        return any(written.may_contain(place) or (not is_length and place.may_contain(written))
                   for place, is_length in self.reads[number])

    def _number(self, op: Op, given: dict[Value, int]) -> int:
        assert op.result is not None
        if isinstance(op, Peek | Load):
            place = self.places.of_address(op.address)
            return self._intern(("view", place), place.values, frozenset(((place, False),)))
        if isinstance(op, Const):
            return self._intern((Const, op.result.type, op.value), frozenset(), frozenset())
        if isinstance(op, Length) and isinstance(peek := self.places.definition.get(op.value), Peek) and op.value in given:
            return self.length_at(self.places.of_address(peek.address))
        own = tuple(getattr(op, name) for name in type(op).__record_fields__    # type: ignore[attr-defined]
                    if name not in _NOT_THE_OPS_OWN and name not in op.OPERANDS and name not in op.LISTS)
        return self._of_op(type(op), (*own, op.result.type), tuple(self.of(value, given) for value in op.operands()))

    def _of_op(self, kind: type[Op], own: Hashable, operands: tuple[int, ...]) -> int:
        values: frozenset[Value] = frozenset().union(*(self.depends_on[number] for number in operands))
        reads: frozenset[tuple[Place, bool]] = frozenset().union(*(self.reads[number] for number in operands))
        return self._intern((kind, own, operands), values, reads)

    def _intern(self, key: Hashable, values: frozenset[Value], reads: frozenset[tuple[Place, bool]]) -> int:
        if key not in self._known:
            self._known[key] = len(self.depends_on)
            self.depends_on.append(values)
            self.reads.append(reads)
        return self._known[key]


def _can_repeat(op: Op) -> bool:
    """Whether an op gives the same each time: it computes something out of its operands, or looks at a place."""
    has_owner = op.RESULT == "owned" and op.result is not None and op.result.type.is_viewed
    return not op.EFFECT and not op.may_panic and not has_owner
