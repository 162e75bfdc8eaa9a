"""One function's body: its graph, solved, and the summary that it reduces to."""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.check.evidence import control, expressions, foreign, pipelines
from sigilc.check.evidence.annotations import annotate
from sigilc.check.evidence.flow import Flow, Program
from sigilc.check.evidence.graph import (
    ASSERT,
    ASSERTED_LEVEL,
    KNOWN,
    REPORTED_LEVEL,
    Graph,
    Masks,
    Reason,
    Wanted,
    propagate,
)
from sigilc.check.evidence.implementations import keep_exits_to_requirement, keep_to_requirement
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.slots import Piece, pieces_of
from sigilc.check.evidence.summaries import Summary, empty_summary, parameter_marks, result_marks
from sigilc.check.evidence.trees import Tree, flow_tree, fresh_tree, labels_of
from sigilc.check.typed import Expr, Function, Variable
from sigilc.check.types import ParamType

EVALUATING = (expressions, control, foreign, pipelines)      # imported for what they register


@dataclass(eq=False, slots=True)
class Analysis:
    """A body's graph and its solution. `inputs[n]` is the parameter behind input n, with its label."""

    function: Function
    summary: Summary
    graph: Graph
    masks: Masks
    inputs: list[tuple[int, Variable | None]]
    idle_predicates: list[Expr]


def analyse_function(program: Program, function: Function) -> Analysis:
    """Builds and solves the graph of a body; the summaries of its callees must be there."""
    assert function.body is not None
    summary = empty_summary(function, function in program.handlers)
    is_generic = bool(function.type_params) or any(isinstance(slot.type, ParamType) for slot in summary.slots)
    graph = Graph(is_generic)
    result = fresh_tree(graph, function.result)
    flow = Flow(program, function, graph, lambda tree, e: None)
    flow.give_result = lambda tree, e: _give_result(flow, summary, result, tree, e)
    pieces = _bind_parameters(flow, summary)
    pieces_of(function.result, function.result, result, pieces)
    for param, _ in flow.exits:
        flow.fault_exits[param] = fresh_tree(graph, param.type)
        pieces_of(param.type, param.type, flow.fault_exits[param], pieces)
    control.eval_tail(flow, function.body, flow.give_result)
    if not flow.dead:
        flow.leave_by_exit()
    keep_exits_to_requirement(graph, function, summary, pieces)
    inputs: list[tuple[int, int, Variable | None]] = []
    for number, slot in enumerate(summary.slots):
        label = pieces[number][0]
        if not slot.is_output and not slot.mark and isinstance(label, int) and label != KNOWN:
            owner = summary.slot_owner[number] if number < len(summary.slot_owner) else None
            inputs.append((number, label, owner))
    masks = propagate(graph, [label for _, label, _ in inputs])
    _reduce(summary, graph, masks, pieces, [number for number, _, _ in inputs])
    program.reported_filters[function] = [stage for stage, labels in flow.filters
                                          if any(masks.level(label) == REPORTED_LEVEL for label in labels)]
    if graph.kept:
        reached = graph.reach(graph.kept)
        summary.kept.update(number for number in summary.parameters_of_functions()
                            if not reached.isdisjoint(labels_of(pieces[number][0])))
    return Analysis(function, summary, graph, masks, [(label, owner) for _, label, owner in inputs], flow.idle_predicates)


def _bind_parameters(flow: Flow, summary: Summary) -> list[Piece]:
    """Binds the parameters and gives the pieces at their slots and at the in-out parameters' exits."""
    graph = flow.graph
    function = summary.function
    pieces: list[Piece] = []
    for param in function.params:
        base = fresh_tree(graph, param.type)
        pieces_of(param.type, param.type, base, pieces)
        default = summary.default_mark if param.name != "self" else ""
        text = "parameter `{}` is declared to take reported data"
        if (function.export or function.is_callback) and RULES["export"]:
            default = "~"
            text = "parameter `{}` comes from foreign code"
        why = Reason(param.span, text, param.name)
        flow.declare(param, annotate(graph, base, param.type, parameter_marks(param), default, None, why))
    for param in function.params:
        if param.kind == "inout":
            left = fresh_tree(graph, param.type)
            pieces_of(param.type, param.type, left, pieces)
            flow.exits.append((param, left))
    return pieces


def _give_result(flow: Flow, summary: Summary, result: Tree, tree: Tree, e: Expr) -> None:
    function = flow.function
    marks = result_marks(function)
    wanted = Wanted("E0305", e.span, "result", function.name)
    why = Reason(function.result_span or function.span, "`{}` is declared to give reported data", function.name)
    if function.requirement is not None or function.trait is not None:
        keep_to_requirement(flow.graph, function, summary, tree, e.span)
    given = annotate(flow.graph, tree, function.result, marks, "", wanted, why)
    if RULES["result"]:
        flow_tree(flow.graph, given, result, (e.span, "is what `{}` gives", function.name))


def _reduce(summary: Summary, graph: Graph, masks: Masks, pieces: list[Piece], inputs: list[int]) -> None:
    for output, slot in enumerate(summary.slots):
        label = pieces[output][0]
        if not slot.is_output or slot.mark or not isinstance(label, int) or not masks.bits[label]:
            continue
        flows = [(number, flags) for n, number in enumerate(inputs, 1) for flags in masks.flags(label, n)]
        if flows:
            summary.flows[output] = flows
        own = masks.flags(label, 0)
        if own:
            level = ASSERTED_LEVEL if all(flags & ASSERT for flags in own) else REPORTED_LEVEL
            reason = Reason(summary.function.span, "", summary.function.name, graph, label)
            summary.constants.append((output, level, reason))
