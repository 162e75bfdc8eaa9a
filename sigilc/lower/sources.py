"""What the loop of a pipeline runs over: arrays, ranges, maps, sets, pieces of arrays, steps, user's iterators.

A source is either pushed, by a loop that owns the control flow (`begin`), or pulled, one element each time the control
flow comes by (`Cursor`), as the second side of `zip`.
"""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.typed import Expr
from sigilc.check.types import ArrayType, MapType, RangeType, SetType, TupleType, Type
from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.ir.types import I64, USIZE, IrInt
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.loops import CountingLoop, PullLoop
from sigilc.lower.places import lower_index
from sigilc.lower.text import panic_with

_USIZE_MAX = 2**64 - 1
_U128 = IrInt(128, False)


class Indexed:
    """A source whose elements have numbers. `length` (USIZE) and `element` emit ops; elements may be views."""

    def __init__(self, fl: FunctionLowering, value: Value) -> None:
        self.fl = fl
        self.builder = fl.builder
        self.value = value

    def length(self) -> Value:
        """How many elements there are."""
        return self.builder.length(self.value)

    def element(self, index: Value) -> Value:
        """The element of a number (USIZE) below the length."""
        return self.builder.array_get(self.value, index, checked=False)

    def begin(self, low: Value | None, high: Value | None) -> tuple[CountingLoop | PullLoop, Value]:
        """A loop over the elements from number `low` up to `high`, where these are given; its current element."""
        first = low if low is not None else self.builder.const_usize(0)
        loop = CountingLoop(self.builder, first, high if high is not None else self.length())
        return loop, self.element(loop.index)


class _Entries(Indexed):
    """The keys of a set, or the entries of a map."""

    def __init__(self, fl: FunctionLowering, value: Value, is_map: bool) -> None:
        super().__init__(fl, value)
        self._is_map = is_map

    def element(self, index: Value) -> Value:
        number = self.builder.cast(index, I64)
        key = self.builder.map_key(self.value, number)
        return self.builder.make_tuple([key, self.builder.map_value(self.value, number)]) if self._is_map else key


class _Numbers(Indexed):
    """A range. Its length is at most what a USIZE holds."""

    def __init__(self, fl: FunctionLowering, value: Value, type_: RangeType) -> None:
        super().__init__(fl, value)
        item = fl.ir_type(type_.item)
        assert isinstance(item, IrInt)
        self._item = item
        self._is_inclusive = type_.inclusive
        self._low, self._high = self.builder.get_field(value, 0), self.builder.get_field(value, 1)

    def length(self) -> Value:
        builder = self.builder
        wide = USIZE if self._item.bits <= 64 else _U128
        difference = builder.int_binary("sub", builder.cast(self._high, wide), builder.cast(self._low, wide))
        most = _USIZE_MAX - 1 if self._is_inclusive else _USIZE_MAX
        if self._is_inclusive or wide == _U128:
            limit = builder.const(wide, most)
            difference = builder.select(builder.compare("lt", difference, limit), difference, limit)
        count = builder.cast(difference, USIZE)
        if self._is_inclusive:
            count = builder.int_binary("add", count, builder.const_usize(1), no_wrap=True)
        is_empty = builder.compare("gt" if self._is_inclusive else "ge", self._low, self._high)
        return builder.select(is_empty, builder.const_usize(0), count)

    def element(self, index: Value) -> Value:
        # In a narrow type the number may wrap, and the sum with it, to what is right.
        return self.builder.int_binary("add", self._low, self.builder.cast(index, self._item))

    def begin(self, low: Value | None, high: Value | None) -> tuple[CountingLoop | PullLoop, Value]:
        """Counts in the numbers themselves, unless the end is that of an inclusive range cut short."""
        if high is not None and self._is_inclusive:
            return super().begin(low, high)
        first = self._low if low is None else self.element(low)
        last = self._high if high is None else self.element(high)
        loop = CountingLoop(self.builder, first, last, inclusive=self._is_inclusive)
        return loop, loop.index


class _ReversedNumbers(_Numbers):
    """A range from its end: counted up, so that the numbers are known to lie in the range."""

    def element(self, index: Value) -> Value:
        builder = self.builder
        last = self._high
        if not self._is_inclusive:
            last = builder.int_binary("sub", last, builder.const(self._item, 1))
        return builder.int_binary("sub", last, builder.cast(index, self._item))

    def begin(self, low: Value | None, high: Value | None) -> tuple[CountingLoop | PullLoop, Value]:
        return Indexed.begin(self, low, high)


class _Stepped(Indexed):
    """Every `step`-th number of a range."""

    def __init__(self, fl: FunctionLowering, value: Value, source: typed.SteppedSource) -> None:
        super().__init__(fl, value)
        type_ = fl.type_of(source.value)
        assert isinstance(type_, RangeType)
        self._numbers = _Numbers(fl, value, type_)
        self._step = count_above_zero(fl, source.step, "a step of zero")

    def length(self) -> Value:
        return parts_of(self.builder, self._numbers.length(), self._step)

    def element(self, index: Value) -> Value:
        return self._numbers.element(self.builder.int_binary("mul", index, self._step, no_wrap=True))


class _Pieces(Indexed):
    """`windows(n)` or `chunks(n)` of an array: views of its parts."""

    def __init__(self, fl: FunctionLowering, value: Value, source: typed.PiecesSource) -> None:
        super().__init__(fl, value)
        self._is_window = source.kind == "windows"
        what = f"the size of a {'window' if self._is_window else 'chunk'} is zero"
        self._count = count_above_zero(fl, source.count, what)
        self._total = self.builder.length(value)

    def length(self) -> Value:
        builder = self.builder
        if not self._is_window:
            return parts_of(builder, self._total, self._count)
        rest = builder.int_binary("sub", self._total, self._count)
        more = builder.int_binary("add", rest, builder.const_usize(1))
        return builder.select(builder.compare("lt", self._total, self._count), builder.const_usize(0), more)

    def element(self, index: Value) -> Value:
        builder = self.builder
        if self._is_window:
            return builder.slice_view(self.value, index, builder.int_binary("add", index, self._count, no_wrap=True))
        low = builder.int_binary("mul", index, self._count)
        rest = builder.int_binary("sub", self._total, low)
        size = builder.select(builder.compare("lt", rest, self._count), rest, self._count)
        return builder.slice_view(self.value, low, builder.int_binary("add", low, size, no_wrap=True))


class _Reversed(Indexed):
    """An array from its end."""

    def __init__(self, array: Indexed) -> None:
        super().__init__(array.fl, array.value)
        self._array = array

    def length(self) -> Value:
        return self._array.length()

    def element(self, index: Value) -> Value:
        builder = self.builder
        last = builder.int_binary("sub", self.length(), builder.const_usize(1))
        return self._array.element(builder.int_binary("sub", last, index))


class Consumed(Indexed):
    """An array that belongs to the loop: each element is taken out when its turn comes, and ends with its round.

    The others end with the scope in which the loop begins.
    """

    def __init__(self, fl: FunctionLowering, value: Value, type_: Type) -> None:
        self._place = fl.builder.slot(value, "items")
        super().__init__(fl, value)
        fl.own_place(self._place, type_)

    def length(self) -> Value:
        return self.builder.length(self.builder.peek(self._place))

    def element(self, index: Value) -> Value:
        builder = self.builder
        address = builder.element_addr(self._place, index, checked=False)
        element = builder.load(address)
        builder.store(address, builder.hole(element.type))
        return element


def count_above_zero(fl: FunctionLowering, expr: Expr, otherwise: str) -> Value:
    """A count as USIZE; a panic that says `otherwise` where it is zero."""
    builder = fl.builder
    count = lower_index(fl, expr)
    zero, some = fl.fork(builder.compare("eq", count, builder.const_usize(0)), "zero", "some")
    builder.position_at(zero)
    panic_with(fl, [otherwise])
    builder.position_at(some)
    return count


def parts_of(builder: FunctionBuilder, total: Value, size: Value) -> Value:
    """How many parts of a size there are in a total, the last of which may be smaller."""
    whole = builder.int_binary("div", total, size)
    more = builder.int_binary("add", whole, builder.const_usize(1), no_wrap=True)
    remainder = builder.int_binary("rem", total, size)
    return builder.select(builder.compare("eq", remainder, builder.const_usize(0)), whole, more)


class Pulled:
    """A user's iterator."""

    def __init__(self, fl: FunctionLowering, source: typed.IteratorSource) -> None:
        self._fl = fl
        self._next = source.next
        fl.bind(source.variable, fl.value(source.value))

    def pull(self) -> Value:
        """The next element as a `T?`."""
        return self._fl.value(self._next)

    def begin(self) -> tuple[CountingLoop | PullLoop, Value]:
        """A loop until there is no next element; its current element."""
        loop = PullLoop(self._fl.builder, self.pull)
        return loop, loop.element


Source = Indexed | Pulled


def make_source(fl: FunctionLowering, expr: Expr, later: list[object]) -> Source:
    """The source of a pipeline, evaluated here; `later` is evaluated before its last use."""
    if isinstance(expr, typed.IteratorSource):
        return Pulled(fl, expr)
    if isinstance(expr, typed.PiecesSource):
        return _Pieces(fl, fl.view(expr.value, expr.count, *later), expr)
    if isinstance(expr, typed.ReversedSource):
        type_ = fl.type_of(expr.value)
        if isinstance(type_, RangeType):
            return _ReversedNumbers(fl, fl.view(expr.value, *later), type_)
        return _Reversed(_array(fl, expr.value, later))
    if isinstance(expr, typed.SteppedSource):
        return _Stepped(fl, fl.view(expr.value, expr.step, *later), expr)
    if expr in fl.moves.consumed:
        return consumed(fl, fl.value(expr), fl.type_of(expr))
    return indexed(fl, fl.view(expr, *later), fl.type_of(expr))


def indexed(fl: FunctionLowering, value: Value, type_: Type) -> Indexed:
    """A collection as a source."""
    match type_:
        case RangeType():
            return _Numbers(fl, value, type_)
        case ArrayType():
            return Indexed(fl, value)
        case SetType() | MapType():
            return _Entries(fl, value, isinstance(type_, MapType))
    raise InternalError(f"a loop over `{type_}`", fl.builder.span)


def consumed(fl: FunctionLowering, value: Value, type_: Type) -> Indexed:
    """A collection whose elements are taken out one by one; the entries of a map or set are brought into an array before."""
    if not isinstance(type_, SetType | MapType):
        return Consumed(fl, value, type_)
    entries = indexed(fl, value, type_)
    item = type_.item if isinstance(type_, SetType) else TupleType((type_.key, type_.value))
    items = fl.builder.slot(fl.builder.make_array(fl.ir_type(item)), "items")
    fl.builder.array_reserve(items, entries.length())
    loop, entry = entries.begin(None, None)
    fl.builder.array_push(items, entry, reserved=True)
    loop.close()
    return Consumed(fl, fl.builder.load(items), type_)


def _array(fl: FunctionLowering, expr: Expr, later: list[object]) -> Indexed:
    if expr in fl.moves.consumed:
        return consumed(fl, fl.value(expr), fl.type_of(expr))
    return Indexed(fl, fl.view(expr, *later))


class Cursor:
    """A source that is pulled. `end` (USIZE) is where an Indexed one stops, if not at its length."""

    def __init__(self, fl: FunctionLowering, source: Source, low: Value | None, end: Value | None) -> None:
        self._builder = fl.builder
        self._source = source
        self._end = end
        self._place: Value | None = None
        if isinstance(source, Indexed):
            self._end = end if end is not None else source.length()
            self._place = fl.builder.slot(low if low is not None else fl.builder.const_usize(0), "next")

    def is_used_up(self) -> Value:
        """Whether an Indexed source has no further element (BOOL)."""
        assert self._place is not None and self._end is not None
        return self._builder.compare("ge", self._builder.load(self._place), self._end)

    def pull(self, done: Block | None) -> Value:
        """The next element; where there is none the way leads to `done` (None: there is one)."""
        builder = self._builder
        if isinstance(self._source, Pulled):
            assert done is not None
            pulled = self._source.pull()
            self._leave_if(builder.not_(builder.is_some(pulled)), done)
            return builder.unwrap(pulled)
        if done is not None:
            self._leave_if(self.is_used_up(), done)
        assert self._place is not None
        index = builder.load(self._place)
        builder.store(self._place, builder.int_binary("add", index, builder.const_usize(1), no_wrap=True))
        return self._source.element(index)

    def _leave_if(self, condition: Value, done: Block) -> None:
        empty, got = self._builder.new_block("empty"), self._builder.new_block("got")
        self._builder.cond_branch(condition, empty, got)
        self._builder.position_at(empty)
        self._builder.branch(done)
        self._builder.position_at(got)
