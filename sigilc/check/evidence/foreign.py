"""Calls into C: whatever comes out of one is reported, its result and what C may have written into a lent place."""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.evidence.annotations import annotate
from sigilc.check.evidence.calls import eval_arguments
from sigilc.check.evidence.flow import EVALUATORS, Flow
from sigilc.check.evidence.graph import KNOWN, REPORTED_LEVEL, Reason, Wanted
from sigilc.check.evidence.places import write_place
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.summaries import parameter_marks
from sigilc.check.evidence.trees import Tree, join_labels, map_labels
from sigilc.check.types import Type
from sigilc.source.spans import Span


def eval_foreign_call(flow: Flow, e: t.Call) -> Tree:
    """A call of a C function by its name; marks on its parameters demand what they say."""
    function = e.function
    trees = eval_arguments(flow, e.args, [a.type for a in e.args])
    for param, arg, tree in zip(function.params, e.args, trees, strict=False):
        marks = parameter_marks(param)
        if not marks.is_empty:
            label = join_labels(flow.graph, flow.collapse(tree, arg.type, arg.span))
            wanted = Wanted("E0301", arg.span, "argument", param.name)
            why = Reason(param.span, "parameter `{}` is declared to take reported data", param.name)
            annotate(flow.graph, label, param.type, marks, "", wanted, why)
    return _bring_in(flow, e.args, e.type, e.span, function)


def eval_call_pointer(flow: Flow, e: t.CallPointer) -> Tree:
    """A call of a function that C has given."""
    flow.eval(e.callee)
    eval_arguments(flow, e.args, [a.type for a in e.args])
    return _bring_in(flow, e.args, e.type, e.span, None)


def _bring_in(flow: Flow, args: list[t.Expr], result: Type, span: Span, function: t.Function | None) -> Tree:
    """What C leaves in the places it was lent, and what it gives."""
    label = KNOWN
    if RULES["foreign"]:
        if function is None:
            label = flow.graph.source(REPORTED_LEVEL, Reason(span, "calls foreign code"))
        else:
            source = flow.graph.source(REPORTED_LEVEL, Reason(function.span, "`{}` is foreign code", function.name))
            label = flow.graph.fresh()
            flow.graph.edge(source, label, (span, "`{}` brings in reported data", function.name))
    for arg in args:
        if isinstance(arg, t.InOut):
            write_place(flow, arg.place, _all(flow, arg.type, label), Wanted("E0307", arg.span, "exit"))
    return _all(flow, result, label)


def _all(flow: Flow, type_: Type, label: int) -> Tree:
    """A tree with one label everywhere."""
    return map_labels(flow.known(type_), lambda _: label)


def eval_pointer_to(flow: Flow, e: t.PointerTo) -> Tree:
    """An address is as trusted as what lies there."""
    return join_labels(flow.graph, flow.collapse(flow.eval(e.value), e.value.type, e.span))


def eval_code_pointer(flow: Flow, e: t.CodePointer) -> Tree:
    """The address of a function is nothing from outside."""
    return KNOWN


EVALUATORS.update({t.CallPointer: eval_call_pointer, t.PointerTo: eval_pointer_to, t.CodePointer: eval_code_pointer})
