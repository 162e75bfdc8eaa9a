"""Pipelines: one loop that pushes the source's elements through the inlined stages into the sink.

Example: `xs |φ>0 |τ*2 |Σ` becomes a loop over the indices of `xs`, whose body tests, multiplies and adds. An element
that a stage drops goes to the loop's next step, a stage that has had enough leaves the loop; nothing is collected in
between.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sigilc.check import typed
from sigilc.check.typed import Stage
from sigilc.check.types import ArrayType, OptionType, RangeType, Type
from sigilc.crash import InternalError
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.ir.types import USIZE, IrArray, IrInt, IrTuple
from sigilc.lower.control import walk
from sigilc.lower.functions import Diverges, FunctionLowering, Lowerings
from sigilc.lower.loops import CountingLoop, PullLoop, count_to
from sigilc.lower.patterns import Subject, bind_irrefutable
from sigilc.lower.places import lower_index
from sigilc.lower.sinks import make_sink

# takes an element to the stages that follow, and ends the block: with `next` where the next element comes from
Push = Callable[[Value, Block], None]


@dataclass(slots=True)
class _Step:
    """A stage in a loop. `state` is its counter's place; `before` the type of what reaches it."""

    stage: Stage
    before: Type
    state: Value | None = None


def lower_pipeline(fl: FunctionLowering, expr: typed.Pipeline) -> Value:
    """One fused loop."""
    builder = fl.builder
    source_type = fl.type_of(expr.source)
    pulled = expr.source if isinstance(expr.source, typed.IteratorSource) else None
    source = fl.unit() if pulled is not None else fl.view(expr.source, *expr.stages, expr.sink)
    if pulled is not None:
        fl.bind(pulled.variable, fl.value(pulled.value))
    steps: list[_Step] = []
    before = fl.type_of(expr.item)
    for stage in expr.stages:
        steps.append(_begin(fl, stage, before))
        before = fl.type_of(stage.item)
    sink = make_sink(fl, expr, before,
                     lambda: None if pulled is not None else _known_length(fl, source, source_type, expr.stages))
    done = builder.new_block("drained")
    for step in steps:
        if isinstance(step.stage, typed.TakeStage):
            _leave_when_taken(fl, step, done)
    loop: CountingLoop | PullLoop
    if pulled is not None:
        next_element = pulled.next
        loop = PullLoop(builder, lambda: fl.value(next_element))
        element = loop.element
    else:
        loop, element = walk(fl, source, source_type)

    def push(number: int, value: Value, next_: Block) -> None:
        if number == len(steps):
            sink.push(value)
            builder.branch(next_)
        else:
            _push_step(fl, steps[number], value, next_, done, lambda v, n: push(number + 1, v, n))
    with suppress(Diverges):
        push(0, element, loop.next)
    loop.close()
    builder.branch(done)
    builder.position_at(done)
    return sink.finish()


def _known_length(fl: FunctionLowering, source: Value, type_: Type, stages: list[Stage]) -> Value | None:
    """The number of elements that will leave the stages, where it is that of the source."""
    if not all(isinstance(s, typed.MapStage | typed.EnumerateStage | typed.MarkStage) for s in stages):
        return None
    builder = fl.builder
    if not isinstance(type_, RangeType):
        return builder.length(source)
    item = fl.ir_type(type_.item)
    assert isinstance(item, IrInt)
    if item.bits > 64 or type_.inclusive:
        return None
    low, high = builder.get_field(source, 0), builder.get_field(source, 1)
    difference = builder.int_binary("sub", builder.cast(high, USIZE), builder.cast(low, USIZE))
    return builder.select(builder.compare("lt", low, high), difference, builder.const_usize(0))


def _begin(fl: FunctionLowering, stage: Stage, before: Type) -> _Step:
    """Evaluates what a stage needs once."""
    match stage:
        case typed.TakeStage(count=count) | typed.SkipStage(count=count):
            return _Step(stage, before, fl.builder.slot(lower_index(fl, count), "left"))
        case typed.EnumerateStage():
            return _Step(stage, before, fl.builder.slot(fl.builder.const_usize(0), "index"))
    return _Step(stage, before)


def _leave_when_taken(fl: FunctionLowering, step: _Step, done: Block, next_: Block | None = None) -> None:
    """Goes to `done` when nothing is left to take, else to `next_`, or on."""
    builder = fl.builder
    assert step.state is not None
    left = builder.load(step.state)
    enough, more = fl.fork(builder.compare("eq", left, builder.const_usize(0)), "enough", "more")
    builder.position_at(enough)
    builder.branch(done)
    builder.position_at(more)
    if next_ is not None:
        builder.branch(next_)


def _push_step(fl: FunctionLowering, step: _Step, value: Value, next_: Block, done: Block, rest: Push) -> None:
    builder = fl.builder
    match step.stage:
        case typed.MapStage(pattern=pattern, body=body):
            bind_irrefutable(fl, pattern, Subject(value=value))
            rest(fl.value(body), next_)
        case typed.FilterStage(pattern=pattern, predicate=predicate):
            bind_irrefutable(fl, pattern, Subject(value=value))
            _choose(fl, fl.value(predicate), next_)
            rest(value, next_)
        case typed.TakeWhileStage(pattern=pattern, predicate=predicate):
            bind_irrefutable(fl, pattern, Subject(value=value))
            _choose(fl, fl.value(predicate), done)
            rest(value, next_)
        case typed.TakeStage():
            check = builder.new_block("taken")
            here = builder.block
            builder.position_at(check)
            _leave_when_taken(fl, step, done, next_)
            builder.position_at(here)
            _count_down(fl, step)
            rest(value, check)
        case typed.SkipStage():
            assert step.state is not None
            has_more = builder.compare("gt", builder.load(step.state), builder.const_usize(0))
            skip, keep = fl.fork(has_more, "skip", "keep")
            builder.position_at(skip)
            _count_down(fl, step)
            builder.branch(next_)
            builder.position_at(keep)
            rest(value, next_)
        case typed.EnumerateStage():
            assert step.state is not None
            index = builder.load(step.state)
            builder.store(step.state, builder.int_binary("add", index, builder.const_usize(1), no_wrap=True))
            rest(builder.make_tuple([index, value]), next_)
        case typed.FlatStage():
            _push_flat(fl, step.before, value, next_, rest)
        case typed.MarkStage():
            rest(value, next_)
        case stage:
            raise InternalError(f"{type(stage).__name__} can't be lowered", stage.span)


def _choose(fl: FunctionLowering, condition: Value, otherwise: Block) -> None:
    passed, dropped = fl.fork(condition, "passed", "dropped")
    fl.builder.position_at(dropped)
    fl.builder.branch(otherwise)
    fl.builder.position_at(passed)


def _count_down(fl: FunctionLowering, step: _Step) -> None:
    builder = fl.builder
    assert step.state is not None
    builder.store(step.state, builder.int_binary("sub", builder.load(step.state), builder.const_usize(1)))


def _push_flat(fl: FunctionLowering, type_: Type, value: Value, next_: Block, rest: Push) -> None:
    builder = fl.builder
    if isinstance(type_, OptionType):
        _choose(fl, builder.is_some(value), next_)
        rest(builder.unwrap(value), next_)
        return
    loop, element = walk(fl, value, type_)
    with suppress(Diverges):
        rest(element, loop.next)
    loop.close()
    builder.branch(next_)


# ---- Sorting ---------------------------------------------------------------------------------------------------------


def lower_sort(fl: FunctionLowering, expr: typed.Sort) -> Value:
    """`σ`: a sorted copy. With a key, pairs of key and element are sorted by their first slots."""
    builder = fl.builder
    derived = fl.program.derived
    source_type = fl.type_of(expr.value)
    if not isinstance(source_type, ArrayType):
        raise InternalError(f"a sort of `{source_type}`", expr.span)
    if expr.key is None:
        items = builder.slot(fl.value(expr.value), "sorted")
        item = fl.program.types.lower(source_type.item)
        builder.array_sort(items, derived.compare_reversed(item) if expr.descending else derived.compare(item))
        return builder.load(items)
    source = fl.view(expr.value, expr.key)
    length = builder.length(source)
    pair = IrTuple((fl.ir_type(expr.key), fl.program.types.lower(source_type.item)))
    pairs = builder.slot(builder.make_array(pair), "pairs")
    builder.array_reserve(pairs, length)
    loop = count_to(builder, length)
    element = builder.array_get(source, loop.index, checked=False)
    with suppress(Diverges):
        if expr.pattern is not None:
            bind_irrefutable(fl, expr.pattern, Subject(value=element))
        builder.array_push(pairs, builder.make_tuple([fl.value(expr.key), element]))
    loop.close()
    builder.array_sort(pairs, derived.compare_first(pair, expr.descending))
    return _second_slots(fl, pairs, length, fl.ir_type(expr))


def _second_slots(fl: FunctionLowering, pairs: Value, length: Value, result: object) -> Value:
    builder = fl.builder
    assert isinstance(result, IrArray)
    items = builder.slot(builder.make_array(result.item), "sorted")
    builder.array_reserve(items, length)
    loop = count_to(builder, length)
    builder.array_push(items, builder.get_field(builder.array_get(builder.peek(pairs), loop.index, checked=False), 1))
    loop.close()
    return builder.load(items)


LOWERINGS: Lowerings = {typed.Pipeline: lower_pipeline, typed.Sort: lower_sort}
