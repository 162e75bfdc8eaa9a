"""Checks assignments: `place = e`, `place += e`, and those that take a value apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sigilc.check import typed as t
from sigilc.check.infer import is_never, shallow, unify
from sigilc.check.patterns import Target
from sigilc.check.places import Places, element_read
from sigilc.check.types import UNIT, FixedType, InferVar, TupleType, Type
from sigilc.source.spans import Span
from sigilc.syntax import ast


def is_capitalised(path: Any) -> bool:
    """Whether this names a type or a variant, as the syntax tells them from functions."""
    return isinstance(path, ast.Path | ast.PathName) and path.name[:1].isupper()


def takes_apart(node: Any) -> bool:
    """Whether the target of an assignment is a pattern of places."""
    while isinstance(node, ast.Paren):
        node = node.value
    return isinstance(node, ast.Tuple | ast.Array | ast.StructLiteral | ast.Unit) \
        or (isinstance(node, ast.Call) and is_capitalised(node.callee))


class Assignments(Places):
    """Methods of Body."""

    def check_Assign(self, node: Any, expected: Type | None) -> t.Expr:
        """`place = e`."""
        span = self.span(node)
        if isinstance(node.target, ast.Path) and node.target.name == "_":
            return t.Discard(span, UNIT, self.expr(node.value))
        if takes_apart(node.target):
            return self.assign_parts(node)
        place = self.assigned(node.target)
        value = self.expr(node.value, place.type)
        value = self.coerce(value, place.type, (place.span, "the place assigned to"))
        read = element_read(place)
        if read is not None:
            return self.assign_element(read.args[0], read.args[1], value, node)
        return t.Assign(span, UNIT, place, value)

    def assigned(self, node: Any) -> t.Expr:
        """The target of an assignment: a place, or what reads the element of a type that has `IndexAssign` as well."""
        while isinstance(node, ast.Paren):
            node = node.value
        if not isinstance(node, ast.Index):
            return self.place(node)
        found = self.expr(node)
        read = element_read(found)
        is_element = read is not None and self.implements(read.args[0].type, "IndexAssign")
        self.need_mutable(read.args[0] if read is not None and is_element else found, node)
        return found

    def assign_element(self, owner: t.Expr, index: t.Expr, value: t.Expr, node: Any) -> t.Expr:
        """`c[i] = value` by `IndexAssign`."""
        return self.call_trait(self.prelude_trait("IndexAssign"), "index_assign", owner, [index, value], node)

    def change_element(self, element: t.Expr, read: t.Call, operator: str, value: t.Expr, node: Any) -> t.Expr:
        """`c[i] += value` by `Index` and `IndexAssign`: the index, then the value, then the element is read and assigned."""
        span, (owner, index) = self.span(node), read.args
        lets: list[t.Expr] = []
        owner, at, by = evaluated_before(owner, lets), evaluated_before_use(index, lets), evaluated_before_use(value, lets)

        def change(owner: t.Expr) -> t.Expr:
            before: t.Expr = t.Call(read.span, read.type, read.function, [owner, at], read.type_args)
            if isinstance(element, t.Default):
                before = t.Default(element.span, element.type, before, element.otherwise)
            after = self.overloaded(operator, before, by, node)
            if after is None:
                if operator not in ("<<", ">>") and not unify(before.type, by.type):
                    raise self.mismatch(value, shallow(value.type), shallow(before.type), (element.span, "the element changed"))
                self.deferred.append(lambda: self.check_operands(operator, before, by, node))
                after = t.Binary(span, before.type, operator, before, by)
            return self.assign_element(owner, at, self.coerce(after, before.type), node)

        return t.Block(span, UNIT, [*lets, found_once(owner, span, change)], None)

    def assign_parts(self, node: Any) -> t.Expr:
        """`(a, [b, _], P { x, .. }) = e`: all of `e` is evaluated first, then the places are assigned from left to right."""
        span = self.span(node)
        targets: list[Target] = []
        tree, hint = self.target_pattern(node.target, targets)
        value = self.expr(node.value, hint)
        type_ = shallow(value.type) if not is_never(value.type) else hint
        pattern = self.pattern(tree, type_)
        self.deferred.append(lambda: self.check_irrefutable(pattern, "an assignment"))
        return t.Block(span, UNIT, [t.Let(span, UNIT, pattern, value), *map(self.assign_part, targets)], None)

    def target_pattern(self, node: Any, targets: list[Target]) -> tuple[ast.Pattern, Type]:
        """The pattern that takes a value apart for a target, its places as leaves, and what is known of the value's type."""
        while isinstance(node, ast.Paren):
            node = node.value
        match node:
            case ast.Path(name="_"):
                return node, InferVar()
            case ast.RangeAll():
                return ast.RestPattern(node.start, node.end, None), InferVar()
            case ast.Unit():
                return ast.UnitPattern(node.start, node.end), UNIT
            case ast.Tuple() | ast.Array():
                return self.sequence_pattern(node, targets)
            case ast.Call(callee=ast.Path() | ast.PathName() as path) if is_capitalised(path):
                patterns = [self.target_pattern(argument, targets)[0] for argument in node.arguments]
                return ast.VariantPattern(node.start, node.end, path, patterns), InferVar()
            case ast.StructLiteral():
                fields = [self.field_target(entry, targets) for entry in node.fields]
                return ast.StructPattern(node.start, node.end, node.path, fields), InferVar()
        target = Target(node.start, node.end, self.assigned(node), t.Variable("part", InferVar(), self.span(node)), node)
        targets.append(target)
        return target, target.place.type

    def sequence_pattern(self, node: ast.Tuple | ast.Array, targets: list[Target]) -> tuple[ast.Pattern, Type]:
        """`(a, b)` and `[a, b]`; how many there are is known unless `..` stands among them."""
        parts = [self.target_pattern(item, targets) for item in node.items]
        patterns, types = [p for p, _ in parts], [type_ for _, type_ in parts]
        has_rest = any(isinstance(p, ast.RestPattern) for p in patterns)
        if isinstance(node, ast.Tuple):
            return (ast.TuplePattern(node.start, node.end, patterns),
                    InferVar() if has_rest else TupleType(tuple(types)))
        return (ast.SlicePattern(node.start, node.end, patterns),
                InferVar() if has_rest else FixedType(types[0] if types else InferVar(), len(types)))

    def field_target(self, entry: Any, targets: list[Target]) -> ast.Node:
        """`x`, `x: place` or `..` in the braces of a target."""
        if isinstance(entry, ast.Update):
            raise self.error("E0210", "`..` takes no value where a struct is taken apart", entry, "nothing is read here",
                             "write `..` alone: it leaves the other fields out")
        if isinstance(entry, ast.RestPattern):
            return entry
        tree = entry.value if isinstance(entry, ast.Named) else ast.Path(entry.start, entry.end, entry.name)
        return ast.NamedPattern(entry.start, entry.end, entry.name, self.target_pattern(tree, targets)[0])

    def assign_part(self, target: Target) -> t.Expr:
        """The assignment of what a target's variable holds."""
        span, place, variable = self.span(target), target.place, target.variable
        part = self.coerce(t.Local(span, variable.type, variable), place.type)
        read = element_read(place)
        if read is not None:
            return self.assign_element(read.args[0], read.args[1], part, target.node)
        return t.Assign(span, UNIT, place, part)

    def check_irrefutable(self, pattern: t.Pattern, where: str) -> None:
        """Whether a pattern always matches; given by control.py."""
        raise NotImplementedError

    def check_OpAssign(self, node: Any, expected: Type | None) -> t.Expr:
        """`place += e` and the like."""
        operator = node.operator[:-1]
        place = self.assigned(node.target)
        self.present(place, f"an operand of `{node.operator}`")
        hint = None if operator in ("<<", ">>") else place.type
        value = self.present(self.expr(node.value, hint), f"an operand of `{node.operator}`")
        read = element_read(place)
        if read is not None:
            return self.change_element(place, read, operator, value, node)
        by_trait = self.op_assign_by_trait(operator, place, value, node)
        if by_trait is not None:
            return by_trait
        if operator not in ("<<", ">>") and not unify(place.type, value.type):
            raise self.mismatch(value, shallow(value.type), shallow(place.type), (place.span, "the place changed"))
        self.deferred.append(lambda: self.check_operands(operator, place, value, node))
        return t.OpAssign(self.span(node), UNIT, operator, place, value)

    def op_assign_by_trait(self, operator: str, place: t.Expr, value: t.Expr, node: Any) -> t.Expr | None:
        """`place = place.add(value)`, where the operator is a trait's; what finds the place, and the value, is evaluated once."""
        span, first = self.span(node), list[t.Expr]()
        target = evaluated_before(place, first)
        value = evaluated_before_use(value, first)
        is_overloaded = True

        def change(found: t.Expr) -> t.Expr:
            nonlocal is_overloaded
            changed = self.overloaded(operator, found, value, node)
            is_overloaded = changed is not None
            return found if changed is None else t.Assign(span, UNIT, found, self.coerce(changed, place.type))

        changed = found_once(target, span, change)
        if not is_overloaded:
            return None
        return t.Block(span, UNIT, [*first, changed], None) if first else changed

    def overloaded(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> t.Expr | None:
        """An operator by a trait; given by operators.py."""
        raise NotImplementedError

    def check_operands(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> None:
        """Whether an operator is for these types; given by operators.py."""
        raise NotImplementedError


def evaluated_before(place: t.Expr, first: list[t.Expr]) -> t.Expr:
    """The same place, whose indices and keys are evaluated in `first`, where they are more than a constant or a literal."""
    match place:
        case t.GetField(value=base):
            return replace(place, value=evaluated_before(base, first))
        case t.Index(value=base, index=index):
            return replace(place, value=evaluated_before(base, first), index=evaluated_before_use(index, first))
        case t.MapIndex(value=base, key=key):
            return replace(place, value=evaluated_before(base, first), key=evaluated_before_use(key, first))
        case t.Slice(value=base, low=low, high=high):
            base = evaluated_before(base, first)
            ends = [None if end is None else evaluated_before_use(end, first) for end in (low, high)]
            return replace(place, value=base, low=ends[0], high=ends[1])
    return place


def evaluated_before_use(value: t.Expr, first: list[t.Expr]) -> t.Expr:
    """A variable that holds a value, bound in `first`."""
    if isinstance(value, t.Literal) or (isinstance(value, t.Local) and not value.variable.mutable):
        return value
    variable = t.Variable("part", value.type, value.span)
    first.append(t.Let(value.span, UNIT, t.BindPattern(value.span, value.type, variable), value))
    return t.Local(value.span, value.type, variable)


def found_once(place: t.Expr, span: Span, change: Callable[[t.Expr], t.Expr]) -> t.Expr:
    """A change of a place that reads and writes it, and that finds it once.

    Where finding it may insert what it begins as, that is evaluated where the place is found: the place is matched.
    """
    if not inserts(place):
        return change(place)
    variable = t.Variable("place", place.type, place.span, "inout", mutable=True)
    arm = t.Arm(t.BindPattern(place.span, place.type, variable), None, change(t.Local(place.span, place.type, variable)), span)
    return t.Match(span, UNIT, t.InOut(place.span, place.type, place), [arm])


def inserts(place: t.Expr) -> bool:
    """Whether finding a place may evaluate what a missing entry begins as."""
    if isinstance(place, t.MapIndex) and place.default is not None:
        return True
    return isinstance(place, t.GetField | t.Index | t.MapIndex | t.Slice) and inserts(place.value)
