"""The path from a source to a demand, which is what a diagnostic shows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sigilc.check.evidence.graph import ASSERT, ASSERTED_LEVEL, LEAK, REPORTED_LEVEL, Graph, Reason, Step


@dataclass(slots=True)
class Path:
    """`level` is what arrives, `source_level` what sets out.

    `reason` is the source's, None when it is the input labelled `input_label`; `steps` lead from it to the demand.
    """

    level: int
    source_level: int
    reason: Reason | None
    input_label: int
    steps: list[Step] = field(default_factory=list)


def find_path(graph: Graph, demanded: int, limit: int, inputs: set[int]) -> Path | None:
    """The shortest path that breaks a demand of at most `limit`; from a source before one from an input."""
    into: dict[int, list[tuple[int, int, Step | None]]] = {}
    for source, edges in enumerate(graph.out):
        for target, flags, step in edges:
            into.setdefault(target, []).append((source, flags, step))
    levels: dict[int, tuple[int, Reason]] = {}
    for label, level, reason in graph.sources:
        levels[label] = (level, reason)
    # a state is a label and whether an assertion lies between it and the demand
    came_from: dict[tuple[int, bool], tuple[tuple[int, bool], Step | None] | None] = {(demanded, False): None}
    pending = deque([(demanded, False)])
    from_input: tuple[int, bool] | None = None
    while pending:
        state = pending.popleft()
        label, is_vouched = state
        found = levels.get(label)
        if found is not None:
            level = ASSERTED_LEVEL if is_vouched else found[0]
            if level > limit:
                return Path(level, found[0], found[1], 0, _steps(came_from, state))
        if label in inputs and from_input is None and (ASSERTED_LEVEL if is_vouched else REPORTED_LEVEL) > limit:
            from_input = state
        for source, flags, step in into.get(label, ()):
            before = (source, is_vouched or bool(flags & ASSERT))
            if before not in came_from:
                came_from[before] = (state, step)
                pending.append(before)
    if from_input is None:
        return None
    level = ASSERTED_LEVEL if from_input[1] else REPORTED_LEVEL
    return Path(level, REPORTED_LEVEL, None, from_input[0], _steps(came_from, from_input))


def _steps(came_from: dict[tuple[int, bool], tuple[tuple[int, bool], Step | None] | None],
           state: tuple[int, bool]) -> list[Step]:
    steps: list[Step] = []
    link = came_from[state]
    while link is not None:
        state, step = link
        if step is not None and (not steps or steps[-1][0] != step[0]):
            steps.append(step)
        link = came_from[state]
    return steps


def find_origin(reason: Reason) -> tuple[Reason, list[Step]]:
    """Follows a source into the bodies of the callees that brought it in, to where it began."""
    steps: list[Step] = []
    seen = 0
    while reason.graph is not None and seen < 20:
        path = find_path(reason.graph, reason.label, 0, set())
        if path is None or path.reason is None:
            break
        steps = path.steps + steps
        reason = path.reason
        seen += 1
    return reason, steps


def reaches_demand(graph: Graph, start: list[int], avoid: set[int], limits: dict[int, int]) -> tuple[int, Step | None] | None:
    """The first demanded label that reported data put in at `start` would break, without going through `avoid`.

    With it the first step on the way that can be shown.
    """
    pending: deque[tuple[int, int, Step | None]] = deque((label, REPORTED_LEVEL, None) for label in start)
    seen = {(label, REPORTED_LEVEL) for label in start}
    while pending:
        label, level, shown = pending.popleft()
        if label in avoid:
            continue
        if label in limits and level > limits[label]:
            return label, shown
        for target, flags, step in graph.out[label]:
            if flags & LEAK:
                continue
            state = (target, min(level, ASSERTED_LEVEL) if flags & ASSERT else level)
            if state not in seen:
                seen.add(state)
                pending.append((*state, shown or step))
    return None
