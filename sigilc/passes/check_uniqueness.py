"""Certifies that what is said to be unique is: changes nothing, raises `InternalError` at the first fault.

`element_addr.unique` and `push.reserved` write into an array's buffer without a look at its count. Where another value sees
the buffer as well, that value changes: the counts are right, no view is used too late, and the program is wrong.

An abstract interpretation, forward over all paths. Its state is the places whose arrays have a buffer of their own, and the
conditions that are known. A loop's arrays are made unique only if it has a round, so a place may be unique on a condition:
where ways meet of which only one has made it unique, on what tells them apart. The edge into the loop's header knows the
condition under the header's parameters. It shares nothing with `hoist_uniqueness`. That a `push.reserved` has room as well
is not looked at.

Requires
    a module that `verify` accepts, with counts (`insert_refcounts`).
Establishes
 1. on each path to an `element_addr.unique`, or a `push.reserved`, the array at its place has been made unique;
 2. since then nothing has been put into the place, nor has its buffer got another reference: no load of it or of what it
    is part of, no retain of a view, no op that may keep one, no in-out access to it or to what it is part of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.crash import InternalError
from sigilc.ir.array_ops import MapReserve
from sigilc.ir.box_ops import BoxAddr, Keep
from sigilc.ir.cfg import predecessors, reverse_postorder
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import (
    ArrayPop,
    ArrayPush,
    ArrayReserve,
    Branch,
    CallRuntime,
    CondBranch,
    Declare,
    ElementAddr,
    FieldAddr,
    Load,
    MakeUnique,
    MapInsert,
    MapRemove,
    MapValueAddr,
    Op,
    PayloadAddr,
    Peek,
    Retain,
    Slot,
    Value,
)
from sigilc.ir.types import IrAddr, IrArray, IrFixed
from sigilc.passes.conditions import Condition, Conditions, negated
from sigilc.passes.places import Place, PlaceTable

# These make what they change unique, and leave it so.
_MAKE_UNIQUE = (ArrayPop, ArrayPush, ArrayReserve, ElementAddr, MakeUnique)
# These write nothing at the address that they take; where they copy a buffer that others see, its parts have got more owners.
_FORM_ADDRESS = (BoxAddr, ElementAddr, MakeUnique, MapValueAddr)
_HARMLESS = (Declare, FieldAddr, Keep, PayloadAddr, Peek, Slot)


def check_uniqueness(module: Module) -> None:
    """The certifier."""
    for function in module.functions.values():
        if any(_is_claim(op) for block in function.blocks for op in block.ops):
            _UniquenessChecker(function).run()


def _is_claim(op: Op) -> bool:
    return (isinstance(op, ElementAddr) and op.is_unique) or (isinstance(op, ArrayPush) and op.reserved)


# Clauses, of each of which one condition must hold: none, and it is so.
_Needs = frozenset[frozenset[Condition]]
_ALWAYS: _Needs = frozenset()
_NEVER: _Needs = frozenset((frozenset[Condition](),))


@dataclass(slots=True)
class _State:
    """What holds on the way to a point.

    unique   the places whose array is unique, each with the conditions under which it is
    known    the conditions that hold
    """

    unique: dict[Place, _Needs] = field(default_factory=dict)
    known: frozenset[Condition] = frozenset()

    def copy(self) -> _State:
        return _State(dict(self.unique), self.known)

    def learn(self, condition: Condition) -> None:
        """Enters a condition: what is unique under it is so now, and what is under its opposite may not be."""
        self.known |= {condition}
        for place, needs in list(self.unique.items()):
            self._need(place, frozenset(clause for clause in needs if condition not in clause))
        self.drop(frozenset((negated(condition),)))

    def forget(self, gone: frozenset[Condition]) -> None:
        """Forgets conditions that no longer say what they said."""
        self.known -= gone
        self.drop(gone)

    def drop(self, gone: frozenset[Condition]) -> None:
        """Takes conditions out of all clauses; what has nothing left to be unique on is not known to be."""
        for place, needs in list(self.unique.items()):
            if any(not clause.isdisjoint(gone) for clause in needs):
                self._need(place, frozenset(clause - gone for clause in needs))

    def mentioned(self) -> set[Condition]:
        """All conditions that it speaks of."""
        return set(self.known).union(*(clause for needs in self.unique.values() for clause in needs))

    def _need(self, place: Place, needs: _Needs) -> None:
        if all(needs):
            self.unique[place] = needs
        else:
            del self.unique[place]


def _meet(states: list[_State]) -> _State:
    """What holds on several ways.

    What one way needs is needed only there: anywhere else is another condition true that it knows to be false. All ways at
    once, for in pairs what tells the first two apart would be forgotten for the third.
    """
    met = _State({}, frozenset.intersection(*(state.known for state in states)))
    anywhere = frozenset.union(*(state.known for state in states))
    elsewhere = [anywhere.intersection(map(negated, state.known)) for state in states]
    for place in dict.fromkeys(place for state in states for place in state.unique):
        needs = frozenset(clause | others for state, others in zip(states, elsewhere, strict=True)
                          for clause in state.unique.get(place, _NEVER))
        if all(needs):
            met.unique[place] = _strongest(needs)
    return met


def _strongest(needs: _Needs) -> _Needs:
    """The same, said shorter: without clauses that follow from another one, and without conditions that make no difference.

    That is subsumption and self-subsuming resolution (Eén and Biere, 2005): of `a or c` and `a or b or not c` the latter
    says `a or b`. Without it each branch around a place doubles the clauses.
    """
    found: list[frozenset[Condition]] = []
    pending = sorted(needs, key=len, reverse=True)
    while pending:
        clause = pending.pop()
        if any(other <= clause for other in found):
            continue
        for condition in clause:
            rest = clause - {condition}
            opposite = rest | {negated(condition)}
            if any(other <= opposite for other in found):
                pending.append(rest)
                break
        else:
            # What it makes shorter, or needless, is looked at once more.
            again = [other for other in found if any(
                clause <= (other - {condition}) | {negated(condition)} for condition in other) or clause <= other]
            if again:
                found = [other for other in found if other not in again]
                pending += again
            found.append(clause)
    return frozenset(found)


class _UniquenessChecker:
    """The state of the check for one function. States are kept by edge: a block is walked for each edge that leads to it."""

    def __init__(self, function: IrFunction):
        self.function = function
        self.order = reverse_postorder(function)
        self.places = PlaceTable(function, self.order)
        self.conditions = Conditions(function, self.order, self.places)
        self.before = predecessors(function)
        self.on_edge: dict[tuple[Block, Block], _State] = {}
        self.is_final = False       # the states have settled: what is wrong now is wrong

    def run(self) -> None:
        """Walks until the states of all edges have settled, then once more to complain."""
        rounds = 0
        while self._walk_all(must_shrink=rounds > len(self.order)):
            rounds += 1
        self.is_final = True
        self._walk_all()

    def _walk_all(self, must_shrink: bool = True) -> bool:
        """One round over the blocks; whether a state has changed. States that only shrink settle, but hold less."""
        has_changed = False
        for block in self.order:
            leaving: dict[Block, list[_State]] = {}
            for source in self.before[block]:
                if (source, block) in self.on_edge:
                    self._walk(block, source, self.on_edge[source, block].copy(), leaving)
            if block is self.order[0]:
                self._walk(block, None, _State(), leaving)
            for target, states in leaving.items():
                old = self.on_edge.get((block, target))
                new = _meet(states)
                if must_shrink and old is not None:
                    new = _meet([old, new])
                if new != old:
                    self.on_edge[block, target] = new
                    has_changed = True
        return has_changed

    def _walk(self, block: Block, source: Block | None, state: _State, leaving: dict[Block, list[_State]]) -> None:
        """Takes the state of an edge through a block, and adds what leaves it to the states of other ways."""
        given: dict[Value, int] = {}
        entering = source.terminator if source is not None else None
        if isinstance(entering, Branch):
            numbers = [self.conditions.of(value, {}) for value in entering.args]
            given.update(zip(block.params, numbers, strict=True))
        for param in block.params:
            self._redefine(param, state, given)
        for op in block.ops:
            if self.is_final and _is_claim(op):
                self._check(op, block, state)
            self._step(op, state, given)
        last = block.terminator
        for target in last.targets():
            after = state.copy()
            if isinstance(last, CondBranch):
                for numbers_given in (given, {}):
                    after.learn((self.conditions.of(last.condition, numbers_given), target is last.then))
            # A way that contradicts what is known is not taken, or not before more ways have arrived.
            if after.known.isdisjoint(map(negated, after.known)):
                leaving.setdefault(target, []).append(after)

    def _check(self, op: Op, block: Block, state: _State) -> None:
        assert isinstance(op, ElementAddr | ArrayPush)
        needed = state.unique.get(self.places.of_address(op.address))
        if needed is None or needed:
            where = f"{self.function.name}, block {block.name}, op {block.ops.index(op)} ({type(op).__name__})"
            missing = "has not been made unique" if needed is None else "is unique on a condition that is not known"
            raise InternalError(f"uniqueness of {where}: the array at %{op.address.name or '?'} {missing} on some path",
                                op.span or self.function.span)

    # ---- One op

    def _step(self, op: Op, state: _State, given: dict[Value, int]) -> None:
        """The effect of an op on what holds."""
        if op.result is not None:
            self._redefine(op.result, state, given)
        for value in op.operands():
            if isinstance(value.type, IrAddr):
                self._access(op, self.places.of_address(value), state, given)
            elif value.type.is_counted and _may_keep(op, value) and (viewed := self.places.of_view(value)) is not None:
                _forget(viewed, state)
        self.conditions.enter(op, given)
        if isinstance(op, ElementAddr) and op.checked:
            self._learn_bounds(op, state, given)

    def _access(self, op: Op, place: Place, state: _State, given: dict[Value, int]) -> None:
        """The effect of what an op does at a place."""
        if isinstance(op, Load):
            if op.result is not None and op.result.type.is_counted:
                _forget(place, state)
            return
        if isinstance(op, _HARMLESS) or (isinstance(op, ElementAddr) and not _is_growable(op)):
            return
        if not isinstance(op, _FORM_ADDRESS):
            self._write(place, state, given)
        if isinstance(op, _MAKE_UNIQUE):
            may_copy = not _is_claim(op) and state.unique.get(place) != _ALWAYS
            if may_copy or isinstance(op, ArrayPop | ArrayPush | ArrayReserve):
                _forget_inside(place, state)
            if not _is_claim(op):
                state.unique[place] = _ALWAYS
        elif isinstance(op, MapInsert | MapRemove | MapReserve | MapValueAddr | BoxAddr):
            _forget_inside(place, state)
        else:
            _forget(place, state)

    def _write(self, place: Place, state: _State, given: dict[Value, int]) -> None:
        """Forgets the conditions that look at what is written."""
        def is_changed(number: int) -> bool:
            return self.conditions.is_changed_by(number, place)

        for value in [value for value, number in given.items() if is_changed(number)]:
            del given[value]
        state.forget(frozenset(condition for condition in state.mentioned() if is_changed(condition[0])))

    def _redefine(self, value: Value, state: _State, given: dict[Value, int]) -> None:
        """Forgets what was said about a value that another round of a loop defines again."""
        def depends(number: int) -> bool:
            return value in self.conditions.depends_on[number]

        for place in [place for place in state.unique if value in place.values]:
            del state.unique[place]
        for param in [param for param, number in given.items() if depends(number)]:
            del given[param]
        state.forget(frozenset(condition for condition in state.mentioned() if depends(condition[0])))

    def _learn_bounds(self, op: ElementAddr, state: _State, given: dict[Value, int]) -> None:
        """Behind the address of an element its index is known to be within bounds."""
        target = op.address.type.target if isinstance(op.address.type, IrAddr) else None
        length = self.conditions.constant(target.count) if isinstance(target, IrFixed) \
            else self.conditions.length_at(self.places.of_address(op.address))
        state.learn(self.conditions.is_within(op.index, length, given))
        state.learn(self.conditions.is_within(op.index, length, {}))


def _may_keep(op: Op, view: Value) -> bool:
    """Whether an op may give what it looks at another owner: it retains it, or makes or changes something counted.

    What is called may also send it to an actor; the runtime does not.
    """
    if isinstance(op, Retain) or view in op.consumed():
        return True
    if op.RESULT == "owned" and op.result is not None and op.result.type.is_counted:
        return True
    if any(isinstance(value.type, IrAddr) and value.type.target.is_counted for value in op.operands()):
        return True
    return op.EFFECT and not isinstance(op, CallRuntime | Declare | Keep)


def _is_growable(op: ElementAddr) -> bool:
    return isinstance(op.address.type, IrAddr) and isinstance(op.address.type.target, IrArray)


def _forget(place: Place, state: _State) -> None:
    for unique in [unique for unique in state.unique if place.may_contain(unique)]:
        del state.unique[unique]


def _forget_inside(place: Place, state: _State) -> None:
    for unique in [unique for unique in state.unique if place.may_contain_strictly(unique)]:
        del state.unique[unique]
