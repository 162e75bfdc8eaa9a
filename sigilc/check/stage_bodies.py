"""Checks the bodies of stages: functions, calls with a hole, expressions with holes, field chains, closures, sections.

A body is checked against the type of one value (an element, or the whole) and gives a pattern that takes the value and
an expression over what the pattern binds. Which of the two levels a stage works on is decided here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import StageFrame
from sigilc.check.context import Reported
from sigilc.check.control import Control
from sigilc.check.flows import OpenLoop
from sigilc.check.infer import resolve, shallow, unifies
from sigilc.check.paths import Associated
from sigilc.check.stage_parts import StageParts, has_implicit_field, holes_in, only_expression
from sigilc.check.types import (
    ArrayType,
    DynType,
    ErrorType,
    FixedType,
    FnType,
    InferVar,
    ParamType,
    Type,
    substitute,
)
from sigilc.syntax import ast


@dataclass(eq=False, slots=True)
class Applied:
    """A function that a stage applies: the value goes to parameter `hole`; `tree` is the call or the path.

    `arguments` are the others. `callee` is what the path named, or a function value (an Expr).
    """

    callee: Any
    tree: Any
    arguments: list[Any]
    hole: int

    def parameter(self) -> Type | None:
        """The declared type of the parameter that takes the value; None where it is generic or unknown."""
        function = self.function()
        if function is not None:
            if self.hole >= len(function.params):
                return None
            type_ = function.params[self.hole].type
            return None if isinstance(type_, ParamType | InferVar) else type_
        if isinstance(self.callee, t.Expr):
            fn = shallow(self.callee.type)
            return fn.params[self.hole] if isinstance(fn, FnType) and self.hole < len(fn.params) else None
        return None

    def function(self) -> t.Function | None:
        """The function, where it is one that was declared."""
        if isinstance(self.callee, t.Function):
            return self.callee
        return self.callee.function if isinstance(self.callee, Associated) else None

    def arity(self) -> int:
        """How many parameters the function has."""
        function = self.function()
        if function is not None:
            return len(function.params)
        fn = shallow(self.callee.type) if isinstance(self.callee, t.Expr) else None
        return len(fn.params) if isinstance(fn, FnType) else 1


class StageBodies(Control):
    """Methods of Body."""

    def applied_body(self, parts: StageParts) -> Applied | None:
        """The function that a body `{f}` or `{f(a, _)}` applies; None for other bodies."""
        tree = only_expression(parts.body)
        if isinstance(tree, ast.Path | ast.PathName | ast.PathArguments):
            return self.applied_path(tree, tree, [], 0)
        if isinstance(tree, ast.Call) and isinstance(tree.callee, ast.Path | ast.PathName | ast.PathArguments):
            holes = [i for i, a in enumerate(tree.arguments) if self.is_hole(a)]
            others = [a for a in tree.arguments if not self.is_hole(a)]
            if len(holes) == 1 and not any(holes_in(a) for a in others) and not any(
                    isinstance(a, ast.Named) for a in tree.arguments):
                return self.applied_path(tree.callee, tree, others, holes[0])
        return None

    def applied_path(self, path: Any, tree: Any, arguments: list[Any], hole: int) -> Applied | None:
        """A path as the function of a stage; None for a hole, and for a name that is no function."""
        if isinstance(path, ast.Path):
            if path.name in ("_", "_1", "_2"):
                return None
            variable = self.find_variable(path.name)
            if variable is not None:
                is_function = isinstance(shallow(variable.type), FnType)
                local = t.Local(self.span(path), variable.type, variable)
                return Applied(local, tree, arguments, hole) if is_function else None
            if self.lookup_item(path.name) is None:
                return None
        found = self.resolve_value_path(path)
        if isinstance(found, t.Constant) or (isinstance(found, tuple) and not found[1].fields):
            return None
        return Applied(found, tree, arguments, hole)

    def takes_whole(self, applied: Applied, whole: Type, item: Type | None) -> bool:
        """Rule 2 of lifting: whether a function is applied to the whole value, or (False) to each element."""
        if item is None:
            return True
        wanted = applied.parameter()
        if wanted is None:
            return False
        wanted = self.open_params(applied, wanted)
        if self.fits(wanted, whole) or (isinstance(whole, FixedType) and unifies(wanted, ArrayType(whole.item))):
            return True
        if self.fits(wanted, item):
            return False
        raise self.error(
            "E0213", f"this stage fits neither `{resolve(whole)}` nor its elements, `{resolve(item)}`", applied.tree,
            f"takes `{resolve(wanted)}`", "convert the value first, or use a closure",
            [(applied.function().span, "declared here")] if applied.function() else None)  # type: ignore[union-attr]

    def fits(self, wanted: Type, given: Type) -> bool:
        """Whether a parameter takes a value of a type, one behind `dyn` what implements the trait."""
        behind = shallow(wanted)
        return unifies(wanted, given) or (isinstance(behind, DynType) and self.becomes_dyn(shallow(given), behind))

    def open_params(self, applied: Applied, type_: Type) -> Type:
        """A parameter's type with fresh unknowns for type parameters."""
        function = applied.function()
        if function is None:
            return type_
        return substitute(type_, {p: InferVar() for p in function.type_params})

    def apply(self, applied: Applied, value: t.Expr) -> t.Expr:
        """The call of a stage's function with a checked value."""
        if isinstance(applied.callee, t.Expr):
            return self.apply_value(applied, value)
        return self.call_path(applied.callee, getattr(applied.tree, "callee", applied.tree), applied.tree,
                              applied.arguments, None, value, applied.hole)

    def apply_value(self, applied: Applied, value: t.Expr) -> t.Expr:
        """The same for a function value."""
        fn = shallow(applied.callee.type)
        if isinstance(fn, ErrorType):
            raise Reported
        if not isinstance(fn, FnType):
            raise self.error("E0207", f"a value of type `{resolve(fn)}` can't be called", applied.callee, "no function")
        others = list(applied.arguments)
        if len(others) + 1 != len(fn.params):
            raise self.error("E0202", f"this function takes {len(fn.params)} arguments", applied.tree,
                             f"its type is `{resolve(fn)}`")
        args: list[t.Expr] = []
        for i, wanted in enumerate(fn.params):
            arg = value if i == applied.hole else self.expr(others.pop(0), wanted)
            args.append(self.coerce(arg, wanted))
        return t.CallValue(self.span(applied.tree), fn.result, applied.callee, args)

    # ---- Bodies over one value ------------------------------------------------------------------------------------------

    def element_variable(self, type_: Type, node: Any) -> t.Variable:
        """A fresh variable for the value that a body is about."""
        return t.Variable("it", type_, self.span(node))

    def bind_value(self, variable: t.Variable) -> t.Pattern:
        """The pattern that binds just this variable."""
        return t.BindPattern(variable.span, variable.type, variable)

    def body_over(self, parts: StageParts, type_: Type, expected: Type | None = None) -> tuple[t.Pattern, t.Expr]:
        """Any stage body or section over a value of a type."""
        node = parts.node
        if parts.operator:
            variable = self.element_variable(type_, node)
            value = t.Local(variable.span, type_, variable)
            return self.bind_value(variable), self.section(parts, value)
        applied = self.applied_body(parts)
        if applied is not None:
            variable = self.element_variable(type_, node)
            return self.bind_value(variable), self.apply(applied, t.Local(variable.span, type_, variable))
        body = parts.body
        if body is None:
            raise self.error("E0213", f"the stage `{parts.shown}` needs a body", node, "a body is missing",
                             f"write `|{parts.shown}{{…}}`")
        closure = only_expression(body)
        if isinstance(closure, ast.Closure) and len(closure.parameters) == 1:
            return self.closure_over(closure.parameters, closure.body, type_, expected)
        if isinstance(body, ast.StageClosure):
            if len(body.parameters) != 1:
                raise self.error("E0202", f"this stage's body takes one value, not {len(body.parameters)}", body,
                                 "too many parameters", "take a tuple apart with `{(a, b) => …}`")
            return self.closure_over(body.parameters, body.block, type_, expected)
        holes = holes_in(body)
        variable = self.element_variable(type_, node)
        frame = StageFrame(loops=len(self.loops))
        if holes & {"_1", "_2"}:
            raise self.error("E0111", "`_1` and `_2` are for bodies over two values", body, "this stage has one value",
                             "write `_`")
        if holes or has_implicit_field(body):
            frame.holes["_"] = variable
        else:
            frame.implicit = variable
        return self.bind_value(variable), self.in_stage(frame, lambda: self.expr(body.block, expected))

    def in_stage(self, frame: StageFrame, check: Any) -> t.Expr:
        """Checks something inside a stage body."""
        self.stages.append(frame)
        self.scopes.append({})
        try:
            checked: t.Expr = check()
            return checked
        finally:
            self.scopes.pop()
            self.stages.pop()

    def closure_over(self, parameters: list[Any], block: Any, type_: Type, expected: Type | None
                     ) -> tuple[t.Pattern, t.Expr]:
        """`{x => …}` and `{|x| …}`: in place, not a closure."""
        patterns: list[t.Pattern] = []

        def check() -> t.Expr:
            patterns.extend(self.parameter_pattern(p, type_) for p in parameters)
            return self.expr(block, expected)

        body = self.in_stage(StageFrame(loops=len(self.loops)), check)
        return patterns[0], body

    def parameter_pattern(self, node: Any, type_: Type) -> t.Pattern:
        """A parameter of a stage's closure."""
        if node.type is not None:
            own, _ = self.names.resolve(node.type)
            if not unifies(own, type_):
                raise self.error("E0201", f"expected `{resolve(type_)}`, found `{resolve(own)}`", node.type,
                                 "another type arrives here")
        pattern = self.pattern(node.pattern, type_)
        self.deferred.append(lambda: self.check_irrefutable(pattern, "a stage"))
        return pattern

    def section(self, parts: StageParts, value: t.Expr) -> t.Expr:
        """`τ*2`, `φ>0`: the value is the left operand."""
        if parts.operand is None:
            raise self.error("E0213", f"the operator `{parts.operator}` lacks its right operand here", parts.node,
                             "only ρ takes an operator alone")
        node = parts.node
        if parts.operator == "??":
            return self.default_of(value, parts.operand, node)
        made = ast.Binary(node.start, node.end, parts.operand, parts.operator, parts.operand)
        return self.binary(made, value, None)

    def over_two(self, parts: StageParts, first: Type, second: Type) -> tuple[t.Pattern, t.Pattern, t.Expr]:
        """A body over an accumulator and an element: `{acc, x => …}`, `{_1 + _2}`, `{f}`, an operator."""
        node = parts.node
        a, b = self.element_variable(first, node), self.element_variable(second, node)
        values = t.Local(a.span, first, a), t.Local(b.span, second, b)
        if parts.operator:
            return self.bind_value(a), self.bind_value(b), self.binary_of(node, parts.operator, *values)
        body = parts.body
        applied = self.applied_body(parts)
        if applied is not None:
            return self.bind_value(a), self.bind_value(b), self.apply_two(applied, *values)
        closure = only_expression(body)
        if isinstance(closure, ast.Closure):
            block = ast.Block(body.start, body.end, [closure.body])
            body = ast.StageClosure(body.start, body.end, closure.parameters, block, body.start_value)
        if isinstance(body, ast.StageClosure):
            if len(body.parameters) != 2:
                raise self.error("E0202", "this body takes what is built so far, and an element", body,
                                 f"{len(body.parameters)} parameters given", "write `{acc, x => …}`")
            patterns: list[t.Pattern] = []

            def check() -> t.Expr:
                patterns.append(self.parameter_pattern(body.parameters[0], first))
                patterns.append(self.parameter_pattern(body.parameters[1], second))
                return self.expr(body.block, first)

            value = self.in_stage(StageFrame(loops=len(self.loops)), check)
            return patterns[0], patterns[1], value
        frame = StageFrame(holes={"_1": a, "_2": b}, loops=len(self.loops))
        return self.bind_value(a), self.bind_value(b), self.in_stage(frame, lambda: self.expr(body.block, first))

    def binary_of(self, node: Any, operator: str, left: t.Expr, right: t.Expr) -> t.Expr:
        """An operator between two checked operands."""
        if operator == "??":
            raise self.error("E0213", "`??` joins no elements", node, "an operator such as `+` is wanted",
                             "for the first element that is present, write `|flat |first`")
        overloaded = self.overloaded(operator, left, right, node)
        if overloaded is not None:
            return overloaded
        if not unifies(left.type, right.type):
            raise self.operand_mismatch(operator, left, right, node)
        from sigilc.check.infer import unify
        unify(left.type, right.type)
        if operator == "&&":
            return t.Logic(self.span(node), left.type, operator, left, right)
        self.deferred.append(lambda: self.check_operands(operator, left, right, node))
        return t.Binary(self.span(node), left.type, operator, left, right)

    def apply_two(self, applied: Applied, first: t.Expr, second: t.Expr) -> t.Expr:
        """A two-parameter function of what is built so far and an element."""
        function = applied.function()
        if function is None:
            fn = shallow(applied.callee.type)
            if not isinstance(fn, FnType) or len(fn.params) != 2:
                raise self.error("E0202", "this body needs a function of two parameters", applied.tree, "not one")
            args = [self.coerce(first, fn.params[0]), self.coerce(second, fn.params[1])]
            return t.CallValue(self.span(applied.tree), fn.result, applied.callee, args)
        return self.call_checked(function, [first, second], applied.tree)

    def loop_over(self, value: t.Expr) -> OpenLoop | None:
        """A collection as the source of element-wise stages; None for what is no collection."""
        value = self.lazily(value)
        item = self.item_of(value.type)
        value = self.iterated(value) if item is None else value
        if item is None and self.is_iterator(value.type):
            variable = t.Variable("iterator", value.type, value.span, mutable=True)
            call, item = self.next_of(variable, value.span)
            value = t.IteratorSource(value.span, ArrayType(item), value, variable, call)
        return None if item is None else OpenLoop(value, item, item, [], value.span)
