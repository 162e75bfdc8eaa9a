"""Inserts `Retain` and `Release`, and fills the cleanup lists of ops that may unwind.

After Reinking, Xie, de Moura and Leijen, "Perceus: Garbage Free Reference Counting with Reuse" (PLDI 2021), and
Lean 4's `RC`: a reference is dropped as soon as liveness lets go of it, and one is added only where a value is
consumed while it is still needed. The pass knows what the ops declare (CONSUMES, RESULT, BORROWS_FROM) and no op.

Example input

    entry:
      %p: (str, str) = make (%x, %x)
      %s: str = field %p, 0
      %n: u64 = length %s
      %o: str? = some %s
      return %o

becomes, where `%x` is a parameter,

    entry:
      retain %x
      retain %x
      %p: (str, str) = make (%x, %x)
      %s: str = field %p, 0
      %n: u64 = length %s
      retain %s
      %o: str? = some %s
      release %p
      return %o

Requires
    no `Retain`, `Release` or cleanup in the function; targets of a terminator with several targets have no parameters
    and one predecessor (`simplify_cfg`); a view of a place is not used after a write to it (`lower`).
Establishes, as `check_refcounts` certifies
 1. on each path every owned value is consumed or released exactly once;
 2. nothing is used after its owner is gone: a use of a borrowed value is a use of what it borrows from;
 3. the cleanup of each op that may unwind lists what the function owns then, youngest first.

Sets of values are bits of an int; the number of a bit is the value's position in order of definition.
"""

from __future__ import annotations

from sigilc.crash import InternalError
from sigilc.ir.cfg import predecessors
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import Copy, Op, Release, Retain, Value
from sigilc.ir.types import IrAddr
from sigilc.passes.ownership import CountedTypes, Origins, find_origins, root_of


def insert_refcounts(module: Module) -> None:
    """The pass."""
    types = CountedTypes()
    for function in module.functions.values():
        _CountInserter(function, types).run()


class _CountInserter:
    """The state of the pass for one function."""

    def __init__(self, function: IrFunction, types: CountedTypes):
        self.function = function
        self.types = types
        self.origins: Origins = find_origins(function, types)
        self.owned = self.origins.owned
        # By the result of an op, which may be None.
        self.bit_by_owned: dict[Value | None, int] = {value: 1 << number for number, value in enumerate(self.owned)}
        # What a use of a value keeps alive; absent: nothing of this function.
        self.kept_by = {value: 1 << number for number, value in enumerate(self.owned)}
        for value in self.origins.source:
            self.kept_by[value] = self.bit_by_owned.get(root_of(value, self.origins), 0)
        self.users: set[Op] = set()
        self.live_in: dict[Block, int] = {}
        self.live_out: dict[Block, int] = {}

    def run(self) -> None:
        """Counts the whole function."""
        if not self.kept_by and not self.origins.immortal and not any(
                self.types.holds_references(param.type) for param in self.function.params):
            return
        self._find_liveness()
        before = predecessors(self.function)
        for block in self.function.blocks:
            # A value that lives on along another edge of the only predecessor dies on the way here.
            arriving = self.live_in[block]
            for source in before[block]:
                arriving |= self.live_out[source]
            for param in block.params if block is not self.function.blocks[0] else self.function.owned_params:
                arriving |= self.bit_by_owned.get(param, 0)
            self._count_block(block, arriving)

    # ---- Liveness

    def _find_liveness(self) -> None:
        """Backward data flow over the owned values; parameters of blocks are defined in their block."""
        live_in = self.live_in
        # Nearly postorder: `lower` writes blocks in the order of the source.
        flow: list[tuple[Block, list[Block], int, int]] = []
        for block in reversed(self.function.blocks):
            used, defined = self._uses_and_definitions(block)
            flow.append((block, block.ops[-1].targets(), used, ~defined))
            live_in[block] = used
        changed = True
        while changed:
            changed = False
            for block, targets, used, kept in flow:
                out = 0
                for target in targets:
                    out |= live_in[target]
                self.live_out[block] = out
                live = used | out & kept
                if live != live_in[block]:
                    live_in[block] = live
                    changed = True

    def _uses_and_definitions(self, block: Block) -> tuple[int, int]:
        """The owned values used in a block and not defined there, and those defined. Ops that use any are noted."""
        kept_by, bit_by_owned = self.kept_by, self.bit_by_owned
        tracked = kept_by.keys()
        used = defined = 0
        for param in block.params:
            defined |= bit_by_owned.get(param, 0)
        for op in block.ops:
            operands = op.operands()
            if not tracked.isdisjoint(operands):
                self.users.add(op)
                for value in operands:
                    used |= kept_by.get(value, 0)
            if op.result in bit_by_owned:
                defined |= bit_by_owned[op.result]
        return used & ~defined, defined

    # ---- Insertion

    def _count_block(self, block: Block, arriving: int) -> None:
        """Rewrites a block from its end to its beginning, where the values `arriving` are owned."""
        live = self.live_out[block]
        backwards: list[Op] = []
        for op in reversed(block.ops):
            if op in self.users or op.result in self.bit_by_owned or op.consumed():
                live = self._count_op(op, live, backwards)
            else:
                if live and op.may_panic:
                    op.cleanup = self._youngest_first(live)
                backwards.append(op)
        backwards += [Release(value=v) for v in reversed(self._youngest_first(arriving & ~live))]
        block.ops = backwards[::-1]

    def _count_op(self, op: Op, live: int, backwards: list[Op]) -> int:
        """Appends the op and its counts, last one first; `live` is what is needed after it. Returns it for before."""
        result = self.bit_by_owned.get(op.result, 0)
        unused = result & ~live
        live &= ~result

        copies = self._copy_out(op, live) if op.TERMINATOR else []
        copied = {copy.result for copy in copies}
        looked_at = 0
        for copy in copies:
            looked_at |= self.kept_by.get(copy.value, 0)
        for value in op.looked_at():
            looked_at |= self.kept_by.get(value, 0)
        retained: list[Value] = []
        moved = 0
        for value in op.consumed():
            if isinstance(value.type, IrAddr):
                raise InternalError(f"{self.function.name}: the address %{value.name} is consumed", op.span)
            own = self.bit_by_owned.get(value, 0)
            if own:
                if own & (live | looked_at | moved):
                    retained.append(value)
                else:
                    moved |= own
            elif value in copied:
                continue
            elif value not in self.origins.immortal and self.types.holds_references(value.type):
                retained.append(value)
            elif value in self.origins.source:
                looked_at |= self.kept_by.get(value, 0)     # what is copied lies in another value's memory
        used = looked_at | moved
        for value in retained:
            used |= self.kept_by.get(value, 0)
        dying = used & ~live & ~moved

        if op.may_panic:
            op.cleanup = self._youngest_first(live | dying)
            if op.TERMINATOR:
                dying = 0
        released = [Release(value=v, span=op.span) for v in self._youngest_first(dying | unused)]
        if op.TERMINATOR:
            backwards.append(op)
            backwards += reversed(released)
            backwards += reversed(copies)
        else:
            backwards += reversed(released)
            backwards.append(op)
        backwards += [Retain(value=v, span=op.span) for v in reversed(retained)]
        return live | used

    def _copy_out(self, op: Op, live: int) -> list[Copy]:
        """What a terminator passes on out of the memory of a value that ends with it is copied before that is released."""
        copies: list[Copy] = []

        def copied(value: Value) -> Value:
            if not value.type.in_memory or not self.kept_by.get(value, 0) & ~live or value in self.bit_by_owned:
                return value
            copies.append(Copy(value=value, result=Value(value.type, value.name), span=op.span))
            result = copies[-1].result
            assert result is not None
            return result
        for name in op.CONSUMES:
            if name in op.LISTS:
                setattr(op, name, [copied(value) for value in getattr(op, name)])
            else:
                setattr(op, name, copied(getattr(op, name)))
        return copies

    def _youngest_first(self, bits: int) -> list[Value]:
        """The values of a set, the last defined first."""
        found = []
        while bits:
            number = bits.bit_length() - 1
            found.append(self.owned[number])
            bits ^= 1 << number
        return found
