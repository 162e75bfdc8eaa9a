"""The graph of one body: labels, what flows from which to which, sources and demands.

A label is an int; `KNOWN` (0) has no edges. The lattice known ⊑ asserted ⊑ reported has three values, so solving is
reachability. `propagate` does it for all inputs at once with bit sets: an edge copies its source's bits, with `ASSERT`
it moves reported bits to asserted ones (`e‽`), with `MIX` bits that came whole from one position of a type parameter
become bits that came from somewhere within it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sigilc.check.types import ParamType
from sigilc.source.spans import Span

KNOWN = 0
ASSERTED_LEVEL = 1
REPORTED_LEVEL = 2

MIX = 1
ASSERT = 2
LEAK = 4        # what a function passes to another is read by whoever supplies that one: no demand of the function's own

Step = tuple[Span, str, str]        # where, message with one `{}`, what goes there
Edge = tuple[int, int, Step | None]     # target, flags, what to say about it


@dataclass(eq=False, slots=True)
class Reason:
    """Why a source is what it is; `graph` and `label` lead on into the body of the callee that brought it in."""

    span: Span
    text: str
    name: str = ""
    graph: Graph | None = None
    label: int = KNOWN


class Wanted(NamedTuple):
    """What a demand is for. `span` None: the place of the edge that leads there. `what`, `name` choose the words."""

    code: str
    span: Span | None
    what: str
    name: str = ""


class Demand(NamedTuple):
    """`label` may be at most `limit` (0 known, 1 asserted). `real_only`: unmarked parameters do not count."""

    label: int
    limit: int
    wanted: Wanted
    real_only: bool = False


class AcceptCheck(NamedTuple):
    """A function value with these parameter labels must accept reported arguments; `exits` are its results' labels."""

    labels: list[int]
    exits: list[int]
    wanted: Wanted


class ClosureBody(NamedTuple):
    """A closure's part of the graph: labels from `start` to before `end`, and where its sources, demands and checks begin.

    `outside` are the edges that come in from what it captured.
    """

    start: int
    end: int
    sources: int
    demands: int
    checks: int
    outside: list[tuple[int, Edge]]


class Graph:
    """Labels and edges of one body.

    `type_params` has the labels that stand for a whole type parameter, `kept` those of parameters of functions that fields
    keep: any argument may come there later.
    """

    __slots__ = ("checks", "demands", "is_generic", "kept", "out", "sources", "type_params")

    def __init__(self, is_generic: bool = False):
        self.out: list[list[Edge]] = [[]]
        self.sources: list[tuple[int, int, Reason]] = []
        self.demands: list[Demand] = []
        self.checks: list[AcceptCheck] = []
        self.is_generic = is_generic
        self.type_params: dict[int, ParamType] = {}
        self.kept: set[int] = set()

    def fresh(self) -> int:
        """A new label, known until something flows into it."""
        self.out.append([])
        return len(self.out) - 1

    def reach(self, labels: Iterable[int]) -> set[int]:
        """The labels, and all that they flow into."""
        found = set(labels)
        pending = list(found)
        while pending:
            for target, _, _ in self.out[pending.pop()]:
                if target not in found:
                    found.add(target)
                    pending.append(target)
        return found

    def source(self, level: int, reason: Reason) -> int:
        """A new label that is asserted or reported."""
        label = self.fresh()
        self.sources.append((label, level, reason))
        return label

    def edge(self, source: int, target: int, step: Step | None = None, flags: int = 0) -> None:
        """`source` flows into `target`. Nothing flows from or into `KNOWN`."""
        if source in (KNOWN, target) or target == KNOWN:
            return
        if self.is_generic:
            owner = self.type_params.get(source)
            if owner is None or self.type_params.get(target) != owner:
                flags |= MIX
        self.out[source].append((target, flags, step))

    def demand(self, label: int, limit: int, wanted: Wanted, real_only: bool = False) -> None:
        """Requires `label` to be at most `limit`."""
        if label != KNOWN:
            self.demands.append(Demand(label, limit, wanted, real_only))


@dataclass(slots=True)
class Masks:
    """The solution: for each label the bits of what reaches it. Bit 0 of a block is what the body itself brings in."""

    bits: list[int]
    width: int

    def level(self, label: int, real_only: bool = False) -> int:
        """0, `ASSERTED_LEVEL` or `REPORTED_LEVEL`; an input counts as reported."""
        mask = self.bits[label]
        if real_only:
            mask &= self._spread(1)
        if not mask:
            return 0
        return REPORTED_LEVEL if mask & ((1 << 2 * self.width) - 1) else ASSERTED_LEVEL

    def flags(self, label: int, number: int) -> list[int]:
        """How input `number` (from 1; 0 for the body's own sources) reaches `label`: sets of `MIX` and `ASSERT`."""
        mask, width = self.bits[label] >> number, self.width
        found = [flags for flags, block in ((0, 0), (MIX, 1), (ASSERT, 2), (MIX | ASSERT, 3)) if mask >> block * width & 1]
        return [MIX] if MIX in found else found

    def _spread(self, bit: int) -> int:
        width = self.width
        return bit | bit << width | bit << 2 * width | bit << 3 * width


def propagate(graph: Graph, inputs: list[int]) -> Masks:
    """Solves the graph; `inputs[i]` has the number i + 1."""
    width = len(inputs) + 1
    block = (1 << width) - 1
    whole = block | block << 2 * width          # bits that came whole, reported and asserted
    reported = (1 << 2 * width) - 1
    bits = [0] * len(graph.out)
    pending: list[int] = []
    for label, level, _ in graph.sources:
        bits[label] |= 1 if level == REPORTED_LEVEL else 1 << 2 * width
        pending.append(label)
    for number, label in enumerate(inputs, 1):
        bits[label] |= 1 << number
        pending.append(label)
    out = graph.out
    while pending:
        source = pending.pop()
        plain = bits[source]
        for target, flags, _ in out[source]:
            mask = plain
            if flags:
                if flags & MIX:
                    mask = (mask & whole) << width | mask & ~whole
                if flags & ASSERT:
                    mask = (mask & reported) << 2 * width | mask >> 2 * width << 2 * width
            if mask & ~bits[target]:
                bits[target] |= mask
                pending.append(target)
    return Masks(bits, width)
