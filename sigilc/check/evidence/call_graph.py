"""The order of the analysis: callees before callers, functions that call each other together."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sigilc.check.typed import Arm, Ask, Call, Expr, FormatSpec, Function, FunctionRef, Sink, Stage, Tell

_child_names: dict[type, tuple[str, ...]] = {}


def nodes_of(root: Expr | None) -> list[Any]:
    """All nodes of a tree, in the order of the text, patterns left out; lists and other values as well."""
    pending: list[Any] = [root]
    found: list[Any] = []
    while pending:
        node = pending.pop()
        found.append(node)
        cls = node.__class__
        names = _child_names.get(cls)
        if names is None:
            names = child_names(cls)
        for name in names:
            child = getattr(node, name)
            if child is not None:
                pending.append(child)
        if cls is list:
            pending.extend(reversed(node))
        elif cls is tuple:
            pending.extend(reversed(node))      # a part of an interpolation, with its format
    return found


def called_functions(function: Function) -> list[Function]:
    """The functions that a body names, each once, in the order of the text."""
    found: dict[Function, None] = {}
    for node in nodes_of(function.body):
        cls = node.__class__
        if cls is Call or cls is FunctionRef:
            found[node.function] = None
        elif cls is Tell or cls is Ask:
            found[node.handler.function] = None
    return list(found)


def child_names(cls: type) -> tuple[str, ...]:
    """The fields of a node class that hold expressions, by their declared types."""
    names: tuple[str, ...] = ()
    if issubclass(cls, Expr | Stage | Sink | Arm | FormatSpec):
        wanted = ("Expr", "list[Arm]", "Stage", "Sink")
        names = tuple(f.name for f in reversed(fields(cls)) if any(w in str(f.type) for w in wanted))
    _child_names[cls] = names
    return names


def order_functions(functions: list[Function]) -> list[tuple[list[Function], bool]]:
    """Strongly connected components of the call graph, callees first (Tarjan 1972, without recursion).

    The flag says that functions of the component call themselves or each other.
    """
    calls_itself: set[Function] = set()
    index: dict[Function, int] = {}
    low: dict[Function, int] = {}
    stack: list[Function] = []
    on_stack: set[Function] = set()
    components: list[tuple[list[Function], bool]] = []
    for root in functions:
        if root in index:
            continue
        work: list[tuple[Function, list[Function], int]] = [(root, _enter(root, index, low, stack, on_stack), 0)]
        while work:
            function, callees, position = work.pop()
            while position < len(callees):
                callee = callees[position]
                position += 1
                if callee not in index:
                    work.append((function, callees, position))
                    work.append((callee, _enter(callee, index, low, stack, on_stack), 0))
                    break
                if callee in on_stack:
                    calls_itself.add(callee)
                    low[function] = min(low[function], index[callee])
            else:
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[function])
                if low[function] == index[function]:
                    component = _leave(function, stack, on_stack)
                    components.append((component, len(component) > 1 or function in calls_itself))
    return components


def _enter(function: Function, index: dict[Function, int], low: dict[Function, int], stack: list[Function],
           on_stack: set[Function]) -> list[Function]:
    index[function] = low[function] = len(index)
    stack.append(function)
    on_stack.add(function)
    return called_functions(function) if function.body is not None else []


def _leave(function: Function, stack: list[Function], on_stack: set[Function]) -> list[Function]:
    at = stack.index(function)
    component = stack[at:]
    del stack[at:]
    on_stack.difference_update(component)
    return component
