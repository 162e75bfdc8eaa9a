"""Places inside the elements of collections that have no places of their own: `lists[key].push(x)` on an `OrdMap`.

The trait `IndexMut` hands such an element, and what else the change needs, to a function. Here the change becomes this
function. With `x` evaluated first, `lists[key].push(x)` is `lists.index_mut(key, x, |mut element, given| element.push(given))`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, NamedTuple

from sigilc.check import typed as t
from sigilc.check.assignments import Assignments, evaluated_before_use
from sigilc.check.body import Element
from sigilc.check.context import Reported
from sigilc.check.infer import shallow
from sigilc.check.method_table import head_of
from sigilc.check.places import root_of
from sigilc.check.tree_walk import nodes_of
from sigilc.check.types import BOOL, UNIT, FnType, OptionType, TupleType, Type

# What is not evaluated before a place is found: it has no effect, and reads nothing that the place could change.
_CONSTANT = (t.Literal, t.FunctionRef)


class Given(NamedTuple):
    """What a change inside an element takes along: values outside, and the variables that hold them inside."""

    values: list[t.Expr]
    variables: list[t.Variable]

    def inside(self, value: t.Expr) -> t.Expr:
        """An evaluated value as the function that makes the change knows it."""
        if not isinstance(value, t.Local):
            return value
        variable = t.Variable("part", value.type, value.span)
        self.values.append(value)
        self.variables.append(variable)
        return t.Local(value.span, value.type, variable)

    def argument(self, span: Any) -> t.Expr:
        """All values as one."""
        if len(self.values) == 1:
            return self.values[0]
        if not self.values:
            return t.Literal(span, UNIT, None)
        return t.MakeTuple(span, TupleType(tuple(value.type for value in self.values)), list(self.values))

    def taken_apart(self, given: t.Variable) -> t.Expr:
        """The binding of the variables to the parts of the argument."""
        patterns: list[t.Pattern] = [t.BindPattern(v.span, v.type, v) for v in self.variables]
        pattern: t.Pattern = t.WildPattern(given.span, UNIT)
        if patterns:
            pattern = patterns[0] if len(patterns) == 1 else t.TuplePattern(given.span, given.type, patterns)
        return t.Let(given.span, UNIT, pattern, t.Local(given.span, given.type, given))


class Elements(Assignments):
    """Methods of Body."""

    def through_elements(self, made: t.Expr, node: Any) -> t.Expr:
        """A call or an assignment; one that changes a place inside an element is made by the collection."""
        args = _parts(made)
        inside = [i for i, arg in enumerate(args) if isinstance(arg, t.InOut) and self.is_inside_element(arg.place)]
        if not inside:
            return made
        number = inside[0]
        other = next((arg for i, arg in enumerate(args) if isinstance(arg, t.InOut) and i != number), None)
        if other is not None:
            if self.may_overlap(args[number].place, other.place):   # type: ignore[attr-defined]
                raise Reported
            raise self.error("E0404", "an element is changed together with another place", args[number],
                             "nothing else can be changed meanwhile",
                             "take the element out, change it, and assign it: `let mut item = c[i]`, …, `c[i] = item`",
                             [(other.span, "changed here as well")])
        lets: list[t.Expr] = []
        ready = [self.evaluated(arg, lets) for arg in args]
        changed = self.change_inside(ready, number, lambda parts: _rebuilt(made, parts), made.type, node)
        return t.Block(made.span, changed.type, lets, changed) if lets else changed

    def change_inside(self, args: list[t.Expr], number: int, make: Callable[[list[t.Expr]], t.Expr], result: Type,
                      node: Any) -> t.Expr:
        """What `make` makes of evaluated arguments, of which one is a place inside an element."""
        argument = args[number]
        assert isinstance(argument, t.InOut)
        root, span = root_of(argument.place), argument.span
        element = self.element_of[root]
        given = Given([], [])
        variable = t.Variable("element", root.type, root.span, "inout", mutable=True)
        place = _put_in(argument.place, t.Local(root.span, root.type, variable), given)
        body = make([t.InOut(span, place.type, place) if i == number else given.inside(arg) for i, arg in enumerate(args)])
        handed = given.argument(span)
        param = t.Variable("given", handed.type, span)
        type_ = FnType((root.type, handed.type), result, (True, False))
        closure = t.Closure(span, type_, [variable, param],
                            t.Block(span, result, [given.taken_apart(param)], body), self.captured_by(place, node))
        call = self.call_trait(self.prelude_trait("IndexMut"), "index_mut", element.owner, [element.at, handed, closure], node,
                               (element.at.type, root.type))
        changed = self.through_elements(call, node)
        return changed if element.default is None else self.put_in_first(element, element.default, changed, node)

    def evaluated(self, arg: t.Expr, lets: list[t.Expr]) -> t.Expr:
        """An argument that is evaluated in `lets`; of a place what it is chosen by."""
        if isinstance(arg, t.InOut):
            return replace(arg, place=self.evaluated_place(arg.place, lets))
        if isinstance(arg, _CONSTANT) or (isinstance(arg, t.Closure) and not arg.captures):
            return arg
        return evaluated_before_use(arg, lets)

    def put_in_first(self, element: Element, default: t.Expr, changed: t.Expr, node: Any) -> t.Expr:
        """A change of an element that begins as a default where it is missing."""
        span = changed.span
        table = self.context.methods_of(head_of(shallow(element.owner.type)))
        is_there = table.library("contains_key")
        if is_there is not None:
            condition = self.call_checked(is_there, [element.owner, element.at], node)
        else:
            get = table.library("get")
            assert get is not None
            condition = self.is_present(self.call_checked(get, [element.owner, element.at], node))
        insert = self.assign_element(element.owner, element.at, default, node)
        first = t.If(span, UNIT, t.Unary(span, BOOL, "!", condition), insert, None)
        return t.Block(span, changed.type, [first], changed)

    def is_present(self, value: t.Expr) -> t.Expr:
        """Whether a `T?` is present."""
        type_ = shallow(value.type)
        assert isinstance(type_, OptionType)
        arms = [t.Arm(pattern, None, t.Literal(value.span, BOOL, is_some), value.span) for pattern, is_some in (
            (t.SomePattern(value.span, value.type, t.WildPattern(value.span, type_.item)), True),
            (t.WildPattern(value.span, value.type), False))]
        return t.Match(value.span, BOOL, value, arms)

    def captured_by(self, place: t.Expr, node: Any) -> list[t.Variable]:
        """The variables outside that the defaults of map entries on the way to a place read."""
        found: dict[t.Variable, None] = {}
        while isinstance(place, t.GetField | t.Index | t.MapIndex | t.Slice):
            if isinstance(place, t.MapIndex) and place.default is not None:
                reads, writes = _free_variables(place.default)
                if writes:
                    raise self.error("E0404", "the default of an entry inside an element changes variables", place.default,
                                     "the change would be lost", "put the entry in first")
                found.update(dict.fromkeys(reads))
            place = place.value
        return list(found)


def _parts(made: t.Expr) -> list[t.Expr]:
    """What a call or an assignment evaluates before it changes a place, the place among it, in order."""
    match made:
        case t.Call():
            return made.args
        case t.CallValue():
            return [made.callee, *made.args]
        case t.Assign() | t.OpAssign():
            return [t.InOut(made.place.span, made.place.type, made.place), made.value]
    return []


def _rebuilt(made: t.Expr, parts: list[t.Expr]) -> t.Expr:
    """The same call or assignment, of which others may know, with other parts."""
    match made:
        case t.Call():
            made.args = parts
        case t.CallValue():
            made.callee, made.args = parts[0], parts[1:]
        case t.Assign() | t.OpAssign():
            assert isinstance(parts[0], t.InOut)
            made.place, made.value = parts[0].place, parts[1]
    return made


def _put_in(place: t.Expr, root: t.Local, given: Given) -> t.Expr:
    """An evaluated place in another root, as the function that changes it knows it."""
    match place:
        case t.GetField():
            return replace(place, value=_put_in(place.value, root, given))
        case t.Index():
            return replace(place, value=_put_in(place.value, root, given), index=given.inside(place.index))
        case t.MapIndex():
            return replace(place, value=_put_in(place.value, root, given), key=given.inside(place.key))
        case t.Slice():
            base = _put_in(place.value, root, given)
            ends = [None if end is None else given.inside(end) for end in (place.low, place.high)]
            return replace(place, value=base, low=ends[0], high=ends[1])
    return root


def _free_variables(expr: t.Expr) -> tuple[list[t.Variable], bool]:
    """The variables of an expression that are bound outside of it, and whether it writes one of these."""
    named: dict[t.Variable, None] = {}
    written: set[t.Variable] = set()
    bound: set[t.Variable] = set()
    for node in nodes_of(expr):
        if isinstance(node, t.Local):
            named[node.variable] = None
            continue
        if isinstance(node, t.Assign | t.OpAssign | t.InOut):
            root = root_of(node.place)
            written.update([root.variable] if isinstance(root, t.Local) else [])
        for each in fields(node):
            part = getattr(node, each.name)
            if each.name != "captures":
                bound.update(v for v in (part if isinstance(part, list) else [part]) if isinstance(v, t.Variable))
    return [v for v in named if v not in bound], bool(written - bound)
