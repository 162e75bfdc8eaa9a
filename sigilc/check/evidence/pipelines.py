"""Pipelines: what stages do to elements, and what sinks make of them.

Stage bodies run in place and may assign the variables around them, so a pipeline is a loop. What the bodies of φ,
find, position, take_while and σ read only chooses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sigilc.check import typed as t
from sigilc.check.evidence.control import element_of
from sigilc.check.evidence.expressions import confirm_tree, report_tree
from sigilc.check.evidence.flow import EVALUATORS, Flow, LoopFrame
from sigilc.check.evidence.graph import KNOWN, Wanted
from sigilc.check.evidence.patterns import bind_pattern, pattern_variables
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.trees import Tree, flow_tree, fresh_tree, labels_of, validated
from sigilc.check.tree_walk import nodes_of
from sigilc.check.types import UNIT, ArrayType, MapType, OptionType, SetType, Type
from sigilc.crash import InternalError


def own_label(tree: Tree, type_: Type) -> int:
    """A collection's own label; a range has one for all."""
    if isinstance(type_, ArrayType | SetType | MapType) and isinstance(tree, tuple):
        own = tree[0]
        assert isinstance(own, int)
        return own
    return KNOWN


@dataclass(slots=True)
class Elements:
    """What leaves a stage: the collection's own label, the elements' tree and type."""

    own: int
    item: Tree
    type: Type


# takes what leaves the last stage
Finish = Callable[[Elements], None]


def eval_pipeline(flow: Flow, e: t.Pipeline) -> Tree:
    """One fused loop."""
    elements = source_elements(flow, e.source, e.item)
    prepared = prepare(flow, e.stages)
    initial: Tree = KNOWN
    if isinstance(e.sink, t.ReduceSink) and e.sink.initial is not None:
        initial = flow.eval_as(e.sink.initial, e.type)
    separator = flow.eval(e.sink.separator) if isinstance(e.sink, t.JoinSink) else KNOWN
    frame = flow.enter_loop()
    results: list[Tree] = []

    def finish(found: Elements) -> None:
        results.append(run_sink(flow, e, found, initial, separator))
        flow.break_loop(frame)
    run_stages(flow, [(stage, frame) for stage in e.stages], prepared, frame, elements, finish)
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=True)
    return results[0]


def source_elements(flow: Flow, source: t.Expr, item: Type) -> Elements:
    """What a source gives."""
    tree = flow.eval(source)
    return Elements(own_label(tree, source.type), element_of(flow, tree, source.type, item), item)


def prepare(flow: Flow, stages: list[t.Stage]) -> dict[t.Stage, Any]:
    """What stages evaluate once, before the loop, in their order: a count, the start of a scan, the second side of a zip."""
    found: dict[t.Stage, Any] = {}
    for stage in stages:
        if isinstance(stage, t.TakeStage | t.SkipStage):
            found[stage] = flow.join("count", labels_of(flow.eval(stage.count)))
        elif isinstance(stage, t.ScanStage):
            found[stage] = flow.eval_as(stage.initial, stage.item)
        elif isinstance(stage, t.ZipStage):
            second = source_elements(flow, stage.source, stage.source_item)
            found.update(prepare(flow, stage.stages))
            found[stage] = second
    return found


def run_stages(flow: Flow, stages: list[tuple[t.Stage, LoopFrame]], prepared: dict[t.Stage, Any], loop: LoopFrame,
               elements: Elements, finish: Finish) -> None:
    """The stages in the loop whose next step takes what one of them drops; each with the loop that it leaves."""
    for number, (stage, outermost) in enumerate(stages):
        if isinstance(stage, t.FlatStage) and not isinstance(stage.source.type, OptionType):
            run_flat(flow, stage, stages[number + 1:], prepared, elements, finish)
            return
        if isinstance(stage, t.ZipStage):
            elements = run_zip(flow, stage, prepared, outermost, elements)
        else:
            elements = run_stage(flow, stage, elements, prepared.get(stage, KNOWN))
        if isinstance(stage, t.FilterStage | t.SkipStage | t.UniqueStage | t.FlatStage):
            flow.repeat_loop(loop)
        elif isinstance(stage, t.TakeWhileStage | t.ZipStage):
            flow.break_loop(outermost)
    finish(elements)


def run_flat(flow: Flow, stage: t.FlatStage, rest: list[tuple[t.Stage, LoopFrame]], prepared: dict[t.Stage, Any],
             elements: Elements, finish: Finish) -> None:
    """A loop in the loop, in which all further stages run."""
    bind_pattern(flow, stage.pattern, elements.item, stage.span)
    inner = source_elements(flow, stage.source, stage.source_item)
    inner.own = flow.join("elements", [elements.own, inner.own])
    inner.item = flow.via("transform", inner.item, inner.type)
    prepared = {**prepared, **prepare(flow, stage.stages)}
    frame = flow.enter_loop()
    run_stages(flow, [*((s, frame) for s in stage.stages), *rest], prepared, frame, inner, finish)
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=True)


def run_zip(flow: Flow, stage: t.ZipStage, prepared: dict[t.Stage, Any], outermost: LoopFrame, elements: Elements) -> Elements:
    """The second side runs until it has an element: a loop, which that leaves."""
    frame = flow.enter_loop()
    found: list[Elements] = []

    def finish(second: Elements) -> None:
        found.append(second)
        flow.break_loop(frame)
    run_stages(flow, [(s, outermost) for s in stage.stages], prepared, frame, prepared[stage], finish)
    flow.leave_loop(frame, ends_at_head=False)
    second = found[0]
    own = flow.join("elements", [elements.own, second.own])
    return Elements(own, (elements.item, second.item), stage.item)


def eval_iterator_source(flow: Flow, e: t.IteratorSource) -> Tree:
    """A user's iterator as the array of its elements; twice, for an element may depend on the calls before."""
    start = flow.eval(e.value)
    flow.declare(e.variable, start)
    frame = flow.enter_loop()
    item = flow.eval(e.next)
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=True)
    return (flow.join("elements", labels_of(start)), item)


def run_stage(flow: Flow, stage: t.Stage, elements: Elements, start: Tree) -> Elements:
    """What leaves a stage that is no loop; `start` is what `prepare` found: a count, or the state a scan begins with."""
    own, item, type_ = elements.own, elements.item, elements.type
    if isinstance(stage, t.MapStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        return Elements(own, flow.via("transform", flow.eval_as(stage.body, stage.item), stage.item), stage.item)
    if isinstance(stage, t.FilterStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        flow.eval(stage.predicate)
        if stage.mode == "!":
            note_validation(flow, stage.pattern, stage.predicate)
            return Elements(KNOWN, validated(item, type_), type_)
        flow.filters.append((stage, labels_of(item)))
        return Elements(own, flow.via("filter", item, type_), type_)
    if isinstance(stage, t.TakeWhileStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        flow.eval(stage.predicate)
        return elements
    if isinstance(stage, t.EnumerateStage):
        return Elements(own, (KNOWN, item), stage.item)
    if isinstance(stage, t.FlatStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        return Elements(own, flow.via("transform", flow.eval(stage.source), stage.item), stage.item)
    if isinstance(stage, t.ScanStage):
        return Elements(own, _fold(flow, stage, item, start), stage.item)
    if isinstance(stage, t.MarkStage):
        return _marked(flow, stage, elements)
    if isinstance(stage, t.TakeStage | t.SkipStage):
        return Elements(flow.join("elements", [own, *labels_of(start)]), item, type_)
    if isinstance(stage, t.UniqueStage):
        return elements
    raise InternalError(f"no evidence rule for {type(stage).__name__}", stage.span)


def _marked(flow: Flow, stage: t.MarkStage, elements: Elements) -> Elements:
    if stage.mark == "~":
        own = flow.join("report", [elements.own, *labels_of(report_tree(flow, KNOWN, stage.span))])
        return Elements(own, report_tree(flow, elements.item, stage.span), stage.item)
    wanted = Wanted("E0302", stage.span, "stage", stage.span.text)
    confirm_tree(flow, elements.own, wanted)
    return Elements(KNOWN, confirm_tree(flow, elements.item, wanted), stage.item)


def run_sink(flow: Flow, e: t.Pipeline, elements: Elements, initial: Tree, separator: Tree) -> Tree:
    """What the whole pipeline gives."""
    sink, own, item, type_ = e.sink, elements.own, elements.item, elements.type
    step = (sink.span, "is folded here", "")
    if isinstance(sink, t.CollectSink):
        return _collect(flow, e.type, own, item)
    if isinstance(sink, t.FoldSink):
        if sink.kind == "count":
            return flow.join("quantify", [own, *flow.collapse(item, type_, sink.span)], step)
        return flow.via("fold", item, e.type)
    if isinstance(sink, t.TestSink):
        bind_pattern(flow, sink.pattern, item, sink.span)
        predicate = flow.eval(sink.predicate)
        if sink.kind == "find":
            return flow.via("fold", item, e.type)
        if sink.kind == "position":
            return KNOWN
        return flow.join("quantify", [own, *flow.collapse(item, type_, sink.span), *labels_of(predicate)], step)
    if isinstance(sink, t.ReduceSink):
        return _fold(flow, sink, item, initial if sink.initial is not None else item)
    if isinstance(sink, t.JoinSink):
        return flow.join("join", [own, *flow.collapse(item, type_, sink.span), *labels_of(separator)], step)
    if isinstance(sink, t.GroupSink):
        bind_pattern(flow, sink.pattern, item, sink.span)
        key = flow.via("transform", flow.eval(sink.key), sink.key.type)
        return flow.via("elements", (own, (key, (own, item))), e.type)
    if isinstance(sink, t.EachSink):
        bind_pattern(flow, sink.pattern, item, sink.span)
        flow.eval(sink.body)
        return KNOWN
    raise InternalError(f"no evidence rule for {type(sink).__name__}", sink.span)


def _collect(flow: Flow, type_: Type, own: int, item: Tree) -> Tree:
    while isinstance(type_, OptionType):
        type_ = type_.item
    if isinstance(type_, MapType) and isinstance(item, tuple):
        return flow.via("elements", (own, *item), type_)
    return flow.via("elements", (own, item), type_)


def _fold(flow: Flow, fold: t.ReduceSink | t.ScanStage, item: Tree, start: Tree) -> Tree:
    """What a body makes of what is built so far and an element, again and again."""
    accumulator = fresh_tree(flow.graph, fold.accumulator.type)
    if RULES["reduce"]:
        flow_tree(flow.graph, start, accumulator)
    bind_pattern(flow, fold.accumulator, accumulator, fold.span)
    bind_pattern(flow, fold.pattern, item, fold.span)
    after = flow.eval_as(fold.body, fold.accumulator.type)
    if RULES["reduce"]:
        flow_tree(flow.graph, after, accumulator, (fold.body.span, "is folded here", ""))
    return accumulator


def eval_lift(flow: Flow, e: t.Lift) -> Tree:
    """A stage over a `T?`: it runs when there is a value."""
    source = flow.eval(e.source)
    body: list[Tree] = []

    def run() -> Tree:
        flow.declare(e.variable, flow.via("lift", source, e.variable.type))
        body.append(flow.eval_as(e.body, e.type))
        return KNOWN

    flow.alternatives([run, lambda: KNOWN], UNIT)
    return body[0]


def eval_filter_value(flow: Flow, e: t.FilterValue) -> Tree:
    """`φ` on a whole value: with a mark it validates."""
    source = flow.eval(e.source)
    bind_pattern(flow, e.pattern, source, e.source.span)
    flow.eval(e.predicate)
    if e.mode in ("!", "!?"):
        note_validation(flow, e.pattern, e.predicate)
        return validated(source, e.source.type)
    flow.filters.append((e, labels_of(source)))
    return flow.via("filter", source, e.type)


def note_validation(flow: Flow, pattern: t.Pattern, predicate: t.Expr) -> None:
    """A predicate that never looks at its value validates nothing."""
    bound = set(pattern_variables(pattern))
    if not any(isinstance(node, t.Local) and node.variable in bound for node in nodes_of(predicate)):
        flow.idle_predicates.append(predicate)


def eval_sort(flow: Flow, e: t.Sort) -> Tree:
    """`σ`: the key only chooses the order."""
    tree = flow.eval(e.value)
    if e.pattern is not None and e.key is not None:
        frame = flow.enter_loop()
        bind_pattern(flow, e.pattern, element_of(flow, tree, e.value.type, e.pattern.type), e.value.span)
        flow.eval(e.key)
        flow.repeat_loop(frame)
        flow.leave_loop(frame, ends_at_head=True)
    return tree


def eval_pieces(flow: Flow, e: t.PiecesSource) -> Tree:
    """`windows(n)`, `chunks(n)`: arrays of the elements; their number and lengths follow the argument."""
    elements = source_elements(flow, e.value, piece_item(e))
    own = flow.join("count", [elements.own, *labels_of(flow.eval(e.count))])
    return (own, (own, elements.item))


def piece_item(e: t.PiecesSource) -> Type:
    """The type of the elements in a piece."""
    piece = e.type.parts()[0]
    return piece.parts()[0]


def eval_reversed(flow: Flow, e: t.ReversedSource) -> Tree:
    """The same elements."""
    elements = source_elements(flow, e.value, e.type.parts()[0])
    return (elements.own, elements.item)


def eval_stepped(flow: Flow, e: t.SteppedSource) -> Tree:
    """Numbers that follow the range and the step."""
    number = flow.join("make", [*labels_of(flow.eval(e.value)), *labels_of(flow.eval(e.step))])
    return (number, number)


def eval_all_present(flow: Flow, e: t.AllPresent) -> Tree:
    """`[T?]` to `[T]?`: the trees are the same."""
    return flow.eval(e.value)


EVALUATORS.update({
    t.Pipeline: eval_pipeline, t.IteratorSource: eval_iterator_source, t.Lift: eval_lift,
    t.FilterValue: eval_filter_value, t.Sort: eval_sort,
    t.AllPresent: eval_all_present, t.PiecesSource: eval_pieces, t.ReversedSource: eval_reversed,
    t.SteppedSource: eval_stepped,
})
