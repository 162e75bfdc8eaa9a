"""Walks the body of one instance in the order of execution, and finds what moves.

Each expression is *looked at*, or *moved*: put into a variable or a larger value, returned, captured, sent, or given to a
parameter that the callee moves. A look at what has been moved is an error, and so is a move out of what must stay whole.

What a pattern binds in a place is a part of that place: unless one of these names is moved in turn, the place is only
looked at, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.impls import bounds_of, resolve_method
from sigilc.check.moves.pipelines import walk_pipeline
from sigilc.check.moves.reasons import CALLERS, CAPTURED, ELEMENT, KEEPING, LENT, LOOKED_AT, MATCHED, instead
from sigilc.check.moves.record import Instance, LoopFrame, Moves, Path, State, copied, is_same, join
from sigilc.check.tree_walk import bound_by, children
from sigilc.check.types import DynType, FnType, ParamType, Type, substitute
from sigilc.check.unique_types import changes_itself
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.moves.check_moves import MoveChecker

_PLACES = (t.Local, t.GetField, t.Index, t.MapIndex, t.Slice)
_MAKERS = (t.MakeTuple, t.MakeArray, t.MakeVariant, t.MakeSome, t.Spawn, t.IteratorSource)
_SAME = (t.Report, t.Assert, t.Confirm, t.Try)
# The arguments that operations of the library keep; the others are only looked at.
_KEPT_BY_INTRINSIC = {"array_push": {1}, "array_extend": {1}, "map_insert": {1, 2}, "set_insert": {1}, "pointer_write": {1}}

# The operations of the library that give a copy of what stays in its collection.
_COPYING = frozenset(("map_get",))

Visit = Callable[["Walker", Any, bool], None]


def plain_name(function: t.Function) -> str:
    """A function's name as one writes it."""
    return function.name.rpartition("·")[2]


class Walker:
    """The state of the walk through one instance."""

    def __init__(self, checker: MoveChecker, instance: Instance):
        self.checker = checker
        self.function, args = instance
        self.mapping: dict[ParamType, Type] = dict(zip(self.function.type_params, args, strict=True))
        self.moves = Moves()
        self.state: State | None = {}
        self.fixed: dict[t.Variable, str] = {}      # variables that nothing is moved out of, and why not
        self.numbers = {v: i for i, v in enumerate(self.function.params) if v.kind != "inout"}
        self.loops: list[LoopFrame] = []
        self.caught: list[dict[t.Variable, dict[Path, Span]]] = []    # what is moved in blocks that a panic may leave
        self.is_trial = False
        self.into = ""                              # where what is being moved goes, in words
        self.into_by_span: dict[Span, str] = {}     # the same for each move
        self.touched: set[t.Variable] = set()       # variables that something was moved out of, trials included

    def run(self) -> Moves:
        """The moves of the instance; errors go to the checker."""
        body = self.function.body
        for variable in self.function.params:
            if variable.kind == "inout":
                self.fixed[variable] = CALLERS if variable.name != "self" else "`self` stays whole"
        if body is not None:
            self.move(body, "as the result")
        for variable in self.touched & set(self.numbers):
            self.moves.params.add(self.numbers[variable])
        return self.moves

    # ---- Types and errors -----------------------------------------------------------------------------------------------

    def type_of(self, node: Any) -> Type:
        """The type of a node in this instance."""
        return substitute(node.type, self.mapping)

    def is_unique(self, node: Any) -> bool:
        """Whether a node's values move."""
        return self.checker.types.is_unique(self.type_of(node))

    def error(self, code: str, message: str, span: Span, label: str, help_: str,
              labels: list[tuple[Span, str]] | None = None) -> None:
        """An error, once for each place."""
        if not self.is_trial:
            self.checker.error(self.function, code, message, span, label, help_, labels or [])

    # ---- Expressions ----------------------------------------------------------------------------------------------------

    def visit(self, e: t.Expr, is_moved: bool) -> None:
        """An expression whose value is moved, or only looked at."""
        if isinstance(e, _PLACES):
            self.use_place(e, is_moved)
            return
        found = VISITORS.get(type(e))
        if found is not None:
            found(self, e, is_moved)
            return
        for child in children(e):
            if isinstance(child, t.Pattern):
                self.bind(child, LOOKED_AT)
            else:
                self.visit(child, False)

    def move(self, e: t.Expr, into: str) -> None:
        """An expression whose value is moved; `into` says where."""
        outer, self.into = self.into, into
        self.visit(e, True)
        self.into = outer

    def visit_all(self, parts: Iterable[t.Expr | None], is_moved: bool) -> None:
        """Several expressions in order."""
        for part in parts:
            if part is not None:
                self.visit(part, is_moved)

    # ---- Places ---------------------------------------------------------------------------------------------------------

    def use_place(self, e: t.Expr, is_moved: bool) -> None:
        """A variable or a part of something."""
        whole, path, obstacle = self.walk_place(e)
        if not isinstance(whole, t.Local):
            self.visit(whole, False)
        elif self.state is not None:
            self.require_present(whole.variable, path, e)
        if not is_moved or not self.is_unique(e) or self.state is None:
            return
        if isinstance(whole, t.Local) and not obstacle:
            obstacle = self.fixed.get(whole.variable, "")
        if obstacle:
            if isinstance(whole, t.Local):
                self.touched.add(whole.variable)
            if not self.function_may_copy():
                away = "away" if whole is e else f"out of `{whole.span.text}`"
                label = f"a `{self.type_of(e)}` is moved here{self.where_to()}"
                if whole is e:
                    label += f", but {obstacle}"
                self.error("E0407", f"`{e.span.text}` can't be moved {away}", e.span, label, instead(obstacle),
                           [(whole.span, obstacle)] if whole is not e else [])
        elif isinstance(whole, t.Local):
            self.moves.moved.add(e)
            self.moves.slotted.add(whole.variable)
            self.touched.add(whole.variable)
            self.state.setdefault(whole.variable, {})[path] = e.span
            for gone in self.caught:
                gone.setdefault(whole.variable, {})[path] = e.span
            self.into_by_span[e.span] = self.where_to()

    def function_may_copy(self) -> bool:
        """Whether the library answers for this function: what it copies, it overwrites."""
        return self.function.moves_elements

    def where_to(self) -> str:
        """Where what is being moved goes, to be put behind a sentence."""
        return f", {self.into}" if self.into else ""

    def walk_place(self, e: t.Expr) -> tuple[t.Expr, Path, str]:
        """What a place is a part of, the fields that lead there, and why nothing can be moved out on the way."""
        path: list[int] = []
        obstacle = ""
        while isinstance(e, _PLACES) and not isinstance(e, t.Local):
            if isinstance(e, t.GetField):
                path.insert(0, e.index)
                if self.checker.types.has_drop(self.type_of(e.value)):
                    obstacle = f"a `{self.type_of(e.value)}` has a `drop`, which needs it whole"
            else:
                path.clear()
                obstacle = obstacle or ELEMENT
                self.visit_all([getattr(e, name, None) for name in ("index", "key", "low", "high")], False)
                self.visit_all([getattr(e, "default", None)], True)
            e = e.value
        return e, tuple(path), obstacle

    def require_present(self, variable: t.Variable, path: Path, e: t.Expr) -> None:
        """An error where a part that is looked at, or one of its own parts, has been moved away."""
        assert self.state is not None
        for gone, span in self.state.get(variable, {}).items():
            if gone[:len(path)] == path or path[:len(gone)] == gone:
                name = variable.name
                into = self.into_by_span.get(span, "")
                again = f"moved in an earlier round of the loop{into}" if span is e.span else "used here"
                labels = [] if span is e.span else [(span, f"moved away here{into}")]
                self.error("E0406", f"`{name}` is used after it has been moved", e.span, again,
                           self.other_than_use(variable), labels)
                return

    def other_than_use(self, variable: t.Variable) -> str:
        """What to do about a use after a move."""
        return f"a `{self.type_of(variable)}` can't be copied: use it before it is moved, or assign a new one"

    def bind(self, pattern: t.Pattern, reason: str = "") -> None:
        """The names of a pattern are new; with a reason nothing can be moved out of them."""
        for variable in bound_by(pattern):
            self.bind_variable(variable, reason)

    def bind_variable(self, variable: t.Variable, reason: str = "") -> None:
        """A new variable."""
        if self.state is not None:
            self.state.pop(variable, None)
        if reason:
            self.fixed[variable] = reason
        else:
            self.fixed.pop(variable, None)

    # ---- Control --------------------------------------------------------------------------------------------------------

    def branches(self, bodies: list[Callable[[], None]]) -> None:
        """Several ways from the same state."""
        before, after = self.state, []
        for body in bodies:
            self.state = copied(before)
            body()
            after.append(self.state)
        self.state = join(after)

    def loop(self, label: t.LoopLabel | None, body: Callable[[], None], ends_at_head: bool) -> None:
        """A body that runs again and again, until what its head finds moved no longer grows."""
        entry = copied(self.state)
        while True:
            frame = LoopFrame(label)
            self.loops.append(frame)
            self.state = copied(entry)
            body()
            self.loops.pop()
            again = join([entry, self.state, *frame.continues])
            if is_same(again, entry):
                break
            entry = again
        self.state = join([*frame.breaks, entry if ends_at_head else None])

    def jump(self, label: t.LoopLabel, kind: str) -> None:
        """`break` or `continue`."""
        for frame in reversed(self.loops):
            if frame.label is label:
                getattr(frame, kind).append(self.state)
                break
        self.state = None

    def moves_some(self, names: set[t.Variable], body: Callable[[], None]) -> bool:
        """Whether running `body`, which may add to the names, moves something out of one of them. Changes nothing."""
        kept = self.state, self.moves, self.is_trial, self.touched, dict(self.fixed), list(self.loops)
        self.state, self.moves, self.is_trial, self.touched = copied(self.state), Moves(), True, set()
        self.loops = [LoopFrame(frame.label) for frame in self.loops]
        caught, self.caught = self.caught, []
        body()
        self.caught = caught
        found = not self.touched.isdisjoint(names)
        self.state, self.moves, self.is_trial, self.touched, self.fixed, self.loops = kept
        return found

    def take_apart(self, subjects: list[t.Expr], names: set[t.Variable], run: Callable[[], None]) -> str:
        """What is matched or walked: moved as a whole if `run` moves one of the names that it binds, else looked at.

        Returns why nothing can be moved out of these names, if so.
        """
        places = [s for s in subjects if isinstance(s, _PLACES) and self.is_unique(s)]
        is_moved = not places or self.moves_some(names, run)
        outer, self.into = self.into, "with what is moved out of it"
        for subject in subjects:
            if subject in places:
                self.use_place(subject, is_moved)
            else:
                self.visit(subject, True)
            if is_moved and self.is_unique(subject):
                self.moves.consumed.add(subject)
        self.into = outer
        return "" if is_moved else f"it is a part of `{places[0].span.text}`, which is only looked at"

    # ---- Calls ----------------------------------------------------------------------------------------------------------

    def call(self, e: t.Call) -> None:
        """A direct call: which arguments move is up to the callee."""
        args = tuple(substitute(a, self.mapping) for a in e.type_args)
        function, args = resolve_method(e.function, args)
        if function.trait is not None and args and isinstance(args[0], DynType):
            moved = set(range(1, len(e.args)))
        else:
            moved = self.moved_by(function, args, e.span)
        if function.intrinsic in _COPYING and self.is_unique(e) and not self.function_may_copy():
            self.error("E0407", f"`{plain_name(function)}` copies what can only be moved", e.span,
                       f"a `{self.type_of(e)}` would be here and in the collection", instead(ELEMENT))
        for number, arg in enumerate(e.args):
            if number in moved:
                self.move(arg, f"to `{plain_name(function)}`")
            else:
                self.visit(arg, False)

    def moved_by(self, function: t.Function, args: tuple[Type, ...], span: Span) -> set[int]:
        """The parameters that a function moves."""
        if function.intrinsic:
            return _KEPT_BY_INTRINSIC.get(function.intrinsic, set())
        return set() if function.foreign else self.checker.moved_params((function, args), span, self.function)

    def closure(self, e: t.Closure) -> None:
        """What a closure captures moves into it; its body is a function of its own, that keeps what it has captured."""
        for variable in e.captures:
            if self.is_unique(variable):
                self.move(t.Local(e.span, variable.type, variable), "into the closure")
                self.moves.captured.add((e, variable))
        kept = self.state, dict(self.fixed), self.loops
        self.state, self.loops = {}, []
        for variable in e.captures:
            self.fixed[variable] = CAPTURED
        type_ = self.type_of(e)
        assert isinstance(type_, FnType)
        reason = "" if self.checker.types.may_keep(type_.result) else LENT
        for param in e.params:
            self.bind_variable(param, CALLERS if param.kind == "inout" else reason)
        self.move(e.body, "as the closure's result")
        self.state, self.fixed, self.loops = kept


# ---- One entry for each kind of expression that is more than looks at its parts -------------------------------------------


def _make_dyn(w: Walker, e: t.MakeDyn, is_moved: bool) -> None:
    """What stands behind `dyn` ends with the last copy; so a unique value may not be changed through one of several."""
    target = w.type_of(e)
    if w.is_unique(e.value) and isinstance(target, DynType) and changes_itself(target) and not w.is_unique(e):
        w.error("E0229", f"a `{w.type_of(e.value)}` can't stand behind `{target}`", e.span,
                "its values move, but it implements the trait only for some type arguments",
                f"implement `{target.trait.name}` for this very type")
    if isinstance(target, DynType):
        for bound in bounds_of(target):
            for method in bound.trait.methods.values():
                w.moved_by(*resolve_method(method, (w.type_of(e.value), *bound.args)), e.span)
    w.visit(e.value, True)


def _match(w: Walker, e: t.Match, is_moved: bool) -> None:
    patterns = [arm.pattern for arm in e.arms]

    def arm(each: t.Arm, reason: str) -> None:
        w.bind(each.pattern, reason)
        w.visit_all([each.guard], False)
        w.visit(each.body, is_moved)

    def run(reason: str = "") -> None:
        w.branches([lambda a=a: arm(a, reason) for a in e.arms])  # type: ignore[misc]
    if isinstance(e.value, t.InOut):
        w.visit(e.value, False)
        run(MATCHED)
    else:
        run(w.take_apart([e.value], {v for p in patterns for v in bound_by(p)}, run))


def _if(w: Walker, e: t.If, is_moved: bool) -> None:
    w.visit(e.condition, False)
    w.branches([lambda: w.visit(e.then, is_moved), lambda: w.visit_all([e.otherwise], is_moved)])


def _logic(w: Walker, e: t.Logic, is_moved: bool) -> None:
    w.visit(e.left, False)
    w.branches([lambda: w.visit(e.right, False), lambda: None])


def _default(w: Walker, e: t.Default, is_moved: bool) -> None:
    w.visit(e.value, is_moved)
    w.branches([lambda: w.visit(e.otherwise, is_moved), lambda: None])


def _block(w: Walker, e: t.Block, is_moved: bool) -> None:
    _from_statement(w, e, 0, is_moved)


def _from_statement(w: Walker, e: t.Block, number: int, is_moved: bool) -> None:
    for after, statement in enumerate(e.statements[number:], number + 1):
        if isinstance(statement, t.Let) and statement.span in (e.span, statement.value.span):
            _names_for(w, e, statement, after, is_moved)
            return
        w.visit(statement, False)
    w.visit_all([e.value], is_moved)


def _names_for(w: Walker, e: t.Block, let: t.Let, after: int, is_moved: bool) -> None:
    """A `let` that nobody wrote gives names to a value, of a stage or a parameter: it moves only if they do."""
    def run(reason: str = "") -> None:
        w.bind(let.pattern, reason)
        _from_statement(w, e, after, is_moved)
    run(w.take_apart([let.value], set(bound_by(let.pattern)), run))


def _let(w: Walker, e: t.Let, is_moved: bool) -> None:
    if isinstance(e.pattern, t.WildPattern):
        w.visit(e.value, False)
    else:
        named = e.pattern.variable.name if isinstance(e.pattern, t.BindPattern) else e.pattern.span.text
        w.move(e.value, f"into `{named}`")
    if e.otherwise is not None:
        w.branches([lambda: w.visit_all([e.otherwise], False), lambda: None])
    w.bind(e.pattern)


def _lift(w: Walker, e: t.Lift, is_moved: bool) -> None:
    def run(reason: str = "") -> None:
        w.bind_variable(e.variable, reason)
        w.branches([lambda: w.visit(e.body, is_moved), lambda: None])
    run(w.take_apart([e.source], {e.variable}, run))


def _for(w: Walker, e: t.For, is_moved: bool) -> None:
    def run(reason: str = "") -> None:
        def once() -> None:
            w.bind(e.pattern, reason)
            w.visit(e.body, False)
        w.loop(e.label, once, ends_at_head=True)
    run(w.take_apart([e.iterable], set(bound_by(e.pattern)), run))


def _catch(w: Walker, e: t.CatchPanic, is_moved: bool) -> None:
    """Behind a block that a panic may leave anywhere, all that is moved in it may be gone."""
    w.caught.append({})
    w.branches([lambda: w.visit(e.body, False), lambda: None])
    w.state = join([w.state, w.caught.pop()])


def _repeat(w: Walker, e: t.RepeatArray, is_moved: bool) -> None:
    """`[e; n]`: more than one of a value that moves would be copies."""
    is_one = isinstance(e.count, t.Literal) and e.count.value in (0, 1)
    if w.is_unique(e.value) and not is_one:
        type_ = w.type_of(e.value)
        w.error("E0407", f"a `{type_}` can't be put into an array several times", e.value.span, "it would be copied",
                "make each by itself: `(0..n) |τ{make(_)}`")
    w.visit(e.value, True)
    w.visit(e.count, False)


def _break(w: Walker, e: t.Break, is_moved: bool) -> None:
    w.visit_all([e.value], True)
    w.jump(e.label, "breaks")


def _return(w: Walker, e: t.Return, is_moved: bool) -> None:
    if e.value is not None:
        w.move(e.value, "as the result")
    w.state = None


def _assign(w: Walker, e: t.Assign, is_moved: bool) -> None:
    w.move(e.value, f"into `{e.place.span.text}`")
    whole, path, obstacle = w.walk_place(e.place)
    if not isinstance(whole, t.Local):
        w.visit(whole, False)
    elif w.state is not None:
        gone = w.state.get(whole.variable, {})
        around = [p for p in gone if len(p) < len(path) and path[:len(p)] == p]
        if around or (obstacle and gone):
            w.require_present(whole.variable, path, e.place)
        else:
            w.state[whole.variable] = {p: s for p, s in gone.items() if p[:len(path)] != path}


def _make_struct(w: Walker, e: t.MakeStruct, is_moved: bool) -> None:
    w.visit_all([e.fields[i] for i in e.order], True)
    if e.base is not None:
        w.visit(e.base, w.is_unique(e))


def _filter_value(w: Walker, e: t.FilterValue, is_moved: bool) -> None:
    w.bind(e.pattern, LOOKED_AT)
    w.visit(e.source, is_moved)
    w.visit(e.predicate, False)


def _sort(w: Walker, e: t.Sort, is_moved: bool) -> None:
    w.visit(e.value, True)
    if e.pattern is not None:
        w.bind(e.pattern, LOOKED_AT)
    w.visit_all([e.key], False)


def _message(w: Walker, e: t.Tell | t.Ask, is_moved: bool) -> None:
    w.visit(e.address, False)
    w.visit_all(e.args, True)


def _call_value(w: Walker, e: t.CallValue, is_moved: bool) -> None:
    """A call of a function value moves its arguments if the result may hold them, else it lends them."""
    w.visit(e.callee, False)
    type_ = w.type_of(e.callee)
    moves = not isinstance(type_, FnType) or w.checker.types.may_keep(type_.result)
    for arg in e.args:
        if moves:
            w.move(arg, f"to `{e.callee.span.text}`")
        else:
            w.visit(arg, False)


def _function_ref(w: Walker, e: t.FunctionRef, is_moved: bool) -> None:
    """A function whose result can't hold its arguments may not move them: who calls it as a value only lends them."""
    function, args = resolve_method(e.function, tuple(substitute(a, w.mapping) for a in e.type_args))
    moved, type_ = w.moved_by(function, args, e.span), w.type_of(e)
    if isinstance(type_, FnType) and not w.checker.types.may_keep(type_.result):
        for param in (type_.params[number] for number in sorted(moved)):
            if w.checker.types.is_unique(param):
                w.error("E0407", f"a `{param}` that is only lent can't be moved by `{plain_name(function)}`", e.span,
                        f"as a `{type_}` it is lent its arguments, but it keeps them",
                        f"{KEEPING}: call the function itself", [(function.span, "declared here")])


def _never_after(w: Walker, e: t.Panic, is_moved: bool) -> None:
    w.visit(e.message, False)
    w.state = None


def _constant(w: Walker, e: t.ConstantRef, is_moved: bool) -> None:
    if w.is_unique(e):
        w.error("E0407", f"the constant `{e.constant.name}` holds a value with a `drop`", e.span,
                "a constant is never dropped", "make the value by a function", [(e.constant.span, "declared here")])


VISITORS: dict[type[t.Expr], Visit] = {
    **dict.fromkeys(_MAKERS, lambda w, e, is_moved: w.visit_all(children(e), True)),
    **dict.fromkeys(_SAME, lambda w, e, is_moved: w.visit_all(children(e), is_moved)),
    t.Unsafe: lambda w, e, is_moved: w.visit(e.body, is_moved), t.MakeDyn: _make_dyn,
    t.InOut: lambda w, e, is_moved: w.visit(e.place, False),
    t.AllPresent: lambda w, e, is_moved: w.visit(e.value, True),
    t.Loop: lambda w, e, is_moved: w.loop(e.label, lambda: w.visit(e.body, False), ends_at_head=False),
    t.Continue: lambda w, e, is_moved: w.jump(e.label, "continues"),
    t.CatchPanic: _catch,
    t.Call: lambda w, e, is_moved: w.call(e),
    t.Closure: lambda w, e, is_moved: w.closure(e),
    t.Pipeline: lambda w, e, is_moved: walk_pipeline(w, e),
    t.Match: _match, t.If: _if, t.Logic: _logic, t.Default: _default, t.Block: _block, t.Let: _let, t.Lift: _lift,
    t.For: _for, t.Break: _break, t.Return: _return, t.Assign: _assign, t.MakeStruct: _make_struct,
    t.FilterValue: _filter_value, t.Sort: _sort, t.Tell: _message, t.Ask: _message, t.CallValue: _call_value,
    t.FunctionRef: _function_ref, t.RepeatArray: _repeat, t.Panic: _never_after, t.ConstantRef: _constant,
}
