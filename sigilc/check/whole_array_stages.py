"""Checks the stages that need the whole array at once, which methods of the library do, and `scan`, which keeps a state."""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.flows import OpenLoop, close
from sigilc.check.infer import is_never, resolve
from sigilc.check.stage_bodies import StageBodies
from sigilc.check.stage_parts import StageParts
from sigilc.check.types import UNIT, USIZE, ArrayType, Type
from sigilc.source.spans import Span

WHOLE_ARRAY = frozenset(["zip", "windows", "chunks", "unique", "group_by", "reverse"])


class WholeArrayStages(StageBodies):
    """Methods of Body."""

    def whole_array_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`zip chunks windows reverse unique group_by`."""
        word = parts.word
        array = close(loop, span)
        if word in ("chunks", "windows"):
            return self.library_call(array, f"{word}_of", [self.one_argument(parts, USIZE)], span)
        if word == "zip":
            return self.library_call(array, "zipped", [self.other_collection(parts)], span)
        if word == "group_by":
            return self.group_by(array, loop.item, parts, span)
        self.no_body(parts)
        if word == "unique":
            self.deferred.append(lambda: self.check_hashed(loop.item, span, word))
            return self.library_call(array, "distinct", [], span)
        return self.library_call(array, "reversed", [], span)

    def library_call(self, array: t.Expr, name: str, args: list[t.Expr], span: Span) -> t.Expr:
        """A call of one of the library's methods of arrays."""
        function = self.context.methods[ArrayType][name]
        return self.call_checked(function, [array, *args], span)

    def other_collection(self, parts: StageParts) -> t.Expr:
        """The collection that `zip` takes its second elements from, as an array."""
        arguments = parts.arguments or []
        if len(arguments) != 1:
            raise self.error("E0202", "the stage `zip` takes one collection", parts.node, f"{len(arguments)} given here")
        other = self.expr(arguments[0])
        loop = self.loop_over(self.present(other, "a collection"))
        if loop is None:
            raise self.error("E0213", f"the stage `zip` is for collections, not for `{resolve(other.type)}`", other,
                             "needs elements")
        return close(loop, other.span)

    def group_by(self, array: t.Expr, item: Type, parts: StageParts, span: Span) -> t.Expr:
        """`group_by{key}`: `(key, [T])` in first-seen order; the keys are computed first."""
        source = t.Variable("elements", array.type, span)
        local = t.Local(span, array.type, source)
        pattern, key = self.body_over(parts, item)
        keys = t.Pipeline(span, ArrayType(key.type), local, item, [t.MapStage(span, key.type, pattern, key)],
                          t.CollectSink(span))
        self.deferred.append(lambda: self.check_hashed(key.type, span, "group_by"))
        call = self.library_call(t.Local(span, array.type, source), "grouped_by", [keys], span)
        bind = t.Let(span, UNIT, t.BindPattern(span, array.type, source), array)
        return t.Block(span, call.type, [bind], call)

    def check_hashed(self, item: Type, span: Span, word: str) -> None:
        """Whether elements can be keys."""
        type_ = resolve(item)
        if not (self.implements(type_, "Eq") and self.implements(type_, "Hash")):
            self.error("E0204", f"the stage `{word}` needs keys that can be compared, not `{type_}`", span,
                       f"these are `{type_}`")

    def scan_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> OpenLoop:
        """`scan{acc, x => …, init}`: each state, which a variable beside the loop keeps."""
        start = getattr(parts.body, "start_value", None)
        if start is None:
            raise self.error("E0202", "the stage `scan` needs a start value", parts.node, "no start value",
                             "write `|scan{acc, x => …, init}`")
        initial = self.expr(start)
        state = t.Variable("state", initial.type, span, mutable=True)
        place = t.Local(span, initial.type, state)
        first, second, body = self.over_two(parts, initial.type, loop.item)
        body = body if is_never(body.type) else self.coerce(body, initial.type)
        steps: list[t.Expr] = [t.Let(span, UNIT, first, t.Local(span, initial.type, state)), t.Assign(span, UNIT, place, body)]
        step = t.Block(span, initial.type, steps, t.Local(span, initial.type, state))
        loop.before.append(t.Let(span, UNIT, t.BindPattern(span, initial.type, state), initial))
        loop.stages.append(t.MapStage(span, initial.type, second, step))
        loop.item = initial.type
        return loop

    def one_argument(self, parts: StageParts, wanted: Type) -> t.Expr:
        """The only argument of a stage; given by pipelines.py."""
        raise NotImplementedError

    def no_body(self, parts: StageParts) -> None:
        """Complains about a body or arguments that a stage does not take; given by pipelines.py."""
        raise NotImplementedError
