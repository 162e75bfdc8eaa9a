"""Makes arrays that a loop writes unique before the loop, instead of testing that at each write.

Example input, where `%p` is an in-out parameter

    entry:
      br head(%zero)
    head(%i: u64):
      %more: bool = lt %i, %n
      cond_br %more, body, end
    body:
      %a: &f64 = element_addr %p, %i
      store %a, %x
      ...
      br head(%next)

becomes

    entry:
      %again: bool = lt %zero, %n
      cond_br %again, unique, skip
    unique:
      make_unique %p
      br enter
    skip:
      br enter
    enter:
      br head(%zero)
    head(%i: u64):
      ...
    body:
      %a: &f64 = element_addr.unique %p, %i

LLVM can't do that, for the buffer is another one after the test; and with the test in it no loop is vectorised. The
loop's own condition goes before it, so that a loop without a round copies nothing. Of `c[i][j]`, where `i` does not
change, both arrays are made unique, the inner one unless `i` is out of bounds: then the write will panic.

Requires
    counts (`insert_refcounts`): what may make a buffer shared is a `Retain`, or an op that hands out a reference.
Establishes
 1. at each `element_addr.unique` the count of the array's buffer is one;
 2. only arrays that each full round of the loop writes are made unique.
Only an op that reaches the place, by an address or a view of the same slot or parameter, can make its buffer shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sigilc.ir.box_ops import Unbox
from sigilc.ir.cfg import Dominators, predecessors
from sigilc.ir.copying import copy_op
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.loops import Loop, find_loops
from sigilc.ir.ops import (
    ArrayGet,
    ArrayPop,
    ArrayPush,
    ArrayReserve,
    Branch,
    CallRuntime,
    Compare,
    CondBranch,
    Const,
    Declare,
    ElementAddr,
    EnumPayload,
    EnumTag,
    FieldAddr,
    GetField,
    IsSome,
    Length,
    Load,
    MakeUnique,
    MapFind,
    MapKey,
    MapValue,
    Op,
    Peek,
    Slot,
    Store,
    Unwrap,
    Value,
)
from sigilc.ir.types import BOOL, USIZE, IrAddr, IrArray, IrFixed

# A step of a path: a field's number, or None for some element.
Shape = tuple[int | None, ...]

# These look at a view and hand nothing of it out that has a count of its own.
_LOOKS = (ArrayGet, CallRuntime, Compare, Declare, EnumPayload, EnumTag, GetField, IsSome, Length, MapFind, MapKey,
          MapValue, Unbox, Unwrap)
# These change an array and leave it unique.
_RESIZES = (ArrayPush, ArrayPop, ArrayReserve)


def hoist_uniqueness(module: Module) -> None:
    """The pass."""
    for function in module.functions.values():
        if any(type(op) is ElementAddr for block in function.blocks for op in block.ops):
            _Hoister(function).run()


@dataclass(frozen=True, slots=True)
class _Path:
    """A place: the slot, parameter or other address where it begins, and the ops that lead on from there."""

    root: Value
    steps: tuple[FieldAddr | ElementAddr, ...] = ()

    @property
    def shape(self) -> Shape:
        return tuple(step.index if isinstance(step, FieldAddr) else None for step in self.steps)

    @property
    def indices(self) -> list[Value]:
        return [step.index for step in self.steps if isinstance(step, ElementAddr)]

    @property
    def key(self) -> tuple[Value, tuple[int | Value, ...]]:
        """What equal places have in common."""
        return self.root, tuple(step.index for step in self.steps)

    @property
    def type(self) -> object:
        """What the place holds."""
        last = self.steps[-1].result if self.steps else self.root
        assert last is not None and isinstance(last.type, IrAddr)
        return last.type.target

    def beginnings(self) -> Iterator[_Path]:
        """The growable arrays on the way to the place."""
        for length in range(len(self.steps)):
            part = _Path(self.root, self.steps[:length])
            if isinstance(self.steps[length], ElementAddr) and isinstance(part.type, IrArray):
                yield part


@dataclass(slots=True)
class _Sharing:
    """What the ops of a loop may make shared, by root: places of these shapes, and all that is in them."""

    shapes: dict[Value, set[Shape]] = field(default_factory=dict)

    def add(self, root: Value, shape: Shape = ()) -> None:
        self.shapes.setdefault(root, set()).add(shape)

    def may_be_shared(self, path: _Path) -> bool:
        shape = path.shape
        return any(shape[:len(shared)] == shared for shared in self.shapes.get(path.root, ()))


class _Hoister:
    """The state of the pass for one function."""

    def __init__(self, function: IrFunction):
        self.function = function
        self.dominators = Dominators(function)
        self.before = predecessors(function)
        self.names = {block.name for block in function.blocks}
        self.definition = {op.result: op for block in function.blocks for op in block.ops if op.result is not None}
        # Only these are reached in no other way.
        self.roots = {op.result for op in self.definition.values() if isinstance(op, Slot)}.union(function.params)

    def run(self) -> None:
        """Goes through the loops, from the innermost outwards."""
        for loop in find_loops(self.function, self.dominators):
            wanted = self._wanted(loop)
            if wanted:
                self._hoist(loop, wanted)

    # ---- What to hoist

    def _wanted(self, loop: Loop) -> list[_Path]:
        """The arrays that can be made unique before the loop, each behind those that it is part of."""
        writes = [(block, op) for block in loop.blocks for op in block.ops
                  if isinstance(op, ElementAddr) and not op.is_unique and self._is_growable(op.address)]
        if not writes or not self._can_enter(loop):
            return []
        defined = loop.defined()
        sharing = self._sharing(loop)
        found: dict[object, _Path] = {}
        for block, op in writes:
            path = self._path(op.address)
            if not all(self.dominators.dominates(block, latch) for latch in loop.latches):
                continue
            for part in (*path.beginnings(), path):
                if part.root in self.roots and part.root not in defined and not sharing.may_be_shared(part) \
                        and defined.isdisjoint(part.indices):
                    found.setdefault(part.key, part)
        whole = [path for path in found.values() if all(part.key in found for part in path.beginnings())]
        for _, op in writes:
            op.is_unique = any(path.key == self._path(op.address).key for path in whole)
        return sorted(whole, key=lambda path: len(path.steps))

    @staticmethod
    def _is_growable(address: Value) -> bool:
        return isinstance(address.type, IrAddr) and isinstance(address.type.target, IrArray)

    def _path(self, address: Value) -> _Path:
        """Where an address leads, from the first address that is no field's or element's."""
        steps: list[FieldAddr | ElementAddr] = []
        while isinstance(op := self.definition.get(address), FieldAddr | ElementAddr):
            steps.append(op)
            address = op.address
        return _Path(address, tuple(reversed(steps)))

    def _sharing(self, loop: Loop) -> _Sharing:
        sharing = _Sharing()
        for block in loop.blocks:
            for op in block.ops:
                self._add_shared(op, sharing)
        return sharing

    def _add_shared(self, op: Op, sharing: _Sharing) -> None:
        """Enters what an op may share or replace."""
        if isinstance(op, ElementAddr | FieldAddr | Peek | MakeUnique | Declare):
            return
        if isinstance(op, Load | Store):
            path = self._path(op.address)
            sharing.add(path.root, path.shape)
        elif isinstance(op, _RESIZES):
            path = self._path(op.address)
            sharing.add(path.root, (*path.shape, None))     # copies of its elements, and what is pushed
        else:
            for value in op.operands():
                if isinstance(value.type, IrAddr):
                    sharing.add(self._path(value).root)
                    self._add_bases(value, sharing)
        if not isinstance(op, _LOOKS):
            for value in op.operands():
                if not isinstance(value.type, IrAddr) and value.type.is_counted:
                    self._add_viewed(value, sharing)

    def _add_bases(self, address: Value, sharing: _Sharing) -> None:
        """Enters the slot or parameter that an address lies in, past boxes, payloads and map entries."""
        if address in self.roots:
            return
        while (op := self.definition.get(address)) is not None and op.RESULT == "borrowed":
            address = getattr(op, op.BORROWS_FROM)
        if isinstance(address.type, IrAddr):
            sharing.add(address)

    def _add_viewed(self, value: Value, sharing: _Sharing) -> None:
        """Enters the place that a value is a view of, if it is one."""
        shape: list[int | None] = []
        while (op := self.definition.get(value)) is not None and op.RESULT == "borrowed":
            if isinstance(op, ArrayGet):
                shape.append(None)
            elif isinstance(op, GetField):
                shape.append(op.index)
            elif isinstance(op, Peek):
                path = self._path(op.address)
                sharing.add(path.root, (*path.shape, *reversed(shape)))
                if path.root not in self.roots:
                    self._add_bases(path.root, sharing)
                return
            else:
                self._add_bases(value, sharing)
                return
            value = getattr(op, op.BORROWS_FROM)

    # ---- Hoisting

    def _can_enter(self, loop: Loop) -> bool:
        """Whether there is one way into the loop, before which its condition can be computed."""
        if len(self._outside(loop)) != 1:
            return False
        *ops, last = loop.header.ops
        if all(target in loop.blocks for target in last.targets()):
            return True
        return isinstance(last, CondBranch) and all(_can_repeat(op) for op in ops)

    def _outside(self, loop: Loop) -> list[Block]:
        return [block for block in self.before[loop.header] if block not in loop.blocks]

    def _hoist(self, loop: Loop, wanted: list[_Path]) -> None:
        """Puts blocks that make arrays unique between the loop and what leads to it."""
        source = self._outside(loop)[0]
        entering = source.ops.pop()
        assert isinstance(entering, Branch)
        enter = self._new_block("enter", [entering])
        unique = self._new_block("unique", [])
        condition = self._repeat_condition(loop, entering, source)
        if condition is None:
            source.ops.append(Branch(target=unique))
        else:
            value, is_positive = condition
            skip = self._new_block("skip", [Branch(target=enter)])
            then, otherwise = (unique, skip) if is_positive else (skip, unique)
            source.ops.append(CondBranch(condition=value, then=then, otherwise=otherwise))
        for path in wanted:
            unique = self._make_unique(path, unique)
        unique.ops.append(Branch(target=enter))
        self.before = predecessors(self.function)

    def _repeat_condition(self, loop: Loop, entering: Branch, block: Block) -> tuple[Value, bool] | None:
        """Appends what decides whether the loop has a round; the value, and whether true stands for one."""
        *ops, last = loop.header.ops
        if not isinstance(last, CondBranch) or all(target in loop.blocks for target in last.targets()):
            return None
        given = dict(zip(loop.header.params, entering.args, strict=True))
        for op in ops:
            block.ops.append(copy_op(op, given))
        return given.get(last.condition, last.condition), last.then in loop.blocks

    def _make_unique(self, path: _Path, block: Block) -> Block:
        """Appends the making unique of one array; the block in which to go on."""
        address = path.root
        after: Block | None = None
        for step in path.steps:
            result = Value(step.result.type if step.result is not None else address.type, "")
            if isinstance(step, FieldAddr):
                block.ops.append(FieldAddr(address=address, index=step.index, result=result))
            else:
                if after is None:
                    after = self._new_block("unique", [])
                block = self._within_bounds(address, step.index, block, after)
                block.ops.append(ElementAddr(address=address, index=step.index, checked=False,
                                             is_unique=self._is_growable(address), result=result))
            address = result
        block.ops.append(MakeUnique(address=address))
        if after is None:
            return block
        block.ops.append(Branch(target=after))
        return after

    def _within_bounds(self, address: Value, index: Value, block: Block, after: Block) -> Block:
        """Goes on in the block that this gives when the index is within the bounds of an array, else to `after`."""
        assert isinstance(address.type, IrAddr)
        target, length, inside = address.type.target, Value(USIZE), Value(BOOL)
        within = self._new_block("within", [])
        beyond = self._new_block("beyond", [Branch(target=after)])
        if isinstance(target, IrFixed):
            block.ops.append(Const(value=target.count, result=length))
        else:
            view = Value(target)
            block.ops += [Peek(address=address, result=view), Length(value=view, result=length)]
        block.ops += [Compare(op="lt", left=index, right=length, result=inside),
                      CondBranch(condition=inside, then=within, otherwise=beyond)]
        return within

    def _new_block(self, hint: str, ops: list[Op]) -> Block:
        number = 0
        name = hint
        while name in self.names:
            number += 1
            name = f"{hint}.{number}"
        self.names.add(name)
        block = Block(name, ops=ops)
        self.function.blocks.append(block)
        return block


def _can_repeat(op: Op) -> bool:
    """Whether it does not matter if the op is done once more: nothing that it makes has to be released."""
    has_owner = op.RESULT == "owned" and op.result is not None and op.result.type.is_viewed
    return not op.EFFECT and not op.may_panic and not has_owner
