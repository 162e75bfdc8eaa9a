"""Control flow: blocks, branches, loops and returns.

Control dependence does not taint: conditions, subjects of a match and the counts of loops only choose.
"""

from __future__ import annotations

from functools import partial

from sigilc.check import typed as t
from sigilc.check.evidence.annotations import annotate
from sigilc.check.evidence.flow import EVALUATORS, Accept, Flow
from sigilc.check.evidence.graph import KNOWN, Reason, Wanted
from sigilc.check.evidence.patterns import bind_pattern
from sigilc.check.evidence.places import makes_entry, read_in_place, visit_indices, write_place
from sigilc.check.evidence.trees import Tree, flow_tree, fresh_tree
from sigilc.check.types import UNIT, ArrayType, MapType, SetType, Type
from sigilc.crash import InternalError


def eval_block(flow: Flow, e: t.Block, tail: Accept | None = None) -> Tree:
    """Statements, then the value."""
    in_scope = len(flow.mutable)
    for statement in e.statements:
        flow.eval(statement)
    tree: Tree = KNOWN
    if e.value is not None:
        tree = eval_tail(flow, e.value, tail) if tail is not None else flow.eval(e.value)
    del flow.mutable[in_scope:]
    return tree


def eval_tail(flow: Flow, e: t.Expr, accept: Accept) -> Tree:
    """Gives the value on each path to `accept`, with the expression that it comes from."""
    if isinstance(e, t.Block):
        return eval_block(flow, e, accept)
    if isinstance(e, t.If) and e.otherwise is not None:
        return eval_if(flow, e, accept)
    if isinstance(e, t.Match):
        return eval_match(flow, e, accept)
    if isinstance(e, t.Unsafe):
        return eval_tail(flow, e.body, accept)
    tree = flow.eval(e)
    if not flow.dead:
        accept(tree, e)
    return KNOWN


def _branch(flow: Flow, e: t.Expr, type_: Type, tail: Accept | None) -> Tree:
    return flow.eval_as(e, type_) if tail is None else eval_tail(flow, e, tail)


def eval_if(flow: Flow, e: t.If, tail: Accept | None = None) -> Tree:
    """Branches join; the condition only chooses."""
    flow.eval(e.condition)
    otherwise = e.otherwise
    if otherwise is None:

        def then() -> Tree:
            flow.eval(e.then)
            return KNOWN

        return flow.alternatives([then, lambda: KNOWN], UNIT)
    type_ = UNIT if tail is not None else e.type
    return flow.alternatives([partial(_branch, flow, e.then, type_, tail), partial(_branch, flow, otherwise, type_, tail)],
                             type_, (e.span, "one branch gives it", ""))


def eval_match(flow: Flow, e: t.Match, tail: Accept | None = None) -> Tree:
    """Arms join; which arm is taken does not count."""
    place = e.value.place if isinstance(e.value, t.InOut) else None
    if place is not None:
        visit_indices(flow, place)
    subject = flow.eval(e.value) if place is None else read_in_place(flow, place, joins_choices=True)
    if place is not None and makes_entry(place) and not flow.dead:
        write_place(flow, place, read_in_place(flow, place), Wanted("E0301", place.span, "annotation"))
    type_ = UNIT if tail is not None else e.type
    refused: list[dict[t.Variable, Tree]] = []      # what guards changed that may have said no

    def take(arm: t.Arm) -> Tree:
        flow.may_have_changed(refused)
        in_scope = len(flow.mutable)
        bind_pattern(flow, arm.pattern, subject, e.value.span, place)
        if arm.guard is not None:
            before = len(flow.trail)
            flow.eval(arm.guard)
            refused.append(flow.changed_since(before, flow.mutable[:in_scope]))
        tree = _branch(flow, arm.body, type_, tail)
        del flow.mutable[in_scope:]
        return tree

    if flow.dead:
        return flow.known(type_)
    return flow.alternatives([partial(take, arm) for arm in e.arms], type_, (e.span, "one arm gives it", ""))


def eval_let(flow: Flow, e: t.Let) -> Tree:
    """The names get what they are bound to; a written type's marks decide."""
    tree = flow.eval_as(e.value, e.pattern.type)
    if e.marks is not None and not e.marks.is_empty:
        name = e.pattern.variable.name if isinstance(e.pattern, t.BindPattern) else ""
        why = Reason(e.pattern.span, "`{}` is declared reported" if name else "it is declared reported here", name)
        tree = annotate(flow.graph, tree, e.pattern.type, e.marks, "",
                        Wanted("E0301", e.value.span, "annotation", name), why)
        if isinstance(e.pattern, t.BindPattern):
            flow.variable_marks[e.pattern.variable] = e.marks
    otherwise = e.otherwise
    if otherwise is not None:

        def fail() -> Tree:
            flow.eval(otherwise)
            flow.dead = True
            return KNOWN

        flow.alternatives([fail, lambda: KNOWN], UNIT)
    bind_pattern(flow, e.pattern, tree, e.value.span)
    return KNOWN


def eval_loop(flow: Flow, e: t.Loop) -> Tree:
    """`loop` and `while`: its breaks leave it."""
    frame = flow.enter_loop()
    flow.loops[e.label] = frame
    in_scope = len(flow.mutable)
    flow.eval(e.body)
    del flow.mutable[in_scope:]
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=False)
    if not frame.values:
        return flow.known(e.type)
    return flow.merge("loop", frame.values, e.type, (e.span, "the loop gives it", ""))


def eval_for(flow: Flow, e: t.For) -> Tree:
    """The pattern gets the elements; how many there are does not count."""
    tree = flow.eval(e.iterable)
    frame = flow.enter_loop()
    flow.loops[e.label] = frame
    in_scope = len(flow.mutable)
    bind_pattern(flow, e.pattern, element_of(flow, tree, e.iterable.type, e.pattern.type), e.iterable.span)
    flow.eval(e.body)
    del flow.mutable[in_scope:]
    flow.repeat_loop(frame)
    flow.leave_loop(frame, ends_at_head=True)
    return KNOWN


def element_of(flow: Flow, tree: Tree, collection: Type, item: Type) -> Tree:
    """The tree of what a collection gives when it is walked: elements, pairs of a map, numbers of a range."""
    if isinstance(collection, MapType) and isinstance(tree, tuple):
        return flow.via("elements", (tree[1], tree[2]), item)
    if isinstance(collection, ArrayType | SetType) and isinstance(tree, tuple):
        return flow.via("elements", tree[1], item)
    return flow.via("elements", tree, item)


def eval_break(flow: Flow, e: t.Break) -> Tree:
    """What variables hold flows behind the loop."""
    tree: Tree = KNOWN if e.value is None else flow.eval(e.value)
    frame = flow.loops.get(e.label)
    if frame is None:
        raise InternalError("`break` outside its loop", e.span)
    if not flow.dead:
        flow.break_loop(frame)
        if e.value is not None:
            frame.values.append(tree)
    return KNOWN


def eval_continue(flow: Flow, e: t.Continue) -> Tree:
    """What variables hold flows to the loop's head."""
    frame = flow.loops.get(e.label)
    if frame is None:
        raise InternalError("`continue` outside its loop", e.span)
    flow.repeat_loop(frame)
    return KNOWN


def eval_return(flow: Flow, e: t.Return) -> Tree:
    """The value flows into the result, in-out parameters into their exits."""
    if e.value is not None:
        eval_tail(flow, e.value, flow.give_result)
    if not flow.dead:
        flow.leave_by_exit()
    return KNOWN


def eval_catch(flow: Flow, e: t.CatchPanic) -> Tree:
    """A panic may end the block anywhere: afterwards a variable may hold whatever was written to it."""
    graph = flow.graph
    outer = dict(flow.fault_exits)
    held = {variable: fresh_tree(graph, variable.type) for variable in e.captures if variable in flow.mutable}
    for variable, tree in held.items():
        flow_tree(graph, flow.env[variable], tree)
        if variable in outer:
            flow_tree(graph, tree, outer[variable])
    flow.fault_exits.update(held)

    def body() -> Tree:
        flow.eval(e.body)
        return KNOWN

    flow.alternatives([body, lambda: KNOWN], UNIT)
    flow.fault_exits = outer
    for variable, tree in held.items():
        flow.rename(variable, tree)
    return KNOWN


EVALUATORS.update({
    t.Block: eval_block, t.Let: eval_let, t.If: eval_if, t.Match: eval_match, t.Loop: eval_loop, t.For: eval_for,
    t.Break: eval_break, t.Continue: eval_continue, t.Return: eval_return,
    t.Unsafe: lambda flow, e: flow.eval(e.body), t.CatchPanic: eval_catch,
})
