"""Patterns: the tests that a value or a place must pass, and what they bind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

from sigilc.check import typed
from sigilc.check.typed import Pattern, Variable
from sigilc.check.types import BOOL, FixedType
from sigilc.crash import InternalError
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.place import ElementPlace, FieldPlace, PayloadPlace, Place, VariablePlace
from sigilc.lower.slice_places import SlicePlace


@dataclass(slots=True)
class Subject:
    """What a pattern is held against: a value, or a place that belongs to `root`.

    `place` is there when the addresses of what is bound are not to be kept: see `PlaceBinding`. A range of an array is a
    place without an address; its ends are known, and in bounds.
    """

    value: Value | None = None
    address: Value | None = None
    root: Variable | None = None
    place: Place | None = None
    keeps_addresses: bool = True

    @property
    def is_place(self) -> bool:
        return self.address is not None or isinstance(self.place, SlicePlace)

    def look(self, fl: FunctionLowering) -> Value:
        """The value, as a view."""
        if self.value is not None:
            return self.value
        if isinstance(self.place, SlicePlace):
            return self.place.read(fl)
        assert self.address is not None
        return fl.builder.peek(self.address)

    def field(self, fl: FunctionLowering, index: int) -> Subject:
        """A field of a struct or tuple."""
        if self.address is not None:
            return self._part(fl.builder.field_addr(self.address, index), lambda base: FieldPlace(base, index))
        return Subject(value=fl.builder.get_field(self.look(fl), index))

    def element(self, fl: FunctionLowering, index: Value) -> Subject:
        """An element of an array, at an index known to be in bounds."""
        if isinstance(self.place, SlicePlace):
            element = self.place.element(fl, index)
            return Subject(address=element.form(fl), root=self.root, place=None if self.keeps_addresses else element)
        if self.address is not None:
            return self._part(fl.builder.element_addr(self.address, index, checked=False),
                              lambda base: ElementPlace(base, index, checked=False))
        return Subject(value=fl.builder.array_get(self.look(fl), index, checked=False))

    def range(self, fl: FunctionLowering, low: Value, high: Value) -> Subject:
        """A range of an array, in bounds."""
        if isinstance(self.place, SlicePlace):
            place = self.place.part(fl, low, high)
        elif self.address is not None:
            place = SlicePlace(self.place or VariablePlace(self.address), low, high)
        else:
            return Subject(value=fl.builder.slice(self.look(fl), low, high))
        return Subject(root=self.root, place=place, keeps_addresses=self.keeps_addresses)

    def payload(self, fl: FunctionLowering, variant: int, index: int) -> Subject:
        """A payload field of an enum, or (variant -1) of an option."""
        if self.address is not None:
            return self._part(fl.builder.payload_addr(self.address, variant, index),
                              lambda base: PayloadPlace(base, variant, index))
        if variant < 0:
            return Subject(value=fl.builder.unwrap(self.look(fl)))
        return Subject(value=fl.builder.enum_payload(self.look(fl), variant, index))

    def _part(self, address: Value, place: Callable[[Place], Place]) -> Subject:
        return Subject(address=address, root=self.root, place=place(self.place) if self.place is not None else None)


@dataclass(slots=True)
class Bindings:
    """The variables of a pattern that has matched, with what each is bound to."""

    found: list[tuple[Variable, Subject]] = field(default_factory=list)

    def bind(self, fl: FunctionLowering) -> None:
        """Gives the variables their values or places."""
        for variable, subject in self.found:
            if not subject.is_place:
                fl.bind(variable, subject.look(fl))
            elif variable.kind == "inout" and subject.root is not None:
                fl.bind_place(variable, subject.address, subject.root, subject.place)
            else:
                fl.bind(variable, _as_value(fl, subject))


def bind_irrefutable(fl: FunctionLowering, pattern: Pattern, subject: Subject) -> None:
    """Binds the variables of a pattern that always matches."""
    match_pattern(fl, pattern, subject, None).bind(fl)


def evaluate_with(fl: FunctionLowering, bound: list[tuple[Pattern, Value]], body: typed.Expr) -> Value:
    """The body of a stage, in a scope of its own with the names of patterns that always match."""
    def run() -> Value:
        for pattern, value in bound:
            bind_irrefutable(fl, pattern, Subject(value=value))
            fl.own(pattern)
        return fl.value(body)
    return fl.in_scope(run)


def match_pattern(fl: FunctionLowering, pattern: Pattern, subject: Subject, fail: Block | None) -> Bindings:
    """Emits the tests and goes on where all have passed; else the way leads to `fail` (None: it is known to match)."""
    bindings = Bindings()
    _match(fl, pattern, subject, fail, bindings)
    return bindings


def _match(fl: FunctionLowering, pattern: Pattern, subject: Subject, fail: Block | None, bindings: Bindings) -> None:
    builder = fl.builder
    match pattern:
        case typed.WildPattern():
            pass
        case typed.BindPattern(variable=variable, sub=sub):
            bindings.found.append((variable, subject))
            if sub is not None:
                _match(fl, sub, subject, fail, bindings)
        case typed.ConstPattern() | typed.RangePattern():
            if fail is not None:
                _require(fl, _test_scalar(fl, pattern, subject.look(fl)), fail)
        case typed.TuplePattern(items=items):
            for index, item in enumerate(items):
                _match_part(fl, item, subject, index, fail, bindings)
        case typed.StructPattern(fields=fields):
            for index, item in fields:
                _match_part(fl, item, subject, index, fail, bindings)
        case typed.VariantPattern(variant=variant, fields=fields):
            if fail is not None:
                tag = builder.enum_tag(subject.look(fl))
                _require(fl, builder.compare("eq", tag, builder.const(tag.type, variant.index)), fail)
            for index, item in fields:
                if not isinstance(item, typed.WildPattern):
                    _match(fl, item, subject.payload(fl, variant.index, index), fail, bindings)
        case typed.SomePattern(item=item):
            if fail is not None:
                _require(fl, builder.is_some(subject.look(fl)), fail)
            if not isinstance(item, typed.WildPattern):
                _match(fl, item, subject.payload(fl, -1, 0), fail, bindings)
        case typed.NonePattern(why=why):
            if fail is not None:
                _require(fl, builder.not_(builder.is_some(subject.look(fl))), fail)
            if why is not None:
                fault = builder.get_fault(subject.look(fl))
                bindings.found.append((why, Subject(value=builder.copy(fault) if subject.is_place else fault)))
        case typed.SlicePattern():
            _match_slice(fl, pattern, subject, fail, bindings)
        case typed.OrPattern(alternatives=alternatives):
            _match_any(fl, alternatives, subject, fail, bindings)
        case _:
            raise InternalError(f"{type(pattern).__name__} can't be lowered", pattern.span)


def _match_slice(fl: FunctionLowering, pattern: typed.SlicePattern, subject: Subject, fail: Block | None,
                 bindings: Bindings) -> None:
    """The length first, then the elements at both ends, then what stands for the part between."""
    builder = fl.builder
    named = len(pattern.first) + len(pattern.last)
    length = builder.length(subject.look(fl))
    count = builder.const(length.type, named)
    if fail is not None and not isinstance(fl.type_of(pattern), FixedType):
        _require(fl, builder.compare("eq" if pattern.rest is None else "ge", length, count), fail)
    for number, item in enumerate(pattern.first):
        if not isinstance(item, typed.WildPattern):
            _match(fl, item, subject.element(fl, builder.const(length.type, number)), fail, bindings)
    for back, item in enumerate(reversed(pattern.last), 1):
        if not isinstance(item, typed.WildPattern):
            index = builder.int_binary("sub", length, builder.const(length.type, back))
            _match(fl, item, subject.element(fl, index), fail, bindings)
    if pattern.rest is not None and not isinstance(pattern.rest, typed.WildPattern):
        end = builder.int_binary("sub", length, builder.const(length.type, len(pattern.last)))
        _match(fl, pattern.rest, subject.range(fl, builder.const(length.type, len(pattern.first)), end), fail, bindings)


def _match_part(fl: FunctionLowering, item: Pattern, subject: Subject, index: int, fail: Block | None,
                bindings: Bindings) -> None:
    if not isinstance(item, typed.WildPattern):
        _match(fl, item, subject.field(fl, index), fail, bindings)


def _require(fl: FunctionLowering, condition: Value, fail: Block) -> None:
    """Goes on where the condition holds; the other way leads to `fail`."""
    passed, failed = fl.fork(condition, "passed", "failed")
    fl.builder.position_at(failed)
    fl.builder.branch(fail)
    fl.builder.position_at(passed)


def _test_scalar(fl: FunctionLowering, pattern: Pattern, value: Value) -> Value:
    from sigilc.lower.expressions import compare, constant
    builder = fl.builder
    if isinstance(pattern, typed.RangePattern):
        tests = [builder.compare(op, value, builder.const(value.type, end))
                 for op, end in (("ge", pattern.low), ("le", pattern.high)) if end is not None]
        if not tests:
            return builder.const_bool(True)
        return tests[0] if len(tests) == 1 else builder.int_binary("and", *tests)
    assert isinstance(pattern, typed.ConstPattern)
    type_ = fl.type_of(pattern)
    if type_ == BOOL:
        return value if pattern.value else builder.not_(value)
    return compare(fl, "eq", value, constant(fl, pattern.value, type_))


def _match_any(fl: FunctionLowering, alternatives: list[Pattern], subject: Subject, fail: Block | None,
               bindings: Bindings) -> None:
    """Tries the alternatives in order; what they bind reaches the meeting as its parameters."""
    builder = fl.builder
    matched: Block | None = None
    variables: list[Variable] = []
    for number, alternative in enumerate(alternatives):
        is_last = number == len(alternatives) - 1
        next_ = fail if is_last else builder.new_block("or")
        found = match_pattern(fl, alternative, subject, next_).found
        if matched is None:
            variables = [v for v, _ in found]
            matched = builder.new_block("matched", [fl.ir_type(v) for v in variables], [v.name for v in variables])
        subjects = dict(found)
        builder.branch(matched, [_as_value(fl, subjects[v]) for v in variables])
        if not is_last:
            assert next_ is not None
            builder.position_at(next_)
    assert matched is not None
    builder.position_at(matched)
    bindings.found += [(v, Subject(value=p)) for v, p in zip(variables, matched.params, strict=True)]


def _as_value(fl: FunctionLowering, subject: Subject) -> Value:
    return fl.builder.load(subject.address) if subject.address is not None else subject.look(fl)


# ---- What patterns are like ------------------------------------------------------------------------------------------


def is_irrefutable(pattern: Pattern) -> bool:
    """Whether a pattern matches without a test."""
    match pattern:
        case typed.WildPattern():
            return True
        case typed.BindPattern(sub=sub):
            return sub is None or is_irrefutable(sub)
        case typed.TuplePattern(items=items):
            return all(is_irrefutable(i) for i in items)
        case typed.StructPattern(fields=fields):
            return all(is_irrefutable(i) for _, i in fields)
        case typed.SlicePattern(first=first, last=last):
            return isinstance(pattern.type, FixedType) and all(map(is_irrefutable, [*first, *last]))
    return False


def has_bindings(pattern: Pattern) -> bool:
    """Whether a pattern binds any variable."""
    match pattern:
        case typed.BindPattern():
            return True
        case typed.NonePattern(why=why):
            return why is not None
    return any(has_bindings(p) for p in _parts(pattern))


def _parts(pattern: Pattern) -> list[Pattern]:
    match pattern:
        case typed.TuplePattern(items=items):
            return items
        case typed.StructPattern(fields=fields) | typed.VariantPattern(fields=fields):
            return [p for _, p in fields]
        case typed.SomePattern(item=item):
            return [item]
        case typed.SlicePattern(first=first, rest=rest, last=last):
            return [*first, *last, *([rest] if rest is not None else [])]
        case typed.OrPattern(alternatives=alternatives):
            return alternatives
    return []


def without_alternatives(pattern: Pattern) -> list[Pattern]:
    """The patterns without `|` that together match the same: places can't be handed to a meeting of paths."""
    match pattern:
        case typed.OrPattern(alternatives=alternatives):
            return [p for a in alternatives for p in without_alternatives(a)]
        case typed.BindPattern(variable=variable, sub=sub) if sub is not None:
            return [typed.BindPattern(pattern.span, pattern.type, variable, s) for s in without_alternatives(sub)]
        case typed.SomePattern(item=item):
            return [typed.SomePattern(pattern.span, pattern.type, i) for i in without_alternatives(item)]
        case typed.TuplePattern(items=items):
            return [typed.TuplePattern(pattern.span, pattern.type, list(choice))
                    for choice in product(*map(without_alternatives, items))]
        case typed.SlicePattern(first=first, rest=rest, last=last):
            return [typed.SlicePattern(pattern.span, pattern.type, list(choice[:len(first)]), rest, list(choice[len(first):]))
                    for choice in product(*map(without_alternatives, [*first, *last]))]
        case typed.StructPattern(fields=fields):
            return [typed.StructPattern(pattern.span, pattern.type, chosen) for chosen in _choices(fields)]
        case typed.VariantPattern(variant=variant, fields=fields):
            return [typed.VariantPattern(pattern.span, pattern.type, variant, chosen) for chosen in _choices(fields)]
    return [pattern]


def names_whole_and_part(pattern: Pattern) -> bool:
    """Whether a pattern names a range, or a whole and a part of it: to read the one shares buffers that hold the other."""
    if isinstance(pattern, typed.BindPattern) and pattern.sub is not None and has_bindings(pattern.sub):
        return True
    if isinstance(pattern, typed.SlicePattern) and isinstance(pattern.rest, typed.BindPattern):
        return True
    return any(map(names_whole_and_part, _parts(pattern)))


def _choices(fields: list[tuple[int, Pattern]]) -> list[list[tuple[int, Pattern]]]:
    indices = [i for i, _ in fields]
    return [list(zip(indices, choice, strict=True))
            for choice in product(*(without_alternatives(p) for _, p in fields))]
