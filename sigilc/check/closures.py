"""Checks closures: at once, or once it is known what they take.

The body of a closure that looks into a parameter whose type nothing has said yet, as `|x| x.len()`, is checked later: when
the closure is called, or at the end of the function around it. Until then its result is an unknown, by which a call finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import BodyBase, ClosureFrame
from sigilc.check.context import Reported
from sigilc.check.infer import resolve, shallow, unify
from sigilc.check.operators import Operators
from sigilc.check.types import ERROR, UNIT, FnType, InferVar, Marks, OptionType, Type
from sigilc.syntax import ast
from sigilc.syntax.ast_base import Node

# What is taken of, or done with, a value whose type must be known by then; the value stands in the first of their parts.
_LOOKING = (ast.Access, ast.MethodArguments, ast.Index, ast.Pipe, ast.Match)
_WRAPPING = (*_LOOKING, ast.Call, ast.Paren, ast.Marked, ast.Await)
# What a closure's body is checked with, of the state of the body around it.
_STATE = ("scopes", "closures", "loops", "stages", "unsafe_depth", "matched_places", "scope", "names", "result")


@dataclass(eq=False, slots=True)
class LaterClosure:
    """A closure whose body is still to be checked: where it stands, and the state of the checker there."""

    owner: BodyBase
    node: Any
    closure: t.Closure
    lets: list[t.Expr]
    state: dict[str, Any]

    @property
    def is_ready(self) -> bool:
        """Whether the types of all parameters are known."""
        return not any(map(is_unknown, (p.type for p in self.closure.params)))


def is_unknown(type_: Type) -> bool:
    """Whether nothing at all is known of a type."""
    type_ = shallow(type_)
    return isinstance(type_, InferVar) and type_.kind == "any"


def root_name(node: Any) -> str:
    """The name at the start of `x.f(a)[i].g` and the like; nothing where it is no name."""
    while isinstance(node, _WRAPPING):
        node = next(part for part in map(node.__getattribute__, node.field_names) if isinstance(part, Node))
    return node.name if isinstance(node, ast.Path) else ""


class Closures(Operators):
    """Methods of Body."""

    def check_Closure(self, node: Any, expected: Type | None) -> t.Expr:
        """`|a, b| e`."""
        wanted = shallow(expected) if expected is not None else None
        if isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        hint = wanted if isinstance(wanted, FnType) and len(wanted.params) == len(node.parameters) else None
        frame = ClosureFrame(len(self.scopes))
        self.closures.append(frame)
        self.scopes.append({})
        outer, outer_loops, outer_stages = self.result, self.loops, self.stages
        self.loops, self.stages = [], []
        self.result = hint.result if hint else InferVar()
        try:
            self.bound_names = {}
            params, lets = self.closure_params(node.parameters, hint)
            self.bound_names = None
            type_ = FnType(tuple(p.type for p in params), self.result, tuple(p.kind == "inout" for p in params))
            closure = t.Closure(self.span(node), type_, params, self.unit(self.span(node)), frame.captures)
            later = LaterClosure(self, node, closure, lets, {})
            unknown = [name for name, variable in self.scopes[-1].items() if is_unknown(variable.type)]
            if unknown and self.looks_into(node.body, unknown):
                later.state = {name: getattr(self, name) for name in _STATE}
                later.state |= {"scopes": [dict(scope) for scope in self.scopes], "closures": list(self.closures)}
                self.context.later_closures.append(later)
            else:
                self.check_closure_body(later)
        finally:
            self.bound_names = None
            self.result, self.loops, self.stages = outer, outer_loops, outer_stages
            self.scopes.pop()
            self.closures.pop()
        return closure

    def check_closure_body(self, later: LaterClosure) -> None:
        """The body of a closure whose parameters are in scope."""
        assert self.result is not None
        body = self.coerce(self.expr(later.node.body, self.result), self.result)
        later.closure.body = t.Block(body.span, body.type, later.lets, body) if later.lets else body

    def looks_into(self, node: Any, unknown: list[str]) -> bool:
        """Whether a closure's body needs the type of one of these variables, or of one that the body itself declares."""
        if isinstance(node, list | tuple):
            return any(self.looks_into(part, unknown) for part in node)
        if not isinstance(node, Node):
            return False
        asked: list[Any] = []
        if isinstance(node, _LOOKING):
            asked = [node]
        elif isinstance(node, ast.For):
            asked = [node.iterable]
        elif isinstance(node, ast.Call) and self.is_template_name(node.callee):
            asked = node.arguments
        return any(self.may_be_unknown(root_name(part), unknown) for part in asked) or any(
            self.looks_into(getattr(node, name), unknown) for name in node.field_names)

    def may_be_unknown(self, name: str, unknown: list[str]) -> bool:
        """Whether a name is one of these variables, or none that is known outside the closure."""
        if name in unknown:
            return True
        return bool(name) and not any(name in scope for scope in self.scopes) and self.lookup_item(name) is None

    def is_template_name(self, callee: Any) -> bool:
        """Whether a function is called that is checked anew for each call."""
        found = self.scope.module.lookup(callee.name) if isinstance(callee, ast.Path) else None
        signature = getattr(getattr(found, "node", None), "signature", None)
        return any(getattr(p, "type", True) is None for p in getattr(signature, "parameters", None) or [])

    # ---- Later ----------------------------------------------------------------------------------------------------------

    def settle_closure(self, result: Type) -> None:
        """Checks the closure that has this unknown as its result, and before it all whose parameters are known by now."""
        result = shallow(result)
        waiting = self.context.later_closures
        if waiting and isinstance(result, InferVar) and any(shallow(w.closure.type.parts()[-1]) is result for w in waiting):
            self.settle_ready(waiting)
            for later in [w for w in waiting if shallow(w.closure.type.parts()[-1]) is result]:
                self.settle(later)

    def settle_closures(self) -> None:
        """Checks what is left of the closures in this body, and in the instances of templates that were made for it."""
        waiting = [w for w in self.context.later_closures if self.made(w.owner)]
        self.settle_ready(waiting)
        for later in waiting:
            self.settle(later)

    def settle_ready(self, waiting: list[LaterClosure]) -> None:
        """Checks those whose parameters are known; each may tell what another one takes."""
        while ready := [w for w in waiting if w.is_ready and w in self.context.later_closures]:
            self.settle(ready[0])

    def made(self, body: BodyBase | None) -> bool:
        """Whether a body is this one, or an instance that was made for it."""
        while body is not None and body is not self:
            body = body.maker
        return body is self

    def settle(self, later: LaterClosure) -> None:
        """Checks the body of a closure, if that has not been done meanwhile, with the state that it was met with."""
        if later not in self.context.later_closures:
            return
        self.context.later_closures.remove(later)
        owner = later.owner
        assert isinstance(owner, Closures)
        around = {name: getattr(owner, name) for name in _STATE}
        for name, value in later.state.items():
            setattr(owner, name, value)
        try:
            owner.check_closure_body(later)
        except Reported:
            later.closure.body = owner.error_expr(later.closure.span)
            unify(later.closure.type.parts()[-1], ERROR)
        finally:
            for name, value in around.items():
                setattr(owner, name, value)

    # ---- Parameters -----------------------------------------------------------------------------------------------------

    def closure_params(self, nodes: list[Any], hint: FnType | None) -> tuple[list[t.Variable], list[t.Expr]]:
        """A closure's parameters, and the lets that take destructured ones apart."""
        params: list[t.Variable] = []
        lets: list[t.Expr] = []
        for i, node in enumerate(nodes):
            span = self.span(node)
            pattern, written = node.pattern, node.type
            is_inout = isinstance(pattern, ast.MutPattern)
            if hint is not None and written is None and isinstance(pattern, ast.Path):
                is_inout = hint.inout[i]
            while isinstance(written, ast.ReferenceType):
                is_inout = is_inout or written.mutable is not None
                written = written.type
            type_: Type = hint.params[i] if hint else InferVar()
            marks: Marks | None = None
            if written is not None:
                own, found = self.names.resolve(written)
                marks = None if found.is_empty else found
                if not unify(type_, own):
                    raise self.error("E0201", f"expected a parameter of type `{resolve(type_)}`, found `{resolve(own)}`",
                                     node, "another type is wanted here")
            kind = "inout" if is_inout else "param"
            if isinstance(pattern, ast.Path | ast.MutPattern | ast.MarkedPattern):
                bound = self.pattern(pattern, type_, kind)
                if isinstance(bound, t.BindPattern):
                    bound.variable.mutable = is_inout
                    bound.variable.marks = bound.variable.marks or marks
                    params.append(bound.variable)
                else:
                    params.append(t.Variable("_", type_, span, kind))
                continue
            variable = t.Variable("parameter", type_, span, kind, False, marks)
            params.append(variable)
            taken = self.pattern(pattern, type_)
            self.deferred.append(lambda p=taken: self.check_irrefutable(p, "a closure"))  # type: ignore[misc]
            lets.append(t.Let(span, UNIT, taken, t.Local(span, type_, variable)))
        return params, lets

    def check_irrefutable(self, pattern: t.Pattern, where: str) -> None:
        """Refuses a pattern that may not match; given by control.py."""
        raise NotImplementedError
