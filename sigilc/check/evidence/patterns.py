"""Patterns: each variable gets the tree of the position that it is bound to."""

from __future__ import annotations

from sigilc.check.evidence.annotations import annotate
from sigilc.check.evidence.flow import Flow
from sigilc.check.evidence.graph import KNOWN, Reason, Wanted
from sigilc.check.evidence.places import PayloadPlace, VariantPlace, name_step, project
from sigilc.check.evidence.trees import FnTree, Tree, known_tree
from sigilc.check.typed import (
    BindPattern,
    Expr,
    GetField,
    Index,
    Literal,
    NonePattern,
    OrPattern,
    Pattern,
    SlicePattern,
    SomePattern,
    StructDecl,
    StructPattern,
    TuplePattern,
    Variable,
    VariantPattern,
)
from sigilc.check.types import USIZE, EnumType, StructType
from sigilc.source.spans import Span


def bind_pattern(flow: Flow, pattern: Pattern, tree: Tree, span: Span, place: Expr | None = None) -> None:
    """Binds the pattern's variables to the parts of `tree`.

    `span` is the matched value's. With `place` the match is in place: what is assigned to a variable goes there too.
    """
    part: Expr | None
    if isinstance(pattern, BindPattern):
        _bind_variable(flow, pattern.variable, tree, span, place)
        if pattern.sub is not None:
            bind_pattern(flow, pattern.sub, tree, span, place)
    elif isinstance(pattern, TuplePattern):
        assert isinstance(tree, tuple)
        for index, item in enumerate(pattern.items):
            part = None if place is None else GetField(pattern.span, item.type, place, index)
            bind_pattern(flow, item, flow.via("project", tree[index], item.type), span, part)
    elif isinstance(pattern, SomePattern):
        part = None if place is None else PayloadPlace(pattern.span, pattern.item.type, place)
        bind_pattern(flow, pattern.item, tree, span, part)
    elif isinstance(pattern, NonePattern):
        if pattern.why is not None:
            flow.declare(pattern.why, KNOWN)
    elif isinstance(pattern, StructPattern):
        _bind_fields(flow, pattern, tree, span, place)
    elif isinstance(pattern, VariantPattern):
        owner = pattern.type
        assert isinstance(owner, EnumType)
        for index, sub in pattern.fields:
            field = pattern.variant.fields[index]
            part = None if place is None else VariantPlace(sub.span, sub.type, place, field)
            bind_pattern(flow, sub, project(flow, tree, owner, field), span, part)
    elif isinstance(pattern, SlicePattern):
        assert isinstance(tree, tuple)
        for item in [*pattern.first, *pattern.last]:
            part = None if place is None else Index(item.span, item.type, place, Literal(item.span, USIZE, 0))
            bind_pattern(flow, item, flow.via("project", tree[1], item.type), span, part)
        if pattern.rest is not None:
            bind_pattern(flow, pattern.rest, tree, span)
    elif isinstance(pattern, OrPattern):
        _bind_alternatives(flow, pattern, tree, span, place)


def _bind_fields(flow: Flow, pattern: StructPattern, tree: Tree, span: Span, place: Expr | None) -> None:
    owner = pattern.type
    assert isinstance(owner, StructType) and isinstance(owner.decl, StructDecl)
    for index, sub in pattern.fields:
        part = None if place is None else GetField(sub.span, sub.type, place, index)
        bind_pattern(flow, sub, project(flow, tree, owner, owner.decl.fields[index]), span, part)


def _bind_alternatives(flow: Flow, pattern: OrPattern, tree: Tree, span: Span, place: Expr | None) -> None:
    """All alternatives bind the same variables: each holds the join of what the alternatives would give it."""
    bound: dict[Variable, list[Tree]] = {}
    for alternative in pattern.alternatives:
        bind_pattern(flow, alternative, tree, span, place)
        for variable in pattern_variables(alternative):
            bound.setdefault(variable, []).append(flow.env[variable])
    for variable, trees in bound.items():
        flow.env[variable] = flow.merge("binding", trees, variable.type)


def pattern_variables(pattern: Pattern) -> list[Variable]:
    """The variables that a pattern binds."""
    if isinstance(pattern, BindPattern):
        return [pattern.variable, *(pattern_variables(pattern.sub) if pattern.sub is not None else [])]
    if isinstance(pattern, TuplePattern):
        return [v for item in pattern.items for v in pattern_variables(item)]
    if isinstance(pattern, SomePattern):
        return pattern_variables(pattern.item)
    if isinstance(pattern, StructPattern | VariantPattern):
        return [v for _, sub in pattern.fields for v in pattern_variables(sub)]
    if isinstance(pattern, SlicePattern):
        parts = [*pattern.first, *pattern.last, *([pattern.rest] if pattern.rest is not None else [])]
        return [v for part in parts for v in pattern_variables(part)]
    if isinstance(pattern, OrPattern):
        return pattern_variables(pattern.alternatives[0])
    return []


def _bind_variable(flow: Flow, variable: Variable, tree: Tree, span: Span, place: Expr | None) -> None:
    if isinstance(tree, int) and tree == KNOWN and variable.marks is None and place is None:
        flow.declare(variable, KNOWN)
        return
    tree = flow.via("binding", tree, variable.type)
    marks = variable.marks or flow.variable_marks.get(variable)
    if marks is not None and not marks.is_empty:
        why = Reason(variable.span, "`{}` is declared reported", variable.name)
        tree = annotate(flow.graph, tree, variable.type, marks, "",
                        Wanted("E0301", span, "annotation", variable.name), why)
    if not (isinstance(tree, FnTree) and tree.body is not None):
        tree = name_step(flow, tree, variable, variable.span)
    flow.declare(variable, tree)
    if place is not None:
        flow.aliases[variable] = place


def bind_known(flow: Flow, pattern: Pattern) -> None:
    """Binds the variables of a pattern whose value never arrives."""
    for variable in pattern_variables(pattern):
        flow.declare(variable, known_tree(flow.graph, variable.type))
