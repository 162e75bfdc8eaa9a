"""Segments: a source and the element-wise stages over it, as one loop without calls or collections in between.

Example: `xs |φ>0 |τ*2 |Σ` becomes a loop over the indices of `xs`, whose body tests, multiplies and adds. An element
that a stage drops goes to the loop's next step, a stage that has had enough leaves the loop. Where the number of
elements can be told before the loop, `take` and `zip` bound it and cost nothing inside.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sigilc.check import typed
from sigilc.check.typed import Expr, Stage
from sigilc.check.types import OptionType, SetType, Type
from sigilc.crash import InternalError
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.ir.types import I64, IrMap
from sigilc.lower.cells import take
from sigilc.lower.collections import new_map
from sigilc.lower.evidence import marked, validated
from sigilc.lower.functions import Diverges, FunctionLowering
from sigilc.lower.patterns import Subject, bind_irrefutable, evaluate_with
from sigilc.lower.places import lower_index
from sigilc.lower.sources import Cursor, Indexed, Source, make_source

# takes an element to the stages that follow, and ends the block: with `next` where the next element comes from
Push = Callable[[Value, Block], None]

# The stages that give one element for each that comes.
ONE_TO_ONE = (typed.MapStage, typed.EnumerateStage, typed.MarkStage, typed.ScanStage)


@dataclass(slots=True)
class _Step:
    """A stage in a loop. `state` is the place of its counter, state or set; `other` what a zip pulls from.

    `is_bound`: the loop's bounds see to its end.
    """

    stage: Stage
    before: Type
    state: Value | None = None
    other: PulledSegment | None = None
    is_bound: bool = False


class Segment:
    """Construction evaluates the source, unless it is made, then what the stages need once.

    `later` is evaluated while the loop runs.
    """

    def __init__(self, fl: FunctionLowering, source: Expr | Source, item: Type, stages: list[Stage],
                 later: list[object]) -> None:
        self.fl = fl
        self.builder = fl.builder
        self._later = [*stages, *later]
        self._source = _evaluated(fl, source, stages, self._later)
        self._steps: list[_Step] = []
        self.counts: list[Value] = []           # of `take` and `skip` that no validation follows
        before = item
        for stage in stages:
            self._steps.append(self._begin(stage, before))
            before = fl.type_of(stage.item)
        self._low: Value | None = None
        self._high: Value | None = None
        self._length: Value | None = None
        self.has_length = False                 # whether it is known how many elements will leave the stages
        self._find_bounds()

    def _begin(self, stage: Stage, before: Type) -> _Step:
        """Evaluates what a stage needs once."""
        fl, builder = self.fl, self.builder
        match stage:
            case typed.TakeStage(count=count) | typed.SkipStage(count=count):
                self.counts.append(lower_index(fl, count))
                return _Step(stage, before, builder.slot(self.counts[-1], "left"))
            case typed.FilterStage(mode="!") | typed.MarkStage(mark="!"):
                self.counts.clear()
            case typed.EnumerateStage():
                return _Step(stage, before, builder.slot(builder.const_usize(0), "index"))
            case typed.ScanStage(initial=initial):
                return _Step(stage, before, builder.slot(fl.value(initial), "state"))
            case typed.UniqueStage():
                set_type = fl.program.types.lower(SetType(before))
                assert isinstance(set_type, IrMap)
                return _Step(stage, before, builder.slot(new_map(fl, set_type), "seen"))
            case typed.ZipStage():
                return _Step(stage, before, other=PulledSegment(
                    fl, stage.source, fl.type_of(stage.source_item), stage.stages, self._later))
        return _Step(stage, before)

    # ---- Bounds ------------------------------------------------------------------------------------------------------

    def _find_bounds(self) -> None:
        """The numbers of the first element and behind the last one, as far as they can be told before the loop."""
        if not isinstance(self._source, Indexed):
            return
        is_cut, is_first = False, True
        for step in self._steps:
            stage = step.stage
            if isinstance(stage, typed.TakeStage) and step.state is not None:
                self._length = self._smaller(self.length(), self.builder.load(step.state))
                step.is_bound = is_cut = True
            elif isinstance(stage, typed.SkipStage) and step.state is not None and is_first:
                self._low = self._smaller(self.builder.load(step.state), self.length())
                self._length = self.builder.int_binary("sub", self.length(), self._low)
                step.is_bound = True
            elif step.other is not None and step.other.has_length:
                self._length = self._smaller(self.length(), step.other.length())
                step.is_bound = is_cut = True
            elif not isinstance(stage, ONE_TO_ONE):
                break
            is_first = False
        else:
            self.has_length = True
        if is_cut:
            low = self._low
            self._high = self.length() if low is None else self.builder.int_binary("add", low, self.length(), no_wrap=True)

    def length(self) -> Value:
        """How many elements leave the stages (USIZE), where that is known."""
        if self._length is None:
            assert isinstance(self._source, Indexed)
            self._length = self._source.length()
        return self._length

    def _smaller(self, left: Value, right: Value) -> Value:
        return self.builder.select(self.builder.compare("lt", left, right), left, right)

    # ---- Pushing -----------------------------------------------------------------------------------------------------

    def push_all(self, done: Block, rest: Push) -> None:
        """The loop: all elements go through the stages to `rest`; ends with a branch to `done`."""
        for step in self._steps:
            if not step.is_bound and (is_over := self._is_over(step)) is not None:
                self._leave_if(is_over, done)
        source = self._source
        loop, element = source.begin(self._low, self._high) if isinstance(source, Indexed) else source.begin()
        with suppress(Diverges):
            self._push(0, element, loop.next, done, rest)
        loop.close()
        self.builder.branch(done)

    def _is_over(self, step: _Step) -> Value | None:
        """Whether a stage wants no further element, where that can be told before there is one (BOOL)."""
        builder = self.builder
        if isinstance(step.stage, typed.TakeStage):
            assert step.state is not None
            return builder.compare("eq", builder.load(step.state), builder.const_usize(0))
        if step.other is not None and step.other.has_length:
            return step.other.cursor.is_used_up()
        return None

    def _leave_if(self, condition: Value, done: Block, next_: Block | None = None) -> None:
        """Goes to `done` where the condition holds, else to `next_`, or on."""
        builder = self.builder
        enough, more = self.fl.fork(condition, "enough", "more")
        builder.position_at(enough)
        builder.branch(done)
        builder.position_at(more)
        if next_ is not None:
            builder.branch(next_)

    def _push(self, number: int, value: Value, next_: Block, done: Block, rest: Push) -> None:
        """An element that has come as far as stage `number`."""
        if number == len(self._steps):
            rest(value, next_)
            return
        fl, builder, step = self.fl, self.builder, self._steps[number]

        def go_on(element: Value, after: Block) -> None:
            self._push(number + 1, element, after, done, rest)
        match step.stage:
            case typed.MapStage(pattern=pattern, body=body):
                go_on(evaluate_with(fl, [(pattern, value)], body), next_)
            case typed.FilterStage(pattern=pattern, predicate=predicate, mode=mode):
                bind_irrefutable(fl, pattern, Subject(value=value))
                self._choose(fl.value(predicate), next_)
                go_on(validated(fl, value, mode), next_)
            case typed.TakeWhileStage(pattern=pattern, predicate=predicate):
                bind_irrefutable(fl, pattern, Subject(value=value))
                self._choose(fl.value(predicate), done)
                go_on(value, next_)
            case typed.EnumerateStage():
                go_on(builder.make_tuple([self._count_up(step), value]), next_)
            case typed.FlatStage():
                self._push_flat(step.stage, value, next_, go_on)
            case typed.MarkStage(mark=mark):
                go_on(marked(fl, value, mark), next_)
            case typed.ScanStage():
                go_on(self._next_state(step, step.stage, value), next_)
            case typed.UniqueStage():
                self._choose(self._is_new(step, value), next_)
                go_on(value, next_)
            case typed.TakeStage() | typed.ZipStage() if step.is_bound:
                self._push_bounded(step, value, next_, done, go_on)
            case typed.TakeStage() | typed.ZipStage():
                self._push_limited(step, value, next_, done, go_on)
            case typed.SkipStage():
                self._push_skipping(step, value, next_, go_on)
            case stage:
                raise InternalError(f"{type(stage).__name__} can't be lowered", stage.span)

    def _choose(self, condition: Value, otherwise: Block) -> None:
        passed, dropped = self.fl.fork(condition, "passed", "dropped")
        self.builder.position_at(dropped)
        self.builder.branch(otherwise)
        self.builder.position_at(passed)

    def _push_bounded(self, step: _Step, value: Value, next_: Block, done: Block, go_on: Push) -> None:
        """A `take` or `zip` whose end is that of the loop."""
        if step.other is None:
            go_on(value, next_)
        else:
            step.other.pull(done, lambda second, _: go_on(self.builder.make_tuple([value, second]), next_))

    def _push_limited(self, step: _Step, value: Value, next_: Block, done: Block, go_on: Push) -> None:
        """A `take` or `zip` that leaves the loop as soon as it wants no further element."""
        builder = self.builder
        after = next_
        if step.other is None or step.other.has_length:
            after, here = builder.new_block("taken"), builder.block
            builder.position_at(after)
            is_over = self._is_over(step)
            assert is_over is not None
            self._leave_if(is_over, done, next_)
            builder.position_at(here)
        if step.other is None:
            self._count_down(step)
            go_on(value, after)
        else:
            step.other.pull(done, lambda second, _: go_on(builder.make_tuple([value, second]), after))

    def _push_skipping(self, step: _Step, value: Value, next_: Block, go_on: Push) -> None:
        if step.is_bound:
            go_on(value, next_)
            return
        builder = self.builder
        assert step.state is not None
        has_more = builder.compare("gt", builder.load(step.state), builder.const_usize(0))
        skip, keep = self.fl.fork(has_more, "skip", "keep")
        builder.position_at(skip)
        self._count_down(step)
        builder.branch(next_)
        builder.position_at(keep)
        go_on(value, next_)

    def _count_down(self, step: _Step) -> None:
        builder = self.builder
        assert step.state is not None
        builder.store(step.state, builder.int_binary("sub", builder.load(step.state), builder.const_usize(1)))

    def _count_up(self, step: _Step) -> Value:
        """The number of this element."""
        builder = self.builder
        assert step.state is not None
        index = builder.load(step.state)
        builder.store(step.state, builder.int_binary("add", index, builder.const_usize(1), no_wrap=True))
        return index

    def _next_state(self, step: _Step, stage: typed.ScanStage, value: Value) -> Value:
        fl, builder = self.fl, self.builder
        assert step.state is not None
        bound = [(stage.accumulator, take(fl, step.state)), (stage.pattern, value)]
        builder.store(step.state, evaluate_with(fl, bound, stage.body))
        return builder.load(step.state)

    def _is_new(self, step: _Step, value: Value) -> Value:
        """Whether no equal element has come yet; it has then."""
        builder = self.builder
        assert step.state is not None
        entry = builder.map_find(builder.peek(step.state), value)
        known, new = self.fl.fork(builder.compare("ge", entry, builder.const(I64, 0)), "known", "new")
        after = builder.new_block("looked")
        builder.position_at(new)
        builder.map_insert(step.state, value, self.fl.unit())
        builder.branch(after)
        builder.position_at(known)
        builder.branch(after)
        builder.position_at(after)
        return builder.compare("lt", entry, builder.const(I64, 0))

    def _push_flat(self, stage: typed.FlatStage, value: Value, next_: Block, go_on: Push) -> None:
        fl, builder = self.fl, self.builder
        bind_irrefutable(fl, stage.pattern, Subject(value=value))
        if isinstance(fl.type_of(stage.source), OptionType):
            inner = fl.view(stage.source, *self._later)
            self._choose(builder.is_some(inner), next_)
            go_on(builder.unwrap(inner), next_)
            return

        def inside() -> Value:
            segment = Segment(fl, stage.source, fl.type_of(stage.source_item), stage.stages, self._later)
            done = builder.new_block("flat")
            segment.push_all(done, go_on)
            builder.position_at(done)
            return fl.unit()
        fl.in_scope(inside)
        builder.branch(next_)


class PulledSegment(Segment):
    """A segment that gives one element each time the control flow comes by: the second side of `zip`."""

    def __init__(self, fl: FunctionLowering, source: Expr, item: Type, stages: list[Stage], later: list[object]) -> None:
        super().__init__(fl, source, item, stages, later)
        self.cursor = Cursor(fl, self._source, self._low, self._high)

    def pull(self, done: Block, rest: Push) -> None:
        """Takes one element through the stages to `rest`; where there is none the way leads to `done`.

        A segment of known length is asked before whether it is used up.
        """
        builder = self.builder
        head = builder.new_block("pull")
        builder.branch(head)
        builder.position_at(head)
        for step in self._steps:
            if isinstance(step.stage, typed.TakeStage) and not step.is_bound and (is_over := self._is_over(step)):
                self._leave_if(is_over, done)
        element = self.cursor.pull(None if self.has_length else done)
        self._push(0, element, head, done, rest)


def _evaluated(fl: FunctionLowering, source: Expr | Source, stages: list[Stage], later: list[object]) -> Source:
    """A source that is made here; of a sort, what `take` leaves out need not be in order."""
    from sigilc.lower.sorting import sorted_source
    if not isinstance(source, Expr):
        return source
    if not isinstance(source, typed.Sort):
        return make_source(fl, source, later)
    first = stages[0] if stages else None
    if isinstance(first, typed.TakeStage) and isinstance(first.count, typed.Literal | typed.Local):
        return sorted_source(fl, source, lower_index(fl, first.count), source in fl.moves.consumed)
    return sorted_source(fl, source, None, source in fl.moves.consumed)
