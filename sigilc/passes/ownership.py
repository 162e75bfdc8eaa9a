"""Where the references of a function's values come from, as the ops declare it.

`insert_refcounts` and the passes before it read this; `check_refcounts` has its own notion, so that one mistake can't
hide in both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Op, Value
from sigilc.ir.types import IrAddr, IrType


@dataclass(slots=True)
class Origins:
    """Where each value of a function comes from.

    owned       the values whose reference this function holds, in order of definition: results of ops, slots of
                counted contents, and block parameters
    source      of a borrowed value: the one that it is part of
    immortal    counted values that need no count (static data)
    params      the function's parameters, borrowed from the caller
    """

    owned: list[Value] = field(default_factory=list)
    source: dict[Value, Value] = field(default_factory=dict)
    immortal: set[Value] = field(default_factory=set)
    params: set[Value] = field(default_factory=set)


class CountedTypes:
    """Remembers which types are counted: types answer by walking through their parts."""

    def __init__(self) -> None:
        self._counted_by_type: dict[int, tuple[IrType, bool]] = {}
        self._viewed_by_type: dict[int, tuple[IrType, bool]] = {}

    def holds_references(self, kind: IrType) -> bool:
        """Whether a value of the type, or the place that it is the address of, holds references."""
        if isinstance(kind, IrAddr):
            return self.holds_references(kind.target)
        known = self._counted_by_type.get(id(kind))
        if known is None:
            known = self._counted_by_type[id(kind)] = (kind, kind.is_counted)
        return known[1]

    def is_viewed(self, kind: IrType) -> bool:
        """Whether what is taken out of something depends on it: it holds references, or lies in its memory."""
        known = self._viewed_by_type.get(id(kind))
        if known is None:
            known = self._viewed_by_type[id(kind)] = (kind, kind.is_viewed)
        return known[1]


def find_origins(function: IrFunction, types: CountedTypes) -> Origins:
    """The origins of all values of a function that hold references, lead to some, or lie in another's memory."""
    origins = Origins(params=set(function.params))
    for block in function.blocks:
        origins.owned += [p for p in block.params if types.holds_references(p.type)]
        for op in block.ops:
            result = op.result
            if result is None:
                continue
            if op.RESULT == "borrowed":
                # The address of a scalar needs its place as much as any other; a scalar itself is a copy.
                if isinstance(result.type, IrAddr) or types.is_viewed(result.type):
                    origins.source[result] = getattr(op, op.BORROWS_FROM)
            elif types.holds_references(result.type):
                if op.RESULT == "owned":
                    origins.owned.append(result)
                else:
                    origins.immortal.add(result)
    return origins


def root_of(value: Value, origins: Origins) -> Value:
    """The value that must live for `value` to be used: itself, unless it is borrowed."""
    while value in origins.source:
        value = origins.source[value]
    return value


def only_looked_at(op: Op) -> list[Value]:
    """The operands that the op does not consume."""
    found = [v for name in op.OPERANDS if name not in op.CONSUMES and (v := getattr(op, name)) is not None]
    for name in op.LISTS:
        if name not in op.CONSUMES:
            found += getattr(op, name)
    return found
