"""Checks assignments: `place = e`, `place += e`, and those that take a value apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import Element
from sigilc.check.infer import is_never, shallow, unify
from sigilc.check.patterns import Target
from sigilc.check.places import Places
from sigilc.check.types import UNIT, FixedType, InferVar, TupleType, Type
from sigilc.source.spans import Span
from sigilc.syntax import ast

# Makes the change of a place, with evaluated values.
Change = Callable[[t.Expr, list[t.Expr]], t.Expr]


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
        return self.assignment(place, value, span, node)

    def assignment(self, place: t.Expr, value: t.Expr, span: Span, node: Any) -> t.Expr:
        """The assignment of a value to what `assigned` gave."""
        element = self.element_of.get(place)
        if element is not None and self.implements(element.owner.type, "IndexAssign"):
            return self.assign_element(element.owner, element.at, value, node)
        return self.through_elements(t.Assign(span, UNIT, place, value), node)

    def assigned(self, node: Any) -> t.Expr:
        """The target of an assignment: a place, or what reads the element of a type that has `IndexAssign` as well."""
        while isinstance(node, ast.Paren):
            node = node.value
        if not isinstance(node, ast.Index):
            return self.place(node)
        found = self.expr(node)
        element = self.element_of.get(found)
        is_assigned = element is not None and self.implements(element.owner.type, "IndexAssign")
        self.need_mutable(element.owner if element is not None and is_assigned else found, node)
        return found

    def assign_element(self, owner: t.Expr, index: t.Expr, value: t.Expr, node: Any) -> t.Expr:
        """`c[i] = value` by `IndexAssign`."""
        call = self.call_trait(self.prelude_trait("IndexAssign"), "index_assign", owner, [index, value], node)
        return self.through_elements(call, node)

    def change_element(self, read: t.Expr, element: Element, operator: str, value: t.Expr, node: Any) -> t.Expr:
        """`c[i] += value` by `Index` and `IndexAssign`: the index, then the value, then the element is read and assigned."""
        span = self.span(node)
        lets: list[t.Expr] = []
        owner = self.evaluated_place(element.owner, lets)
        index, value = evaluated_before_use(element.at, lets), evaluated_before_use(value, lets)

        def change(owner: t.Expr, others: list[t.Expr]) -> t.Expr:
            at, by = others
            before = self.element_at(read, owner, at)
            after = self.overloaded(operator, before, by, node)
            if after is None:
                if operator not in ("<<", ">>") and not unify(before.type, by.type):
                    raise self.mismatch(value, shallow(value.type), shallow(before.type), (read.span, "the element changed"))
                self.deferred.append(lambda: self.check_operands(operator, before, by, node))
                after = t.Binary(span, before.type, operator, before, by)
            return self.assign_element(owner, at, self.coerce(after, before.type), node)

        return t.Block(span, UNIT, [*lets, self.found_once(owner, [index, value], node, change)], None)

    def element_at(self, read: t.Expr, owner: t.Expr, index: t.Expr) -> t.Expr:
        """What reads the element of another owner, with another index, as `read` does."""
        if isinstance(read, t.Default):
            return replace(read, value=self.element_at(read.value, owner, index))
        assert isinstance(read, t.Call)
        return replace(read, args=[owner, index])

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
        return self.assignment(place, part, span, target.node)

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
        element = self.element_of.get(place)
        if element is not None and (element.default is not None or not self.implements(element.owner.type, "IndexMut")):
            return self.change_element(place, element, operator, value, node)
        by_trait = self.op_assign_by_trait(operator, place, value, node)
        if by_trait is not None:
            return by_trait
        if operator not in ("<<", ">>") and not unify(place.type, value.type):
            raise self.mismatch(value, shallow(value.type), shallow(place.type), (place.span, "the place changed"))
        self.deferred.append(lambda: self.check_operands(operator, place, value, node))
        return self.through_elements(t.OpAssign(self.span(node), UNIT, operator, place, value), node)

    def op_assign_by_trait(self, operator: str, place: t.Expr, value: t.Expr, node: Any) -> t.Expr | None:
        """`place = place.add(value)`, where the operator is a trait's; what finds the place, and the value, is evaluated once."""
        span, first = self.span(node), list[t.Expr]()
        target = self.evaluated_place(place, first)
        value = evaluated_before_use(value, first)
        if self.overloaded(operator, target, value, node) is None:
            return None

        def change(found: t.Expr, others: list[t.Expr]) -> t.Expr:
            changed = self.overloaded(operator, found, others[0], node)
            assert changed is not None
            return t.Assign(span, UNIT, found, self.coerce(changed, place.type))

        changed = self.found_once(target, [value], node, change)
        return t.Block(span, UNIT, [*first, changed], None) if first else changed

    def found_once(self, place: t.Expr, values: list[t.Expr], node: Any, change: Change) -> t.Expr:
        """A change of a place that reads and writes it, with evaluated values, and that finds it once.

        Where finding it may insert what it begins as, that is evaluated where the place is found: the place is matched.
        """
        argument = t.InOut(place.span, place.type, place)
        if self.is_inside_element(place):
            def inside(parts: list[t.Expr]) -> t.Expr:
                found = parts[0]
                assert isinstance(found, t.InOut)
                return self.found_once(found.place, parts[1:], node, change)
            return self.change_inside([argument, *values], 0, inside, UNIT, node)
        if not inserts(place):
            return change(place, values)
        span, variable = self.span(node), t.Variable("place", place.type, place.span, "inout", mutable=True)
        arm = t.Arm(t.BindPattern(place.span, place.type, variable), None,
                    change(t.Local(place.span, place.type, variable), values), span)
        return t.Match(span, UNIT, argument, [arm])

    def evaluated_place(self, place: t.Expr, first: list[t.Expr]) -> t.Expr:
        """The same place, whose indices and keys are evaluated in `first`, where they are more than a constant or a literal."""
        element = self.element_of.get(place)
        if element is not None:
            owner, index = self.evaluated_place(element.owner, first), evaluated_before_use(element.at, first)
            found = self.element_at(place, owner, index)
            self.element_of[found] = element._replace(owner=owner, at=index)
            return found
        match place:
            case t.GetField(value=base):
                return replace(place, value=self.evaluated_place(base, first))
            case t.Index(value=base, index=index):
                return replace(place, value=self.evaluated_place(base, first), index=evaluated_before_use(index, first))
            case t.MapIndex(value=base, key=key):
                return replace(place, value=self.evaluated_place(base, first), key=evaluated_before_use(key, first))
            case t.Slice(value=base, low=low, high=high):
                base = self.evaluated_place(base, first)
                ends = [None if end is None else evaluated_before_use(end, first) for end in (low, high)]
                return replace(place, value=base, low=ends[0], high=ends[1])
        return place

    def change_inside(self, args: list[t.Expr], number: int, make: Callable[[list[t.Expr]], t.Expr], result: Type,
                      node: Any) -> t.Expr:
        """A change of a place inside an element; given by elements.py."""
        raise NotImplementedError

    def overloaded(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> t.Expr | None:
        """An operator by a trait; given by operators.py."""
        raise NotImplementedError

    def check_operands(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> None:
        """Whether an operator is for these types; given by operators.py."""
        raise NotImplementedError


def evaluated_before_use(value: t.Expr, first: list[t.Expr]) -> t.Expr:
    """A variable that holds a value, bound in `first`."""
    if isinstance(value, t.Literal) or (isinstance(value, t.Local) and not value.variable.mutable):
        return value
    variable = t.Variable("part", value.type, value.span)
    first.append(t.Let(value.span, UNIT, t.BindPattern(value.span, value.type, variable), value))
    return t.Local(value.span, value.type, variable)


def inserts(place: t.Expr) -> bool:
    """Whether finding a place may evaluate what a missing entry begins as."""
    if isinstance(place, t.MapIndex) and place.default is not None:
        return True
    return isinstance(place, t.GetField | t.Index | t.MapIndex | t.Slice) and inserts(place.value)
