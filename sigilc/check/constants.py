"""The values of constants, computed while a program is checked: lengths of arrays, patterns and variants need them then.

What a constant expression may do: literals, operators, other constants, functions of the standard library that have no
effects, and functions of the program that are `const fn`. Literals are read here; the rest is computed by the
`evaluate` that `check_program` is given, which lowers the expression and runs it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from sigilc.check import typed as t
from sigilc.check.context import Pending, Reported, Scope
from sigilc.check.tree_walk import nodes_of
from sigilc.check.types import (
    CHAR,
    STR,
    USIZE,
    ErrorType,
    ParamType,
    ProjectionType,
    Type,
    is_float,
)
from sigilc.source.spans import Span
from sigilc.syntax import ast

if TYPE_CHECKING:
    from sigilc.check.program import Program

# The name of what is computed, its expression, and the prelude's traits that are known. The result is a value as
# `ir/statics.py` describes it. Raises EvaluationFailed.
Evaluate: TypeAlias = "Callable[[str, t.Expr, dict[str, t.TraitDecl]], object]"

# More elements than this are a slip of the keyboard, or belong on the heap.
MAX_LENGTH = 1 << 28
# Operations of the standard library that look at the world or change it, by the beginnings of their names.
_EFFECTS = ("print", "eprint", "flush", "fs_", "os_", "env_", "input_", "process_", "clock_", "set_last_error", "hash", "net_",
            "sleep", "spawn", "time_", "random")
_ACTOR_NODES = (t.Spawn, t.Tell, t.Ask, t.Await, t.Stop)


class EvaluationFailed(Exception):
    """A constant has no value. `site` is where in the program that shows, `file:line:column`."""

    def __init__(self, code: str, message: str, label: str, site: str = "", span: Span | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.label = label
        self.site = site
        self.span = span


class Constants:
    """Computes constants on demand, each once."""

    def __init__(self, program: Program, evaluate: Evaluate | None):
        self.program = program
        self.context = program.context
        self.evaluate = evaluate
        self.open: list[t.Constant] = []        # what is being computed, each because the one before needs it
        self.failed: set[t.Constant] = set()
        self.ready: set[t.Function] = set()     # functions whose bodies have been checked, with all that they call
        self.effects: dict[t.Function, str] = {}
        self.impure: dict[t.Function, bool] = {}

    # ---- Constants ----------------------------------------------------------------------------------------------------

    def check(self, constant: t.Constant) -> None:
        """Checks the type of a declared constant's value."""
        self.open.append(constant)
        try:
            self.program.check_constant(constant)
        finally:
            self.open.pop()

    def value_of(self, constant: t.Constant, span: Span | None = None) -> Any:
        """A constant's value; `span` is what names it. Raises Reported where it has none."""
        if constant.is_computed:
            return constant.computed
        if constant in self.failed:
            raise Reported
        if constant in self.open:
            chain = self.open[self.open.index(constant):]
            labels = [(each.span, f"`{each.name}` is computed from") for each in chain[1:]]
            self.failed.add(constant)
            raise self.context.error("E0243", f"the constant `{constant.name}` depends on itself", constant.span,
                                     "needed to compute it", "", [*labels, *([(span, "needed here")] if span else [])])
        if constant.value is None:
            self.check(constant)
        self.open.append(constant)
        try:
            constant.computed = self.compute(f"constant {constant.name}", constant.value, constant.span)
            constant.is_computed = True
        except Reported:
            self.failed.add(constant)
            raise
        finally:
            self.open.pop()
        return constant.computed

    def finish(self) -> None:
        """When all is checked: computes what nothing has needed yet, and looks into the bodies of `const fn`s.

        Of the library only what the program names: some of its constants take the interpreter, whose import costs more
        than a small program's check.
        """
        self.program.declarations.associated.declare_all()
        for constant in list(self.context.constants):
            if constant.is_named or not constant.span.file.is_library:
                with contextlib.suppress(Reported):
                    self.value_of(constant)
        for function in self.context.functions:
            with contextlib.suppress(Reported):
                self.look_into(function)

    # ---- Expressions --------------------------------------------------------------------------------------------------

    def length_of(self, tree: Any, scope: Scope) -> int:
        """The number of elements that an array's type or literal says."""
        self.refuse_unknown(tree, scope)
        length = self.integer(tree, scope, USIZE)
        if length > MAX_LENGTH:
            raise self.context.error("E0244", f"an array of {length} elements does not fit into memory at once",
                                     self.span(tree, scope), f"at most {MAX_LENGTH}", "use a `[T]`")
        self.program.declarations.declare_length(length)
        return length

    def refuse_unknown(self, tree: Any, scope: Scope) -> None:
        """A name that is no constant, where a length is wanted: most likely a variable, or a type parameter."""
        if not isinstance(tree, ast.Path) or scope.module.lookup(tree.name) is not None:
            return
        if tree.name in scope.generics:
            raise self.context.unsupported("lengths as type parameters are", self.span(tree, scope), "use a `[T]`")
        if self.context.prelude is None or tree.name not in self.context.prelude.items:
            raise self.context.error("E0240", f"`{tree.name}` is no constant", self.span(tree, scope),
                                     "the length of an array is known to the compiler",
                                     "declare it as `const`, or use a `[T]`, whose length may vary")

    def integer(self, tree: Any, scope: Scope, type_: Type) -> int:
        """The value of a constant expression of an integer type."""
        body = self.program.body(scope, None)
        expr = body.coerce(body.expr(tree, type_), type_)
        self.program.finish(body, [expr])
        value = self.compute("length", expr, self.span(tree, scope))
        if not isinstance(value, int):
            raise Reported
        return value

    def span(self, tree: Any, scope: Scope) -> Span:
        """The span of a tree of a scope's file."""
        return Span(scope.module.source, tree.start, tree.end)

    def compute(self, name: str, expr: t.Expr, span: Span) -> Any:
        """The value of a checked expression. Raises Reported."""
        if isinstance(expr.type, ErrorType):
            raise Reported
        found = literal_value(expr)
        if found is not None:
            return found[0]
        self.prepare(expr)
        if self.refuse_effects(expr, "a constant"):
            raise Reported
        if self.evaluate is None:
            raise self.context.unsupported("constants that have to be computed are", span)
        try:
            return self.evaluate(name, expr, self.program.prelude_traits())
        except EvaluationFailed as failure:
            raise self.report(failure, expr.span) from None
        except Exception:
            if self.context.diagnostics.has_errors:     # perhaps in what the expression calls
                raise Reported from None
            raise

    def report(self, failure: EvaluationFailed, span: Span) -> Reported:
        """A failed evaluation at the constant's expression, with the place where it failed."""
        labels = [] if failure.span is None or failure.span == span else [(failure.span, failure.label)]
        label = "this constant" if labels else failure.label
        if failure.span is None and failure.site:
            label = f"{failure.label} ({failure.site})"
        return self.context.error(failure.code, failure.message, span, label, labels=labels)

    def prepare(self, root: t.Expr) -> None:
        """Checks the bodies of all functions that an expression may run, and computes the constants in it."""
        roots = [root]
        while roots:
            tree = roots.pop()
            for node in nodes_of(tree):
                if isinstance(node, t.Expr) and isinstance(node.type, ErrorType):
                    raise Reported
                if isinstance(node, t.ConstantRef):
                    self.value_of(node.constant, node.span)
                elif isinstance(node, t.Call | t.FunctionRef):
                    if tree is root and any(is_open(a) for a in node.type_args):
                        raise self.context.error("E0240", "a constant can't depend on a type parameter", node.span,
                                                 "differs from instance to instance")
                    for function in implementations(node.function):
                        if function not in self.ready:
                            self.ready.add(function)
                            self.check_body(function, node.span)
                            self.look_into(function)
                            if function.body is not None:
                                roots.append(function.body)

    def check_body(self, function: t.Function, span: Span) -> None:
        """Has the body of a function checked before it is run."""
        pending = self.context.pending.get(id(function))
        if pending is None or pending.is_template:
            return
        if pending.state == "checking":
            raise self.context.error("E0243", f"`{function.name}` depends on a constant that is computed by calling it", span,
                                     "called to compute a constant", labels=[(function.span, "needs the constant")])
        if pending.state == "declared":
            self.program.check_function(pending)

    # ---- Effects ------------------------------------------------------------------------------------------------------

    def look_into(self, function: t.Function) -> None:
        """Complains, once, about what a `const fn` of the program must not do. Raises Reported."""
        if function.is_const and function.body is not None and not self.is_std(function):
            if function not in self.impure:
                self.impure[function] = self.refuse_effects(function.body, f"the constant function `{function.name}`")
            if self.impure[function]:
                raise Reported

    def refuse_effects(self, root: t.Expr, what: str) -> bool:
        """Complains about what a constant expression, or the body of a `const fn`, must not do; whether there was any."""
        before = len(self.context.diagnostics.items)
        for node in nodes_of(root):
            with contextlib.suppress(Reported):
                if isinstance(node, _ACTOR_NODES):
                    self.context.error("E0240", f"{what} can't use actors", node.span, "happens when the program runs")
                if isinstance(node, t.Call | t.FunctionRef):
                    self.refuse_call(node.function, node.span, what)
        return len(self.context.diagnostics.items) > before

    def refuse_call(self, function: t.Function, span: Span, what: str) -> None:
        """Complains about a call that has effects, or may have."""
        if function.foreign:
            raise self.context.error("E0240", f"{what} can't call foreign code", span, "runs with the program",
                                     labels=[(function.span, "a C function")])
        effect = self.effect_of(function, ())
        if effect:
            raise self.context.error("E0240", f"{what} can't have effects", span, f"`{effect}` has one")
        is_fine = function.is_const or function.trait is not None or self.is_std(function)
        if not is_fine:
            raise self.context.error("E0240", f"{what} can't call `{function.name}`, which is no `const fn`", span,
                                     "not known to be without effects", "declare it as `const fn`",
                                     [(function.span, "declared here")])

    def effect_of(self, function: t.Function, around: tuple[t.Function, ...]) -> str:
        """The operation with an effect that a function of the standard library comes down to, or ""."""
        if function.intrinsic:
            return function.intrinsic if function.intrinsic.startswith(_EFFECTS) else ""
        if function in around or not self.is_std(function) or function.body is None:
            return ""
        known = self.effects.get(function)
        if known is None:
            calls = (node.function for node in nodes_of(function.body) if isinstance(node, t.Call | t.FunctionRef))
            known = next((e for f in calls if (e := self.effect_of(f, (*around, function)))), "")
            self.effects[function] = known
        return known

    def is_std(self, function: t.Function) -> bool:
        """Whether a function belongs to the standard library."""
        pending: Pending | None = self.context.pending.get(id(function))
        return pending.scope.module.is_std if pending is not None else bool(function.intrinsic)


def literal_value(expr: t.Expr) -> tuple[object] | None:
    """The value of a literal, and of a constant that has been computed; None for what has to be computed."""
    while isinstance(expr, t.Report | t.Assert):
        expr = expr.value
    if isinstance(expr, t.ConstantRef) and expr.constant.is_computed:
        return (expr.constant.computed,)
    if not isinstance(expr, t.Literal):
        return None
    value: Any = expr.value
    if expr.type == STR and isinstance(value, str):
        return (value.encode(),)
    if expr.type == CHAR and isinstance(value, str):
        return (ord(value),)
    if isinstance(value, bytes):
        return (tuple(value),)
    return (float(value) if is_float(expr.type) and value is not None else value,)


def implementations(function: t.Function) -> Iterator[t.Function]:
    """The functions that a call may run: of a trait's method those of all impls, and its default."""
    yield function
    if function.trait is not None:
        name = function.name.rpartition("·")[2]
        yield from (impl.methods[name] for impl in function.trait.impls if name in impl.methods)


def is_open(type_: Type) -> bool:
    """Whether a type depends on a type parameter."""
    return isinstance(type_, ParamType | ProjectionType) or any(map(is_open, type_.parts()))
