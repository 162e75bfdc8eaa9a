"""Pipelines: what stages do to elements, and what sinks make of them.

Stage bodies run in place and may assign the variables around them, so a pipeline is a loop. What the bodies of φ,
find, position, take_while and σ read only chooses.
"""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.evidence.call_graph import nodes_of
from sigilc.check.evidence.control import element_of
from sigilc.check.evidence.expressions import confirm_tree, report_tree
from sigilc.check.evidence.flow import EVALUATORS, Flow
from sigilc.check.evidence.graph import KNOWN, Wanted
from sigilc.check.evidence.patterns import bind_pattern, pattern_variables
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.trees import Tree, flow_tree, fresh_tree, labels_of, validated
from sigilc.check.types import UNIT, ArrayType, FutureType, MapType, OptionType, SetType, Type
from sigilc.crash import InternalError


def own_label(tree: Tree, type_: Type) -> int:
    """A collection's own label; a range has one for all."""
    if isinstance(type_, ArrayType | SetType | MapType) and isinstance(tree, tuple):
        own = tree[0]
        assert isinstance(own, int)
        return own
    return KNOWN


def eval_pipeline(flow: Flow, e: t.Pipeline) -> Tree:
    """One fused loop."""
    source = flow.eval(e.source)
    own = own_label(source, e.source.type)
    item = element_of(flow, source, e.source.type, e.item)
    counts = [flow.eval(stage.count) for stage in e.stages if isinstance(stage, t.TakeStage | t.SkipStage)]
    own = flow.join("count", [own, *(label for count in counts for label in labels_of(count))])
    initial: Tree = KNOWN
    if isinstance(e.sink, t.ReduceSink) and e.sink.initial is not None:
        initial = flow.eval_as(e.sink.initial, e.type)
    separator = flow.eval(e.sink.separator) if isinstance(e.sink, t.JoinSink) else KNOWN
    frame = flow.enter_loop()
    type_ = e.item
    for stage in e.stages:
        own, item = run_stage(flow, stage, own, item, type_)
        type_ = stage.item
    result = run_sink(flow, e, own, item, type_, initial, separator)
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=True)
    return result


def eval_iterator_source(flow: Flow, e: t.IteratorSource) -> Tree:
    """A user's iterator as the array of its elements; twice, for an element may depend on the calls before."""
    start = flow.eval(e.value)
    flow.declare(e.variable, start)
    frame = flow.enter_loop()
    item = flow.eval(e.next)
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=True)
    return (flow.join("elements", labels_of(start)), item)


def run_stage(flow: Flow, stage: t.Stage, own: int, item: Tree, type_: Type) -> tuple[int, Tree]:
    """The collection's own label and the elements' tree after a stage; `type_` is that of the elements before."""
    if isinstance(stage, t.MapStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        return own, flow.via("transform", flow.eval_as(stage.body, stage.item), stage.item)
    if isinstance(stage, t.FilterStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        flow.eval(stage.predicate)
        if stage.mode == "!":
            note_validation(flow, stage.pattern, stage.predicate)
            return KNOWN, validated(item, type_)
        return own, flow.via("filter", item, type_)
    if isinstance(stage, t.TakeWhileStage):
        bind_pattern(flow, stage.pattern, item, stage.span)
        flow.eval(stage.predicate)
        return own, item
    if isinstance(stage, t.EnumerateStage):
        return own, (KNOWN, item)
    if isinstance(stage, t.FlatStage):
        if isinstance(type_, OptionType | FutureType):
            return own, item
        inner = flow.join("elements", [own, own_label(item, type_)])
        return inner, element_of(flow, item, type_, stage.item)
    if isinstance(stage, t.MarkStage):
        if stage.mark == "~":
            own = flow.join("report", [own, *labels_of(report_tree(flow, KNOWN, stage.span))])
            return own, report_tree(flow, item, stage.span)
        wanted = Wanted("E0302", stage.span, "stage", stage.span.text)
        confirm_tree(flow, own, wanted)
        return KNOWN, confirm_tree(flow, item, wanted)
    if isinstance(stage, t.TakeStage | t.SkipStage):
        return own, item
    raise InternalError(f"no evidence rule for {type(stage).__name__}", stage.span)


def run_sink(flow: Flow, e: t.Pipeline, own: int, item: Tree, type_: Type, initial: Tree, separator: Tree) -> Tree:
    """What the whole pipeline gives."""
    sink = e.sink
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
        return _reduce(flow, e, sink, item, initial)
    if isinstance(sink, t.JoinSink):
        return flow.join("join", [own, *flow.collapse(item, type_, sink.span), *labels_of(separator)], step)
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


def _reduce(flow: Flow, e: t.Pipeline, sink: t.ReduceSink, item: Tree, initial: Tree) -> Tree:
    start = initial if sink.initial is not None else item
    accumulator = fresh_tree(flow.graph, sink.accumulator.type)
    if RULES["reduce"]:
        flow_tree(flow.graph, start, accumulator)
    bind_pattern(flow, sink.accumulator, accumulator, sink.span)
    bind_pattern(flow, sink.pattern, item, sink.span)
    after = flow.eval_as(sink.body, sink.accumulator.type)
    if RULES["reduce"]:
        flow_tree(flow.graph, after, accumulator, (sink.body.span, "is folded here", ""))
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


def eval_all_present(flow: Flow, e: t.AllPresent) -> Tree:
    """`[T?]` to `[T]?`: the trees are the same."""
    return flow.eval(e.value)


EVALUATORS.update({
    t.Pipeline: eval_pipeline, t.IteratorSource: eval_iterator_source, t.Lift: eval_lift,
    t.FilterValue: eval_filter_value, t.Sort: eval_sort,
    t.AllPresent: eval_all_present,
})
