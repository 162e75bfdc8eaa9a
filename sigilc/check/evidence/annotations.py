"""What marks do to a value's tree: a demand where trust is promised, a constant where the annotation decides."""

from __future__ import annotations

from sigilc.check.evidence.graph import (
    ASSERTED_LEVEL,
    KNOWN,
    REPORTED_LEVEL,
    AcceptCheck,
    Graph,
    Reason,
    Wanted,
)
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.slots import marks_part
from sigilc.check.evidence.trees import FnTree, Tree, flow_tree, fresh_like, labels_of, map_labels
from sigilc.check.types import (
    ArrayType,
    EnumType,
    FnType,
    FutureType,
    MapType,
    Marks,
    OptionType,
    ParamType,
    SetType,
    StructType,
    TupleType,
    Type,
)

DEMAND_RULES = {"argument": "demand_argument", "message": "demand_argument", "annotation": "demand_annotation",
                "field": "demand_field", "function": "demand_function", "confirm": "demand_confirm",
                "stage": "demand_confirm", "result": "demand_result", "implementation": "demand_implementation",
                "implementation_exit": "demand_implementation",
                "implementation_passed": "demand_implementation",
                "state": "demand_actor_field", "state_exit": "demand_actor_field", "exit": "demand_exit",
                "foreign": "demand_confirm"}


def demand(graph: Graph, label: int, limit: int, wanted: Wanted | None, real_only: bool = False) -> None:
    """Requires `label` to be at most `limit`, unless nothing is wanted."""
    if wanted is not None and label != KNOWN and RULES[DEMAND_RULES[wanted.what]]:
        graph.demand(label, limit, wanted, real_only)


def constrain(graph: Graph, label: int, mark: str, wanted: Wanted | None, why: Reason) -> int:
    """The label of a position that says `mark`, when a value with `label` is put there."""
    if not mark:
        return label
    if mark == "!":
        demand(graph, label, KNOWN, wanted)
        return KNOWN
    if mark == "‽":
        demand(graph, label, ASSERTED_LEVEL, wanted)
    if not RULES["reported_annotation"]:
        return label
    return graph.source(ASSERTED_LEVEL if mark == "‽" else REPORTED_LEVEL, why)


def annotate(graph: Graph, tree: Tree, type_: Type, marks: Marks, inherited: str,
             wanted: Wanted | None, why: Reason, checks_functions: bool = True) -> Tree:
    """The tree that a value with `tree` has in a place of `type_` that says `marks`.

    Positions with a mark get exactly that trust, demanding as much from the value; the others keep what flows there.
    `wanted` None demands nothing. `inherited` is the mark of the whole that the place is part of. With
    `checks_functions` a function value must accept what the unmarked parameters of its type accept.
    """
    mark = marks.own or inherited
    if isinstance(type_, OptionType | FutureType):
        return annotate(graph, tree, type_.item, marks_part(marks, 0), mark, wanted, why, checks_functions)
    if isinstance(type_, FnType) and isinstance(tree, FnTree):
        return _annotate_function(graph, tree, type_, marks, mark, wanted, why, checks_functions)
    if isinstance(type_, ParamType) or not isinstance(tree, tuple):
        if not mark:
            return tree
        return map_labels(tree, lambda label: constrain(graph, label, mark, wanted, why))
    if not mark and not marks.parts and not has_function(type_):
        return tree
    if isinstance(type_, TupleType):
        return tuple([annotate(graph, part, item, marks_part(marks, index), mark, wanted, why, checks_functions)
                      for index, (part, item) in enumerate(zip(tree, type_.items, strict=True))])
    own = tree[0]
    assert isinstance(own, int)
    parts = [annotate(graph, part, item, marks_part(marks, index), mark, wanted, why, checks_functions)
             for index, (part, item) in enumerate(zip(tree[1:], type_.parts(), strict=True))]
    return (constrain(graph, own, mark, wanted, why), *parts)


def _annotate_function(graph: Graph, tree: FnTree, type_: FnType, marks: Marks, mark: str,
                       wanted: Wanted | None, why: Reason, checks_functions: bool) -> FnTree:
    params: list[Tree] = []
    for index, part in enumerate(type_.params):
        given = fresh_like(graph, tree.params[index])
        _annotate_given(graph, given, tree.params[index], part, marks_part(marks, index), mark, why)
        params.append(given)
    if checks_functions and wanted is not None:
        require_acceptance(graph, tree, type_, marks, mark, wanted)
    exits: list[Tree | None] = []
    for index, left in enumerate(tree.exits):
        exits.append(None if left is None else annotate(
            graph, left, type_.params[index], marks_part(marks, index), mark, wanted, why, checks_functions))
    result = annotate(graph, tree.result, type_.result, marks_part(marks, len(type_.params)), mark, wanted, why,
                      checks_functions)
    return FnTree(constrain(graph, tree.own, mark, wanted, why), tuple(params), tuple(exits), result)


def _annotate_given(graph: Graph, given: Tree, accepted: Tree, type_: Type, marks: Marks, inherited: str,
                    why: Reason) -> None:
    """Parameters turn the demand round: callers must give what the annotation says, the function gets just that."""
    wanted = Wanted("E0301", None, "argument")
    flow_tree(graph, annotate(graph, given, type_, marks, inherited, wanted, why, False), accepted)


def require_acceptance(graph: Graph, tree: FnTree, type_: FnType, marks: Marks, inherited: str, wanted: Wanted,
                       is_kept: bool = False) -> None:
    """Notes that `tree` must take reported arguments wherever `type_` has an unmarked or `~` parameter.

    A bare type parameter carries its own trust through the call; not so where the function `is_kept` in a field, from which
    it comes back without a link to what it was.
    """
    accepting: list[int] = []
    for index, part in enumerate(type_.params):
        _collect_accepting(part, marks_part(marks, index), inherited, tree.params[index], accepting, is_kept)
    if is_kept:
        graph.kept.update(accepting)
    if accepting and RULES["demand_function"]:
        graph.checks.append(AcceptCheck(accepting, given_out(tree),
                                        wanted._replace(code=_acceptance_code(wanted), what="function")))


def given_out(tree: Tree) -> list[int]:
    """The labels of what the functions in a tree captured, of their results, and of what they leave in in-out arguments."""
    if isinstance(tree, FnTree):
        return [tree.own, *(label for left in tree.exits for label in labels_of(left)), *labels_of(tree.result)]
    return [label for part in tree for label in given_out(part)] if isinstance(tree, tuple) else []


def _acceptance_code(wanted: Wanted) -> str:
    return wanted.code if wanted.code in ("E0305", "E0306") else "E0301"


def _collect_accepting(type_: Type, marks: Marks, inherited: str, tree: Tree, found: list[int], is_kept: bool) -> None:
    mark = marks.own or inherited
    if isinstance(type_, OptionType | FutureType):
        _collect_accepting(type_.item, marks_part(marks, 0), mark, tree, found, is_kept)
    elif isinstance(type_, ParamType):
        if is_kept and mark in ("", "~"):
            found += labels_of(tree)
    elif isinstance(tree, FnTree):
        return
    elif isinstance(tree, int):
        if mark in ("", "~"):
            found.append(tree)
    else:
        parts = tree
        if not isinstance(type_, TupleType):
            own = tree[0]
            assert isinstance(own, int)
            if mark in ("", "~"):
                found.append(own)
            parts = tree[1:]
        for index, (item, part) in enumerate(zip(type_.parts(), parts, strict=True)):
            _collect_accepting(item, marks_part(marks, index), mark, part, found, is_kept)


def has_function(type_: Type) -> bool:
    """True when a function type occurs in the positions of `type_`."""
    if isinstance(type_, FnType):
        return True
    if isinstance(type_, ArrayType | SetType | MapType | TupleType | OptionType | FutureType | StructType | EnumType):
        return any(has_function(part) for part in type_.parts())
    return False
