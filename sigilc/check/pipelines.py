"""Checks pipelines: which stage this is, on which level it works (lifting), and what it makes of the flow."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.flows import Flow, Lifted, OpenLoop, add_mark, close
from sigilc.check.infer import is_never, resolve, settled, shallow, unify
from sigilc.check.shaping_stages import SHAPING, ShapingStages
from sigilc.check.stage_bodies import Applied
from sigilc.check.stage_parts import StageParts, only_expression, parts_of
from sigilc.check.types import (
    BOOL,
    CHAR,
    STR,
    UNIT,
    USIZE,
    ArrayType,
    EnumType,
    ErrorType,
    InferVar,
    MapType,
    OptionType,
    SetType,
    StructType,
    Type,
    is_numeric,
)
from sigilc.source.spans import Span
from sigilc.syntax import ast
from sigilc.syntax.print_tree import Printer

# Stages that the language has and this compiler does not yet.
LATER = frozenset(["par", "stream", "buffer", "await_all", "await_any", "sh"])
ACTOR_STAGES = frozenset(["tell", "ask", "await", "stop", "kill"])
FOLDS = frozenset(["sum", "product", "count", "len", "min", "max", "first", "last"])
TESTS = frozenset(["any", "all", "find", "position"])
STAGES = LATER | ACTOR_STAGES | FOLDS | TESTS | SHAPING | frozenset(
    ["map", "filter", "sort", "reduce", "join", "each", "collect", "all_present", "validate!", "validate?", "assume!"])


# What to write where a body is given to a stage that takes none, as other languages allow.
_INSTEAD_OF_BODY = {
    "count": "choose first: `|φ{…} |count`",
    "max": "sort by a key and take the last: `|σ{…} |Ω`; or call `.max_by_key(…)` of an array, which sorts nothing",
    "min": "sort by a key and take the first: `|σ{…} |α`; or call `.min_by_key(…)` of an array, which sorts nothing",
    "sum": "compute first: `|τ{…} |Σ`", "product": "compute first: `|τ{…} |Π`",
    "first": "look for it: `|find{…}`", "last": "choose first: `|φ{…} |Ω`",
    "unique": "group by the key and take the first of each: `|group_by{…} |τ{(k, xs) => xs[0]}`",
}


class Pipelines(ShapingStages):
    """Methods of Body."""

    def check_Pipe(self, node: Any, expected: Type | None) -> t.Expr:
        """`x |stage`; a run of stages is walked, not recursed."""
        return close(self.flow(node), self.span(node))

    check_MarkedStage = check_Pipe

    def flow(self, node: Any) -> Flow:
        """A tree as what flows on to the next stage."""
        chain: list[tuple[Any, str]] = []
        marks = ""
        while isinstance(node, ast.Pipe | ast.MarkedStage):
            if isinstance(node, ast.MarkedStage):
                marks = node.mark + marks
            else:
                chain.append((node, marks))
                marks = ""
            node = node.value
        current: Flow = self.expr(node)
        for step, mark in reversed(chain):
            if isinstance(current, t.Expr) and isinstance(shallow(current.type), ErrorType):
                return self.error_expr(self.span(step))
            current = self.stage(current, step, mark)
        return current

    def stage(self, flow: Flow, node: Any, mark: str) -> Flow:
        """One stage and its suffix."""
        parts = parts_of(node.stage)
        parts.shown = self.stage_word(parts)
        span = Span(self.source, node.stage.start, node.end)
        if parts.word in ("assume", "validate") and mark in ("!", "?") and not self.is_users_stage(parts.word):
            parts.word = parts.shown = parts.word + mark[0]
            mark = ""
        if parts.word in ("validate!", "validate?"):
            mark = "!" if parts.word == "validate!" else "!?"
            parts.word = "filter"
        validates = parts.word == "filter" and mark in ("!", "!?")
        flow = self.lifted(flow, parts, span, mark if validates else "")
        if validates and not isinstance(flow, Lifted):
            return flow
        if validates:
            return flow if mark == "!?" else add_mark(flow, "!", span)
        for part in ("!?",) if mark in ("!?", "?!") else mark:
            flow = add_mark(flow, part, span)
        return flow

    def stage_word(self, parts: StageParts) -> str:
        """The word of a stage as it is written."""
        name = getattr(parts.node, "name", None)
        while isinstance(name, ast.Node) and not isinstance(name, ast.StageName):
            name = name.base    # type: ignore[attr-defined]
        return self.span(name).text if isinstance(name, ast.StageName) else parts.word

    def lifted(self, flow: Flow, parts: StageParts, span: Span, validation: str) -> Flow:
        """Rule 1 of lifting: a stage over an uncertain value runs when it is present."""
        if isinstance(flow, Lifted):
            if not self.takes_option(parts):
                inner = self.lifted(flow.inner, parts, span, "!?" if validation == "!" and not isinstance(
                    flow.inner, OpenLoop) else validation)
                lifted = Lifted(flow.source, flow.variable, inner)
                body_is_option = isinstance(inner, t.Expr) and isinstance(shallow(inner.type), OptionType)
                return close(lifted, span) if body_is_option and not validation else lifted
            flow = close(flow, span)
        if isinstance(flow, t.Expr):
            type_ = shallow(flow.type)
            if isinstance(type_, OptionType) and not self.takes_option(parts, type_):
                variable = t.Variable("it", type_.item, flow.span)
                value = t.Local(flow.span, type_.item, variable)
                inner_flow = self.lifted(value, parts, span, "!?" if validation == "!" and self.item_of(
                    type_.item) is None else validation)
                lifted = Lifted(flow, variable, inner_flow)
                body_is_option = isinstance(inner_flow, t.Expr) and isinstance(shallow(inner_flow.type), OptionType)
                return close(lifted, span) if body_is_option and not validation else lifted
        return self.apply_stage(flow, parts, span, validation)

    def takes_option(self, parts: StageParts, type_: OptionType | None = None) -> bool:
        """Whether a stage gets an uncertain value as it is: `|match`, methods of `T?`, functions that take a `T?`."""
        if isinstance(parts.node, ast.MatchStage):
            return True
        if isinstance(parts.node, ast.MethodStage):
            return parts.node.name in ("unwrap", "expect") or parts.node.name in self.context.methods_of(OptionType)
        if parts.word in ("map", "filter") and parts.body is not None and not parts.path:
            applied = self.applied_body(parts)
        elif parts.word and parts.word not in STAGES and parts.body is None:
            applied = self.applied_stage(parts)
        else:
            return False
        wanted = applied.parameter() if applied is not None else None
        return isinstance(wanted, OptionType)

    def apply_stage(self, flow: Flow, parts: StageParts, span: Span, validation: str) -> Flow:
        """A stage over what it sees: a whole value or an open loop."""
        node, word = parts.node, parts.word
        if isinstance(node, ast.MatchStage):
            value = close(flow, span)
            return self.match_arms(node, value, "let", node.arms, None)
        if isinstance(node, ast.MethodStage):
            value = close(flow, span)
            if node.arguments is None:
                return self.field(value, node.name, node)
            return self.call_method(value, node.name, node, node.arguments, None)
        if isinstance(node, ast.FieldStage):
            return self.field(close(flow, span), node.name, node)
        if isinstance(node, ast.ExpressionStage):
            return self.whole_body(close(flow, span), parts, span)
        if word in LATER:
            raise self.unsupported(f"the stage `{word}` is", node)
        if word in ACTOR_STAGES:
            return self.actor_stage(close(flow, span), parts, span)
        if word not in STAGES:
            return self.user_stage(flow, parts, span)
        if self.is_users_stage(word) and parts.shown == word:
            self.context.warn("W0101", f"`{word}` means the built-in stage, not the function of this name", span,
                              "the built-in stage", f"call the function in an expression: `|{{{word}(_)}}`")
        return self.builtin_stage(flow, parts, span, validation)

    def is_users_stage(self, word: str) -> bool:
        """Whether the program has a function of a built-in stage's name."""
        found = self.scope.module.own(word)
        return found is not None and getattr(found, "kind", "") == "fn" and not self.scope.module.is_std

    def builtin_stage(self, flow: Flow, parts: StageParts, span: Span, validation: str) -> Flow:
        """One of the stages of LANGUAGE §5."""
        word, node = parts.word, parts.node
        if word == "assume!":
            return self.assume(close(flow, span), parts, span)
        if word == "map":
            return self.map_stage(flow, parts, span)
        if word == "filter":
            return self.filter_stage(flow, parts, span, validation)
        if word == "len" and isinstance(flow, t.Expr) and shallow(flow.type) == STR:
            return self.call_method(flow, "len", node, [], None)
        if word == "all_present":
            return self.all_present(close(flow, span), span)
        if word == "reduce":
            return self.reduce_stage(flow, parts, span)
        loop = self.need_loop(flow, parts, span)
        if word in SHAPING:
            return self.shaping_stage(loop, parts, span)
        if word == "sort":
            return self.sort_stage(loop, parts, span)
        if word in FOLDS:
            return self.fold_stage(loop, parts, span)
        if word in TESTS:
            return self.test_stage(loop, parts, span)
        return self.ending_stage(loop, parts, span)

    def need_loop(self, flow: Flow, parts: StageParts, span: Span) -> OpenLoop:
        """The flow as a loop over elements; what is no collection is an error."""
        if isinstance(flow, OpenLoop):
            return flow
        value = close(flow, span)
        loop = self.loop_over(value)
        if loop is None:
            type_ = resolve(value.type)
            help_ = "take its `.chars()`, `.bytes()` or `.lines()`" if type_ == STR else ""
            raise self.error("E0213", f"the stage `{parts.shown}` is for collections, not for `{type_}`", span,
                             "needs elements", help_, [(value.span, f"this is `{type_}`")])
        return loop

    def no_body(self, parts: StageParts) -> None:
        """Complains about a body or arguments that a stage does not take."""
        if parts.body is not None or parts.arguments or parts.operator or parts.keys or parts.path:
            raise self.error("E0213", f"the stage `{parts.shown}` takes nothing", parts.node, "not wanted here",
                             _INSTEAD_OF_BODY.get(parts.word, "") if parts.body is not None or parts.keys else "")

    def one_argument(self, parts: StageParts, wanted: Type) -> t.Expr:
        """The only argument of a stage."""
        arguments = parts.arguments or []
        if len(arguments) != 1 or isinstance(arguments[0], ast.Named):
            raise self.error("E0202", f"the stage `{parts.shown}` takes one argument", parts.node,
                             f"{len(arguments)} given here", f"write `|{parts.shown}(…)`")
        return self.coerce(self.expr(arguments[0], wanted), wanted)

    # ---- τ and φ --------------------------------------------------------------------------------------------------------

    def works_on_whole(self, flow: Flow, parts: StageParts, applied: Applied | None) -> bool:
        """Whether τ or φ works on the whole value."""
        whole, item = self.levels(flow)
        if parts.path == ["whole"]:
            return True
        if parts.path == ["each"]:
            if item is None:
                raise self.error("E0213", f"`{resolve(whole)}` has no elements", parts.node, "`·each` needs a collection")
            return False
        if parts.path:
            raise self.error("E0213", f"`{parts.shown}` has no form `·{'·'.join(parts.path)}`", parts.node, "not known",
                             "there are `·whole` and `·each`")
        if applied is None:
            return item is None
        is_whole = self.takes_whole(applied, whole, item)
        self.note_lifting(parts, whole, item, is_whole)
        return is_whole

    def note_lifting(self, parts: StageParts, whole: Type, item: Type | None, is_whole: bool) -> None:
        """Warns, where that is asked for, that a function's type decides on the level of a stage."""
        if item is None or "lifting" not in self.context.diagnostics.wanted or self.scope.module.is_std:
            return
        word = parts.shown if parts.word in ("map", "filter") else "τ"
        level = "whole" if is_whole else "each"
        span = self.span(parts.node)
        where = f"the whole, a `{resolve(whole)}`" if is_whole else f"each element, a `{resolve(item)}`"
        self.context.warn("W0204", f"this stage works on {where}", span, "as the function's parameter says",
                          f"say it with `|{word}·{level}{{…}}`")

    def levels(self, flow: Flow) -> tuple[Type, Type | None]:
        """The type of the whole, and of the elements where there are any."""
        if isinstance(flow, OpenLoop):
            return ArrayType(flow.item), flow.item
        assert isinstance(flow, t.Expr)
        item = self.item_of(flow.type)
        iterator = self.iterated(flow) if item is None else flow
        if item is None and self.is_iterator(iterator.type):
            item = self.next_of(t.Variable("iterator", iterator.type, flow.span, mutable=True), flow.span)[1]
        return flow.type, item

    def map_stage(self, flow: Flow, parts: StageParts, span: Span) -> Flow:
        """`τ`."""
        applied = self.applied_body(parts) if parts.body is not None else None
        if self.works_on_whole(flow, parts, applied):
            return self.whole_body(close(flow, span), parts, span)
        loop = self.need_loop(flow, parts, span)
        pattern, body = self.body_over(parts, loop.item)
        loop.stages.append(t.MapStage(span, body.type, pattern, body))
        loop.item = body.type
        return loop

    def whole_body(self, value: t.Expr, parts: StageParts, span: Span) -> t.Expr:
        """A body over a whole value: an expression in which the value is bound."""
        applied = self.applied_body(parts) if parts.body is not None and not isinstance(
            parts.node, ast.ExpressionStage) else None
        if applied is not None:
            return self.apply(applied, value)
        pattern, body = self.body_over(parts, value.type)
        return t.Block(span, body.type, [t.Let(span, UNIT, pattern, value)], body)

    def filter_stage(self, flow: Flow, parts: StageParts, span: Span, validation: str) -> Flow:
        """`φ`."""
        applied = self.applied_body(parts) if parts.body is not None else None
        text = self.stage_text(parts, applied)
        if self.works_on_whole(flow, parts, applied):
            value = close(flow, span)
            pattern, predicate = self.predicate(parts, value.type)
            type_ = value.type if validation == "!" else OptionType(value.type)
            return t.FilterValue(span, type_, value, pattern, predicate, text, validation)
        if validation == "!?":
            raise self.error("E0213", "`!?` on the elements of a collection", span, "the survivors are known and present",
                             "write `!`")
        loop = self.need_loop(flow, parts, span)
        pattern, predicate = self.predicate(parts, loop.item)
        loop.stages.append(t.FilterStage(span, loop.item, pattern, predicate, text, validation))
        return loop

    def stage_text(self, parts: StageParts, applied: Applied | None) -> str:
        """What a fault calls a stage: a φ `φ{name}` for a named function or call, else the stage's own text."""
        if applied is not None:
            callee = getattr(applied.tree, "callee", applied.tree)
            return f"φ{{{self.span(callee).text}}}"
        printer = Printer()
        printer.flat = True
        return printer.show(parts.node)

    def assume(self, value: t.Expr, parts: StageParts, span: Span) -> t.Expr:
        """`assume!("reason")`: asserted, then known, with the reason kept for the audit."""
        arguments = parts.arguments or []
        if len(arguments) != 1 or not isinstance(arguments[0], ast.String):
            raise self.error("E0202", '`assume!` takes its reason as a literal text', span, "a reason is missing",
                             'write `|assume!("why this may be trusted")`')
        asserted = t.Assert(span, value.type, value, arguments[0].text)
        return t.Confirm(span, value.type, asserted, False, is_stage=True)

    # ---- Folds ----------------------------------------------------------------------------------------------------------

    def fold_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`Σ Π count len min max α Ω`."""
        self.no_body(parts)
        word = parts.word
        kind = "count" if word == "len" else word
        item, text = loop.item, self.stage_text(parts, None)
        if kind == "count":
            return close(loop, span, t.FoldSink(span, kind, text), USIZE)
        if kind in ("sum", "product"):
            self.present_item(loop, span, parts.shown)
            self.deferred.append(lambda: self.check_summed(item, span, parts.shown))
            return close(loop, span, t.FoldSink(span, kind, text), item)
        if kind in ("min", "max"):
            self.present_item(loop, span, parts.shown)
            self.deferred.append(lambda: self.check_ordered(item, span, parts.shown))
        return close(loop, span, t.FoldSink(span, kind, text), OptionType(item))

    def present_item(self, loop: OpenLoop, span: Span, word: str) -> None:
        """Elements that may be absent can't be folded."""
        item = shallow(loop.item)
        if isinstance(item, OptionType):
            raise self.error("E0303", f"uncertain elements in the stage `{word}`", span,
                             f"the elements are `{resolve(item)}`: they may be absent",
                             "drop the absent ones with `|flat`, or demand all of them with `|all_present`")

    def check_summed(self, item: Type, span: Span, word: str) -> None:
        """Whether elements can be summed."""
        type_ = settled(item)
        if not is_numeric(type_) and not isinstance(type_, ErrorType):
            operator = "*" if word == "Π" else "+"
            folds = self.implements(type_, "Mul" if operator == "*" else "Add")
            help_ = 'put them together by `|join("")`' if type_ == STR else f"fold them: `|ρ{operator}`" if folds else ""
            self.error("E0204", f"the stage `{word}` is for numbers, not for `{type_}`", span,
                       f"the elements are `{type_}`", help_)

    def check_ordered(self, item: Type, span: Span, word: str) -> None:
        """Whether elements have an order."""
        type_ = settled(item)
        if not self.implements(type_, "Ord"):
            self.error("E0204", f"`{type_}` has no order for the stage `{word}`", span, f"the elements are `{type_}`")

    def test_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`any all find position`."""
        pattern, predicate = self.predicate(parts, loop.item)
        results: dict[str, Type] = {"any": BOOL, "all": BOOL, "find": OptionType(loop.item), "position": OptionType(USIZE)}
        sink = t.TestSink(span, parts.word, self.stage_text(parts, None), pattern, predicate)
        return close(loop, span, sink, results[parts.word])

    def reduce_stage(self, flow: Flow, parts: StageParts, span: Span) -> t.Expr:
        """`ρ`: a fold, or the call of a one-parameter function that takes the collection."""
        if parts.arguments is not None:
            return self.reduce_call(self.need_loop(flow, parts, span), parts, span)
        if parts.body is None and not parts.operator:
            raise self.error("E0213", f"the stage `{parts.shown}` needs a body", parts.node, "a body is missing",
                             "write `|ρ+`, `|ρ{acc, x => …}` or `|ρ(+, 0)`")
        applied = self.applied_body(parts) if parts.body is not None else None
        closure = only_expression(parts.body) if parts.body is not None else None
        count = applied.arity() - len(applied.arguments) if applied else 2
        if isinstance(parts.body, ast.StageClosure):
            count = len(parts.body.parameters)
        elif isinstance(closure, ast.Closure):
            count = len(closure.parameters)
        if count == 1 and not parts.operator:
            return self.whole_body(close(flow, span), parts, span)
        loop = self.need_loop(flow, parts, span)
        start = getattr(parts.body, "start_value", None)
        initial = None if start is None else self.expr(start)
        return self.reduce(loop, parts, span, initial)

    def reduce_call(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`ρ(op, init)`."""
        arguments = parts.arguments or []
        if len(arguments) != 2:
            raise self.error("E0202", "`ρ(…)` takes an operator or function, and a start value", span,
                             f"{len(arguments)} arguments given", "write `|ρ(+, 0)`")
        first = arguments[0]
        initial = self.expr(arguments[1])
        if isinstance(first, ast.OperatorArgument):
            parts.operator, parts.operand = first.operator, None
        else:
            parts.body = ast.StageBody(first.start, first.end, ast.Block(first.start, first.end, [first]), None)
        return self.reduce(loop, parts, span, initial)

    def reduce(self, loop: OpenLoop, parts: StageParts, span: Span, initial: t.Expr | None) -> t.Expr:
        """A left fold with a two-parameter body."""
        if parts.operator and parts.operand is not None:
            raise self.error("E0213", f"`ρ{parts.operator}` takes no operand", parts.node, "an operand is not wanted")
        accumulated = initial.type if initial is not None else loop.item
        first, second, body = self.over_two(parts, accumulated, loop.item)
        body = body if is_never(body.type) else self.coerce(body, accumulated)
        sink = t.ReduceSink(span, first, second, body, initial, self.stage_text(parts, None))
        return close(loop, span, sink, accumulated if initial is not None else OptionType(loop.item))

    # ---- The other stages -------------------------------------------------------------------------------------------------

    def ending_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`join each collect`."""
        word, item = parts.word, loop.item
        if word == "join":
            separator = self.one_argument(parts, STR)
            self.deferred.append(lambda: self.check_joined(item, span))
            return close(loop, span, t.JoinSink(span, separator), STR)
        if word == "each":
            pattern, body = self.body_over(parts, item)
            return close(loop, span, t.EachSink(span, pattern, body), UNIT)
        return self.collect_stage(loop, parts, span)

    def check_joined(self, item: Type, span: Span) -> None:
        """Whether elements have a display text."""
        type_ = settled(item)
        if not self.implements(type_, "Display"):
            self.error("E0204", f"the stage `join` needs elements with a display text, not `{type_}`", span,
                       f"the elements are `{type_}`", 'make text of them first: `|τ{"{_}"}`')

    def collect_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`collect`, `collect·<Set<T>>`."""
        if parts.type_args is None:
            return close(loop, span)
        if len(parts.type_args) != 1:
            raise self.error("E0215", "`collect` takes one type", span, f"{len(parts.type_args)} given here")
        wanted = shallow(self.names.resolve(parts.type_args[0])[0])
        item = self.item_of(wanted)
        if wanted == STR:
            return self.collect_text(loop, span)
        if not isinstance(wanted, ArrayType | SetType | MapType) or item is None:
            return self.collect_by_from(loop, wanted, span)
        if not unify(item, loop.item):
            raise self.error("E0201", f"expected elements of type `{resolve(item)}`, found `{resolve(loop.item)}`", span,
                             f"the elements are `{resolve(loop.item)}`")
        return close(loop, span, t.CollectSink(span), wanted)

    def collect_text(self, loop: OpenLoop, span: Span) -> t.Expr:
        """`collect·<str>` of characters or texts, one behind the other."""
        found = settled(loop.item)
        if found not in (STR, CHAR):
            raise self.error("E0213", f"elements of type `{found}` can't be collected into `str`", span, "neither char nor str",
                             'make text of them first: `|join("")`')
        return close(loop, span, t.JoinSink(span, t.Literal(span, STR, "")), STR)

    def collect_by_from(self, loop: OpenLoop, wanted: Type, span: Span) -> t.Expr:
        """`collect·<T>` for a type whose function `from` takes an array."""
        function = self.own_method(wanted, "from", span)
        array = close(loop, span)
        if function is None or len(function.params) != 1:
            help_ = f"give `{resolve(wanted)}` a function `from` that takes an array"
            raise self.error("E0213", f"elements can't be collected into `{resolve(wanted)}`", span, "no collection",
                             help_ if isinstance(wanted, StructType | EnumType) else "")
        made = self.call_checked(function, [array], span)
        if not unify(made.type, wanted):
            raise self.error("E0201", f"expected `{resolve(wanted)}`, found `{resolve(made.type)}`", span,
                             f"the elements are `{resolve(loop.item)}`")
        return made

    def sort_stage(self, loop: OpenLoop, parts: StageParts, span: Span) -> t.Expr:
        """`σ`, `σ.key`, `σ{key}`, `σ·desc…`."""
        if parts.path not in ([], ["desc"], ["asc"]):
            raise self.error("E0213", f"`σ` has no form `·{'·'.join(parts.path)}`", span, "not known", "there is `·desc`")
        array = close(loop, span)
        pattern: t.Pattern | None = None
        key: t.Expr | None = None
        if parts.keys:
            variable = self.element_variable(loop.item, parts.node)
            pattern, key = self.bind_value(variable), t.Local(span, loop.item, variable)
            for name in parts.keys:
                key = self.field(key, name, parts.node)
        elif parts.body is not None:
            pattern, key = self.body_over(parts, loop.item)
        if key is not None:
            key = self.present(key, "a sort key") if isinstance(shallow(key.type), OptionType) else key
        ordered = key.type if key is not None else loop.item
        self.deferred.append(lambda: self.check_ordered(ordered, span, parts.shown))
        return t.Sort(span, array.type, array, pattern, key, parts.path == ["desc"])

    def all_present(self, value: t.Expr, span: Span) -> t.Expr:
        """`[T?]` to `[T]?`."""
        item = InferVar()
        if not unify(value.type, ArrayType(OptionType(item))):
            raise self.error("E0213", f"the stage `all_present` is for arrays of uncertain values, not for "
                             f"`{resolve(value.type)}`", span, "needs `[T?]`")
        return t.AllPresent(span, OptionType(ArrayType(item)), value)

    # ---- User functions -----------------------------------------------------------------------------------------------------

    def applied_stage(self, parts: StageParts) -> Applied | None:
        """The function that `|f` or `|f(a, _)` names, and where the value goes."""
        stage = parts.node
        path: Any = ast.Path(stage.name.start, stage.name.end, parts.word)
        for name in parts.path:
            path = ast.PathName(path.start, stage.name.end, path, name)
        for key in parts.keys:
            path = ast.Access(path.start, stage.name.end, path, key)
        arguments = list(parts.arguments or [])
        hole = next((i for i, a in enumerate(arguments) if self.is_hole(a)), 0)
        others = [a for i, a in enumerate(arguments) if i != hole or not self.is_hole(a)]
        if parts.keys:
            return Applied(self.expr(path), stage, others, hole)
        return self.applied_path(path, ast.Call(stage.start, stage.end, path, others), others, hole)

    def user_stage(self, flow: Flow, parts: StageParts, span: Span) -> Flow:
        """`|f`, `|f(a, _, b)`, lifted by rule 2."""
        if parts.body is not None or parts.operator:
            raise self.error("E0213", f"`{parts.word}` is no stage with a body", span, "unknown stage",
                             "a function is called as `|f` or `|f(a, _)`")
        if parts.keys and self.find_variable(parts.word) is not None:
            return self.method_of_variable(flow, parts, span)
        applied = self.applied_stage(parts)
        if applied is None:
            path = ast.Path(parts.node.name.start, parts.node.name.end, parts.word)
            if self.find_variable(parts.word) is not None:
                raise self.error("E0207", f"`{parts.word}` is a value, not a function", span, "can't be piped into",
                                 f"bitwise or is written with spaces: `| {parts.word}`")
            self.resolve_value_path(path)       # reports the unknown name
            raise self.error("E0207", f"`{parts.word}` is no function", span, "can't be piped into")
        whole, item = self.levels(flow)
        is_whole = self.takes_whole(applied, whole, item)
        self.note_lifting(parts, whole, item, is_whole)
        if is_whole:
            return self.apply(applied, close(flow, span))
        loop = self.need_loop(flow, parts, span)
        variable = self.element_variable(loop.item, parts.node)
        body = self.apply(applied, t.Local(span, loop.item, variable))
        loop.stages.append(t.MapStage(span, body.type, self.bind_value(variable), body))
        loop.item = body.type
        return loop

    def method_of_variable(self, flow: Flow, parts: StageParts, span: Span) -> Flow:
        """`|self.f(_)`: a method of another value, with the piped one as an argument; on the whole value."""
        stage = parts.node
        receiver: Any = ast.Path(stage.name.start, stage.name.end, parts.word)
        for key in parts.keys[:-1]:
            receiver = ast.Access(receiver.start, stage.name.end, receiver, key)
        value = close(flow, span)
        piped = t.Variable("piped", value.type, span)
        self.scopes.append({"piped value": piped})
        try:
            name = ast.Path(stage.start, stage.end, "piped value")
            arguments = [name if self.is_hole(a) else a for a in parts.arguments or []]
            if not any(a is name for a in arguments):
                arguments.insert(0, name)
            access = ast.Access(stage.start, stage.end, receiver, parts.keys[-1])
            call = self.expr(ast.Call(stage.start, stage.end, access, arguments))
        finally:
            self.scopes.pop()
        bind = t.Let(span, UNIT, t.BindPattern(span, value.type, piped), value)
        return t.Block(span, call.type, [bind], call)

    def actor_stage(self, value: t.Expr, parts: StageParts, span: Span) -> t.Expr:
        """`tell ask await stop kill`; given by actors.py."""
        raise NotImplementedError
