"""Sorting: `σ`, by a key of each element, and only as far as `take` asks for it.

What comes before a `σ` is pushed into the array that is sorted. Keys for which numbers stand exactly are pushed into an
array of their own, so that each element moves once. With another key the array is one of pairs of key and element, ordered
by their first slots; what follows reads the second slots in place.
"""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.types import ArrayType, FixedType, Type
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import I32, USIZE, IrArray, IrTuple, IrType
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.loops import count_to
from sigilc.lower.patterns import Subject, bind_irrefutable
from sigilc.lower.pipelines import fill
from sigilc.lower.segments import Segment
from sigilc.lower.sinks import Length, Sink
from sigilc.lower.sort_keys import is_exact, sort_by_keys, sort_key
from sigilc.lower.sources import Consumed, Indexed

# Room for elements that may turn out not to be among the first ones, beside as many as are asked for.
_SPARE = 64


class _Sorted(Sink):
    """Collects what is to be sorted; `limit` (USIZE): no more than this many of the first ones are asked for.

    With a limit, twice as many elements are kept at most: when there are more, they are sorted and those behind the limit
    dropped. From then on, what is not before the last one kept is dropped at once. As later elements are behind, and the
    sort is stable, equal ones keep their order. `has_pairs`: the array is one of pairs of key and element.
    """

    def __init__(self, fl: FunctionLowering, expr: typed.Sort, item: IrType, length: Length | None, limit: Value | None) -> None:
        self._expr = expr
        self.has_pairs = expr.key is not None and (limit is not None or not has_exact_key(fl, expr))
        self._item = IrTuple((fl.ir_type(expr.key), item)) if expr.key is not None and self.has_pairs else item
        super().__init__(fl, IrArray(self._item))
        builder = self.builder
        self._place = builder.slot(builder.make_array(self._item), "sorted")
        self._keys: Value | None = None
        if expr.key is not None and not self.has_pairs:
            self._keys = builder.slot(builder.make_array(fl.ir_type(expr.key)), "keys")
        self._has_room = length is not None and limit is None
        if length is not None and self._has_room:
            builder.array_reserve(self._place, length())
            if self._keys is not None:
                builder.array_reserve(self._keys, length())
        self._limit = limit
        if limit is not None:
            one = builder.const_usize(1)
            self._limit = limit = builder.select(builder.compare("lt", limit, one), one, limit)
            most = builder.const_usize(2**62)
            twice = builder.int_binary("add", limit, builder.select(builder.compare("lt", limit, most), limit, most))
            self._room = builder.int_binary("add", twice, builder.const_usize(_SPARE))
            self._is_full = builder.slot(builder.const_bool(False), "is_full")

    def push(self, value: Value) -> None:
        fl, builder, expr = self.fl, self.builder, self._expr
        ordered = value
        if expr.key is not None:
            if expr.pattern is not None:
                bind_irrefutable(fl, expr.pattern, Subject(value=value))
            ordered = fl.value(expr.key)
            if self.has_pairs:
                value = builder.make_tuple([ordered, value])
            elif self._keys is not None:
                builder.array_push(self._keys, ordered, reserved=self._has_room)
        if self._limit is None:
            builder.array_push(self._place, value, reserved=self._has_room)
        else:
            self._push_limited(ordered, value, self._limit)

    def _push_limited(self, ordered: Value, value: Value, limit: Value) -> None:
        fl, builder = self.fl, self.builder
        after, keep = builder.new_block("sorted_in"), builder.new_block("keep")
        full, open_ = fl.fork(builder.load(self._is_full), "full", "open")
        builder.position_at(open_)
        builder.branch(keep)
        builder.position_at(full)
        index = builder.int_binary("sub", limit, builder.const_usize(1))
        last = builder.array_get(builder.peek(self._place), index, checked=False)
        if self._expr.key is not None:
            last = builder.get_field(last, 0)
        order = fl.program.derived.emit_compare(builder, ordered, last)
        is_before = builder.compare("gt" if self._expr.descending else "lt", order, builder.const(I32, 0))
        before, behind = fl.fork(is_before, "before", "behind")
        builder.position_at(behind)
        builder.branch(after)
        builder.position_at(before)
        builder.branch(keep)
        builder.position_at(keep)
        builder.array_push(self._place, value)
        overflowing, fine = fl.fork(builder.compare("ge", self._length(), self._room), "overflowing", "fine")
        builder.position_at(fine)
        builder.branch(after)
        builder.position_at(overflowing)
        self._sort()
        self._drop_behind(limit)
        builder.store(self._is_full, builder.const_bool(True))
        builder.branch(after)
        builder.position_at(after)

    def _length(self) -> Value:
        return self.builder.length(self.builder.peek(self._place))

    def _drop_behind(self, limit: Value) -> None:
        builder = self.builder
        loop = count_to(builder, builder.int_binary("sub", self._length(), limit))
        builder.array_pop(self._place)
        loop.close()

    def _sort(self) -> None:
        builder, derived, descending = self.builder, self.fl.program.derived, self._expr.descending
        if isinstance(self._item, IrTuple) and self.has_pairs:
            key = sort_key(derived, self._item.items[0], descending, inside="0")
            builder.array_sort(self._place, derived.compare_first(self._item, descending), key)
        elif self._keys is not None:
            sort_by_keys(self.fl, self._place, builder.load(self._keys), descending)
        else:
            compare = derived.compare_reversed(self._item) if descending else derived.compare(self._item)
            builder.array_sort(self._place, compare, sort_key(derived, self._item, descending))

    def finish(self) -> Value:
        """The sorted array."""
        self._sort()
        return self.builder.load(self._place)


class _Seconds(Indexed):
    """The second slots of an array of pairs."""

    def __init__(self, pairs: Indexed) -> None:
        super().__init__(pairs.fl, pairs.value)
        self._pairs = pairs

    def length(self) -> Value:
        return self._pairs.length()

    def element(self, index: Value) -> Value:
        return self.builder.get_field(self._pairs.element(index), 1)


def sorted_source(fl: FunctionLowering, expr: typed.Sort, limit: Value | None, is_consumed: bool = False) -> Indexed:
    """A sort as a source; more than the first `limit` elements are not asked for."""
    source = expr.value
    item: Type = _item_of(fl, expr)
    later: list[object] = [expr.key] if expr.key is not None else []
    if isinstance(source, typed.Pipeline) and isinstance(source.sink, typed.CollectSink) \
            and fl.type_of(source).__class__ is ArrayType:
        segment = Segment(fl, source.source, fl.type_of(source.item), source.stages, later)
    else:
        segment = Segment(fl, source, item, [], later)
    length = segment.length if segment.has_length else None
    sink = _Sorted(fl, expr, fl.program.types.lower(item), length, limit)
    value = fill(segment, sink)
    array = Consumed(fl, value, fl.type_of(expr)) if is_consumed else Indexed(fl, value)
    return _Seconds(array) if sink.has_pairs else array


def has_exact_key(fl: FunctionLowering, expr: typed.Sort) -> bool:
    """Whether numbers stand for the keys exactly."""
    return expr.key is not None and is_exact(sort_key(fl.program.derived, fl.ir_type(expr.key), expr.descending))


def _item_of(fl: FunctionLowering, expr: typed.Sort) -> Type:
    type_ = fl.type_of(expr.value)
    if not isinstance(type_, ArrayType) or isinstance(type_, FixedType):
        raise InternalError(f"a sort of `{type_}`", expr.span)
    return type_.item


def lower_sort(fl: FunctionLowering, expr: typed.Sort) -> Value:
    """`σ` as a value: a sorted copy."""
    builder = fl.builder
    if expr.key is None:
        derived, item = fl.program.derived, fl.program.types.lower(_item_of(fl, expr))
        items = builder.slot(fl.value(expr.value), "sorted")
        compare = derived.compare_reversed(item) if expr.descending else derived.compare(item)
        builder.array_sort(items, compare, sort_key(derived, item, expr.descending))
        return builder.load(items)
    pairs = sorted_source(fl, expr, None)
    if not isinstance(pairs, _Seconds):
        return pairs.value
    length = pairs.length()
    result = fl.ir_type(expr)
    assert isinstance(result, IrArray) and length.type == USIZE
    items = builder.slot(builder.make_array(result.item), "sorted")
    builder.array_reserve(items, length)
    loop, element = pairs.begin(None, None)
    builder.array_push(items, element, reserved=True)
    loop.close()
    return builder.load(items)


LOWERINGS: Lowerings = {typed.Sort: lower_sort}
