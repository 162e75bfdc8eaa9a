"""Turns loads that cost a count or a copy, and are only looked at, into views of their place.

Example input

    %xs: [str] = load %s
    %n: u64 = length %xs
    %x: str = get %xs, %n
    %u: unit = runtime print(%x)

becomes

    %xs: [str] = peek %s
    %n: u64 = length %xs
    %x: str = get %xs, %n
    %u: unit = runtime print(%x)

which saves the count, and leaves the buffer unique for the next write; of an array of fixed length it saves the copy.
A load stays where the value is consumed, used in another block, or used after (or in) an op that may write its place,
as by `push` here:

    %xs: [str] = load %s
    push %s, %x
    %n: u64 = length %xs

Requires
    no counts yet (`insert_refcounts`).
Establishes
    no use of a new view, or of what is borrowed from it, comes after a write to its place, nor in the op that writes.
A slot can only be reached by the addresses derived from it, which are never stored; an in-out parameter perhaps by
another one. So an op with an effect writes a place only if an operand is an address with the same root, or both roots
are parameters. A part that such an op consumes is no obstacle: it is retained before the op begins.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import Load, Op, Peek, Slot, Value
from sigilc.ir.types import IrAddr
from sigilc.passes.ownership import CountedTypes, Origins, find_origins, root_of


def borrow_loads(module: Module) -> None:
    """The pass."""
    types = CountedTypes()
    for function in module.functions.values():
        _borrow_in_function(function, types)


@dataclass(slots=True)
class _Uses:
    """Where a value and all that is borrowed from it are used, as positions in the block that defines it.

    `consumed_until` is the last use that consumes a part, `looked_until` the last that looks; -1 if there is none.
    """

    is_movable: bool = True         # not itself consumed, nor used in other blocks
    looked_until: int = -1
    consumed_until: int = -1


@dataclass(slots=True)
class _Writes:
    """The positions of a block's ops that may write a place, by the root of the place's address (None: a parameter)."""

    positions: dict[Value | None, list[int]] = field(default_factory=dict)

    def add(self, root: Value | None, position: int) -> None:
        known = self.positions.setdefault(root, [])
        if not known or known[-1] != position:
            known.append(position)

    def next_after(self, root: Value | None, position: int) -> int | None:
        """The first write after a position."""
        known = self.positions.get(root, [])
        place = bisect_right(known, position)
        return known[place] if place < len(known) else None


def _borrow_in_function(function: IrFunction, types: CountedTypes) -> None:
    loads = [(block, position, op) for block in function.blocks for position, op in enumerate(block.ops)
             if isinstance(op, Load) and op.result is not None and types.is_viewed(op.result.type)]
    if not loads:
        return
    origins = find_origins(function, types)
    slots = {op.result for block in function.blocks for op in block.ops if isinstance(op, Slot)}
    uses = _find_uses(function, {op.result: block for block, _, op in loads if op.result is not None}, origins)
    writes_by_block: dict[Block, _Writes] = {}
    for block, position, op in loads:
        assert op.result is not None
        root = root_of(op.address, origins)
        if root not in slots and root not in origins.params:
            continue
        if block not in writes_by_block:
            writes_by_block[block] = _find_writes(block, origins)
        written = writes_by_block[block].next_after(None if root in origins.params else root, position)
        use = uses[op.result]
        if use.is_movable and (written is None or (use.looked_until < written and use.consumed_until <= written)):
            block.ops[position] = Peek(address=op.address, result=op.result, span=op.span)


def _find_uses(function: IrFunction, home: dict[Value, Block], origins: Origins) -> dict[Value, _Uses]:
    """How each loaded value (`home` gives its block) is used."""
    uses = {value: _Uses() for value in home}
    for block in function.blocks:
        for position, op in enumerate(block.ops):
            for value in op.consumed():
                use = uses.get(root := root_of(value, origins))
                if use is not None:
                    use.consumed_until = position
                    use.is_movable &= value is not root and home[root] is block
            for value in op.looked_at():
                use = uses.get(root := root_of(value, origins))
                if use is not None:
                    use.looked_until = position
                    use.is_movable &= home[root] is block
    return uses


def _find_writes(block: Block, origins: Origins) -> _Writes:
    writes = _Writes()
    for position, op in enumerate(block.ops):
        if op.EFFECT:
            for root in _written_roots(op, origins):
                writes.add(root, position)
    return writes


def _written_roots(op: Op, origins: Origins) -> list[Value | None]:
    found: list[Value | None] = []
    for value in op.operands():
        if isinstance(value.type, IrAddr):
            root = root_of(value, origins)
            found.append(None if root in origins.params else root)
    return found
