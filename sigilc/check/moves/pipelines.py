"""Walks pipelines: what moves through the stages, and whether the source goes along.

The elements of a source that is a place are only looked at, unless a stage moves one of them or they reach the result: then
the source moves as a whole, and the loop owns it. A `τ` makes new elements, which always move on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.moves.reasons import LOOKED_AT, SHARED, instead
from sigilc.check.tree_walk import bound_by
from sigilc.check.types import Type, substitute

if TYPE_CHECKING:
    from sigilc.check.moves.walk import Walker

# The folds whose result is one of the elements.
_CHOOSING = frozenset(("min", "max", "first", "last"))


@dataclass(slots=True)
class _Elements:
    """The elements that come from one or more sources. `names` are what moves only together with these.

    `item` stands for an element that no pattern has named. With a reason nothing can be moved out of the elements.
    """

    item: t.Variable
    names: set[t.Variable] = field(default_factory=set)
    reason: str = ""


def walk_pipeline(w: Walker, e: t.Pipeline) -> None:
    """One loop; what is evaluated once comes before it."""
    parts = [*e.stages, e.sink]
    elements = _Elements(t.Variable("", e.item, e.source.span))

    def run(reason: str = "") -> None:
        elements.reason = reason
        w.visit_all(_evaluated_once(parts), True)
        w.loop(None, partial(_round, w, parts, elements), ends_at_head=True)
    run(_take_apart(w, [e.source, *_zipped(parts)], elements.names, run))


def _take_apart(w: Walker, sources: list[t.Expr], names: set[t.Variable], run: Any) -> str:
    """Sources whose elements come together: all are moved, or all are looked at; why nothing can be moved out, if so."""
    reason = ""
    for source in sources:
        if isinstance(source, t.PiecesSource):
            w.visit_all([source.count], False)
            reason = SHARED
    inner = [s.value if isinstance(s, t.ReversedSource | t.PiecesSource) else s for s in sources]
    if reason and any(map(w.is_unique, inner)):
        w.visit_all(inner, False)
        return reason
    return w.take_apart(inner, names, run)


def _round(w: Walker, parts: list[Any], elements: _Elements | None) -> None:
    """One element's way through stages and the sink; without `elements` it is one that a stage has made."""
    for number, part in enumerate(parts):
        match part:
            case t.MapStage(pattern=pattern, body=body):
                _bind(w, pattern, elements)
                w.visit(body, True)
                elements = None
            case t.FlatStage():
                _bind(w, part.pattern, elements)
                _flat(w, part, parts[number + 1:])
                return
            case t.ScanStage(accumulator=accumulator, pattern=pattern, body=body):
                _refuse_scan(w, part)
                w.bind(accumulator)
                _bind(w, pattern, elements)
                w.visit(body, True)
                elements = None
            case t.ZipStage(stages=stages):
                _round(w, stages, elements)
            case t.Stage():
                _look(w, part)
            case _:
                _sink(w, part, elements)


def _sink(w: Walker, sink: t.Sink, elements: _Elements | None) -> None:
    match sink:
        case t.ReduceSink():
            if sink.initial is None:
                _pass_on(w, elements)
            w.bind(sink.accumulator)
            _bind(w, sink.pattern, elements)
            w.visit(sink.body, True)
        case t.EachSink():
            _bind(w, sink.pattern, elements)
            w.visit(sink.body, False)
        case t.GroupSink():
            w.bind(sink.pattern, LOOKED_AT)
            w.visit(sink.key, True)
            _pass_on(w, elements)
        case t.CollectSink() | t.TestSink(kind="find"):
            _look(w, sink)
            _pass_on(w, elements)
        case t.FoldSink(kind=kind):
            if kind in _CHOOSING:
                _pass_on(w, elements)
        case _:
            _look(w, sink)


def _flat(w: Walker, stage: t.FlatStage, rest: list[Any]) -> None:
    """The loop inside, over what the stage makes of one element."""
    parts = [*stage.stages, *rest]
    elements = _Elements(t.Variable("", stage.source_item, stage.source.span))

    def run(reason: str = "") -> None:
        elements.reason = reason
        w.visit_all(_evaluated_once(stage.stages), True)
        w.loop(None, partial(_round, w, parts, elements), ends_at_head=True)
    run(_take_apart(w, [stage.source, *_zipped(stage.stages)], elements.names, run))


def _bind(w: Walker, pattern: t.Pattern, elements: _Elements | None) -> None:
    """The names of (parts of) an element."""
    if elements is None:
        w.bind(pattern)
        return
    elements.names.update(bound_by(pattern))
    w.bind(pattern, elements.reason)


def _look(w: Walker, part: t.Stage | t.Sink) -> None:
    """A stage that looks at elements, which stay what they are."""
    for name in ("pattern", "predicate"):
        child = getattr(part, name, None)
        if isinstance(child, t.Pattern):
            w.bind(child, LOOKED_AT)
        elif isinstance(child, t.Expr):
            w.visit(child, False)


def _pass_on(w: Walker, elements: _Elements | None) -> None:
    """An element goes into the result."""
    if elements is None or not w.checker.types.is_unique(_item_type(w, elements)):
        return
    elements.names.add(elements.item)
    w.touched.add(elements.item)
    if elements.reason:
        what, span = f"a `{_item_type(w, elements)}`", elements.item.span
        w.error("E0407", f"{what} can't be moved into the result", span, elements.reason, instead(elements.reason))


def _item_type(w: Walker, elements: _Elements) -> Type:
    return substitute(elements.item.type, w.mapping)


def _refuse_scan(w: Walker, stage: t.ScanStage) -> None:
    """A state that goes on and stays would be there twice."""
    type_ = substitute(stage.item, w.mapping)
    if w.checker.types.is_unique(type_):
        w.error("E0407", f"a state of type `{type_}` can't go on and be kept", stage.span,
                "`scan` keeps the state for the next element", "fold by `ρ`, or collect in a `for` loop")


def _evaluated_once(parts: list[Any]) -> Iterator[t.Expr]:
    """What the stages and the sink need before the loop."""
    for part in parts:
        for name in ("count", "separator", "initial"):
            value = getattr(part, name, None)
            if isinstance(value, t.Expr):
                yield value
        if isinstance(part, t.ZipStage):
            yield from _evaluated_once(part.stages)


def _zipped(parts: list[Any]) -> Iterator[t.Expr]:
    """The sources that zips pull from."""
    for part in parts:
        if isinstance(part, t.ZipStage):
            yield part.source
            yield from _zipped(part.stages)
