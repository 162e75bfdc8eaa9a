"""Calls: the callee's summary is instantiated for each, so that a helper is as trusted as what it is given."""

from __future__ import annotations

from sigilc.check.evidence.annotations import annotate, given_out
from sigilc.check.evidence.closures import copy_closure
from sigilc.check.evidence.flow import Flow, is_never
from sigilc.check.evidence.graph import (
    ASSERT,
    KNOWN,
    MIX,
    REPORTED_LEVEL,
    AcceptCheck,
    ClosureBody,
    Graph,
    Reason,
    Step,
    Wanted,
)
from sigilc.check.evidence.places import read_in_place, visit_indices, write_at_fault, write_place
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.slots import Piece, pieces_of
from sigilc.check.evidence.summaries import Summary, parameter_marks
from sigilc.check.evidence.trees import (
    FnTree,
    Tree,
    declared_label,
    flow_tree,
    fresh_tree,
    labels_of,
    map_labels,
    merge_trees,
    step_to,
)
from sigilc.check.typed import Ask, Call, CallValue, Expr, FunctionRef, InOut, Tell, Variable
from sigilc.check.types import (
    ArrayType,
    EnumType,
    FnType,
    FutureType,
    MapType,
    OptionType,
    ParamType,
    ProjectionType,
    SetType,
    StructType,
    TupleType,
    Type,
)
from sigilc.source.spans import Span


def eval_call(flow: Flow, e: Call) -> Tree:
    """A direct call."""
    function = e.function
    if function.foreign:
        from sigilc.check.evidence.foreign import eval_foreign_call
        return eval_foreign_call(flow, e)
    trees = eval_arguments(flow, e.args, [p.type for p in function.params])
    summary = flow.program.summary_of(function)
    bound = bind_arguments(flow, summary, trees, [a.span for a in e.args], "argument")
    types = argument_types(e.args, function.params)
    kept: list[Tree] | None = None
    if summary.entered:
        kept = [read_in_place(flow, arg.place) if isinstance(arg, InOut) else tree
                for arg, tree in zip(e.args, bound, strict=True)]
    result, exits, faults = instantiate(flow, summary, bound, types, e.type, e.span, "call", kept)
    for arg, left in zip(e.args, faults, strict=True):
        if isinstance(arg, InOut) and left is not None:
            write_at_fault(flow, arg.place, left, arg.span)
    write_exits(flow, e.args, exits)
    return result


def eval_arguments(flow: Flow, args: list[Expr], types: list[Type]) -> list[Tree]:
    """Views, and what places are chosen by, are evaluated in their order; then the places are looked at."""
    trees: list[Tree] = []
    for arg, type_ in zip(args, types, strict=True):
        if isinstance(arg, InOut):
            visit_indices(flow, arg.place)
            trees.append(KNOWN)
        else:
            trees.append(flow.eval_as(arg, type_))
    for index, arg in enumerate(args):
        if isinstance(arg, InOut):
            trees[index] = read_in_place(flow, arg.place, joins_choices=True)
    return trees


def argument_types(args: list[Expr], params: list[Variable]) -> list[Type]:
    """The arguments' types; an argument that never gives a value has its parameter's."""
    return [p.type if is_never(a.type) else a.type for a, p in zip(args, params, strict=True)]


def bind_arguments(flow: Flow, summary: Summary, trees: list[Tree], spans: list[Span], what: str) -> list[Tree]:
    """Demands what the parameters' marks say."""
    bound: list[Tree] = []
    for index, (param, tree) in enumerate(zip(summary.function.params, trees, strict=True)):
        if summary.needs_binding[index]:
            default = summary.default_mark if param.name != "self" else ""
            wanted = Wanted("E0301", spans[index], what, param.name)
            why = Reason(param.span, "parameter `{}` is declared to take reported data", param.name)
            tree = annotate(flow.graph, tree, param.type, parameter_marks(param), default, wanted, why)
        bound.append(tree)
    return bound


def write_exits(flow: Flow, args: list[Expr], exits: list[Tree | None]) -> None:
    """After the call each in-out argument holds what the callee left in it."""
    for arg, left in zip(args, exits, strict=True):
        if isinstance(arg, InOut) and left is not None:
            write_place(flow, arg.place, left, Wanted("E0307", arg.span, "exit"))


def instantiate(flow: Flow, summary: Summary, trees: list[Tree], types: list[Type], result_type: Type, span: Span,
                rule: str, kept: list[Tree] | None = None) -> tuple[Tree, list[Tree | None], list[Tree | None]]:
    """Copies a summary's edges into the caller's graph.

    `kept` are the arguments' trees for what a callee leaves where it was, by default `trees`.
    Gives the result's tree, what in-out parameters hold after a return, and after a fault where that may be more.
    """
    params = summary.function.params
    pieces: list[Piece] = []
    for param, tree, type_ in zip(params, trees, types, strict=True):
        pieces_of(param.type, type_, tree, pieces)
    staying: list[Piece] = []
    if kept is not None:
        for param, tree, type_ in zip(params, kept, types, strict=True):
            pieces_of(param.type, type_, tree, staying)
    filled = set(summary.flows)
    filled.update(number for number, _, _ in summary.constants)
    exits = _exit_trees(flow, summary, types, pieces, filled)
    result = _output_tree(flow.graph, summary.function.result, result_type, [len(pieces)], filled)
    pieces_of(summary.function.result, result_type, result, pieces)
    faults: list[Tree | None] = [None] * len(params)
    if summary.may_leave_more():
        faults = _exit_trees(flow, summary, types, pieces, filled)
    _copy_edges(flow, summary, pieces, staying, span, rule)
    if summary.kept:
        _keep_functions(flow, summary, pieces, trees, span)
    return result, exits, faults


def _keep_functions(flow: Flow, summary: Summary, pieces: list[Piece], trees: list[Tree], span: Span) -> None:
    """Functions that the callee keeps in a field must accept arguments of any trust."""
    for param, tree in zip(summary.function.params, trees, strict=True):
        labels = [label for number in sorted(summary.kept) if summary.slot_owner[number] is param
                  for label in labels_of(pieces[number][0])]
        flow.graph.kept.update(labels)
        if labels and RULES["demand_function"]:
            flow.graph.checks.append(AcceptCheck(labels, given_out(tree), Wanted("E0301", span, "function")))


def _exit_trees(flow: Flow, summary: Summary, types: list[Type], pieces: list[Piece],
                filled: set[int]) -> list[Tree | None]:
    exits: list[Tree | None] = []
    for param, type_ in zip(summary.function.params, types, strict=True):
        left: Tree | None = None
        if param.kind == "inout":
            left = _output_tree(flow.graph, param.type, type_, [len(pieces)], filled)
            pieces_of(param.type, type_, left, pieces)
        exits.append(left)
    return exits


def _copy_edges(flow: Flow, summary: Summary, pieces: list[Piece], staying: list[Piece], span: Span, rule: str) -> None:
    graph, slots = flow.graph, summary.slots
    # The lazy twin of a method of the library: the program has written the method's name.
    step = (span, "passes through `{}`", summary.function.name.replace("·str·lazy_", "·str·"))
    for output, sources in summary.flows.items():
        if output >= len(pieces):
            continue
        if not RULES["call_exit" if summary.exits_start <= output < summary.result_start else rule]:
            continue
        target = pieces[output][0]
        for source, flags in sources:
            if source >= len(pieces):       # what is left behind a fault is no more than behind a return
                continue
            given, given_type = (staying if staying and summary.entered.get(output) == source else pieces)[source]
            if isinstance(target, int) and isinstance(given, int) and slots[source].type.__class__ is not ParamType:
                graph.edge(given, target, step, flags & ASSERT)
            elif not flags & MIX and slots[source].type == slots[output].type:
                flow_tree(graph, given, target, step, flags & ASSERT)
            else:
                _mix(flow, flow.collapse(given, given_type, span), target, step, flags & ASSERT)
    if not RULES["call_source"] or not RULES[rule]:
        return
    for output, level, reason in summary.constants:
        if output >= len(pieces):
            continue
        text = "`{}` brings in reported data" if level == REPORTED_LEVEL else "`{}` brings in asserted data"
        label = graph.source(level, reason)
        _mix(flow, [label], pieces[output][0], (span, text, summary.function.name), 0)


def _mix(flow: Flow, labels: list[int], target: Tree, step: Step, flags: int) -> None:
    for into in labels_of(target):
        for label in labels:
            flow.graph.edge(label, into, step, flags | MIX)


def _output_tree(graph: Graph, declared: Type, actual: Type, number: list[int], filled: set[int]) -> Tree:
    """A tree for an output whose slots are numbered from `number[0]`; known where nothing flows."""
    while isinstance(declared, OptionType | FutureType):
        declared = declared.item
        actual = actual.item if isinstance(actual, OptionType | FutureType) else actual
    if isinstance(declared, TupleType):
        return tuple([_output_tree(graph, part, other, number, filled)
                      for part, other in zip(declared.items, actual.parts(), strict=True)])
    slot = number[0]
    number[0] += 1
    if isinstance(declared, ParamType | ProjectionType):
        return fresh_tree(graph, actual)
    label = graph.fresh() if slot in filled else KNOWN
    if isinstance(declared, FnType):
        return _output_function(graph, declared, actual, label, number, filled)
    if isinstance(declared, StructType | EnumType):
        constant = declared_label(graph, declared)
        label = label if constant is None else constant
        if not declared.args:
            return label
    elif not isinstance(declared, ArrayType | SetType | MapType):
        return label
    return (label, *[_output_tree(graph, part, other, number, filled)
                     for part, other in zip(declared.parts(), actual.parts(), strict=True)])


def _output_function(graph: Graph, declared: FnType, actual: Type, own: int, number: list[int],
                     filled: set[int]) -> FnTree:
    """The parameters of a function that is given out are inputs again: labels of their own."""
    parts = actual.parts()
    params: list[Tree] = []
    exits: list[Tree | None] = []
    for index, param in enumerate(declared.params):
        found: list[Piece] = []
        params.append(fresh_tree(graph, parts[index]))
        pieces_of(param, parts[index], params[-1], found)
        number[0] += len(found)
        left: Tree | None = None
        if declared.inout and declared.inout[index]:
            left = _output_tree(graph, param, parts[index], number, filled)
        exits.append(left)
    return FnTree(own, tuple(params), tuple(exits), _output_tree(graph, declared.result, parts[-1], number, filled))


def eval_function_ref(flow: Flow, e: FunctionRef) -> Tree:
    """A function as a value: its summary, instantiated over labels for its parameters."""
    assert isinstance(e.type, FnType)
    graph = flow.graph
    body = ClosureBody(len(graph.out), 0, len(graph.sources), len(graph.demands), len(graph.checks), [])
    params = tuple(fresh_tree(graph, p) for p in e.type.params)
    summary = flow.program.summary_of(e.function)
    bound: list[Tree] = []
    for index, (param, tree) in enumerate(zip(e.function.params, params, strict=True)):
        if summary.needs_binding[index]:
            why = Reason(param.span, "parameter `{}` is declared to take reported data", param.name)
            tree = annotate(flow.graph, tree, param.type, parameter_marks(param), summary.default_mark,
                            Wanted("E0301", None, "argument", param.name), why)
        bound.append(tree)
    result, exits, faults = instantiate(flow, summary, bound, list(e.type.params), e.type.result, e.span, "call")
    left = tuple(one if one is None or other is None else merge_trees(flow.graph, [one, other])
                 for one, other in zip(exits, faults, strict=True))
    tree = FnTree(KNOWN, params, left, result)
    tree.body = body._replace(end=len(graph.out))       # a name that is bound to it is as polymorphic as the function
    return tree


def eval_call_value(flow: Flow, e: CallValue) -> Tree:
    """A call of a function value; what it captured is in its result already."""
    callee = flow.eval(e.callee)
    type_ = e.callee.type
    assert isinstance(callee, FnTree) and isinstance(type_, FnType)
    callee = copy_closure(flow.graph, callee)
    trees = eval_arguments(flow, e.args, list(type_.params))
    if not RULES["apply"]:
        return flow.known(e.type)
    for arg, tree, accepted in zip(e.args, trees, callee.params, strict=True):
        flow_tree(flow.graph, tree, accepted, (arg.span, "is passed here", ""))
    step = (e.span, "comes out of this call of a function value", "")
    exits = [None if left is None else _given_out(flow, left, step) for left in callee.exits]
    write_exits(flow, e.args, exits)
    return _given_out(flow, callee.result, step)


def _given_out(flow: Flow, tree: Tree, step: Step) -> Tree:
    """The same evidence, with a step that names the call."""
    return map_labels(tree, lambda label: step_to(flow.graph, label, step))


def send(flow: Flow, e: Tell | Ask) -> Tree:
    """A message: its arguments go to the handler's parameters, which are `!` unless they say otherwise."""
    flow.eval(e.address)
    function = e.handler.function
    params = function.params[1:]
    trees = eval_arguments(flow, e.args, [p.type for p in params])
    summary = flow.program.summary_of(function)
    state = function.params[0]
    bound = bind_arguments(flow, summary, [flow.known(state.type), *trees],
                           [e.span, *(a.span for a in e.args)], "message")
    types = [state.type, *argument_types(e.args, params)]
    result_type = e.type.item if isinstance(e.type, FutureType) else function.result
    return instantiate(flow, summary, bound, types, result_type, e.span, "message")[0]


