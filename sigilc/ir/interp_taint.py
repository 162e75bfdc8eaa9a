"""The interpreter with tainted values: what a source brought in carries its trust along, and demands look at it.

Tainted scalars are subclasses of Python's own, so moving a value, into a place or a collection or through a call, moves
its taint. Ops that compute give the worst taint of their operands on, and reading by an index or key the index's or
key's. What a branch chooses is what it was: control dependence does not taint, nor does where something is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sigilc.crash import InternalError
from sigilc.ir import evidence_ops, foreign_ops, interp_calls, ops, secret_ops
from sigilc.ir.interp_values import ArrayValue, FunctionValue, MapValue, share
from sigilc.ir.ops import Op
from sigilc.ir.trust_masks import Mask, parse_mask
from sigilc.ir.types import STR, IrAddr

if TYPE_CHECKING:
    from sigilc.ir.interp_code import FunctionCompiler, Maker, Step

KNOWN, ASSERTED, REPORTED = 0, 1, 2
LEVELS = {"": KNOWN, "!": KNOWN, "‽": ASSERTED, "~": REPORTED}


class AssertedInt(int):
    """An integer, character or bool that somebody vouched for."""

    trust = ASSERTED


class ReportedInt(int):
    """An integer, character or bool from outside."""

    trust = REPORTED


class AssertedFloat(float):
    """A float that somebody vouched for."""

    trust = ASSERTED


class ReportedFloat(float):
    """A float from outside."""

    trust = REPORTED


class AssertedText(bytes):
    """A text that somebody vouched for."""

    trust = ASSERTED


class ReportedText(bytes):
    """A text from outside."""

    trust = REPORTED


_SCALARS: tuple[tuple[type[Any], tuple[type[Any], type[Any], type[Any]]], ...] = (
    (int, (int, AssertedInt, ReportedInt)), (float, (float, AssertedFloat, ReportedFloat)),
    (bytes, (bytes, AssertedText, ReportedText)))


# So many parts of a value cost one step of the interpreter's limit.
PARTS_PER_STEP = 20


def trust_of(value: Any) -> int:
    """The worst trust anywhere in a value; what functions, faults and futures hold is left out."""
    return trust_and_size([value])[0]


def trust_and_size(values: Sequence[Any]) -> tuple[int, int]:
    """The worst trust anywhere in several values, and how many parts were looked at for it."""
    worst, size = KNOWN, 0
    waiting = [*values]
    while waiting:
        value = waiting.pop()
        size += 1
        kind = type(value)
        if kind is tuple:
            waiting += value
        elif kind is ArrayValue:
            worst = max(worst, value.trust)
            waiting += value.items
        elif kind is MapValue:
            worst = max(worst, value.trust)
            waiting += value.keys
            waiting += value.values
        else:
            worst = max(worst, getattr(kind, "trust", KNOWN))
    return worst, size


def with_trust(value: Any, change: Callable[[int], int]) -> Any:
    """A copy of a value in which every scalar has the trust that `change` makes of its own."""
    kind = type(value)
    if kind is tuple:
        return tuple([with_trust(part, change) for part in value])
    if kind is ArrayValue:
        return ArrayValue([with_trust(item, change) for item in value.items], trust=change(value.trust))
    if kind is MapValue:
        return _map_with(value, lambda key: with_trust(key, change), lambda part: with_trust(part, change),
                         change(value.trust))
    for base, classes in _SCALARS:
        if isinstance(value, base):
            own = getattr(kind, "trust", KNOWN)
            level = change(own)
            return value if level == own else classes[level](value)
    return value


def _map_with(value: MapValue, of_key: Callable[[Any], Any], of_value: Callable[[Any], Any], trust: int) -> MapValue:
    new = MapValue(value.index.copy())
    new.trust = trust
    new.keys, new.values = [of_key(key) for key in value.keys], [of_value(part) for part in value.values]
    return new


def raised(value: Any, level: int) -> Any:
    """The value, no better than `level`."""
    return value if level == KNOWN else with_trust(value, lambda own: max(own, level))


def raised_by(value: Any, mask: Mask) -> Any:
    """The value with its parts raised to what the mask says of them."""
    if mask.is_empty:
        return value
    if mask.kind == "x":
        return raised(value, LEVELS[mask.mark])
    kind = type(value)
    if kind is ArrayValue:
        items = [raised_by(item, mask.parts[0]) for item in value.items]
        return ArrayValue(items, trust=max(value.trust, LEVELS[mask.mark]))
    if kind is MapValue:
        return _map_with(value, lambda key: raised_by(key, mask.parts[0]), lambda part: raised_by(part, mask.parts[-1]),
                         max(value.trust, LEVELS[mask.mark]))
    if kind is tuple:
        return tuple([raised_by(part, of) for part, of in zip(value, mask.parts, strict=True)])
    return value                # an absent value


def keeps(value: Any, mask: Mask) -> bool:
    """Whether every part of a value is as trusted as the mask demands of it."""
    if mask.is_empty:
        return True
    if mask.kind == "x":
        return trust_of(value) <= LEVELS[mask.mark]
    kind = type(value)
    if kind in (ArrayValue, MapValue) and mask.mark and value.trust > LEVELS[mask.mark]:
        return False
    if kind is ArrayValue:
        return all(keeps(item, mask.parts[0]) for item in value.items)
    if kind is MapValue:
        return all(keeps(key, mask.parts[0]) for key in value.keys) \
            and (len(mask.parts) == 1 or all(keeps(part, mask.parts[1]) for part in value.values))
    if kind is tuple:
        return all(keeps(part, of) for part, of in zip(value, mask.parts, strict=True))
    return True


# ---- Makers ----------------------------------------------------------------------------------------------------------


def make_trust_source(op: evidence_ops.TrustSource, code: FunctionCompiler) -> Step:
    """A new value: the old one may be seen elsewhere."""
    a, d, mask = code.index(op.value), code.result(op), parse_mask(op.mask)

    def step(frame: list[Any]) -> None:
        share(frame[a])
        frame[d] = raised_by(frame[a], mask)
    return step


def make_confirm_trust(op: evidence_ops.ConfirmTrust, code: FunctionCompiler) -> Step:
    a, d, how, machine = code.index(op.value), code.result(op), op.how, code.machine
    site = op.span.site() if op.span is not None else "unknown"
    if how not in ("validated", "confirmed", "asserted"):
        raise InternalError(f"no way to confirm: {how}", op.span)

    def step(frame: list[Any]) -> None:
        value = frame[a]
        share(value)
        if how == "asserted":
            frame[d] = with_trust(value, lambda own: min(own, ASSERTED))
            return
        if how == "confirmed" and trust_of(value) == REPORTED:
            machine.broken.append(f"{site}: a reported value is confirmed")
        frame[d] = with_trust(value, lambda own: KNOWN)
    return step


def make_demand_trust(op: evidence_ops.DemandTrust, code: FunctionCompiler) -> Step:
    a, mask, machine = code.index(op.value), parse_mask(op.mask), code.machine
    site = op.span.site() if op.span is not None else "unknown"

    def step(frame: list[Any]) -> None:
        machine.demands += 1
        if not keeps(frame[a], mask):
            machine.broken.append(f"{site}: less trust than `{mask}` demands")
    return step


def make_join_trust(op: evidence_ops.JoinTrust, code: FunctionCompiler) -> Step:
    a, b, d, is_length = code.index(op.value), code.index(op.other), code.result(op), op.part == "length"

    def step(frame: list[Any]) -> None:
        value, level = frame[a], trust_of(frame[b])
        if level:
            share(value)
            value = _with_length(value, level) if is_length else raised(value, level)
        frame[d] = value
    return step


def _with_length(value: Any, level: int) -> Any:
    """An array, or one that may be absent, whose length is no better than `level`."""
    if type(value) is tuple:
        return tuple([_with_length(part, level) for part in value])
    return ArrayValue(value.items, True, max(value.trust, level)) if type(value) is ArrayValue else value


def make_call_value(op: ops.CallValue, code: FunctionCompiler) -> Step:
    """What a function captured is part of all that it gives, and of what it leaves in places."""
    plain, callee, d = interp_calls.make_call_value(op, code), code.index(op.callee), code.result(op)
    places, machine = code.indices([v for v in op.args if isinstance(v.type, IrAddr)]), code.machine

    def step(frame: list[Any]) -> None:
        level, size = trust_and_size(_captured(frame[callee]))
        machine.steps += size // PARTS_PER_STEP
        plain(frame)
        if level:
            frame[d] = raised(frame[d], level)
            for i in places:
                frame[i].write(raised(frame[i].read(), level))
    return step


def _captured(function: FunctionValue) -> list[Any]:
    """What a function captured, and what functions in it did."""
    found: list[Any] = []
    waiting: list[Any] = [*function.captures]
    while waiting:
        value = waiting.pop()
        if type(value) is FunctionValue:
            waiting += value.captures
        else:
            found.append(value)
    return found


def computing(maker: Maker) -> Maker:
    """The same op, whose result is as bad as the worst of its operands, at any depth, and so are places it writes."""
    def make(op: Op, code: FunctionCompiler) -> Step | None:
        plain = maker(op, code)
        operands = [v for v in op.operands() if not isinstance(v.type, IrAddr)]
        values, places = code.indices(operands), code.indices([v for v in op.operands() if isinstance(v.type, IrAddr)])
        d = code.result(op)
        if plain is None:
            return None
        run, machine = plain, code.machine

        def step(frame: list[Any]) -> None:
            level, size = trust_and_size([*(frame[i] for i in values), *(frame[i].read() for i in places)])
            # An op takes as long as its operands are large: a value that doubles must reach the limit of steps in time.
            machine.steps += size // PARTS_PER_STEP
            run(frame)
            if level:
                frame[d] = raised(frame[d], level)
                for i in places:
                    frame[i].write(raised(frame[i].read(), level))
        return step
    return make


def text_only(maker: Maker) -> Maker:
    """As `computing` where the op works on text, whose bytes are no values of their own."""
    tainting = computing(maker)
    return lambda op, code: (tainting if op.operands()[0].type == STR else maker)(op, code)


def chosen_by(maker: Maker) -> Maker:
    """What is read at an index is as bad as the index."""
    tainting = text_only(maker)

    def make(op: ops.ArrayGet | ops.MapValue, code: FunctionCompiler) -> Step | None:
        plain, i, d = tainting(op, code), code.index(op.index), code.result(op)
        if plain is None:
            return None
        run = plain

        def step(frame: list[Any]) -> None:
            run(frame)
            level = trust_of(frame[i])
            if level:
                share(frame[d])
                frame[d] = raised(frame[d], level)
        return step
    return make


def found_by(maker: Maker) -> Maker:
    """The entry that a key finds is as bad as the key."""
    def make(op: ops.MapFind, code: FunctionCompiler) -> Step | None:
        plain, k, d = maker(op, code), code.index(op.key), code.result(op)
        if plain is None:
            return None
        run = plain

        def step(frame: list[Any]) -> None:
            run(frame)
            frame[d] = raised(frame[d], trust_of(frame[k]))
        return step
    return make


def fault_text(maker: Maker) -> Maker:
    """The message of a fault is reported."""
    def make(op: ops.FaultField, code: FunctionCompiler) -> Step | None:
        plain, d = maker(op, code), code.result(op)
        if plain is None or op.name != "message":
            return plain
        run = plain

        def step(frame: list[Any]) -> None:
            run(frame)
            frame[d] = raised(frame[d], REPORTED)
        return step
    return make


COMPUTING = (ops.IntBinary, ops.FloatBinary, ops.Negate, ops.Not, ops.Likely, ops.Compare, ops.Cast, ops.Length, ops.ShareBuffer,
             ops.CallRuntime, foreign_ops.IsValid, secret_ops.Opaque, secret_ops.Declassify)


def same(op: evidence_ops.TrustSource | evidence_ops.ConfirmTrust | evidence_ops.JoinTrust, code: FunctionCompiler) -> Step:
    """Without tainted values the op gives what it is given."""
    a, d = code.index(op.value), code.result(op)

    def step(frame: list[Any]) -> None:
        share(frame[a])
        frame[d] = frame[a]
    return step


def tainting_makers(plain: dict[type[Op], Maker]) -> dict[type[Op], Maker]:
    """The makers of an interpreter that taints values."""
    made = dict(plain)
    made.update({op: computing(plain[op]) for op in COMPUTING if op in plain})
    made[ops.CallValue] = make_call_value
    made[ops.Slice] = text_only(plain[ops.Slice])
    made.update({op: chosen_by(plain[op]) for op in (ops.ArrayGet, ops.MapValue)})
    made[ops.MapFind] = found_by(plain[ops.MapFind])
    made[ops.FaultField] = fault_text(plain[ops.FaultField])
    made.update(TAINTING)
    return made


TAINTING: dict[type[Op], Maker] = {
    evidence_ops.TrustSource: make_trust_source, evidence_ops.ConfirmTrust: make_confirm_trust,
    evidence_ops.JoinTrust: make_join_trust, evidence_ops.DemandTrust: make_demand_trust}
MAKERS: dict[type[Op], Maker] = {
    evidence_ops.TrustSource: same, evidence_ops.ConfirmTrust: same, evidence_ops.JoinTrust: same,
    evidence_ops.DemandTrust: lambda op, code: None}
