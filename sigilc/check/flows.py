"""What flows through a pipeline while it is being checked: a value, a loop still open for further stages, or a lifted flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from sigilc.check import typed as t
from sigilc.check.body import as_growable
from sigilc.check.infer import shallow
from sigilc.check.types import ArrayType, OptionType, Type
from sigilc.source.spans import Span


@dataclass(eq=False, slots=True)
class OpenLoop:
    """Element-wise stages over one collection, to which further ones may be added; as a value it is a `[T]`."""

    source: t.Expr
    source_item: Type
    item: Type
    stages: list[t.Stage] = field(default_factory=list)
    span: Span | None = None


@dataclass(eq=False, slots=True)
class Lifted:
    """A flow over the payload of an uncertain value."""

    source: t.Expr
    variable: t.Variable
    inner: Flow


# What is the source of a Pipeline only.
SOURCES = (t.IteratorSource, t.PiecesSource, t.ReversedSource, t.SteppedSource)
Flow: TypeAlias = "t.Expr | OpenLoop | Lifted"


def close(flow: Flow, span: Span, sink: t.Sink | None = None, type_: Type | None = None) -> t.Expr:
    """A flow as an expression; an open loop ends in `sink`, or is collected into an array."""
    if isinstance(flow, t.Expr):
        return flow
    if isinstance(flow, Lifted):
        body = close(flow.inner, span)
        flatten = isinstance(shallow(body.type), OptionType)
        return t.Lift(span, body.type if flatten else OptionType(body.type), flow.source, flow.variable, body, flatten)
    if sink is None:
        if not flow.stages and isinstance(shallow(flow.source.type), ArrayType) and not isinstance(flow.source, SOURCES):
            return as_growable(flow.source)
        sink, type_ = t.CollectSink(span), ArrayType(flow.item)
    assert type_ is not None
    return t.Pipeline(span, type_, flow.source, flow.source_item, flow.stages, sink)


def add_mark(flow: Flow, mark: str, span: Span) -> Flow:
    """A stage's suffix `~`, `!`, `?` or `!?` on what the stage gives (validation by `φ` is the stage's own affair)."""
    if isinstance(flow, Lifted) and mark in ("~", "?"):
        return Lifted(flow.source, flow.variable, add_mark(flow.inner, mark, span)) if mark == "~" else flow
    if isinstance(flow, OpenLoop):
        return mark_elements(flow, mark, span)
    value = close(flow, span)
    is_option = isinstance(shallow(value.type), OptionType)
    if mark == "~":
        return t.Report(span, value.type, value)
    if mark == "?":
        return value if is_option else t.MakeSome(span, OptionType(value.type), value)
    if mark == "!?":
        whole = value if is_option else t.MakeSome(span, OptionType(value.type), value)
        return t.Confirm(span, whole.type, whole, False, is_stage=True)
    if mark == "‽":
        return t.Assert(span, value.type, value)
    type_ = shallow(value.type)
    return t.Confirm(span, type_.item if isinstance(type_, OptionType) else type_, value, is_option, is_stage=True)


def mark_elements(flow: OpenLoop, mark: str, span: Span) -> OpenLoop:
    """The suffix on an element-wise stage: it marks each element."""
    item = shallow(flow.item)
    if mark == "?" and isinstance(item, OptionType):
        return flow
    if mark == "?" or (mark in ("!", "!?") and isinstance(item, OptionType)) or mark == "‽":
        variable = t.Variable("it", flow.item, span)
        value: t.Expr = t.Local(span, flow.item, variable)
        marked = add_mark(value, mark, span)
        assert isinstance(marked, t.Expr)
        flow.stages.append(t.MapStage(span, marked.type, t.BindPattern(span, flow.item, variable), marked))
        flow.item = marked.type
    else:
        flow.stages.append(t.MarkStage(span, flow.item, mark))
    return flow
