"""Blocks, bindings, branches and loops."""

from __future__ import annotations

from contextlib import suppress

from sigilc.check import typed
from sigilc.check.types import ArrayType, MapType, RangeType, SetType
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import I64
from sigilc.ir.types import UNIT as IR_UNIT
from sigilc.lower.evidence import annotated
from sigilc.lower.functions import Diverges, FunctionLowering, LoopTargets, Lowerings
from sigilc.lower.fused_for import fused_pipeline, lower_fused_for
from sigilc.lower.loops import CountingLoop, PullLoop, count_to
from sigilc.lower.patterns import Subject, bind_irrefutable, match_pattern
from sigilc.lower.sources import consumed


def lower_block(fl: FunctionLowering, expr: typed.Block) -> Value:
    """Statements, then the value."""
    def run() -> Value:
        for statement in expr.statements:
            if isinstance(statement, typed.Let) and isinstance(statement.pattern, typed.BindPattern):
                fl.lets[statement.pattern.variable] = (expr, statement)
            fl.value(statement)
        return fl.value(expr.value) if expr.value is not None else fl.unit()
    return fl.in_scope(run)


def lower_unsafe(fl: FunctionLowering, expr: typed.Unsafe) -> Value:
    """`unsafe { … }` changes nothing here."""
    return fl.value(expr.body)


def lower_let(fl: FunctionLowering, expr: typed.Let) -> Value:
    """`let P = e`, and `let P = e else { … }`."""
    value = fl.value(expr.value)
    if fl.program.keeps_evidence:
        value = annotated(fl, value, expr.pattern.type, expr.marks)
    subject = Subject(value=value)
    if expr.otherwise is None:
        bind_irrefutable(fl, expr.pattern, subject)
        fl.own(expr.pattern)
        return fl.unit()
    otherwise = fl.builder.new_block("otherwise")
    bindings = match_pattern(fl, expr.pattern, subject, otherwise)
    after = fl.builder.block
    fl.builder.position_at(otherwise)
    with suppress(Diverges):
        fl.value(expr.otherwise)
        fl.builder.unreachable()
    fl.builder.position_at(after)
    bindings.bind(fl)
    fl.own(expr.pattern)
    return fl.unit()


def lower_if(fl: FunctionLowering, expr: typed.If) -> Value:
    """`if c { } else { }`."""
    condition = fl.value(expr.condition)
    join = fl.join(fl.ir_type(expr), "endif")
    then, otherwise = fl.fork(condition)
    fl.builder.position_at(then)
    fl.enter(join, lambda: fl.value(expr.then))
    fl.builder.position_at(otherwise)
    if expr.otherwise is None:
        join.enter()
    else:
        other = expr.otherwise
        fl.enter(join, lambda: fl.value(other))
    return join.finish()


def lower_logic(fl: FunctionLowering, expr: typed.Logic) -> Value:
    """`&&` and `||`: the right side only when it decides."""
    builder = fl.builder
    left = fl.value(expr.left)
    join = fl.join(left.type, "logic")
    more, known = fl.fork(left, "more", "known") if expr.op == "&&" else reversed(fl.fork(left, "known", "more"))
    builder.position_at(known)
    join.enter(builder.const_bool(expr.op == "||"))
    builder.position_at(more)
    fl.enter(join, lambda: fl.value(expr.right))
    return join.finish()


# ---- Loops -----------------------------------------------------------------------------------------------------------


def lower_loop(fl: FunctionLowering, expr: typed.Loop) -> Value:
    """`loop { }`; `while` is one with an `if` around its body."""
    builder = fl.builder
    exit_ = fl.join(fl.ir_type(expr), "exit")
    head = builder.new_block("loop")
    fl.loops[expr.label] = LoopTargets(exit_, head, fl.depth, len(fl.copies))
    builder.branch(head)
    def body() -> None:
        fl.value(expr.body)
        fl.keep_all()
    fl.run(head, head, body)
    return exit_.finish()


def lower_for(fl: FunctionLowering, expr: typed.For) -> Value:
    """`for p in e { }`: `e` is evaluated once, to a value, before the body runs for the first time."""
    pipeline = fused_pipeline(expr)
    if pipeline is not None and pipeline.source not in fl.moves.consumed:
        return lower_fused_for(fl, expr, pipeline)
    exit_ = fl.join(IR_UNIT, "exit")
    depth = fl.depth

    def run() -> Value:
        loop, element = _begin_for(fl, expr)
        fl.loops[expr.label] = LoopTargets(exit_, loop.next, depth, len(fl.copies))

        def body() -> Value:
            bind_irrefutable(fl, expr.pattern, Subject(value=element))
            fl.own(expr.pattern)
            return fl.value(expr.body)
        with suppress(Diverges):
            fl.in_scope(body)
        loop.close()
        return fl.unit()
    fl.in_scope(run)
    exit_.enter()
    return exit_.finish()


def _begin_for(fl: FunctionLowering, expr: typed.For) -> tuple[CountingLoop | PullLoop, Value]:
    """The loop, and its current element."""
    source = fl.type_of(expr.iterable)
    if expr.iterable in fl.moves.consumed:
        return consumed(fl, fl.value(expr.iterable), source).begin(None, None)
    return walk(fl, fl.view(expr.iterable, expr.body), source)


def walk(fl: FunctionLowering, iterable: Value, source: object) -> tuple[CountingLoop, Value]:
    """Begins a loop over a range, array, map or set; gives its current element, borrowed where it can be."""
    builder = fl.builder
    match source:
        case RangeType(inclusive=inclusive):
            low, high = builder.get_field(iterable, 0), builder.get_field(iterable, 1)
            loop = CountingLoop(builder, low, high, inclusive=inclusive)
            return loop, loop.index
        case ArrayType():
            loop = count_to(builder, builder.length(iterable))
            return loop, builder.array_get(iterable, loop.index, checked=False)
        case SetType():
            loop = count_to(builder, builder.cast(builder.length(iterable), I64))
            return loop, builder.map_key(iterable, loop.index)
        case MapType():
            loop = count_to(builder, builder.cast(builder.length(iterable), I64))
            entry = [builder.map_key(iterable, loop.index), builder.map_value(iterable, loop.index)]
            return loop, builder.make_tuple(entry)
    raise InternalError(f"a loop over `{source}`", builder.span)


def lower_break(fl: FunctionLowering, expr: typed.Break) -> Value:
    """`break value`."""
    targets = _targets(fl, expr.label, expr)
    value = fl.at_end_of_scopes(fl.value(expr.value) if expr.value is not None else fl.unit(), targets.depth)
    fl.write_back(targets.copies)
    targets.exit.enter(value)
    raise Diverges


def lower_continue(fl: FunctionLowering, expr: typed.Continue) -> Value:
    """`continue`."""
    targets = _targets(fl, expr.label, expr)
    fl.at_end_of_scopes(fl.unit(), targets.depth)
    fl.write_back(targets.copies)
    fl.builder.branch(targets.next)
    raise Diverges


def _targets(fl: FunctionLowering, label: typed.LoopLabel, expr: typed.Expr) -> LoopTargets:
    targets = fl.loops.get(label)
    if targets is None:
        raise InternalError("a jump out of a loop that is not around it", expr.span)
    return targets


def lower_return(fl: FunctionLowering, expr: typed.Return) -> Value:
    """`return e`."""
    value = fl.value(expr.value) if expr.value is not None else None
    if value is None or fl.result == IR_UNIT:
        value = fl.unit()
    fl.leave(value)
    raise Diverges


LOWERINGS: Lowerings = {
    typed.Block: lower_block, typed.Unsafe: lower_unsafe, typed.Let: lower_let, typed.If: lower_if,
    typed.Logic: lower_logic, typed.Loop: lower_loop, typed.For: lower_for, typed.Break: lower_break,
    typed.Continue: lower_continue, typed.Return: lower_return,
}
