"""Trees of labels, parallel to types: every position of a type has its own trust.

| type                          | tree                                                        |
|-------------------------------|-------------------------------------------------------------|
| numbers, text, ranges, …      | a label                                                     |
| `[T]`, `Set<T>`               | `(own, element)`                                            |
| `Map<K, V>`                   | `(own, key, value)`                                         |
| `(A, B)`                      | the slots'                                                  |
| `T?`, `Future<T>`             | that of `T`: an uncertain value's trust is its payload's    |
| structs and enums             | one label for all unmarked fields; `(label, arguments…)`    |
| functions                     | `FnTree`                                                    |
| a type parameter              | one label, which a call replaces by the argument's tree     |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sigilc.check.evidence.graph import KNOWN, LEAK, REPORTED_LEVEL, ClosureBody, Graph, Reason, Step
from sigilc.check.evidence.rules import RULES
from sigilc.check.types import (
    ArrayType,
    EnumType,
    FnType,
    FutureType,
    MapType,
    OptionType,
    ParamType,
    PrimType,
    SetType,
    StructType,
    TupleType,
    Type,
)


class FnTree:
    """The labels of a function value.

    `own` is what it captured; `params[i]` is what its callers put in, `exits[i]` what a call leaves in an in-out
    parameter (None for a view), `result` what it gives. What was captured is in exits and result already: whoever
    makes a function value joins it there. `body` is the part of the graph of a closure that is called by its own name.
    """

    __slots__ = ("body", "exits", "own", "params", "result")

    def __init__(self, own: int, params: tuple[Tree, ...], exits: tuple[Tree | None, ...], result: Tree):
        self.own = own
        self.params = params
        self.exits = exits
        self.result = result
        self.body: ClosureBody | None = None


Tree: TypeAlias = "int | tuple[Tree, ...] | FnTree"
Leaf = Callable[[Type], int]


def build_tree(graph: Graph, type_: Type, leaf: Leaf, is_opaque: bool = False) -> Tree:
    """A tree for `type_` whose labels `leaf` makes. In an opaque function value the arguments reach the result."""
    cls = type_.__class__
    if cls is PrimType:
        return leaf(type_)
    if isinstance(type_, OptionType | FutureType):
        return build_tree(graph, type_.item, leaf, is_opaque)
    if isinstance(type_, ArrayType | SetType):
        return (leaf(type_), build_tree(graph, type_.item, leaf, is_opaque))
    if isinstance(type_, MapType):
        return (leaf(type_), build_tree(graph, type_.key, leaf, is_opaque), build_tree(graph, type_.value, leaf, is_opaque))
    if isinstance(type_, TupleType):
        return tuple(build_tree(graph, item, leaf, is_opaque) for item in type_.items)
    if isinstance(type_, StructType | EnumType):
        own = declared_label(graph, type_)
        own = leaf(type_) if own is None else own
        return (own, *(build_tree(graph, arg, leaf, is_opaque) for arg in type_.args)) if type_.args else own
    if isinstance(type_, FnType):
        return _build_function(graph, type_, leaf, is_opaque)
    return leaf(type_)


def _build_function(graph: Graph, type_: FnType, leaf: Leaf, is_opaque: bool) -> FnTree:
    params = tuple(fresh_tree(graph, p) for p in type_.params)
    inout = type_.inout or (False,) * len(type_.params)
    if not is_opaque:
        exits = tuple(build_tree(graph, p, leaf) if m else None for p, m in zip(type_.params, inout, strict=True))
        return FnTree(leaf(type_), params, exits, build_tree(graph, type_.result, leaf))
    own = leaf(type_)
    arguments = labels_of(params) if RULES["opaque"] else []

    def given(part: Type) -> int:
        label = graph.fresh()
        for source in (own, *arguments):
            graph.edge(source, label)
        return label

    for passed in labels_given(params):
        for source in (own, *arguments):
            graph.edge(source, passed)
    exits = tuple(build_tree(graph, p, given, True) if m else None for p, m in zip(type_.params, inout, strict=True))
    return FnTree(own, params, exits, build_tree(graph, type_.result, given, True))


def declared_label(graph: Graph, type_: StructType | EnumType) -> int | None:
    """The constant that `struct Name~` or `struct Name!` gives all values of the type."""
    mark = type_.decl.mark
    if mark == "!":
        return KNOWN
    if mark == "~" and RULES["reported_type"]:
        reason = Reason(type_.decl.span, "every `{}` is declared reported", type_.decl.name)
        return graph.source(REPORTED_LEVEL, reason)
    return None


def fresh_tree(graph: Graph, type_: Type) -> Tree:
    """A tree of new labels."""
    if type_.__class__ is PrimType:
        return graph.fresh()

    def leaf(part: Type) -> int:
        label = graph.fresh()
        if isinstance(part, ParamType):
            graph.type_params[label] = part
        return label

    return build_tree(graph, type_, leaf)


def known_tree(graph: Graph, type_: Type) -> Tree:
    """A tree that is known everywhere."""
    if type_.__class__ is PrimType:
        return KNOWN
    return build_tree(graph, type_, lambda part: KNOWN, is_opaque=True)


def labels_of(tree: Tree | None) -> list[int]:
    """The labels of data that a holder of the value can read out of it: all but the parameters of functions."""
    if tree is None:
        return []
    if isinstance(tree, int):
        return [tree]
    if isinstance(tree, tuple):
        return [label for part in tree for label in labels_of(part)]
    found = [tree.own, *labels_of(tree.result)]
    for part in tree.exits:
        found += labels_of(part)
    return found


def labels_passed(tree: Tree | None) -> list[int]:
    """The labels of what functions in the value pass to functions that they are given: their caller can read it there."""
    if tree is None or isinstance(tree, int):
        return []
    if isinstance(tree, tuple):
        return [label for part in tree for label in labels_passed(part)]
    return [label for part in tree.params for label in labels_given(part)] \
        + [label for part in (tree.result, *tree.exits) for label in labels_passed(part)]


def labels_given(tree: Tree | None) -> list[int]:
    """The labels of what whoever takes the value puts into it: the arguments with which he calls functions in it."""
    if tree is None or isinstance(tree, int):
        return []
    if isinstance(tree, tuple):
        return [label for part in tree for label in labels_given(part)]
    return [label for part in tree.params for label in [*labels_of(part), *labels_passed(part)]] \
        + [label for part in (tree.result, *tree.exits) for label in labels_given(part)]


def all_labels(graph: Graph, tree: Tree) -> list[int]:
    """The labels of all that can be read out of a value that is made one: what functions in it pass on included."""
    labels = labels_of(tree)
    for label in labels_passed(tree):
        leaked = graph.fresh()
        graph.edge(label, leaked, None, LEAK)
        labels.append(leaked)
    return labels


def map_labels(tree: Tree, change: Callable[[int], int]) -> Tree:
    """The tree with every label that can be read replaced."""
    if isinstance(tree, int):
        return change(tree)
    if isinstance(tree, tuple):
        return tuple([map_labels(part, change) for part in tree])
    exits = tuple(None if part is None else map_labels(part, change) for part in tree.exits)
    params = tuple([_map_given(part, change) for part in tree.params])
    return FnTree(change(tree.own), params, exits, map_labels(tree.result, change))


def _map_given(tree: Tree, change: Callable[[int], int]) -> Tree:
    """A parameter's tree with every label replaced that stands for what the function passes on."""
    if isinstance(tree, int):
        return tree
    if isinstance(tree, tuple):
        return tuple([_map_given(part, change) for part in tree])
    exits = tuple(None if part is None else _map_given(part, change) for part in tree.exits)
    params = tuple([map_labels(part, change) for part in tree.params])
    return FnTree(tree.own, params, exits, _map_given(tree.result, change))


def map_data(tree: Tree, change: Callable[[int], int]) -> Tree:
    """The tree with every label of data replaced. Functions stay: what a call gives depends on its arguments."""
    if isinstance(tree, int):
        return change(tree)
    if isinstance(tree, tuple):
        return tuple([map_data(part, change) for part in tree])
    return tree


def validated(tree: Tree, type_: Type) -> Tree:
    """What passed a predicate is known; every value of a `struct Name~` stays what it is."""
    if isinstance(type_, OptionType | FutureType):
        return validated(tree, type_.item)
    if isinstance(type_, StructType | EnumType) and type_.decl.mark == "~":
        return (tree[0], *map(validated, tree[1:], type_.args)) if isinstance(tree, tuple) else tree
    if isinstance(tree, tuple):
        if isinstance(type_, TupleType):
            return tuple(map(validated, tree, type_.items))
        return (KNOWN, *map(validated, tree[1:], type_.parts()))
    return map_data(tree, lambda label: KNOWN)


def fresh_like(graph: Graph, tree: Tree) -> Tree:
    """A tree of new labels of the same shape."""
    if isinstance(tree, int):
        label = graph.fresh()
        if tree in graph.type_params:
            graph.type_params[label] = graph.type_params[tree]
        return label
    if isinstance(tree, tuple):
        return tuple([fresh_like(graph, part) for part in tree])
    exits = tuple(None if part is None else fresh_like(graph, part) for part in tree.exits)
    return FnTree(graph.fresh(), tuple(fresh_like(graph, p) for p in tree.params), exits, fresh_like(graph, tree.result))


def flow_tree(graph: Graph, source: Tree, target: Tree, step: Step | None = None, flags: int = 0) -> None:
    """Lets `source` flow into `target`, position by position; against the stream in parameters of functions."""
    if isinstance(source, int) and isinstance(target, int):
        graph.edge(source, target, step, flags)
    elif isinstance(source, tuple) and isinstance(target, tuple):
        for part, into in zip(source, target, strict=True):
            flow_tree(graph, part, into, step, flags)
    elif isinstance(source, FnTree) and isinstance(target, FnTree):
        graph.edge(source.own, target.own, step, flags)
        flow_tree(graph, source.result, target.result, step, flags)
        for given, accepted in zip(target.params, source.params, strict=True):
            flow_tree(graph, given, accepted, step)
        for part_exit, into_exit in zip(source.exits, target.exits, strict=True):
            if part_exit is not None and into_exit is not None:
                flow_tree(graph, part_exit, into_exit, step, flags)


def merge_trees(graph: Graph, trees: list[Tree], step: Step | None = None) -> Tree:
    """The join of trees of one shape."""
    first = trees[0]
    if all(tree is first or tree == first for tree in trees):
        return first
    if isinstance(first, int):
        return join_labels(graph, [tree for tree in trees if isinstance(tree, int)], step)
    if isinstance(first, tuple):
        columns = zip(*(tree for tree in trees if isinstance(tree, tuple)), strict=True)
        return tuple([merge_trees(graph, list(column), step) for column in columns])
    merged = fresh_like(graph, first)
    for tree in trees:
        flow_tree(graph, tree, merged, step)
    return merged


def join_labels(graph: Graph, labels: list[int], step: Step | None = None) -> int:
    """The join of labels; no new label where one of them already is the join, unless there is a step to show."""
    different = list(dict.fromkeys(label for label in labels if label != KNOWN))
    if not different:
        return KNOWN
    if len(different) == 1:
        return different[0] if step is None else step_to(graph, different[0], step)
    joined = graph.fresh()
    if graph.is_generic:
        owners = {graph.type_params[label] for label in different if label in graph.type_params}
        if len(owners) == 1:
            graph.type_params[joined] = owners.pop()
    for label in different:
        graph.edge(label, joined, step)
    return joined


def step_to(graph: Graph, label: int, step: Step) -> int:
    """A label with the same trust, reached by a step that can be shown."""
    if label == KNOWN:
        return label
    target = graph.fresh()
    if label in graph.type_params:
        graph.type_params[target] = graph.type_params[label]
    graph.edge(label, target, step)
    return target


def raise_tree(graph: Graph, tree: Tree, label: int, step: Step | None = None) -> Tree:
    """`tree` with `label` joined into everything that can be read out of it."""
    if label == KNOWN:
        return tree
    return map_labels(tree, lambda old: join_labels(graph, [old, label], step))
