"""The places that are ranges of arrays, `xs[a..b]`, and the elements of such ranges.

A range is lent where the address of an array is wanted, so that a callee writes the elements where they are. Its elements
are addressed in the array itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sigilc.ir.ops import Value
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.loops import count_to
from sigilc.lower.place import ElementPlace, PartPlace, Place
from sigilc.lower.text import panic_with


@dataclass(slots=True)
class Loan:
    """A range that is lent: its slot, the array's address, and how many elements they are."""

    slot: Value
    array: Value
    count: Value


@dataclass(slots=True)
class SlicePlace(PartPlace):
    """`xs[low..high]`; an end that is not written is None."""

    low: Value | None
    high: Value | None
    loan: Loan | None = None

    def bounds(self, fl: FunctionLowering, array: Value) -> tuple[Value, Value]:
        """Both ends; they may be out of bounds."""
        low = self.low if self.low is not None else fl.builder.const_usize(0)
        return low, self.high if self.high is not None else fl.builder.length(array)

    def form(self, fl: FunctionLowering) -> Value:
        builder = fl.builder
        address = self.base.form(fl)
        low, high = self.bounds(fl, builder.peek(address))
        slot = builder.lend_slice(address, low, high)
        self.loan = Loan(slot, address, builder.int_binary("sub", high, low))
        return slot

    def finish(self, fl: FunctionLowering) -> None:
        loan, self.loan = self.loan, None
        if loan is not None:
            _require_length(fl, loan.count, fl.builder.peek(loan.slot))
            fl.builder.give_back_slice(loan.slot, loan.array)
        self.base.finish(fl)

    def settled(self) -> Place:
        return replace(self, base=self.base.settled())

    def read(self, fl: FunctionLowering) -> Value:
        """What the range holds now."""
        array = fl.builder.peek(self.base.form(fl))
        return fl.builder.slice(array, *self.bounds(fl, array))

    def within(self, fl: FunctionLowering, base: Place, address: Value) -> SlicePlace:
        """The same range of the array at an address, with its ends known and in bounds: panics here if they are not."""
        array = fl.builder.peek(address)
        low, high = self.bounds(fl, array)
        fl.builder.slice(array, low, high)
        return SlicePlace(base, low, high)

    def element(self, fl: FunctionLowering, index: Value) -> ElementPlace:
        """An element, at an index known to be in bounds of a range whose ends are known."""
        assert self.low is not None
        return ElementPlace(self.base, fl.builder.int_binary("add", self.low, index, no_wrap=True), checked=False)

    def part(self, fl: FunctionLowering, low: Value, high: Value) -> SlicePlace:
        """A range, in bounds, of a range whose ends are known."""
        assert self.low is not None
        add = fl.builder.int_binary
        return SlicePlace(self.base, add("add", self.low, low, no_wrap=True), add("add", self.low, high, no_wrap=True))

    def assign(self, fl: FunctionLowering, values: Value) -> None:
        """`xs[a..b] = values`."""
        builder = fl.builder
        address = self.base.form(fl)
        part = self.within(fl, self.base, address)
        assert part.low is not None and part.high is not None
        _require_length(fl, builder.int_binary("sub", part.high, part.low), values)
        loop = count_to(builder, builder.length(values))
        target = builder.element_addr(address, builder.int_binary("add", part.low, loop.index, no_wrap=True), checked=False)
        builder.store(target, builder.array_get(values, loop.index, checked=False))
        loop.close()
        self.base.finish(fl)


@dataclass(slots=True)
class SliceElementPlace(PartPlace):
    """`xs[low..high][index]`."""

    part: SlicePlace
    index: Value

    def form(self, fl: FunctionLowering) -> Value:
        builder = fl.builder
        address = self.base.form(fl)
        array = builder.peek(address)
        low, high = self.part.bounds(fl, array)
        builder.array_get(builder.slice(array, low, high), self.index)      # for the panics of both
        return builder.element_addr(address, builder.int_binary("add", low, self.index, no_wrap=True), checked=False)

    def look(self, fl: FunctionLowering) -> Value:
        array = self.base.look(fl)
        return fl.builder.array_get(fl.builder.slice(array, *self.part.bounds(fl, array)), self.index)

    def settled(self) -> Place:
        return replace(self, base=self.base.settled())


def element_of(base: Place, index: Value) -> Place:
    """`base[index]`."""
    return SliceElementPlace(base.base, base, index) if isinstance(base, SlicePlace) else ElementPlace(base, index)


def _require_length(fl: FunctionLowering, count: Value, values: Value) -> None:
    """Goes on where an array has as many elements as the range that it is to replace."""
    builder = fl.builder
    new = builder.length(values)
    same, different = fl.fork(builder.compare("eq", count, new), "same", "different")
    builder.position_at(different)
    usize = fl.program.usize
    panic_with(fl, ["length of a range can't change: ", (count, usize), " to ", (new, usize)])
    builder.position_at(same)
