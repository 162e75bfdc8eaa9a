"""The solver of the evidence graph against its definition: reachability over a lattice of three values."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sigilc.check.evidence.graph import (
    ASSERT,
    ASSERTED_LEVEL,
    KNOWN,
    MIX,
    REPORTED_LEVEL,
    Graph,
    Reason,
    Wanted,
    propagate,
)
from sigilc.check.evidence.paths import find_path
from sigilc.check.evidence.trees import FnTree, flow_tree, join_labels, merge_trees, raise_tree
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

SPAN = Span(SourceFile("test.sg", "text"), 0, 4)
LABELS = 8
Edges = list[tuple[int, int, bool]]

edges_strategy = st.lists(st.tuples(st.integers(1, LABELS), st.integers(1, LABELS), st.booleans()), max_size=24)
sources_strategy = st.dictionaries(st.integers(1, LABELS), st.sampled_from([ASSERTED_LEVEL, REPORTED_LEVEL]), max_size=3)


def build(edges: Edges, sources: dict[int, int]) -> Graph:
    """A graph of LABELS labels."""
    graph = Graph()
    for _ in range(LABELS):
        graph.fresh()
    for source, target, asserts in edges:
        graph.edge(source, target, None, ASSERT if asserts else 0)
    for label, level in sources.items():
        graph.sources.append((label, level, Reason(SPAN, "")))
    return graph


def levels_by_iteration(edges: Edges, sources: dict[int, int]) -> dict[int, int]:
    """The least solution, by applying every edge until nothing changes."""
    levels = {label: sources.get(label, 0) for label in range(1, LABELS + 1)}
    for _ in range(LABELS * 2):
        for source, target, asserts in edges:
            if source != target:
                level = min(levels[source], ASSERTED_LEVEL) if asserts else levels[source]
                levels[target] = max(levels[target], level)
    return levels


@settings(max_examples=150, deadline=None)
@given(edges_strategy, sources_strategy)
def test_solution_is_the_least_one(edges: Edges, sources: dict[int, int]) -> None:
    """Levels are the fixpoint, and a path exists exactly where a level exceeds a limit."""
    graph = build(edges, sources)
    masks = propagate(graph, [])
    for label, level in levels_by_iteration(edges, sources).items():
        assert masks.level(label) == level
        for limit in (KNOWN, ASSERTED_LEVEL):
            path = find_path(graph, label, limit, set())
            assert (path is not None) == (level > limit)


@settings(max_examples=100, deadline=None)
@given(edges_strategy, st.sets(st.integers(1, LABELS), min_size=1, max_size=3))
def test_inputs_are_told_apart(edges: Edges, chosen: set[int]) -> None:
    """Each input has bits of its own: the summary is the same as solving for one input alone."""
    inputs = sorted(chosen)
    graph = build(edges, {})
    masks = propagate(graph, inputs)
    for number, source in enumerate(inputs, 1):
        alone = levels_by_iteration(edges, {source: REPORTED_LEVEL})
        for label in range(1, LABELS + 1):
            flags = masks.flags(label, number)
            assert bool(flags) == (alone[label] > 0)
            assert (0 in flags) == (alone[label] == REPORTED_LEVEL)
            assert masks.level(label, real_only=True) == 0


def test_mixed_and_asserted_bits_stay_apart() -> None:
    """What came whole over one way and mixed over another is both, but the worse is what counts."""
    graph = Graph()
    a, b, c, d = (graph.fresh() for _ in range(4))
    graph.edge(a, b, None, MIX)
    graph.edge(b, c, None, ASSERT)
    graph.edge(a, d)
    graph.edge(c, d)
    masks = propagate(graph, [a])
    assert masks.flags(b, 1) == [MIX]
    assert masks.flags(c, 1) == [MIX | ASSERT]
    assert masks.flags(d, 1) == [0, MIX | ASSERT]
    graph.edge(b, d)
    assert propagate(graph, [a]).flags(d, 1) == [MIX]


def test_nothing_flows_through_known() -> None:
    """`KNOWN` is shared by all trees, so an edge to it would join everything."""
    graph = Graph()
    source = graph.source(REPORTED_LEVEL, Reason(SPAN, ""))
    target = graph.fresh()
    graph.edge(source, KNOWN)
    graph.edge(KNOWN, target)
    assert propagate(graph, []).level(target) == 0
    graph.demand(KNOWN, 0, Wanted("E0301", SPAN, "argument"))
    assert not graph.demands


def test_functions_flow_against_the_stream_in_their_parameters() -> None:
    """A value put into the target's parameter arrives in the source's; results go the other way."""
    graph = Graph()
    inner, outer = (FnTree(graph.fresh(), (graph.fresh(),), (None,), graph.fresh()) for _ in range(2))
    flow_tree(graph, inner, outer)
    given_label, accepted, result = outer.params[0], inner.params[0], outer.result
    assert isinstance(given_label, int) and isinstance(accepted, int) and isinstance(result, int)
    assert isinstance(inner.result, int)
    masks = propagate(graph, [given_label, inner.result])
    assert masks.flags(accepted, 1) == [0]
    assert masks.flags(result, 2) == [0]
    assert masks.flags(result, 1) == []


def test_joins() -> None:
    """Joins make labels only where they must, and keep positions apart."""
    graph = Graph()
    a, b = graph.fresh(), graph.fresh()
    assert join_labels(graph, [KNOWN, KNOWN]) == KNOWN
    assert join_labels(graph, [a, KNOWN, a]) == a
    assert merge_trees(graph, [(a, KNOWN), (a, KNOWN)]) == (a, KNOWN)
    merged = merge_trees(graph, [(a, KNOWN), (KNOWN, b)])
    assert merged == (a, b)
    raised = raise_tree(graph, (KNOWN, a), b)
    assert isinstance(raised, tuple) and raised[0] == b and raised[1] not in (a, b)
