"""`match`: arms tried in order, or a switch where constants or variants alone decide."""

from __future__ import annotations

from functools import partial

from sigilc.check import typed
from sigilc.check.typed import Arm, Pattern, Variable
from sigilc.check.types import CHAR, EnumType, is_integer
from sigilc.crash import InternalError
from sigilc.ir.function import Block
from sigilc.ir.ops import Value
from sigilc.lower.functions import FunctionLowering, Join, Lowerings
from sigilc.lower.patterns import (
    Subject,
    bind_irrefutable,
    has_bindings,
    is_irrefutable,
    match_pattern,
    names_whole_and_part,
    without_alternatives,
)
from sigilc.lower.place import Place, VariablePlace
from sigilc.lower.places import is_copy, prepare_place, reads_variable, root_variable
from sigilc.lower.slice_places import SlicePlace


def lower_match(fl: FunctionLowering, expr: typed.Match) -> Value:
    """`match e { … }`, of a value or of a place."""
    arms = expr.arms
    place: Place | None = None
    if isinstance(expr.value, typed.InOut):
        target = expr.value.place
        place = prepare_place(fl, target)
        subject = _place_subject(fl, arms, place, root_variable(fl, target))
        arms = [Arm(p, a.guard, a.body, a.span) for a in arms
                for p in (without_alternatives(a.pattern) if has_bindings(a.pattern) else [a.pattern])]
    else:
        subject = Subject(value=fl.view(expr.value, *arms))
    join = fl.join(fl.ir_type(expr), "endmatch")
    keys = _switch_keys(fl, expr, arms)
    copies = [place] if place is not None and is_copy(place) else []
    fl.copies += copies
    if keys is not None:
        _lower_switch(fl, arms, keys, subject, join)
    else:
        _lower_sequence(fl, arms, subject, join)
    del fl.copies[len(fl.copies) - len(copies):]
    result = join.finish()
    if place is not None:
        place.finish(fl)
    return result


def _place_subject(fl: FunctionLowering, arms: list[Arm], place: Place, root: Variable | None) -> Subject:
    """A place that is matched. The addresses of its parts are not kept where the arms may make its buffers shared."""
    is_shared = not is_copy(place) and (reads_variable(fl, arms, root) or any(names_whole_and_part(a.pattern) for a in arms))
    if isinstance(place, SlicePlace):
        address = place.base.form(fl)
        base = place.base.settled() if is_shared else VariablePlace(address)
        return Subject(place=place.within(fl, base, address), root=root, keeps_addresses=not is_shared)
    return Subject(address=place.form(fl), root=root, place=place.settled() if is_shared else None)


def _lower_sequence(fl: FunctionLowering, arms: list[Arm], subject: Subject, join: Join) -> None:
    builder = fl.builder
    for number, arm in enumerate(arms):
        is_last = number == len(arms) - 1
        # a match is exhaustive: the last arm without a guard needs no test
        fail = None if (is_last and arm.guard is None) or (is_irrefutable(arm.pattern) and arm.guard is None) \
            else builder.new_block("next")
        match_pattern(fl, arm.pattern, subject, fail).bind(fl)
        if arm.guard is not None:
            assert fail is not None
            fl.enter(join, partial(_guarded, fl, arm, fail))
        else:
            fl.enter(join, partial(_body, fl, arm))
        if fail is None:
            return
        builder.position_at(fail)
    builder.unreachable()


def _guarded(fl: FunctionLowering, arm: Arm, fail: Block) -> Value:
    assert arm.guard is not None
    passed, failed = fl.fork(fl.value(arm.guard), "passed", "failed")
    fl.builder.position_at(failed)
    fl.builder.branch(fail)
    fl.builder.position_at(passed)
    return _body(fl, arm)


def _body(fl: FunctionLowering, arm: Arm) -> Value:
    def run() -> Value:
        fl.own(arm.pattern)
        return fl.value(arm.body)
    return fl.in_scope(run)


# ---- Switches --------------------------------------------------------------------------------------------------------


def _switch_keys(fl: FunctionLowering, expr: typed.Match, arms: list[Arm]) -> list[list[int] | None] | None:
    """For each arm the constants or variants that lead there (None: all others); None when a switch can't decide."""
    type_ = fl.type_of(expr.value)
    if not (isinstance(type_, EnumType) or is_integer(type_) or type_ == CHAR):
        return None
    keys: list[list[int] | None] = []
    for arm in arms:
        if arm.guard is not None:
            return None
        if is_irrefutable(arm.pattern):
            keys.append(None)
            break
        found = [_switch_key(p) for p in _alternatives(arm.pattern)]
        if any(k is None for k in found) or (len(found) > 1 and has_bindings(arm.pattern)):
            return None
        keys.append([k for k in found if k is not None])
    return keys if sum(k is not None for k in keys) > 1 else None


def _alternatives(pattern: Pattern) -> list[Pattern]:
    if isinstance(pattern, typed.OrPattern):
        return [p for a in pattern.alternatives for p in _alternatives(a)]
    return [pattern]


def _switch_key(pattern: Pattern) -> int | None:
    match pattern:
        case typed.VariantPattern(variant=variant, fields=fields) if all(is_irrefutable(p) for _, p in fields):
            return variant.index
        case typed.ConstPattern(value=value) if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def _lower_switch(fl: FunctionLowering, arms: list[Arm], keys: list[list[int] | None], subject: Subject,
                  join: Join) -> None:
    builder = fl.builder
    value = subject.look(fl)
    key = builder.enum_tag(value) if any(isinstance(p, typed.VariantPattern) for a in arms
                                         for p in _alternatives(a.pattern)) else value
    start = builder.block
    cases: dict[int, Block] = {}
    default: Block | None = None
    for arm, arm_keys in zip(arms, keys, strict=False):
        block = builder.new_block("arm")
        if arm_keys is None:
            default = block
        else:
            new = [k for k in dict.fromkeys(arm_keys) if k not in cases]
            for k in new:
                # a case's block has no other predecessor
                cases[k] = block if len(new) == 1 else builder.new_block("case")
                if cases[k] is not block:
                    builder.position_at(cases[k])
                    builder.branch(block)
            if not new:
                builder.position_at(block)
                builder.unreachable()
                continue
        builder.position_at(block)
        fl.enter(join, partial(_arm_body, fl, arm, subject))
    if default is None:
        default = builder.new_block("other")
        builder.position_at(default)
        builder.unreachable()
    builder.position_at(start)
    builder.switch(key, list(cases.items()), default)


def _arm_body(fl: FunctionLowering, arm: Arm, subject: Subject) -> Value:
    if has_bindings(arm.pattern):
        pattern = arm.pattern
        if isinstance(pattern, typed.OrPattern):
            raise InternalError("alternatives that bind, in a switch", arm.span)
        bind_irrefutable(fl, pattern, subject)
    return _body(fl, arm)


LOWERINGS: Lowerings = {typed.Match: lower_match}
