"""The order of the analysis: callees before callers, functions that call each other together."""

from __future__ import annotations

from sigilc.check.tree_walk import nodes_of
from sigilc.check.typed import Ask, Call, Function, FunctionRef, Tell


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
