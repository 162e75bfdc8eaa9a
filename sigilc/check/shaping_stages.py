"""Checks the stages that shape the sequence of elements: those that choose, number, pair, cut, flatten and group them."""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.flows import Flow, OpenLoop, close
from sigilc.check.infer import is_never, resolve, shallow
from sigilc.check.stage_bodies import StageBodies
from sigilc.check.stage_parts import StageParts, without_parentheses
from sigilc.check.types import BOOL, STR, USIZE, ArrayType, FixedType, OptionType, RangeType, TupleType, Type
from sigilc.source.spans import Span
from sigilc.syntax import ast

SHAPING = frozenset(["take", "skip", "take_while", "enumerate", "zip", "windows", "chunks", "flat", "scan", "unique",
                     "reverse", "group_by"])


class ShapingStages(StageBodies):
    """Methods of Body."""

    def shaping_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> OpenLoop | t.Expr:
        """One of SHAPING."""
        word, item = parts.word, loop.item
        if word == "take":
            loop.stages.append(t.TakeStage(span, item, self.one_argument(parts, USIZE)))
        elif word == "skip":
            loop.stages.append(t.SkipStage(span, item, self.one_argument(parts, USIZE)))
        elif word == "take_while":
            pattern, predicate = self.predicate(parts, item)
            loop.stages.append(t.TakeWhileStage(span, item, pattern, predicate))
        elif word == "enumerate":
            self.no_body(parts)
            loop.item = TupleType((USIZE, item))
            loop.stages.append(t.EnumerateStage(span, loop.item))
        elif word == "unique":
            self.no_body(parts)
            self.deferred.append(lambda: self.check_hashed(item, span, word))
            loop.stages.append(t.UniqueStage(span, item))
        elif word in ("windows", "chunks", "reverse"):
            return self.array_stage(loop, parts, span)
        elif word == "zip":
            return self.zip_stage(loop, parts, span)
        elif word == "scan":
            return self.scan_stage(loop, parts, span)
        elif word == "flat":
            return self.flat_stage(loop, parts, span)
        else:
            return self.group_by(loop, parts, span)
        return loop

    def predicate(self, parts: StageParts, type_: Type) -> tuple[t.Pattern, t.Expr]:
        """A body that gives a bool."""
        pattern, body = self.body_over(parts, type_, BOOL)
        return pattern, self.coerce(body, BOOL)

    def array_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> OpenLoop:
        """`windows chunks reverse`: a loop of its own over an array, which what comes before is collected into.

        A range is reversed as it is.
        """
        if parts.word == "reverse":
            self.no_body(parts)
            is_range = not loop.stages and isinstance(shallow(loop.source.type), RangeType)
            source = loop.source if is_range else close(loop, span)
            return OpenLoop(t.ReversedSource(span, ArrayType(loop.item), source), loop.item, loop.item, span=span)
        array = close(loop, span)
        count = self.one_argument(parts, USIZE)
        piece = ArrayType(loop.item)
        return OpenLoop(t.PiecesSource(span, ArrayType(piece), array, parts.word, count), piece, piece, span=span)

    def zip_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> OpenLoop:
        """`zip(ys)`: the second side keeps its element-wise stages, which run when an element is pulled."""
        arguments = parts.arguments or []
        if len(arguments) != 1:
            raise self.error("E0202", "the stage `zip` takes one collection", parts.node, f"{len(arguments)} given here")
        other = self.piped_argument(arguments[0])
        if isinstance(other, OpenLoop) and any(isinstance(s, t.FlatStage) for s in other.stages):
            other = close(other, self.span(arguments[0]))
        if not isinstance(other, OpenLoop):
            value = close(other, self.span(arguments[0]))
            found = self.loop_over(self.present(value, "a collection"))
            if found is None:
                raise self.error("E0213", f"the stage `zip` is for collections, not for `{resolve(value.type)}`", value,
                                 "needs elements", "take its `.chars()`, `.bytes()` or `.lines()`"
                                 if shallow(value.type) == STR else "")
            other = found
        loop.item = TupleType((loop.item, other.item))
        loop.stages.append(t.ZipStage(span, loop.item, other.source, other.source_item, other.stages))
        return loop

    def scan_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> OpenLoop:
        """`scan{acc, x => …, init}`: each state."""
        start = getattr(parts.body, "start_value", None)
        if start is None:
            raise self.error("E0202", "the stage `scan` needs a start value", parts.node, "no start value",
                             "write `|scan{acc, x => …, init}`")
        initial = self.expr(start)
        first, second, body = self.over_two(parts, initial.type, loop.item)
        body = body if is_never(body.type) else self.coerce(body, initial.type)
        loop.stages.append(t.ScanStage(span, initial.type, first, second, body, initial))
        loop.item = initial.type
        return loop

    def flat_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> OpenLoop:
        """`flat`, and `flat{f}`, whose body gives the inner collection; a pipeline there keeps its stages."""
        if parts.body is not None or parts.operator:
            pattern, source = self.body_over(parts, loop.item)
        else:
            variable = self.element_variable(loop.item, parts.node)
            pattern, source = self.bind_value(variable), t.Local(span, loop.item, variable)
        while isinstance(source, t.Block) and not source.statements and source.value is not None:
            source = source.value
        type_ = shallow(source.type)
        is_option = isinstance(type_, OptionType)
        inner = OpenLoop(source, type_.parts()[0], type_.parts()[0]) if is_option else self.inner_loop(source, span)
        loop.stages.append(t.FlatStage(span, inner.item, pattern, inner.source, inner.source_item, inner.stages))
        loop.item = inner.item
        return loop

    def inner_loop(self, source: t.Expr, span: Span) -> OpenLoop:
        """The loop over what `flat` takes apart; neither a pipeline nor an array literal there makes an array."""
        type_ = shallow(source.type)
        if isinstance(source, t.Pipeline) and isinstance(source.sink, t.CollectSink) and type_.__class__ is ArrayType:
            return OpenLoop(source.source, source.item, self.item_type(source), source.stages)
        if isinstance(source, t.MakeArray) and type_.__class__ is ArrayType and source.items:
            source = t.MakeArray(source.span, FixedType(self.item_type(source), len(source.items)), source.items)
        loop = self.loop_over(source)
        if loop is None:
            raise self.error("E0213", f"the stage `flat` needs elements that are collections or uncertain, not "
                             f"`{resolve(type_)}`", span, f"the elements are `{resolve(type_)}`")
        return loop

    def group_by(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`group_by{key}`: `(key, [T])` in first-seen order."""
        pattern, key = self.body_over(parts, loop.item)
        self.deferred.append(lambda: self.check_hashed(key.type, span, "group_by"))
        group = TupleType((key.type, ArrayType(loop.item)))
        return close(loop, span, t.GroupSink(span, pattern, key), ArrayType(group))

    def check_hashed(self, item: Type, span: Span, word: str) -> None:
        """Whether elements can be keys."""
        type_ = resolve(item)
        if not (self.implements(type_, "Eq") and self.implements(type_, "Hash")):
            self.error("E0204", f"the stage `{word}` needs keys that can be compared, not `{type_}`", span,
                       f"these are `{type_}`")

    def piped_argument(self, node: ast.Node) -> OpenLoop | t.Expr:
        """An argument; a pipeline in it may still be an open loop."""
        node = without_parentheses(node)
        if not isinstance(node, ast.Pipe | ast.MarkedStage):
            return self.expr(node)
        flow = self.flow(node)
        return flow if isinstance(flow, OpenLoop) else close(flow, self.span(node))

    def flow(self, node: ast.Node) -> Flow:
        """A tree as what flows on to the next stage; given by pipelines.py."""
        raise NotImplementedError

    def one_argument(self, parts: StageParts, wanted: Type) -> t.Expr:
        """The only argument of a stage; given by pipelines.py."""
        raise NotImplementedError

    def no_body(self, parts: StageParts) -> None:
        """Complains about a body or arguments that a stage does not take; given by pipelines.py."""
        raise NotImplementedError
