"""What `lower` must know of the moves in one instance of a function, and what is noted while they are found."""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.check.typed import Closure, Expr, Function, LoopLabel, Variable
from sigilc.check.types import Type
from sigilc.source.spans import Span

# A function with concrete type arguments; its own type parameters where they make no difference.
Instance = tuple[Function, tuple[Type, ...]]
# The fields that lead from a variable to a part of it.
Path = tuple[int, ...]
# For each variable, the parts that have been moved away, and where; None where nothing is executed.
State = dict[Variable, dict[Path, Span]]


@dataclass(eq=False, slots=True)
class Moves:
    """The moves of one instance.

    moved       expressions that read a variable or a part of one and leave nothing behind
    slotted     variables that something is moved out of
    captured    closures with the variables that move into them
    consumed    what loops run over and own: each element is taken out, and ends in its round
    params      the numbers of the parameters that a call moves
    """

    moved: set[Expr] = field(default_factory=set)
    slotted: set[Variable] = field(default_factory=set)
    captured: set[tuple[Closure, Variable]] = field(default_factory=set)
    consumed: set[Expr] = field(default_factory=set)
    params: set[int] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class LoopFrame:
    """The states that `break` and `continue` bring to the end and to the head of a loop."""

    label: LoopLabel | None
    breaks: list[State | None] = field(default_factory=list)
    continues: list[State | None] = field(default_factory=list)


def join(states: list[State | None]) -> State | None:
    """What has been moved on one of several paths; None when none of them goes on."""
    going_on = [state for state in states if state is not None]
    if not going_on:
        return None
    joined: State = {}
    for state in going_on:
        for variable, paths in state.items():
            known = joined.setdefault(variable, {})
            for path, span in paths.items():
                known.setdefault(path, span)
    return joined


def copied(state: State | None) -> State | None:
    """A state that can be changed on its own."""
    return None if state is None else {variable: dict(paths) for variable, paths in state.items()}


def is_same(a: State | None, b: State | None) -> bool:
    """Whether the same has been moved."""
    if a is None or b is None:
        return a is b
    return {v: set(p) for v, p in a.items() if p} == {v: set(p) for v, p in b.items() if p}
