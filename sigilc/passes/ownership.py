"""Where the references of a function's values come from, as the ops declare it.

`insert_refcounts` and the passes before it read this; `check_refcounts` has its own notion, so that one mistake can't
hide in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.types import IrAddr, IrType


@dataclass(slots=True)
class Origins:
    """Where each value of a function comes from.

    owned       the values whose reference this function holds, in order of definition: parameters that it owns,
                results of ops, slots of counted contents, and block parameters
    source      of a borrowed value: the one that it is part of
    immortal    counted values that need no count (static data)
    params      the other parameters of the function, borrowed from the caller
    """

    owned: list[Value] = field(default_factory=list)
    source: dict[Value, Value] = field(default_factory=dict)
    immortal: set[Value] = field(default_factory=set)
    params: set[Value] = field(default_factory=set)


class CountedTypes:
    """Remembers which types are counted: types answer by walking through their parts.

    `holds_references(t)`: whether a value of the type, or the place that it is the address of, holds references.
    `is_viewed(t)`: whether what is taken out of something depends on it: it holds references, or lies in its memory.
    """

    def __init__(self) -> None:
        self.holds_references: Callable[[IrType], bool] = _Answers(_holds_references).__getitem__
        self.is_viewed: Callable[[IrType], bool] = _Answers(lambda kind: kind.is_viewed).__getitem__


class _Answers(dict[IrType, bool]):
    """The answers to a question about types, each found once."""

    def __init__(self, ask: Callable[[IrType], bool]):
        super().__init__()
        self._ask = ask

    def __missing__(self, kind: IrType) -> bool:
        found = self[kind] = self._ask(kind)
        return found


def _holds_references(kind: IrType) -> bool:
    while isinstance(kind, IrAddr):
        kind = kind.target
    return kind.is_counted


def find_origins(function: IrFunction, types: CountedTypes) -> Origins:
    """The origins of all values of a function that hold references, lead to some, or lie in another's memory."""
    origins = Origins(params=set(function.params).difference(function.owned_params))
    origins.owned += function.owned_params
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
