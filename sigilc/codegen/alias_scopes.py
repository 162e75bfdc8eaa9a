"""Finds the loops of which LLVM is told that an array which they write shares no memory with those that they read.

A loop before which an array has been made unique (`hoist_uniqueness`) is a scope of LLVM's alias analysis: accesses to
that array's elements are in it, accesses to other buffers are not. So LLVM vectorises the loop without comparing
addresses at run time, which pays where loops are short.

The scope is declared anew before each run of the loop: in the next one the arrays may have changed places.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.ir.cfg import Dominators, predecessors
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.loops import Loop, find_loops
from sigilc.ir.ops import ArrayGet, Declare, ElementAddr, FieldAddr, Load, Op, Peek, Slot, Store, Value
from sigilc.ir.types import IrAddr, IrArray, IrType

_HARMLESS = (Declare, ElementAddr, FieldAddr, Load, Peek, Store)


@dataclass(slots=True)
class Scope:
    """One array in one loop: the accesses to its elements, and those to other buffers.

    `entering` is the block that goes to the loop.
    """

    entering: Block
    inside: list[Op] = field(default_factory=list)
    outside: list[Op] = field(default_factory=list)


def find_scopes(function: IrFunction) -> list[Scope]:
    """The scopes of a function, in its innermost loops."""
    definition: dict[Value | None, Op] = {op.result: op for block in function.blocks for op in block.ops if op.result is not None}
    if not any(isinstance(op, ElementAddr) and op.is_unique for op in definition.values()):
        return []
    before = predecessors(function)
    found: list[Scope] = []
    headers: set[Block] = set()
    for loop in find_loops(function, Dominators(function)):
        if headers.isdisjoint(loop.blocks):
            entering = [block for block in before[loop.header] if block not in loop.blocks]
            if len(entering) == 1:
                found += _LoopAccesses(loop, function, definition).scopes(entering[0])
        headers.add(loop.header)
    return found


class _LoopAccesses:
    """The accesses of a loop to elements of buffers, by the slot, parameter or other value that these belong to."""

    def __init__(self, loop: Loop, function: IrFunction, definition: dict[Value | None, Op]):
        self.definition = definition
        self.params = set(function.params)
        self.unique: set[Value] = set()
        self.other: set[Value] = set()          # changed in other ways than element by element
        self.by_owner: dict[Value, list[Op]] = {}
        self.views: list[tuple[Value, Op]] = []
        for block in loop.blocks:
            for op in block.ops:
                self._enter(op)

    def scopes(self, entering: Block) -> list[Scope]:
        """One for each array that is unique all the time, where there is anything to tell it from."""
        found: list[Scope] = []
        for owner, accesses in self.by_owner.items():
            if owner not in self.unique or owner in self.other:
                continue
            outside = [op for other, ops in self.by_owner.items() if other is not owner for op in ops]
            outside += [op for other, op in self.views if other is not owner]
            if outside:
                found.append(Scope(entering, accesses, outside))
        return found

    def _enter(self, op: Op) -> None:
        if isinstance(op, ElementAddr):
            if _is_growable(op.address):
                (self.unique if op.is_unique else self.other).add(self._owner(op.address))
        elif isinstance(op, Load | Store | Peek):
            assert isinstance(op.address.type, IrAddr)
            if _is_scalar(op.address.type.target) and self._is_in_buffer(op.address):
                self.by_owner.setdefault(self._owner(op.address), []).append(op)
            elif not _is_scalar(op.address.type.target) and isinstance(op, Store):
                self.other.add(self._owner(op.address))
        elif isinstance(op, ArrayGet) and op.result is not None and _is_scalar(op.result.type) \
                and isinstance(op.value.type, IrArray):
            self.views.append((self._owner(op.value), op))
        if not isinstance(op, _HARMLESS):
            self.other.update(self._owner(value) for value in op.operands() if isinstance(value.type, IrAddr))

    def _owner(self, value: Value) -> Value:
        """The slot, parameter or owned value that a value or address is part of."""
        while (op := self.definition.get(value)) is not None and op.RESULT == "borrowed":
            value = getattr(op, op.BORROWS_FROM)
        return value

    def _is_in_buffer(self, address: Value) -> bool:
        """Whether an address leads by fields and elements alone from a slot or parameter into an array's buffer."""
        is_inside = False
        while isinstance(op := self.definition.get(address), ElementAddr | FieldAddr):
            is_inside |= isinstance(op, ElementAddr) and _is_growable(op.address)
            address = op.address
        return is_inside and (address in self.params or isinstance(op, Slot))


def _is_growable(address: Value) -> bool:
    return isinstance(address.type, IrAddr) and isinstance(address.type.target, IrArray)


def _is_scalar(type_: IrType) -> bool:
    return not type_.is_counted and not type_.in_memory


def access_suffixes(scopes: list[Scope], names: list[str]) -> dict[Op, str]:
    """What follows each load and store of an op; `names` are the metadata nodes of the scopes."""
    inside: dict[Op, list[str]] = {}
    outside: dict[Op, list[str]] = {}
    for scope, name in zip(scopes, names, strict=True):
        for op in scope.inside:
            inside.setdefault(op, []).append(name)
        for op in scope.outside:
            outside.setdefault(op, []).append(name)
    found: dict[Op, str] = {}
    for op in [*inside, *(op for op in outside if op not in inside)]:
        found[op] = "".join(f", !{kind} !{{{', '.join(given[op])}}}"
                            for kind, given in (("alias.scope", inside), ("noalias", outside)) if op in given)
    return found
