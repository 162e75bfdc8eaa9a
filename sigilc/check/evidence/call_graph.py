"""The order of the analysis: callees before callers, functions that call each other together."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sigilc.check.typed import Ask, Call, Expr, Function, FunctionRef, Sink, Stage, Tell

_child_names: dict[type, tuple[str, ...]] = {}


def called_functions(function: Function) -> list[Function]:
    """The functions that a body names, each once, in the order of the text."""
    found: dict[Function, None] = {}
    pending: list[Any] = [function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(reversed(node))
            continue
        if isinstance(node, tuple):
            pending.append(node[0])
            continue
        if node is None or isinstance(node, str):
            continue
        if isinstance(node, Call | FunctionRef):
            found[node.function] = None
        elif isinstance(node, Tell | Ask):
            found[node.handler.function] = None
        for name in _children(type(node)):
            pending.append(getattr(node, name))
    return list(found)


def _children(cls: type) -> tuple[str, ...]:
    """The fields of a node class that hold expressions, by their declared types."""
    names = _child_names.get(cls)
    if names is None:
        wanted = ("Expr", "list[Arm]", "Stage", "Sink")
        names = tuple(f.name for f in fields(cls) if any(w in str(f.type) for w in wanted)) \
            if issubclass(cls, Expr | Stage | Sink) or cls.__name__ == "Arm" else ()
        _child_names[cls] = names
    return names


def order_functions(functions: list[Function]) -> list[list[Function]]:
    """Strongly connected components of the call graph, callees first (Tarjan 1972, without recursion)."""
    index: dict[Function, int] = {}
    low: dict[Function, int] = {}
    stack: list[Function] = []
    on_stack: set[Function] = set()
    components: list[list[Function]] = []
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
                    low[function] = min(low[function], index[callee])
            else:
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[function])
                if low[function] == index[function]:
                    components.append(_leave(function, stack, on_stack))
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
