"""`for` over a pipeline, without the array that the pipeline stands for.

`for (i, x) in xs |enumerate { … }` runs its body where the pipeline would push into the array. That may not be seen: the
pipeline's value is made before the loop, so its stages must have no effect, not panic, and read nothing that the loop's
body may change.
"""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.tree_walk import children
from sigilc.check.types import ArrayType, FixedType, PrimType
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.ir.types import UNIT
from sigilc.lower.functions import FunctionLowering, LoopTargets
from sigilc.lower.patterns import Subject, bind_irrefutable
from sigilc.lower.segments import Segment

_WITHOUT_BODY = (typed.TakeStage, typed.SkipStage, typed.EnumerateStage, typed.MarkStage)
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_SIMPLE = (typed.Literal, typed.GetField, typed.MakeTuple, typed.Logic, typed.Cast, typed.Report, typed.Assert)


def fused_pipeline(expr: typed.For) -> typed.Pipeline | None:
    """The pipeline that a loop runs over, where nobody can see that it is not finished before the loop begins."""
    pipeline = expr.iterable
    if not isinstance(pipeline, typed.Pipeline) or not isinstance(pipeline.sink, typed.CollectSink):
        return None
    is_array = isinstance(pipeline.type, ArrayType) and not isinstance(pipeline.type, FixedType)
    return pipeline if is_array and _is_quiet_source(pipeline.source) and _are_quiet(pipeline.stages) else None


def lower_fused_for(fl: FunctionLowering, expr: typed.For, pipeline: typed.Pipeline) -> Value:
    """The loop, whose body is the end of the pipeline."""
    builder = fl.builder
    segment = Segment(fl, pipeline.source, fl.type_of(pipeline.item), pipeline.stages, [expr.body])
    exit_ = fl.join(UNIT, "exit")
    done = builder.new_block("drained")

    def push(value: Value, next_: Block) -> None:
        fl.loops[expr.label] = LoopTargets(exit_, next_, fl.depth, len(fl.copies))

        def body() -> Value:
            bind_irrefutable(fl, expr.pattern, Subject(value=value))
            fl.own(expr.pattern)
            return fl.value(expr.body)
        fl.in_scope(body)
        builder.branch(next_)
    segment.push_all(done, push)
    builder.position_at(done)
    exit_.enter()
    return exit_.finish()


def _is_quiet_source(source: typed.Expr) -> bool:
    """Whether a source's elements come without an effect: all but those of a user's iterator."""
    if not isinstance(source, typed.IteratorSource):
        return True
    value = source.value
    return isinstance(value, typed.Call) and value.function.name.rpartition("·")[2].startswith("lazy_")


def _are_quiet(stages: list[typed.Stage]) -> bool:
    return all(_is_quiet(stage) for stage in stages)


def _is_quiet(stage: typed.Stage) -> bool:
    match stage:
        case typed.MapStage(body=body):
            return _is_simple(body)
        case typed.FilterStage(predicate=predicate) | typed.TakeWhileStage(predicate=predicate):
            return _is_simple(predicate)
        case typed.ZipStage(source=source, stages=stages):
            return _is_quiet_source(source) and _are_quiet(stages)
        case typed.FlatStage(source=source, stages=stages):
            return _is_simple(source) and _are_quiet(stages)
    return isinstance(stage, _WITHOUT_BODY)


def _is_simple(expr: object) -> bool:
    """Whether it makes no difference when an expression is evaluated."""
    match expr:
        case typed.Local(variable=variable):
            return not variable.mutable
        case typed.Binary(op=op, left=left):        # arithmetic may panic, comparing a type of the user's anything
            if op not in _COMPARISONS or not isinstance(left.type, PrimType):
                return False
        case _ if not isinstance(expr, _SIMPLE):
            return False
    return all(_is_simple(child) for child in children(expr))
