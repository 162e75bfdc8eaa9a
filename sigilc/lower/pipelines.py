"""Pipelines: a segment of fused stages, and the sink that its elements end in."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.lower.evidence import joined
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.in_place import Overwrite, own_array
from sigilc.lower.segments import Segment
from sigilc.lower.sinks import Sink, make_sink


def lower_pipeline(fl: FunctionLowering, expr: typed.Pipeline) -> Value:
    """One fused loop; what it has not taken out of a source of its own ends behind it."""
    return fl.in_scope(lambda: _lower_pipeline(fl, expr))


def _lower_pipeline(fl: FunctionLowering, expr: typed.Pipeline) -> Value:
    own = own_array(fl, expr)
    if own is not None:
        segment = Segment(fl, own, fl.type_of(expr.item), expr.stages, [])
        return joined(fl, fill(segment, Overwrite(fl, fl.ir_type(expr), own)), *segment.counts, part="length")
    segment = Segment(fl, expr.source, fl.type_of(expr.item), expr.stages, [expr.sink])
    item = fl.type_of(expr.stages[-1].item if expr.stages else expr.item)
    value = fill(segment, make_sink(fl, expr, item, segment.length if segment.has_length else None))
    return joined(fl, value, *segment.counts, part="length") if isinstance(expr.sink, typed.CollectSink) else value


def fill(segment: Segment, sink: Sink) -> Value:
    """Runs a segment into a sink; the sink's value."""
    builder = segment.builder

    def push(value: Value, next_: Block) -> None:
        sink.push(value)
        builder.branch(next_)
    done = builder.new_block("drained")
    segment.push_all(done, push)
    builder.position_at(done)
    return sink.finish()


LOWERINGS: Lowerings = {typed.Pipeline: lower_pipeline}
