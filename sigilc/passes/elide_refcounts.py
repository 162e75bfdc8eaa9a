"""Moves values out of slots that end or get another value, instead of copying the reference and dropping the slot's.

Example input

    %a: [i64] = peek %s
    retain %a
    %b: [i64] = call appended(own %a, %x)
    store %s, %b
    ...
    %c: [i64] = load %s
    release %s
    return %c

becomes

    %a: [i64] = take %s
    %b: [i64] = call appended(own %a, %x)
    put %s, %b
    ...
    %c: [i64] = take %s
    return %c

So the buffer is nobody else's while the callee has it, and may be changed where it is. If the call unwinds, the slot is
empty, and not in the cleanup.

Requires
    counts and cleanups (`insert_refcounts`, `find_nounwind`).
Establishes, as `check_refcounts` certifies
 1. a slot that is emptied is not read until it is filled or has ended, and is in no cleanup until then;
 2. in a cleanup what was taken out of a slot stands in its place.
Pairs are looked for within a block: that is where a value's last use and the end of its slot are.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.ir.function import Block, Module
from sigilc.ir.ops import Load, Op, Peek, Release, Retain, Slot, Store, Value
from sigilc.ir.pass_ops import Put, Take
from sigilc.passes.ownership import CountedTypes, Origins, find_origins, root_of


def elide_refcounts(module: Module) -> None:
    """The pass."""
    types = CountedTypes()
    for function in module.functions.values():
        slots = {op.result for block in function.blocks for op in block.ops
                 if isinstance(op, Slot) and op.result is not None and types.holds_references(op.result.type)
                 and not op.initial.type.in_memory}
        found = [(block, left) for block in function.blocks if (left := _slots_left(block, slots))] if slots else []
        if found:
            origins = find_origins(function, types)
            for block, left in found:
                _elide_in_block(block, left, origins)


def _slots_left(block: Block, slots: set[Value]) -> set[Value]:
    """The slots that a block reads and then releases or stores into."""
    read: set[Value] = set()
    left: set[Value] = set()
    for op in block.ops:
        if isinstance(op, Load | Peek):
            read.add(op.address)
        elif isinstance(op, Release | Store) and (ended := _ended(op)) in read and ended in slots:
            left.add(ended)
    return left


@dataclass(slots=True)
class _Move:
    """A value that leaves its slot: positions in the block.

    reads       of the op that reads the slot
    retained    of the retain to leave out; the read itself where that is a load
    ends        of the op behind which the slot is empty no longer: its release, or a store into it
    """

    slot: Value
    taken: Value
    reads: int
    retained: int
    ends: int


def _elide_in_block(block: Block, slots: set[Value], origins: Origins) -> None:
    touched: dict[Value, list[int]] = {}
    for position, op in enumerate(block.ops):
        for value in dict.fromkeys(op.operands()):
            root = root_of(value, origins)
            if root in slots and (not touched.get(root) or touched[root][-1] != position):
                touched.setdefault(root, []).append(position)
    removed: set[int] = set()
    for slot, positions in touched.items():
        start = 0
        while start < len(positions):
            move, start = _find_move(block, slot, positions, start, origins)
            if move is not None:
                removed |= _apply(block, move)
    if removed:
        block.ops = [op for position, op in enumerate(block.ops) if position not in removed]


def _find_move(block: Block, slot: Value, positions: list[int], start: int,
               origins: Origins) -> tuple[_Move | None, int]:
    """The move that begins at `positions[start]`, if one does; and where to look on."""
    begin = positions[start]
    op = block.ops[begin]
    if not isinstance(op, Load | Peek) or op.address is not slot or op.result is None:
        return None, start + 1
    after = positions[start + 1:]
    if isinstance(op, Load):
        if after and _ended(block.ops[after[0]]) is slot:
            return _Move(slot, op.result, begin, begin, after[0]), start + 1
        return None, start + 1
    ends = next((position for position in after if not _is_use(block.ops[position], op.result, origins)), None)
    if ends is None or _ended(block.ops[ends]) is not slot:
        return None, start + 1
    uses = [position for position in after if position < ends]
    retains = [position for position in uses if isinstance(found := block.ops[position], Retain) and found.value is op.result]
    consuming = [position for position in uses if op.result in block.ops[position].consumed()]
    if len(retains) != 1 or len(consuming) != 1 or consuming[0] != uses[-1]:
        return None, start + 1
    if block.ops[consuming[0]].operands().count(op.result) != 1 or _looks_at_part(block.ops[consuming[0]], op.result, origins):
        return None, start + 1
    return _Move(slot, op.result, begin, retains[0], ends), start + 1


def _ended(op: Op) -> Value | None:
    """What an op releases, or where it stores another value."""
    if isinstance(op, Release):
        return op.value
    return op.address if isinstance(op, Store) else None


def _is_use(op: Op, view: Value, origins: Origins) -> bool:
    """Whether all that an op has to do with the slot is to use this view of it, or a part of the view."""
    root = root_of(view, origins)
    return all(_is_part(value, view, origins) for value in op.operands() if root_of(value, origins) is root)


def _is_part(value: Value, whole: Value, origins: Origins) -> bool:
    while value is not whole:
        if value not in origins.source:
            return False
        value = origins.source[value]
    return True


def _looks_at_part(op: Op, view: Value, origins: Origins) -> bool:
    """Whether the op that consumes a view also needs a part of it."""
    return any(value is not view and _is_part(value, view, origins) for value in op.operands())


def _apply(block: Block, move: _Move) -> set[int]:
    """Rewrites the ops of a move; the positions of those that are to go."""
    read, end = block.ops[move.reads], block.ops[move.ends]
    assert isinstance(read, Load | Peek)
    block.ops[move.reads] = Take(address=move.slot, result=read.result, span=read.span)
    removed = {move.retained} - {move.reads}
    if isinstance(end, Store):
        block.ops[move.ends] = Put(address=end.address, value=end.value, span=end.span)
    else:
        removed.add(move.ends)
    for position in range(move.reads + 1, move.ends):
        op = block.ops[position]
        if move.slot in op.cleanup:
            instead = [move.taken] if position < move.retained else []
            op.cleanup = [kept for value in op.cleanup for kept in (instead if value is move.slot else [value])]
    return removed
