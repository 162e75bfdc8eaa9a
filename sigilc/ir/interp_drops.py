"""Ends values with a destructor in the interpreter, where the counts of the IR say that nobody owns them any more.

Only values of types with `impl Drop` are counted, and futures, which may hold such, each by the number of values and
places that lead to it: copying an array counts all of them that are in it, so nothing depends on which buffers are shared.
Needs a module with counts (from `insert_refcounts` on): `retain`, `release` and the cleanups of ops that unwind are
executed, and each op adds or ends what its declaration in `ops` says. Raises InternalError when a value is released more
often than it is owned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from sigilc.crash import InternalError
from sigilc.ir import array_ops, box_ops, ops
from sigilc.ir.interp_code import Maker, Panicked
from sigilc.ir.interp_loans import Loan
from sigilc.ir.interp_values import (
    ArrayValue,
    Box,
    ContentPlace,
    ElementPlace,
    EntryPlace,
    FunctionValue,
    FutureValue,
    MapValue,
    PartPlace,
    Place,
    UniqueValue,
)
from sigilc.ir.types import IrAddr, IrBox, IrType

if TYPE_CHECKING:
    from sigilc.ir.interp_code import Code, FunctionCompiler, Step

T = TypeVar("T")
# Their results are copies of what stays where it was.
COPIES = (ops.Load, ops.Copy, ops.Slice, ops.FillArray)


def counted(value: Any) -> Iterator[UniqueValue | FutureValue]:
    """What is counted of all that a value leads to, from first to last, not what is inside of another one."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is UniqueValue or kind is FutureValue:
            yield value
        elif kind is tuple:
            waiting += reversed(value)
        elif kind is ArrayValue:
            waiting += reversed(value.items)
        elif kind is MapValue:
            waiting += [part for entry in reversed(list(zip(value.keys, value.values, strict=True))) for part in entry[::-1]]
        elif kind is FunctionValue:
            waiting += reversed(value.captures)


def retain(value: Any) -> None:
    """One more owner of a value."""
    for part in counted(value):
        part.owners += 1


def release(value: Any) -> None:
    """One owner less; runs the `drop` of what has none left, and then releases what it held."""
    for part in list(counted(value)):
        part.owners -= 1
        if part.owners < 0:
            raise InternalError("a value with a destructor, or a future, is released more often than it is owned")
        if part.owners == 0:
            _end(part)


def _end(part: UniqueValue | FutureValue) -> None:
    if isinstance(part, FutureValue):
        reply, part.reply = part.reply, None
        release(reply)
        return
    part.owners = 1             # the place that `drop` gets
    drop: Code = part.drop
    drop.call([Box(part)])
    content, part.value = part.value, None
    release(content)


def _held(frame: list[Any], index: int, type_: IrType, loans: list[Loan]) -> Any:
    """What ends with a value; with a slot, what is in it. The end of a loan's slot gives back what was lent."""
    value = frame[index]
    if not isinstance(type_, IrAddr):
        return value
    if isinstance(value, Loan) and value in loans:
        loans.remove(value)
        _give_back(value)
    return value.read()


def _give_back(loan: Loan) -> None:
    """The array holds what the loan's slot holds, which does so until its own end."""
    items = loan.read().items[:loan.high - loan.low]
    before = loan.array.read().items[loan.low:loan.low + len(items)]
    for item in items:
        retain(item)
    loan.give_back()
    for item in before:
        release(item)


def unwinding(step: Callable[[list[Any]], T], op: ops.Op, code: FunctionCompiler) -> Callable[[list[Any]], T]:
    """A step that releases what the op's cleanup lists when it unwinds."""
    cleanup = [(code.index(value), value.type) for value in op.cleanup]

    def guarded(frame: list[Any]) -> T:
        try:
            return step(frame)
        except Panicked:
            for index, type_ in cleanup:
                release(_held(frame, index, type_, code.machine.loans))
            raise
    return guarded


def dropping_makers(makers: dict[type[ops.Op], Maker]) -> dict[type[ops.Op], Maker]:
    """The makers of steps that count as well."""
    return {kind: _counting(SPECIAL.get(kind, maker), maker) for kind, maker in makers.items()}


def _counting(special: Callable[..., Step | None], maker: Maker) -> Maker:
    def make(op: ops.Op, code: FunctionCompiler) -> Step | None:
        step = maker(op, code) if special is maker else special(op, code, maker)
        if isinstance(op, COPIES) and step is not None:
            step = _copying(step, code.result(op))
        return unwinding(step, op, code) if op.cleanup and step is not None else step
    return make


def _copying(step: Step, result: int) -> Step:
    def copy(frame: list[Any]) -> None:
        step(frame)
        retain(frame[result])
    return copy


# ---- Ops that do more than copy --------------------------------------------------------------------------------------


def _retain(op: ops.Retain, code: FunctionCompiler, _: Maker) -> Step:
    v = code.index(op.value)
    return lambda frame: retain(frame[v])


def _release(op: ops.Release, code: FunctionCompiler, _: Maker) -> Step:
    v, type_, loans = code.index(op.value), op.value.type, code.machine.loans
    return lambda frame: release(_held(frame, v, type_, loans))


def _lend(op: array_ops.LendSlice, code: FunctionCompiler, maker: Maker) -> Step | None:
    d, step = code.result(op), maker(op, code)

    def lend(frame: list[Any]) -> None:
        if step is not None:
            step(frame)
        retain(frame[d].read())
    return lend


def _store(op: ops.Store, code: FunctionCompiler, maker: Maker) -> Step | None:
    a, step = code.index(op.address), maker(op, code)

    def store(frame: list[Any]) -> None:
        before = frame[a].read()
        if step is not None:
            step(frame)
        _write_through(frame[a], before)
        release(before)
    return store


def _write_through(place: Place, before: Any) -> None:
    """Writes a part of a lent range to the array as well, as long as it lies there: so what it overwrites ends now."""
    home = _home(place)
    if home is not None and home.read() is before:
        value = place.read()
        retain(value)
        home.write(value)
        _write_through(home, before)
        release(before)


def _home(place: Place) -> Place | None:
    """Where a part of a lent range lies in the array."""
    if isinstance(place, ElementPlace) and isinstance(place.parent, Loan):
        loan = place.parent
        return ElementPlace(loan.array, loan.low + place.index) if place.index < loan.high - loan.low else None
    if not isinstance(place, ElementPlace | PartPlace | EntryPlace):
        return None
    parent = _home(place.parent)
    if parent is None:
        return None
    return EntryPlace(parent, place.number) if isinstance(place, EntryPlace) else type(place)(parent, place.index)


def _extend(op: array_ops.ExtendArray, code: FunctionCompiler, maker: Maker) -> Step | None:
    v, step = code.index(op.items), maker(op, code)

    def extend(frame: list[Any]) -> None:
        retain(frame[v])
        if step is not None:
            step(frame)
    return extend


def _edit(op: array_ops.EditArray, code: FunctionCompiler, maker: Maker) -> Step | None:
    step = maker(op, code)
    if op.verb != "truncate" or step is None:
        return step
    a, n, plain = code.index(op.address), code.index(op.numbers[0]), step

    def truncate(frame: list[Any]) -> None:
        ended = frame[a].read().items[frame[n]:]
        plain(frame)
        for item in ended:
            release(item)
    return truncate


def _insert(op: ops.MapInsert, code: FunctionCompiler, maker: Maker) -> Step:
    a, k, v = code.index(op.address), code.index(op.key), code.index(op.value)

    def insert(frame: list[Any]) -> None:
        table: MapValue = frame[a].own()
        count = len(table.keys)
        try:
            before = table.insert(frame[k], frame[v])
        except Panicked:
            if len(table.keys) == count:        # the map has not taken it over
                release((frame[k], frame[v]))
            raise
        if before:
            release((frame[k], *before))
    return insert


def _remove(op: ops.MapRemove, code: FunctionCompiler, maker: Maker) -> Step | None:
    a, i, step = code.index(op.address), code.index(op.index), maker(op, code)

    def remove(frame: list[Any]) -> None:
        table: MapValue = frame[a].read()
        entry = table.keys[frame[i]], table.values[frame[i]]
        if step is not None:
            step(frame)
        release(entry)
    return remove


def _make_box(op: box_ops.MakeBox, code: FunctionCompiler, maker: Maker) -> Step | None:
    if not box_ops.has_destructor(op):
        return maker(op, code)
    v, d, type_ = code.index(op.value), code.result(op), code.type_of(op)
    drop = code.callee(type_.drop if isinstance(type_, IrBox) else "")

    def make(frame: list[Any]) -> None:
        frame[d] = UniqueValue(frame[v], drop)
    return make


def _unbox(op: box_ops.Unbox, code: FunctionCompiler, maker: Maker) -> Step | None:
    if not (isinstance(op.value.type, IrBox) and op.value.type.drop):
        return maker(op, code)
    v, d = code.index(op.value), code.result(op)

    def unbox(frame: list[Any]) -> None:
        frame[d] = frame[v].value
    return unbox


def _box_addr(op: box_ops.BoxAddr, code: FunctionCompiler, maker: Maker) -> Step | None:
    place = op.address.type
    if not (isinstance(place, IrAddr) and isinstance(place.target, IrBox) and place.target.drop):
        return maker(op, code)
    a, d = code.index(op.address), code.result(op)

    def address(frame: list[Any]) -> None:
        frame[d] = ContentPlace(frame[a].read())
    return address


SPECIAL: dict[type[ops.Op], Callable[..., Any]] = {
    ops.Retain: _retain, ops.Release: _release, ops.Store: _store, ops.MapInsert: _insert, ops.MapRemove: _remove,
    array_ops.ExtendArray: _extend, array_ops.EditArray: _edit, array_ops.LendSlice: _lend,
    array_ops.GiveBackSlice: lambda op, code, maker: None,      # the release of the slot does it
    box_ops.MakeBox: _make_box, box_ops.Unbox: _unbox, box_ops.BoxAddr: _box_addr,
}
