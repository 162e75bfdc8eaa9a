"""Certifies the reference counts of a module: changes nothing, raises `InternalError` at the first fault.

An abstract interpretation, forward over all paths with unwinding included. Its state is, for each value, how many
references to it this function holds; a value with none is absent. It shares nothing with `insert_refcounts` but the
declarations in `ops.py`.

Requires
    a module that `verify` accepts, at any time from `insert_refcounts` on.
Establishes
 1. a consumed counted value was owned or retained: as many references are held as are consumed;
 2. what an op only looks at lives until the op has ended: it, or what it borrows from, is held;
 3. at an op that may unwind the cleanup releases exactly what is held; no other op has a cleanup;
 4. a return, and a definition that runs again, leave nothing behind; all ways into a block agree;
 5. nothing but counted values and slots is retained or released, and no slot is retained;
 6. a function said not to unwind has no op that may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sigilc.crash import InternalError
from sigilc.ir.array_ops import ArraySort, MapReserve
from sigilc.ir.call_graph import map_functions
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import Call, MapFind, MapInsert, MapRemove, Op, Panic, RaiseFault, Release, Retain, Return, Value, map_of
from sigilc.ir.pass_ops import Put, Take
from sigilc.ir.types import IrAddr, IrType

Held = dict[Value, int]


def check_refcounts(module: Module) -> None:
    """The certifier."""
    by_key = map_functions(module)
    for function in module.functions.values():
        _Certifier(function, module, by_key).run()


class _Certifier:
    """The state of the check for one function; `block` and `op` are where it stands."""

    def __init__(self, function: IrFunction, module: Module, functions_by_key: dict[IrType, set[str]]):
        self.function = function
        self.module = module
        self.functions_by_key = functions_by_key
        self.block: Block = function.blocks[0]
        self.op: Op | None = None
        self.at_entry: dict[Block, Held] = {}
        # What a value is: a part of another one, alive as long as the function, or (neither) alive while held.
        self.part_of: dict[Value, Value] = {}
        self.always_alive: set[Value] = set(function.params).difference(function.owned_params)
        self.is_static: set[Value] = set()
        self.counted: dict[Value, bool] = {}
        self.scalars: set[Value] = set()        # met before: nothing can be wrong with them

    def run(self) -> None:
        """Follows every edge; a block is walked once, its other edges must agree with the first."""
        if self.function.name in self.module.nounwind:
            self._check_cannot_unwind()
        self._classify()
        self._arrive(self.function.blocks[0], dict.fromkeys(self.function.owned_params, 1))
        pending = [self.function.blocks[0]]
        while pending:
            self.block, self.op = pending.pop(), None
            held = dict(self.at_entry[self.block])
            for param in self.block.params:
                self._define_owned(param, held)
            for op in self.block.ops:
                self.op = op
                self._step(op, held)
            for target in self.block.terminator.targets():
                if self._arrive(target, held):
                    pending.append(target)

    def _classify(self) -> None:
        for block in self.function.blocks:
            for op in block.ops:
                if op.result is None:
                    continue
                if op.RESULT == "borrowed":
                    self.part_of[op.result] = getattr(op, op.BORROWS_FROM)
                elif op.RESULT == "plain":
                    self.always_alive.add(op.result)
                    self.is_static.add(op.result)

    def _check_cannot_unwind(self) -> None:
        for block in self.function.blocks:
            for op in block.ops:
                if self._may_unwind(op):
                    self.block, self.op = block, op
                    raise self._fault("the op may unwind, but the function is said not to")

    # ---- One op

    def _step(self, op: Op, held: Held) -> None:
        """The effect of an op on what is held."""
        consumed, operands = op.consumed(), op.operands()
        empty = op.address if isinstance(op, Put) else None
        for value in operands:
            if value is not empty:
                self._check_alive(value, held)
        if isinstance(op, Put):
            self._check_slot(op.address)
            self._define_owned(op.address, held)
        elif isinstance(op, Retain):
            self._check_countable(op.value)
            if isinstance(op.value.type, IrAddr):
                raise self._fault("a slot is retained", op.value)
            held[op.value] = held.get(op.value, 0) + 1
        elif isinstance(op, Release):
            self._check_countable(op.value)
        if consumed:
            for value, times in Counter(consumed).items():
                self._consume(value, times, held)
            for value in operands:
                if value not in consumed:
                    self._check_alive(value, held)
        if op.PANICS is not False or op.cleanup:
            self._check_cleanup(op, held)
        if isinstance(op, Return | Panic | RaiseFault):
            # What a panic leaves behind has been compared with its cleanup.
            if isinstance(op, Return) and held:
                raise self._fault(f"returns with {_listed(held)} still held")
        elif op.result is not None and op.RESULT == "owned":
            self._define_owned(op.result, held)
        elif op.result is not None and held.get(op.result):
            raise self._fault("is defined again while references to it are held", op.result)

    def _consume(self, value: Value, times: int, held: Held) -> None:
        if isinstance(value.type, IrAddr):
            if not isinstance(self.op, Release | Take):
                raise self._fault("an address is consumed", value)
            self._check_slot(value)
        elif value in self.is_static or not self._is_counted(value):
            return
        count = held.get(value, 0) - times
        if count < 0:
            raise self._fault(f"consumed {times} time(s), held {held.get(value, 0)}", value)
        if count:
            held[value] = count
        else:
            held.pop(value, None)

    def _check_cleanup(self, op: Op, held: Held) -> None:
        if not self._may_unwind(op):
            if op.cleanup:
                raise self._fault("an op that does not unwind has a cleanup")
            return
        listed = Counter(op.cleanup)
        for value in listed.keys() | held.keys():
            if listed[value] != held.get(value, 0):
                raise self._fault(f"cleanup releases {listed[value]} reference(s), held {held.get(value, 0)}", value)

    def _may_unwind(self, op: Op) -> bool:
        return op.may_panic and not self.module.nounwind.issuperset(self._callees(op) or ("",))

    def _callees(self, op: Op) -> Collection[str]:
        """The functions that an op calls, where they are known and nothing else in it may unwind."""
        if isinstance(op, Call):
            return [op.function]
        if isinstance(op, ArraySort):
            return [op.compare]
        if isinstance(op, MapFind | MapInsert | MapRemove | MapReserve):
            return self.functions_by_key.get(map_of(op.operands()[0]).key, ())
        return ()

    # ---- Values

    def _define_owned(self, value: Value, held: Held) -> None:
        if not self._is_counted(value):
            return
        if value in held:
            raise self._fault("is defined again while references to it are held", value)
        held[value] = 1

    def _check_alive(self, value: Value, held: Held) -> None:
        """A value is alive while it, or one that it is part of, is held; a scalar is a copy, and always is.

        What lies in memory has memory of its own, unless it is part of another value: then that one must be held.
        """
        part = value
        if part in self.scalars:
            return
        while True:
            lies_in_another = part.type.in_memory and part in self.part_of
            if (part in held or part in self.always_alive) and not lies_in_another:
                return
            if not isinstance(part.type, IrAddr) and not self._is_viewed(part):
                self.scalars.add(part)
                return
            if part not in self.part_of:
                break
            part = self.part_of[part]
        if not self._is_counted(part):
            return
        what = "used after it is gone" if part is value else f"used after its owner {_shown(part)} is gone"
        raise self._fault(what, value)

    def _check_countable(self, value: Value) -> None:
        if value in self.is_static or not self._is_counted(value):
            raise self._fault("has no count", value)
        if isinstance(value.type, IrAddr) and (value in self.part_of or value in self.always_alive):
            raise self._fault("the address of a place that another owns is counted", value)

    def _check_slot(self, value: Value) -> None:
        if value in self.part_of or value in self.always_alive:
            raise self._fault("the address of a place that another owns is emptied, filled or released", value)

    def _is_viewed(self, value: Value) -> bool:
        """Whether a value depends on what it is part of."""
        return self._is_counted(value) or value.type.in_memory

    def _is_counted(self, value: Value) -> bool:
        """Whether the value, or for an address the place, holds references."""
        known = self.counted.get(value)
        if known is None:
            kind = value.type
            known = self.counted[value] = kind.target.is_counted if isinstance(kind, IrAddr) else kind.is_counted
        return known

    # ---- Joins and faults

    def _arrive(self, target: Block, held: Held) -> bool:
        """Records or compares what is held on the way into a block; whether it is the first way."""
        if target not in self.at_entry:
            self.at_entry[target] = dict(held)
            return True
        first = self.at_entry[target]
        for value in first.keys() | held.keys():
            if first.get(value, 0) != held.get(value, 0):
                raise self._fault(f"held {held.get(value, 0)} time(s) on the way to {target.name}, "
                                  f"{first.get(value, 0)} time(s) on another one", value)
        return False

    def _fault(self, what: str, value: Value | None = None) -> InternalError:
        place = f"{self.function.name}, block {self.block.name}"
        if self.op is not None:
            place += f", op {self.block.ops.index(self.op)} ({type(self.op).__name__})"
        subject = f"{_shown(value)}: " if value is not None else ""
        span = self.op.span if self.op is not None else None
        return InternalError(f"reference counts of {place}: {subject}{what}", span or self.function.span)


def _shown(value: Value) -> str:
    return f"%{value.name or '?'} of type {value.type}"


def _listed(held: Held) -> str:
    return ", ".join(f"{_shown(value)} ({count})" for value, count in held.items())
