"""Checks blocks, `let`, branches, matches, loops and jumps."""

from __future__ import annotations

import contextlib
from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import LoopFrame
from sigilc.check.closures import Closures
from sigilc.check.context import Reported, error_variable
from sigilc.check.exhaustive import check_match
from sigilc.check.flows import SOURCES, OpenLoop, close
from sigilc.check.infer import is_never, resolve, settled, shallow, unify
from sigilc.check.method_table import head_of
from sigilc.check.places import root_of
from sigilc.check.types import (
    BOOL,
    ERROR,
    NEVER,
    STR,
    UNIT,
    ArrayType,
    DynType,
    EnumType,
    ErrorType,
    InferVar,
    MapType,
    Marks,
    OptionType,
    ParamType,
    RangeType,
    SetType,
    StructType,
    TupleType,
    Type,
)
from sigilc.diagnostics.suggest import closest
from sigilc.syntax import ast

DECLARATIONS = (ast.Fn, ast.Struct, ast.TupleStruct, ast.RecordStruct, ast.Enum, ast.Actor, ast.Impl, ast.Trait, ast.Mod,
                ast.Use, ast.Constant, ast.TypeAlias, ast.Extern, ast.Attributed, ast.Public, ast.Union)


class Control(Closures):
    """Methods of Body."""

    # ---- Blocks -------------------------------------------------------------------------------------------------------

    def check_Block(self, node: Any, expected: Type | None, discards: bool = False) -> t.Expr:
        """`{ … }`: errors in one statement do not stop the others from being checked."""
        self.scopes.append({})
        outer_scope, outer_names = self.scope, self.names
        declared = [s for s in node.statements if isinstance(s, DECLARATIONS)]
        if declared:
            self.declare_items(declared)
        statements: list[t.Expr] = []
        value: t.Expr | None = None
        failed = False
        last = None if discards or not node.statements else node.statements[-1]
        depth, loops = len(self.scopes), len(self.loops)
        for part in node.statements:
            if part is not last:
                self.drop_value(part)
            try:
                if part is last and not isinstance(part, ast.Let):
                    value = self.statement(part, expected)
                else:
                    statements.append(self.statement(part, None))
            except Reported:
                failed = True
                del self.scopes[depth:], self.loops[loops:]
                self.recover(part)
        self.scopes.pop()
        self.scope, self.names = outer_scope, outer_names
        span = self.span(node)
        if failed and value is None:
            return t.Block(span, ERROR, statements, None)
        if value is not None:
            return t.Block(span, value.type, statements, value)
        ends = any(is_never(s.type) for s in statements)
        return t.Block(span, NEVER if ends else UNIT, statements, None)

    def declare_items(self, nodes: list[Any]) -> None:
        """Makes the declarations of a block visible in it; given by program.py."""
        raise NotImplementedError

    def drop_value(self, node: Any) -> None:
        """Notes that the value of a branch is dropped: then its arms may differ in type."""
        match node:
            case ast.Block() if node.statements:
                self.drop_value(node.statements[-1])
            case ast.If():
                self.dropped.add(id(node))
                self.drop_value(node.then)
                self.drop_value(node.otherwise)
            case ast.Match():
                self.dropped.add(id(node))
                for arm in node.arms:
                    self.drop_value(getattr(arm, "body", None))

    def check_DiscardingBlock(self, node: Any, expected: Type | None) -> t.Expr:
        """A block whose last statement ends in `;`."""
        return self.check_Block(node, None, discards=True)

    def statement(self, node: Any, expected: Type | None) -> t.Expr:
        """A statement; as the last one of a block also its value."""
        if isinstance(node, ast.Let):
            return self.check_Let(node)
        if isinstance(node, ast.Error):
            raise Reported
        if isinstance(node, DECLARATIONS):
            return self.unit(self.span(node))      # declared when the block began
        return self.expr(node, expected)

    def recover(self, node: Any) -> None:
        """After an error in a `let`: its names are known from here on, with the written type or one that fits everything."""
        if isinstance(node, ast.Let):
            stack = [node.pattern]
            while stack:
                part = stack.pop()
                if isinstance(part, ast.Path | ast.MutPattern | ast.FieldPattern):
                    variable = self.declare(error_variable(part.name, self.span(part)))
                    if part is node.pattern and node.type is not None:
                        with contextlib.suppress(Reported):
                            variable.type = self.names.resolve(node.type)[0]
                elif isinstance(part, ast.Node):
                    values = [getattr(part, f) for f in part.field_names]
                    stack += [w for v in values for w in (v if isinstance(v, list) else [v]) if isinstance(w, ast.Node)]

    def check_Let(self, node: Any) -> t.Expr:
        """`let P: T = e else { … }`."""
        marks: Marks | None = None
        written: Type | None = None
        if node.type is not None:
            written, found = self.names.resolve(node.type)
            marks = None if found.is_empty else found
        value = self.expr(node.value, written)
        if written is not None:
            value = self.coerce(value, written, (self.names.span(node.type), "the type written here"))
        otherwise = None
        if node.otherwise is not None:
            otherwise = self.expr(node.otherwise)
            if not is_never(otherwise.type) and not isinstance(shallow(otherwise.type), ErrorType):
                self.error("E0217", "the block after `else` must not end", node.otherwise, "goes on to what follows",
                           "end it with `return`, `break`, `continue` or `panic(…)`")
        type_ = shallow(value.type) if not is_never(value.type) else written or NEVER
        pattern = self.pattern(node.pattern, type_)
        checked = t.Let(self.span(node), UNIT, pattern, value, otherwise, marks)
        if otherwise is None:
            self.deferred.append(lambda: self.check_irrefutable(pattern, "let"))
        return checked

    def check_irrefutable(self, pattern: t.Pattern, where: str) -> None:
        """A pattern that may not match needs a way out."""
        type_ = settled(pattern.type)
        witness = None if isinstance(type_, ErrorType) else check_match(type_, [(pattern, False)])[0]
        if witness is not None:
            helps = {"let": "add `else { … }`, or use `match`",
                     "an assignment": "take it apart by `let … else { … }` or `match`, and assign the parts"}
            help_ = helps.get(where, "use a name, and `match` in the body")
            self.error("E0205", f"this pattern does not match `{witness}`", pattern, "may not match", help_)

    def check_Unsafe(self, node: Any, expected: Type | None) -> t.Expr:
        """`unsafe { … }`."""
        self.unsafe_depth += 1
        try:
            body = self.expr(node.block, expected)
        finally:
            self.unsafe_depth -= 1
        return t.Unsafe(self.span(node), body.type, body)

    # ---- Branches -----------------------------------------------------------------------------------------------------

    def check_If(self, node: Any, expected: Type | None) -> t.Expr:
        """`if c { } else { }` and `if let P = e { } else { }`."""
        if isinstance(node.condition, ast.LetCondition):
            return self.check_if_let(node, expected)
        condition = self.coerce(self.expr(node.condition, BOOL), BOOL)
        span = self.span(node)
        if node.otherwise is None:
            self.drop_value(node.then)
            return t.If(span, UNIT, condition, self.expr(node.then), None)
        then = self.expr(node.then, expected)
        otherwise = self.expr(node.otherwise, expected)
        then, otherwise = self.join(node, [then, otherwise], expected)
        return t.If(span, self.joined(then.type, otherwise.type), condition, then, otherwise)

    def joined(self, first: Type, second: Type) -> Type:
        """The type of two branches that have been joined."""
        return second if is_never(first) else first

    def join(self, node: Any, branches: list[t.Expr], expected: Type | None) -> list[t.Expr]:
        """Branches as values of one type: the expected one where it is known, else that of the first that returns."""
        if id(node) in self.dropped:
            return [b if is_never(b.type) or shallow(b.type) == UNIT else t.Discard(b.span, UNIT, b) for b in branches]
        wanted = shallow(expected) if expected is not None else None
        if wanted is None or isinstance(wanted, InferVar):
            returning = [b for b in branches if not is_never(b.type)]
            if not returning:
                return branches
            first = returning[0]
            return [self.coerce(b, first.type, (first.span, f"this branch is `{resolve(first.type)}`")) for b in branches]
        return [self.coerce(b, wanted) for b in branches]

    def check_if_let(self, node: Any, expected: Type | None) -> t.Expr:
        """`if let P = e`."""
        span = self.span(node)
        value, kind = self.matched(node.condition.value)
        self.scopes.append({})
        pattern = self.pattern(node.condition.pattern, shallow(value.type), kind)
        if node.otherwise is None:
            self.drop_value(node.then)
        if isinstance(value, t.InOut):
            self.matched_places.append(value.place)
        then = self.expr(node.then, expected if node.otherwise is not None else None)
        if isinstance(value, t.InOut):
            self.matched_places.pop()
        self.scopes.pop()
        otherwise = self.unit(span) if node.otherwise is None else self.expr(node.otherwise, expected)
        type_: Type = UNIT
        if node.otherwise is None:
            then = t.Discard(then.span, NEVER if is_never(then.type) else UNIT, then)
        else:
            then, otherwise = self.join(node, [then, otherwise], expected)
            type_ = self.joined(then.type, otherwise.type)
        wild = t.WildPattern(span, value.type)
        return t.Match(span, type_, value, [t.Arm(pattern, None, then, then.span), t.Arm(wild, None, otherwise, span)])

    def matched(self, node: Any) -> tuple[t.Expr, str]:
        """What is matched: a value, or a place when `&mut` stands before it; and the kind of what patterns bind."""
        if isinstance(node, ast.InOut):
            place = self.place(node.value)
            if self.is_inside_element(place):
                raise self.error("E0404", "`match` takes no element of a collection apart in place", node.value,
                                 f"an element of `{resolve(self.element_of[root_of(place)].owner.type)}`",
                                 "pass it to a function that matches it: `change(&mut c[i])`")
            return t.InOut(self.span(node), place.type, place), "inout"
        return self.expr(node), "let"

    def check_Match(self, node: Any, expected: Type | None) -> t.Expr:
        """`match e { … }`."""
        value, kind = self.matched(node.value)
        return self.match_arms(node, value, kind, node.arms, expected)

    def match_arms(self, node: Any, value: t.Expr, kind: str, nodes: list[Any], expected: Type | None) -> t.Expr:
        """The arms of a match over a checked value."""
        arms: list[t.Arm] = []
        failed = False
        matched = len(self.matched_places)
        for arm in nodes:
            if isinstance(arm, ast.Error):
                failed = True
                continue
            self.scopes.append({})
            try:
                pattern = self.pattern(arm.pattern, shallow(value.type), kind)
                if isinstance(value, t.InOut) and any(v.kind == "inout" for v in self.scopes[-1].values()):
                    self.matched_places.append(value.place)
                guard = None if arm.guard is None else self.coerce(self.expr(arm.guard, BOOL), BOOL)
                arms.append(t.Arm(pattern, guard, self.expr(arm.body, expected), self.span(arm)))
            except Reported:
                failed = True
            finally:
                self.scopes.pop()
                del self.matched_places[matched:]
        if failed:
            raise Reported
        bodies = self.join(node, [a.body for a in arms], expected)
        for arm, body in zip(arms, bodies, strict=True):
            arm.body = body
        type_ = next((b.type for b in bodies if not is_never(b.type)), NEVER)
        wanted = shallow(expected) if expected is not None else None
        if bodies and wanted is not None and not isinstance(wanted, InferVar) and type_ != NEVER \
                and id(node) not in self.dropped:
            type_ = wanted
        match = t.Match(self.span(node), type_, value, arms)
        self.deferred.append(lambda: self.check_arms(match))
        return match

    def check_arms(self, match: t.Match) -> None:
        """Whether the arms cover every value, and each can be reached."""
        type_ = settled(match.value.type)
        if isinstance(type_, ErrorType):
            return
        rows = [(a.pattern, a.guard is not None) for a in match.arms]
        witness, unreachable = check_match(type_, rows)
        if witness is not None:
            if witness == "_":
                self.error("E0205", f"this match does not cover every `{type_}`", match.value, f"this is `{type_}`",
                           "add an arm: `_ => …`")
            else:
                self.error("E0205", f"this match does not cover `{witness}`", match.value, f"`{witness}` is not covered",
                           f"add an arm: `{witness} => …`, or `_ => …`")
        for index in unreachable if self.is_sound else ():
            self.context.warn("W0201", "this arm can never be reached", match.arms[index].pattern.span,
                              "the arms above cover it")

    # ---- Loops --------------------------------------------------------------------------------------------------------

    def enter_loop(self, name: str, result: Type | None) -> LoopFrame:
        """A loop around what follows."""
        frame = LoopFrame(t.LoopLabel(name), result)
        self.loops.append(frame)
        return frame

    def check_Loop(self, node: Any, expected: Type | None, name: str = "") -> t.Expr:
        """`loop { }`, whose value is that of its breaks."""
        result = InferVar() if expected is None else expected
        frame = self.enter_loop(name, result)
        self.drop_value(node.block)
        body = self.expr(node.block)
        self.loops.pop()
        return t.Loop(self.span(node), result if frame.has_break else NEVER, frame.label, body)

    def check_While(self, node: Any, expected: Type | None, name: str = "") -> t.Expr:
        """`while c { }` and `while let P = e { }`, as loops that break."""
        span = self.span(node)
        frame = self.enter_loop(name, None)
        out = t.Break(span, NEVER, frame.label, None)
        inner: t.Expr
        if isinstance(node.condition, ast.LetCondition):
            value, kind = self.matched(node.condition.value)
            self.scopes.append({})
            pattern = self.pattern(node.condition.pattern, shallow(value.type), kind)
            self.drop_value(node.body)
            if isinstance(value, t.InOut):
                self.matched_places.append(value.place)
            body = self.expr(node.body)
            if isinstance(value, t.InOut):
                self.matched_places.pop()
            self.scopes.pop()
            body = t.Discard(body.span, NEVER if is_never(body.type) else UNIT, body)
            wild = t.WildPattern(span, value.type)
            inner = t.Match(span, UNIT, value, [t.Arm(pattern, None, body, body.span), t.Arm(wild, None, out, span)])
        else:
            condition = self.coerce(self.expr(node.condition, BOOL), BOOL)
            self.drop_value(node.body)
            body = self.expr(node.body)
            inner = t.If(span, UNIT, condition, t.Discard(body.span, NEVER if is_never(body.type) else UNIT, body), out)
        self.loops.pop()
        return t.Loop(span, UNIT, frame.label, inner)

    def check_For(self, node: Any, expected: Type | None, name: str = "") -> t.Expr:
        """`for p in e { }`."""
        iterable = self.iterated(self.lazily(self.expr(node.iterable)))
        if isinstance(iterable, SOURCES):
            item = self.item_type(iterable)
            iterable = close(OpenLoop(iterable, item, item), iterable.span)
        if self.is_iterator(iterable.type):
            return self.for_iterator(node, iterable, name)
        item = self.item_type(iterable)
        self.scopes.append({})
        pattern = self.pattern(node.pattern, item)
        self.deferred.append(lambda: self.check_irrefutable(pattern, "for"))
        frame = self.enter_loop(name, None)
        self.drop_value(node.body)
        body = self.expr(node.body)
        self.loops.pop()
        self.scopes.pop()
        return t.For(self.span(node), UNIT, frame.label, pattern, iterable, body)

    def is_iterator(self, type_: Type) -> bool:
        """Whether a type is a user's iterator."""
        type_ = shallow(type_)
        return isinstance(type_, StructType | EnumType | ParamType | DynType) and self.implements(type_, "Iterator")

    def iterated(self, value: t.Expr) -> t.Expr:
        """A user's collection as the iterator that it gives; anything else as it is."""
        type_ = shallow(value.type)
        is_user = isinstance(type_, StructType | EnumType | DynType)
        if is_user and self.implements(type_, "IntoIterator") and not self.is_iterator(type_):
            return self.call_trait(self.prelude_trait("IntoIterator"), "into_iter", value, [], value.span)
        return value

    def next_of(self, variable: t.Variable, node: Any) -> tuple[t.Expr, Type]:
        """The call that takes an iterator's next element, and the element's type."""
        place = t.Local(variable.span, variable.type, variable)
        call = self.call_trait(self.prelude_trait("Iterator"), "next", place, [], node)
        item = shallow(resolve(call.type))
        return call, item.item if isinstance(item, OptionType) else ERROR

    def for_iterator(self, node: Any, iterable: t.Expr, name: str) -> t.Expr:
        """`for` over a user's iterator: a loop over its `next`."""
        span = self.span(node)
        variable = t.Variable("iterator", iterable.type, iterable.span, mutable=True)
        call, item = self.next_of(variable, node.iterable)
        self.scopes.append({})
        pattern = self.pattern(node.pattern, item)
        self.deferred.append(lambda: self.check_irrefutable(pattern, "for"))
        frame = self.enter_loop(name, None)
        self.drop_value(node.body)
        body = self.expr(node.body)
        self.loops.pop()
        self.scopes.pop()
        body = t.Discard(body.span, NEVER if is_never(body.type) else UNIT, body)
        arms = [t.Arm(t.SomePattern(span, call.type, pattern), None, body, span),
                t.Arm(t.WildPattern(span, call.type), None, t.Break(span, NEVER, frame.label, None), span)]
        loop = t.Loop(span, UNIT, frame.label, t.Match(span, UNIT, call, arms))
        bind = t.Let(span, UNIT, t.BindPattern(span, iterable.type, variable), iterable)
        return t.Block(span, UNIT, [bind, loop], None)

    def lazily(self, value: t.Expr) -> t.Expr:
        """The elements one at a time, where the library has a twin, `lazy_NAME`, of the method that makes an array of them."""
        twin = self.lazy_twin(value.function) if isinstance(value, t.Call) and value.function.params else None
        if twin is None or not isinstance(value, t.Call):
            return value
        if twin.intrinsic == "reversed":
            return t.ReversedSource(value.span, value.type, value.args[0])
        if twin.intrinsic == "stepped":
            return t.SteppedSource(value.span, value.type, value.args[0], value.args[1])
        return self.call_checked(twin, value.args, value.span)

    def lazy_twin(self, method: t.Function) -> t.Function | None:
        """The library's `lazy_NAME` beside a method; of the two that only a loop understands, the method itself."""
        if method.intrinsic in ("reversed", "stepped"):
            return method
        methods = self.context.methods_of(head_of(method.params[0].type))
        name = method.name.rpartition("·")[2]
        return methods.library(f"lazy_{name}") if methods.library(name) is method else None

    def item_of(self, type_: Type) -> Type | None:
        """The type of a collection's elements, None for what is no collection."""
        type_ = shallow(type_)
        if isinstance(type_, ArrayType | SetType | RangeType):
            return type_.item
        if isinstance(type_, MapType):
            return TupleType((type_.key, type_.value))
        return ERROR if isinstance(type_, ErrorType) else None

    def item_type(self, value: t.Expr) -> Type:
        """The type of a collection's elements; what is no collection is an error."""
        item = self.item_of(self.present(value, "a collection").type)
        if item is not None:
            return item
        type_ = resolve(value.type)
        help_ = "take its `.chars()`, `.bytes()` or `.lines()`" if type_ == STR else ""
        raise self.error("E0204", f"`{type_}` is no collection", value, "can't be run through", help_)

    def check_Labelled(self, node: Any, expected: Type | None) -> t.Expr:
        """`'outer: loop { }`."""
        loop = node.loop
        match loop:
            case ast.Loop():
                return self.check_Loop(loop, expected, node.label)
            case ast.While():
                return self.check_While(loop, expected, node.label)
            case ast.For():
                return self.check_For(loop, expected, node.label)
        return self.check_labelled_block(loop, expected, node)

    def check_labelled_block(self, block: Any, expected: Type | None, node: Any) -> t.Expr:
        """`'a: { … break 'a value … }`: a loop whose body leaves it at its end."""
        result = InferVar() if expected is None else expected
        frame = self.enter_loop(node.label, result)
        frame.is_loop = False
        body = self.expr(block, result)
        self.loops.pop()
        span = self.span(node)
        if is_never(body.type):
            return t.Loop(span, result if frame.has_break else NEVER, frame.label, body)
        body = self.coerce(body, result)
        leave = t.Break(span, NEVER, frame.label, body)
        return t.Loop(span, result, frame.label, leave)

    def frame_of(self, node: Any, word: str) -> LoopFrame:
        """The loop that a jump names."""
        first = self.stages[-1].loops if self.stages else 0
        candidates = self.loops[first:]
        for frame in reversed(candidates):
            if frame.is_loop if node.label is None else frame.label.name == node.label:
                if word == "continue" and not frame.is_loop:
                    raise self.error("E0115", f"`{node.label}` labels a block, not a loop", node, "nothing to go on with")
                return frame
        if node.label is not None and not any(f.label.name == node.label for f in self.loops):
            near = closest(node.label, [f.label.name for f in self.loops if f.label.name])
            raise self.error("E0114", f"no loop around has the label `{node.label}`", self.name_span(node, node.label),
                             "unknown label", f"did you mean `{near}`?" if near else "")
        if self.loops and self.stages:
            raise self.error("E0218", f"`{word}` can't leave a stage's body", node, "a stage body is no loop's body",
                             "use a `for` loop")
        where = "no loop around it inside the closure" if self.closures else "no loop around it"
        raise self.error("E0115", f"`{word}` outside a loop", node, where)

    def check_Break(self, node: Any, expected: Type | None) -> t.Expr:
        """`break 'label value`."""
        frame = self.frame_of(node, "break")
        value = None
        if frame.result is None and node.value is not None:
            raise self.error("E0219", "only `loop` gives the value of a `break`", node, "this loop has no value")
        if frame.result is not None:
            if node.value is not None:
                value = self.coerce(self.expr(node.value, frame.result), frame.result)
            elif not unify(frame.result, UNIT):
                raise self.error("E0219", "this `break` needs a value like the loop's others", node, "a value is missing")
        frame.has_break = True
        return t.Break(self.span(node), NEVER, frame.label, value)

    def check_Continue(self, node: Any, expected: Type | None) -> t.Expr:
        """`continue 'label`."""
        return t.Continue(self.span(node), NEVER, self.frame_of(node, "continue").label)

    def check_Return(self, node: Any, expected: Type | None) -> t.Expr:
        """`return e`."""
        if self.stages:
            raise self.error("E0218", "`return` can't leave a stage's body", node, "a stage body is no function",
                             "use a `for` loop")
        if self.result is None:
            raise self.error("E0115", "`return` outside a function", node, "no function around it")
        if node.value is None:
            if not unify(self.result, UNIT):
                raise self.error("E0201", f"expected a value of type `{resolve(self.result)}`", node, "no value here")
            return t.Return(self.span(node), NEVER, None)
        value = self.expr(node.value, self.result)
        return t.Return(self.span(node), NEVER, self.returned(value))

    def returned(self, value: t.Expr) -> t.Expr:
        """A value as the function's result; where `!` was promised, absence breaks the promise."""
        assert self.result is not None
        wanted, actual = shallow(self.result), shallow(value.type)
        marks = self.function.result_marks if self.function is not None and not self.closures else None
        if marks is not None and marks.own == "!" and isinstance(actual, OptionType) \
                and not isinstance(wanted, OptionType):
            while isinstance(value, t.Block) and value.value is not None:
                value = value.value
            labels = [(self.function.result_span, "`!` promised here")] if self.function.result_span else None  # type: ignore[union-attr]
            raise self.error("E0305", "the result is promised as known and present, but may be absent", value,
                             f"this is `{resolve(actual)}`", "confirm it with `!`, handle absence, or promise `!?`", labels)
        why = None
        if self.function is not None and self.function.result_span is not None and not self.closures:
            why = (self.function.result_span, "the result's type")
        return self.coerce(value, self.result, why)

    def check_Yield(self, node: Any, expected: Type | None) -> t.Expr:
        """`yield e`."""
        raise self.unsupported("generators are", node)

    # ---- Parameters ---------------------------------------------------------------------------------------------------

    def param_lets(self, params: list[t.Variable], patterns: dict[str, Any]) -> list[t.Expr]:
        """The lets that take a function's parameters apart, for those that a pattern stands for."""
        lets: list[t.Expr] = []
        self.bound_names = {p.name: p.span for p in params}
        try:
            for param in params:
                if param.name in patterns:
                    taken = self.pattern(patterns[param.name], param.type)
                    self.deferred.append(lambda p=taken: self.check_irrefutable(p, "a parameter"))  # type: ignore[misc]
                    lets.append(t.Let(param.span, UNIT, taken, t.Local(param.span, param.type, param)))
        finally:
            self.bound_names = None
        return lets
