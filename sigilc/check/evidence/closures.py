"""Closures: a part of the graph of the body that they stand in, copied for each call where the closure is known.

A closure that is called by the name it was bound to is as polymorphic as a function: its part of the graph is copied.
Where it went through a parameter, a field or a branch, all its calls share one part.
"""

from __future__ import annotations

from collections.abc import Callable

from sigilc.check import typed as t
from sigilc.check.evidence.annotations import annotate
from sigilc.check.evidence.control import eval_tail
from sigilc.check.evidence.flow import EVALUATORS, Flow
from sigilc.check.evidence.graph import AcceptCheck, ClosureBody, Graph, Reason, Wanted
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.trees import FnTree, Tree, flow_tree, fresh_tree, labels_of
from sigilc.check.types import NO_MARKS

LARGEST_COPY = 200      # labels; beyond that calls share the closure's own part of the graph


def eval_closure(flow: Flow, e: t.Closure) -> Tree:
    """A body of its own: parameters are what callers put in, captured variables what they hold now."""
    graph = flow.graph
    outer = (flow.give_result, flow.exits, flow.loops, flow.mutable, flow.dead, flow.fault_exits)
    body = ClosureBody(len(graph.out), 0, len(graph.sources), len(graph.demands), len(graph.checks), [])
    result = fresh_tree(graph, e.body.type)
    step = (e.span, "is captured here", "")
    captured = [label for v in e.captures for label in flow.collapse(flow.read(v, e.span), v.type, e.span)]
    own = flow.join("capture", captured, step)
    params: list[Tree] = []
    exits: list[Tree | None] = []
    flow.exits, flow.loops, flow.mutable, flow.dead, flow.fault_exits = [], {}, [], False, {}
    for param in e.params:
        given = fresh_tree(graph, param.type)
        why = Reason(param.span, "parameter `{}` is declared to take reported data", param.name)
        flow.declare(param, annotate(graph, given, param.type, param.marks or NO_MARKS, "",
                                     Wanted("E0301", None, "argument", param.name), why))
        params.append(given)
        exits.append(fresh_tree(graph, param.type) if param.kind == "inout" else None)
        left = exits[-1]
        if left is not None:
            flow.exits.append((param, left))
            flow.fault_exits[param] = left      # a caller can't tell which of both it sees

    def give(tree: Tree, value: t.Expr) -> None:
        if RULES["result"]:
            flow_tree(graph, tree, result, (value.span, "the closure gives it", ""))

    flow.give_result = give
    eval_tail(flow, e.body, give)
    if not flow.dead:
        flow.leave_by_exit()
    flow.give_result, flow.exits, flow.loops, flow.mutable, flow.dead, flow.fault_exits = outer
    for label in [*labels_of(result), *(label for left in exits for label in labels_of(left))]:
        graph.edge(own, label, step)
    tree = FnTree(own, tuple(params), tuple(exits), result)
    sources = captured + _captured_further(flow, e)
    outside = [(label, edge) for label in dict.fromkeys(sources) for edge in graph.out[label] if edge[0] >= body.start]
    tree.body = body._replace(end=len(graph.out), outside=outside)
    return tree


def _captured_further(flow: Flow, e: t.Closure) -> list[int]:
    """What captured closures captured: their copies inside this body get it directly."""
    trees = [flow.env[variable] for variable in e.captures]
    return [label for tree in trees if isinstance(tree, FnTree) and tree.body is not None for label, _ in tree.body.outside]


def copy_closure(graph: Graph, tree: FnTree) -> FnTree:
    """The closure over a copy of its part of the graph; the closure itself where that is too large or not known."""
    body = tree.body
    if body is None or body.end - body.start > LARGEST_COPY:
        return tree
    shift = len(graph.out) - body.start

    def copied(label: int) -> int:
        return label + shift if body.start <= label < body.end else label

    for label in range(body.start, body.end):
        graph.out.append([(copied(target), flags, step) for target, flags, step in graph.out[label] if target < body.end])
        if label in graph.type_params:
            graph.type_params[label + shift] = graph.type_params[label]
    for label, (target, flags, step) in body.outside:
        graph.out[label].append((copied(target), flags, step))
    for label, level, reason in graph.sources[body.sources:]:
        if body.start <= label < body.end:
            graph.sources.append((label + shift, level, reason))
    for demand in graph.demands[body.demands:]:
        if body.start <= demand.label < body.end:
            graph.demands.append(demand._replace(label=demand.label + shift))
    graph.kept.update([label + shift for label in graph.kept if body.start <= label < body.end])
    for check in graph.checks[body.checks:]:
        if all(body.start <= label < body.end for label in check.labels):
            graph.checks.append(AcceptCheck([copied(x) for x in check.labels], [copied(x) for x in check.exits], check.wanted))
    return _relabel(tree, copied)


def _relabel(tree: FnTree, copied: Callable[[int], int]) -> FnTree:
    def relabel(part: Tree) -> Tree:
        if isinstance(part, int):
            return copied(part)
        if isinstance(part, tuple):
            return tuple(relabel(item) for item in part)
        return _relabel(part, copied)

    exits = tuple(None if left is None else relabel(left) for left in tree.exits)
    return FnTree(copied(tree.own), tuple(relabel(p) for p in tree.params), exits, relabel(tree.result))


EVALUATORS[t.Closure] = eval_closure
