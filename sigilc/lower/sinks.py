"""Sinks: what the elements that leave a pipeline's stages become."""

from __future__ import annotations

from collections.abc import Callable

from sigilc.check import typed
from sigilc.check.types import SetType, Type
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import (
    BOOL,
    I32,
    I64,
    UNIT,
    USIZE,
    IrArray,
    IrFloat,
    IrInt,
    IrMap,
    IrOption,
    IrTuple,
    IrType,
    present_type,
)
from sigilc.lower.cells import OptionalCell, take
from sigilc.lower.collections import empty, new_map
from sigilc.lower.evidence import joined
from sigilc.lower.expressions import arithmetic
from sigilc.lower.functions import FunctionLowering, Join
from sigilc.lower.options import absent
from sigilc.lower.patterns import Subject, bind_irrefutable, evaluate_with
from sigilc.lower.text import TextWriter

# emits the number of elements that will come
Length = Callable[[], Value]


class Sink:
    """Made before the loop; `push` takes one element, `finish` gives the pipeline's value after the loop."""

    def __init__(self, fl: FunctionLowering, result: IrType) -> None:
        self.fl = fl
        self.builder = fl.builder
        self.result = result

    def push(self, value: Value) -> None:
        """Takes an element; may leave the loop for good, but goes on in the current block."""
        raise NotImplementedError

    def finish(self) -> Value:
        """The pipeline's value, where all elements have come."""
        return self.fl.unit()


def make_sink(fl: FunctionLowering, expr: typed.Pipeline, item: Type, length: Length | None) -> Sink:
    """The sink of a pipeline whose stages give elements of type `item`, `length` of them where that is known."""
    result = fl.ir_type(expr)
    match expr.sink:
        case typed.CollectSink():
            return _Collect(fl, result, length, isinstance(fl.type_of(expr), SetType))
        case typed.FoldSink(kind="sum" | "product" as kind):
            return _Total(fl, result, kind)
        case typed.FoldSink(kind="count"):
            return _Count(fl, result)
        case typed.FoldSink(kind="min" | "max" as kind, stage=stage):
            assert isinstance(result, IrOption)
            number = result.item
            return _ExtremeNumber(fl, result, number, kind, stage) if isinstance(number, IrInt) \
                else _Extreme(fl, result, kind, stage)
        case typed.FoldSink(kind="first", stage=stage):
            return _First(fl, result, stage)
        case typed.FoldSink(kind="last", stage=stage):
            return _Last(fl, result, stage)
        case typed.TestSink(kind="any" | "all") as sink:
            return _Quantifier(fl, result, sink)
        case typed.TestSink(kind="find" | "position") as sink:
            return _Search(fl, result, sink)
        case typed.ReduceSink(initial=None) as sink:
            return _ReduceFirst(fl, result, sink)
        case typed.ReduceSink() as sink:
            return _Reduce(fl, result, sink)
        case typed.JoinSink(separator=separator):
            return _JoinText(fl, result, fl.value(separator), item)
        case typed.GroupSink() as sink:
            return _Groups(fl, result, sink)
        case typed.EachSink() as sink:
            return _Each(fl, result, sink)
    raise InternalError(f"{expr.sink} can't be lowered", expr.sink.span)


class _Collect(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType, length: Length | None, is_set: bool) -> None:
        super().__init__(fl, result)
        self._is_set = is_set
        self._place = fl.builder.slot(empty(fl, result), "items")
        self._has_room = length is not None and isinstance(result, IrArray)
        if length is not None and self._has_room:
            fl.builder.array_reserve(self._place, length())

    def push(self, value: Value) -> None:
        if isinstance(self.result, IrArray):
            self.builder.array_push(self._place, value, reserved=self._has_room)
            return
        builder = self.builder
        if self._is_set:
            builder.map_insert(self._place, value, self.fl.unit())
        else:
            builder.map_insert(self._place, builder.get_field(value, 0), builder.get_field(value, 1))

    def finish(self) -> Value:
        return self.builder.load(self._place)


class _Total(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType, kind: str) -> None:
        super().__init__(fl, result)
        neutral = 0 if kind == "sum" else 1
        self._op = "+" if kind == "sum" else "*"
        initial = float(neutral) if isinstance(result, IrFloat) else neutral
        self._place = fl.builder.slot(fl.builder.const(result, initial), kind)

    def push(self, value: Value) -> None:
        self.builder.store(self._place, arithmetic(self.fl, self._op, self.builder.load(self._place), value))

    def finish(self) -> Value:
        return self.builder.load(self._place)


class _Count(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType) -> None:
        super().__init__(fl, result)
        self._place = fl.builder.slot(fl.builder.const_usize(0), "count")

    def push(self, value: Value) -> None:
        builder = self.builder
        counted = builder.int_binary("add", builder.load(self._place), builder.const(USIZE, 1), no_wrap=True)
        builder.store(self._place, joined(self.fl, counted, value))

    def finish(self) -> Value:
        return self.builder.load(self._place)


class _Early(Sink):
    """A sink that may know its value before all elements have come."""

    def __init__(self, fl: FunctionLowering, result: IrType) -> None:
        super().__init__(fl, result)
        self.end: Join = fl.join(result, "known")

    def leave_if(self, condition: Value) -> None:
        """Begins the block where the condition holds, for the caller to end, then goes on where it doesn't."""
        self._found, self._rest = self.fl.fork(condition, "found", "rest")
        self.builder.position_at(self._found)

    def leave(self, value: Value) -> None:
        """Ends the pipeline with a value, and goes on where the condition of `leave_if` doesn't hold."""
        self.end.enter(value)
        self.builder.position_at(self._rest)


class _First(_Early):
    def __init__(self, fl: FunctionLowering, result: IrType, stage: str) -> None:
        super().__init__(fl, result)
        self._stage = stage

    def push(self, value: Value) -> None:
        self.leave_if(self.builder.const_bool(True))
        self.leave(self.builder.make_some(value, self.result))

    def finish(self) -> Value:
        self.end.enter(absent(self.fl, self.result, "empty", self._stage))
        return self.end.finish()


class _Quantifier(_Early):
    def __init__(self, fl: FunctionLowering, result: IrType, sink: typed.TestSink) -> None:
        super().__init__(fl, BOOL)
        self._sink = sink
        self._is_any = sink.kind == "any"
        # the value where all elements have come; with evidence it is as good as what was looked at so far
        self._seen = fl.builder.slot(fl.builder.const_bool(not self._is_any), "seen") if fl.program.keeps_evidence else None

    def push(self, value: Value) -> None:
        fl, builder = self.fl, self.builder
        bind_irrefutable(fl, self._sink.pattern, Subject(value=value))
        holds = fl.value(self._sink.predicate)
        if self._seen is not None:
            builder.store(self._seen, joined(fl, builder.load(self._seen), value, holds))
        self.leave_if(holds if self._is_any else builder.not_(holds))
        seen = None if self._seen is None else builder.load(self._seen)
        self.leave(joined(fl, builder.const_bool(self._is_any), seen))

    def finish(self) -> Value:
        builder = self.builder
        self.end.enter(builder.const_bool(not self._is_any) if self._seen is None else builder.load(self._seen))
        return self.end.finish()


class _Search(_Early):
    def __init__(self, fl: FunctionLowering, result: IrType, sink: typed.TestSink) -> None:
        super().__init__(fl, result)
        self._sink = sink
        self._index = fl.builder.slot(fl.builder.const_usize(0), "index") if sink.kind == "position" else None

    def push(self, value: Value) -> None:
        builder = self.builder
        bind_irrefutable(self.fl, self._sink.pattern, Subject(value=value))
        self.leave_if(self.fl.value(self._sink.predicate))
        self.leave(builder.make_some(builder.load(self._index) if self._index is not None else value, self.result))
        if self._index is not None:
            builder.store(self._index, builder.int_binary("add", builder.load(self._index), builder.const(USIZE, 1),
                                                          no_wrap=True))

    def finish(self) -> Value:
        self.end.enter(absent(self.fl, self.result, "not found", self._sink.stage))
        return self.end.finish()


class _Last(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType, stage: str) -> None:
        super().__init__(fl, result)
        self._cell = OptionalCell(fl, result, stage)

    def push(self, value: Value) -> None:
        self._cell.set(value)

    def finish(self) -> Value:
        return self._cell.as_option()


class _ExtremeNumber(Sink):
    """`min` and `max` of integers: without a branch, from the number that loses against every other."""

    def __init__(self, fl: FunctionLowering, result: IrType, item: IrInt, kind: str, stage: str) -> None:
        super().__init__(fl, result)
        self._stage = stage
        builder = fl.builder
        self._op = "lt" if kind == "min" else "gt"
        largest = 2 ** (item.bits - 1) - 1 if item.signed else 2 ** item.bits - 1
        worst = largest if kind == "min" else -largest - 1 if item.signed else 0
        self._place = builder.slot(builder.const(item, worst), "best")
        self._flag = builder.slot(builder.const_bool(False), "found")

    def push(self, value: Value) -> None:
        builder = self.builder
        old = builder.load(self._place)
        builder.store(self._place, builder.select(builder.compare(self._op, value, old), value, old))
        builder.store(self._flag, builder.const_bool(True))

    def finish(self) -> Value:
        fl, builder = self.fl, self.builder
        join = fl.join(self.result, "result")
        some, none = fl.fork(builder.load(self._flag), "some", "none")
        builder.position_at(some)
        join.enter(builder.make_some(builder.load(self._place), self.result))
        builder.position_at(none)
        join.enter(absent(fl, self.result, "empty", self._stage))
        return join.finish()


class _Extreme(Sink):
    """`min` and `max`: the first of equals, in the total order."""

    def __init__(self, fl: FunctionLowering, result: IrType, kind: str, stage: str) -> None:
        super().__init__(fl, result)
        self._cell = OptionalCell(fl, result, stage)
        self._op = "lt" if kind == "min" else "gt"

    def push(self, value: Value) -> None:
        builder, fl = self.builder, self.fl
        better, next_ = builder.new_block("better"), builder.new_block("compared")
        old, first = fl.fork(self._cell.is_set(), "old", "first")
        builder.position_at(first)
        builder.branch(better)
        builder.position_at(old)
        order = fl.program.derived.emit_compare(builder, value, self._cell.view())
        improves, same = fl.fork(builder.compare(self._op, order, builder.const(I32, 0)), "improves", "same")
        builder.position_at(same)
        builder.branch(next_)
        builder.position_at(improves)
        builder.branch(better)
        builder.position_at(better)
        self._cell.set(value)
        builder.branch(next_)
        builder.position_at(next_)

    def finish(self) -> Value:
        return self._cell.as_option()


class _Reduce(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType, sink: typed.ReduceSink) -> None:
        super().__init__(fl, result)
        assert sink.initial is not None
        self._sink = sink
        self._place = fl.builder.slot(fl.value(sink.initial), "accumulator")

    def push(self, value: Value) -> None:
        old = take(self.fl, self._place)
        bound = [(self._sink.accumulator, old), (self._sink.pattern, value)]
        self.builder.store(self._place, evaluate_with(self.fl, bound, self._sink.body))

    def finish(self) -> Value:
        return self.builder.load(self._place)


class _ReduceFirst(Sink):
    """A left fold that begins with the first element."""

    def __init__(self, fl: FunctionLowering, result: IrType, sink: typed.ReduceSink) -> None:
        super().__init__(fl, result)
        self._sink = sink
        self._item = present_type(result)
        self._cell = OptionalCell(fl, result, sink.stage)

    def push(self, value: Value) -> None:
        builder, fl = self.builder, self.fl
        join = fl.join(self._item, "folded")
        old, first = fl.fork(self._cell.is_set(), "old", "first")
        builder.position_at(first)
        join.enter(value)
        builder.position_at(old)
        bound = [(self._sink.accumulator, self._cell.take()), (self._sink.pattern, value)]
        fl.enter(join, lambda: evaluate_with(fl, bound, self._sink.body))
        self._cell.set(join.finish())

    def finish(self) -> Value:
        return self._cell.as_option()


class _JoinText(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType, separator: Value, item: Type) -> None:
        super().__init__(fl, result)
        builder = fl.builder
        self._separator = separator
        self._item = item
        self._place = builder.slot(builder.const_text(""), "text")
        self._is_later = builder.slot(builder.const_bool(False), "is_later")

    def push(self, value: Value) -> None:
        builder = self.builder
        after = builder.new_block("item")
        later, first = self.fl.fork(builder.load(self._is_later), "later", "first")
        builder.position_at(later)
        builder.call_runtime("text_append", [self._place, self._separator])
        builder.branch(after)
        builder.position_at(first)
        builder.store(self._is_later, builder.const_bool(True))
        builder.branch(after)
        builder.position_at(after)
        TextWriter(self.fl.program, builder, self._place).value(value, self._item)

    def finish(self) -> Value:
        return self.builder.load(self._place)


class _Each(Sink):
    def __init__(self, fl: FunctionLowering, result: IrType, sink: typed.EachSink) -> None:
        super().__init__(fl, result)
        self._sink = sink

    def push(self, value: Value) -> None:
        evaluate_with(self.fl, [(self._sink.pattern, value)], self._sink.body)


class _Groups(Sink):
    """`group_by`: the array of groups, and a set of keys whose entries have the numbers of their groups."""

    def __init__(self, fl: FunctionLowering, result: IrType, sink: typed.GroupSink) -> None:
        super().__init__(fl, result)
        assert isinstance(result, IrArray) and isinstance(result.item, IrTuple)
        key, self._group = result.item.items
        self._sink = sink
        self._keys = fl.builder.slot(new_map(fl, IrMap(key, UNIT)), "keys")
        self._place = fl.builder.slot(empty(fl, result), "groups")

    def push(self, value: Value) -> None:
        builder, fl = self.builder, self.fl
        bind_irrefutable(fl, self._sink.pattern, Subject(value=value))
        key = fl.value(self._sink.key)
        entry = builder.map_find(builder.peek(self._keys), key)
        join = fl.join(USIZE, "group")
        known, new = fl.fork(builder.compare("ge", entry, builder.const(I64, 0)), "known", "new")
        builder.position_at(new)
        count = builder.length(builder.peek(self._place))
        builder.map_insert(self._keys, key, fl.unit())
        builder.array_push(self._place, builder.make_tuple([key, empty(fl, self._group)]))
        join.enter(count)
        builder.position_at(known)
        join.enter(builder.cast(entry, USIZE))
        group = builder.element_addr(self._place, join.finish(), checked=False)
        builder.array_push(builder.field_addr(group, 1), value)

    def finish(self) -> Value:
        return self.builder.load(self._place)
