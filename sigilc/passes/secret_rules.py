"""What each op does with secrets: the labels of its result and of the places that it writes, and when it leaks.

An op without a rule of its own computes: its result is secret if an operand is. `RULES` and `COMPUTES` have all ops between
them, which a test holds to; so a new op is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.ir import actor_ops, array_ops, bit_ops, box_ops, dyn_ops, evidence_ops, foreign_ops, ops, pass_ops, secret_ops
from sigilc.ir.builder import target_type
from sigilc.ir.ops import Op, Value
from sigilc.ir.types import STR, IrBox, IrFloat, IrInt
from sigilc.passes.secret_labels import Label, hides_presence, is_secret, join, limited, part, payload_number, tag, whole
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.passes.secret_flow import FunctionFlow

Rule = Callable[["FunctionFlow", Any], "Label | None"]

COMPUTES: frozenset[type[Op]] = frozenset((
    ops.Not, ops.Likely, ops.MakeFault, ops.FaultField, foreign_ops.IsValid, foreign_ops.MakeUnion,
    foreign_ops.PointerOffset, dyn_ops.MakeDyn, dyn_ops.UpcastDyn, secret_ops.Opaque))


def propagate(f: FunctionFlow, op: Op) -> Label | None:
    """Secret if an operand is."""
    return any(map(f.is_secret, op.operands()))


def _public(f: FunctionFlow, op: Op) -> Label | None:
    return False


def _nothing(f: FunctionFlow, op: Op) -> Label | None:
    return None


def _same(f: FunctionFlow, op: Any) -> Label | None:
    return f.label(op.value)


def _written(f: FunctionFlow, value: Value) -> Span | None:
    """Where a value was written, if that is known."""
    op = f.definition.get(value)
    return op.span if op is not None else None


def _forbid(f: FunctionFlow, kind: str, op: Op, *values: Value) -> bool:
    """A leak if one of these is secret; at that one, if it is a part of what the op is written as."""
    secret = f.any_secret(values)
    if secret is None:
        return False
    span = _written(f, secret)
    if span is None or op.span is None or not op.span.contains(span):
        span = _head(op.span) if op.TERMINATOR and op.span is not None else None
    f.leak(kind, op, secret, span)
    return True


def _head(span: Span) -> Span:
    """`if c`, `match x`, `for x in xs`, without what follows."""
    head = span.text.partition("{")[0].rstrip()
    return Span(span.file, span.start, span.start + len(head)) if head else span


# ---- Scalars ----------------------------------------------------------------------------------------------------------


def _int_binary(f: FunctionFlow, op: ops.IntBinary) -> Label | None:
    if op.op in ("div", "rem"):
        _forbid(f, "div", op, op.right, op.left)
    elif op.op in ("shl", "shr"):
        if _forbid(f, "shift" if op.checked else "wide_shift", op, op.right) and not op.checked and not _is_wide(op):
            del f.leaks[op]
    elif op.checked and op.op in ("add", "sub", "mul"):
        _forbid(f, op.op, op, op.left, op.right)
        if op in f.leaks:
            f.leaks[op].span = None
    return propagate(f, op)


def _is_wide(op: ops.IntBinary) -> bool:
    return isinstance(op.left.type, IrInt) and op.left.type.bits > 64


def _negate(f: FunctionFlow, op: ops.Negate) -> Label | None:
    if op.checked:
        _forbid(f, "sub", op, op.value)
    return _float(f, op)


def _float(f: FunctionFlow, op: Op) -> Label | None:
    """Casts and arithmetic: of floats it takes some numbers longer."""
    if any(isinstance(v.type, IrFloat) for v in (*op.operands(), op.result) if v is not None):
        _forbid(f, "float", op, *op.operands())
    return propagate(f, op)


def _int_unary(f: FunctionFlow, op: bit_ops.IntUnary) -> Label | None:
    if op.op in ("ctlz", "cttz"):
        _forbid(f, "zeros", op, op.value)
    return propagate(f, op)


def _select(f: FunctionFlow, op: ops.Select) -> Label | None:
    _forbid(f, "branch", op, op.condition)
    return join(join(f.label(op.left), f.label(op.right)), f.label(op.condition))


# ---- Aggregates -------------------------------------------------------------------------------------------------------


def _make(f: FunctionFlow, op: ops.MakeStruct) -> Label | None:
    assert op.result is not None
    return whole(tuple(map(f.label, op.fields)), op.result.type)


def _some(f: FunctionFlow, op: ops.MakeSome) -> Label | None:
    assert op.result is not None
    return whole((False, f.label(op.value)), op.result.type)


def _tag(f: FunctionFlow, op: Any) -> Label | None:
    return tag(f.label(op.value))


def _make_enum(f: FunctionFlow, op: ops.MakeEnum) -> Label | None:
    assert op.result is not None
    type_ = op.result.type
    variants = getattr(type_.item if isinstance(type_, IrBox) else type_, "variants", ())
    parts: list[Label] = [False] * (1 + sum(map(len, variants)))
    for index, value in enumerate(op.fields):
        parts[payload_number(type_, op.variant, index)] = f.label(value)
    return whole(tuple(parts), type_)


def _numbered(number: Callable[[Any], int]) -> Rule:
    """The part of this number."""
    return lambda f, op: part(f.label(op.value), number(op))


def _array(f: FunctionFlow, op: ops.MakeArray) -> Label | None:
    found: Label | None = None
    for item in op.items:
        found = f.label(item) if found is None else join(found, f.label(item))
    return False if found is None else found


def _array_get(f: FunctionFlow, op: ops.ArrayGet) -> Label | None:
    _forbid(f, "index", op, op.index)
    return f.label(op.value)


def _slice(f: FunctionFlow, op: ops.Slice | ops.SliceView) -> Label | None:
    _forbid(f, "range", op, op.low, op.high)
    if op.value.type == STR and isinstance(op, ops.Slice):      # it looks at the characters at both ends
        _forbid(f, "text", op, op.value)
    return f.label(op.value)


def _map_part(number: int) -> Rule:
    def rule(f: FunctionFlow, op: ops.MapKey | ops.MapValue) -> Label | None:
        _forbid(f, "index", op, op.index)
        return part(f.label(op.value), number)
    return rule


def _map_find(f: FunctionFlow, op: ops.MapFind) -> Label | None:
    if not _forbid(f, "key", op, op.key) and is_secret(part(f.label(op.value), 0)):
        f.leak("key", op, op.value)
    return False


def _closure(f: FunctionFlow, op: ops.MakeClosure) -> Label | None:
    return frozenset([(op.function, tuple(map(f.label, op.captures)))])


def _function_value(f: FunctionFlow, op: ops.FunctionValue) -> Label | None:
    return frozenset([(op.function, ())])


# ---- Places -----------------------------------------------------------------------------------------------------------


def _slot(f: FunctionFlow, op: ops.Slot) -> Label | None:
    assert op.result is not None
    f.places[op.result] = op.result, ()
    f.write(op.result, f.label(op.initial))
    return None


def _load(f: FunctionFlow, op: Any) -> Label | None:
    return f.label(op.address)


def _store(f: FunctionFlow, op: Any) -> Label | None:
    if hides_presence(f.label(op.address), target_type(op.address.type)):
        f.leak("copied", op, op.address)
    f.write(op.address, f.label(op.value))
    return None


def _lead(f: FunctionFlow, op: Any) -> Label | None:
    """To a place with the same label: an element, what is in a box, a part of an array that is lent."""
    if isinstance(op, ops.ElementAddr):
        _forbid(f, "index", op, op.index)
    if isinstance(op, array_ops.LendSlice):
        _forbid(f, "range", op, op.low, op.high)
    f.lead(op, op.address)
    return None


def _field_addr(f: FunctionFlow, op: ops.FieldAddr) -> Label | None:
    f.lead(op, op.address, op.index)
    return None


def _payload_addr(f: FunctionFlow, op: ops.PayloadAddr) -> Label | None:
    target = op.address.type.target     # type: ignore[attr-defined]
    f.lead(op, op.address, payload_number(target, op.variant, op.index))
    return None


def _map_value_addr(f: FunctionFlow, op: ops.MapValueAddr) -> Label | None:
    _forbid(f, "index", op, op.index)
    f.lead(op, op.address, 1)
    return None


def _map_insert(f: FunctionFlow, op: ops.MapInsert) -> Label | None:
    if not _forbid(f, "key", op, op.key) and is_secret(part(f.label(op.address), 0)):
        f.leak("key", op, op.address)
    f.write(op.address, f.label(op.key), (0,))
    f.write(op.address, f.label(op.value), (1,))
    return None


def _map_remove(f: FunctionFlow, op: ops.MapRemove) -> Label | None:
    _forbid(f, "index", op, op.index)
    return None


def _reserve(f: FunctionFlow, op: ops.ArrayReserve | array_ops.MapReserve) -> Label | None:
    _forbid(f, "size", op, op.count)
    return None


def _edit(f: FunctionFlow, op: array_ops.EditArray) -> Label | None:
    _forbid(f, "index" if op.verb == "swap" else "range", op, *op.numbers)
    return None


def _swap(f: FunctionFlow, op: array_ops.SwapPlaces) -> Label | None:
    left, right = f.label(op.left), f.label(op.right)
    f.write(op.left, right)
    f.write(op.right, left)
    return None


def _extend(f: FunctionFlow, op: array_ops.ExtendArray) -> Label | None:
    f.write(op.address, f.label(op.items))
    return None


def _sort(f: FunctionFlow, op: array_ops.ArraySort) -> Label | None:
    item = f.label(op.address)
    if op.keys is not None:
        _forbid(f, "sort", op, op.keys)
    elif is_secret(item):
        order = f.flow.summary(op.compare, (item, item, *map(f.label, op.context)))
        if order.leaks or (order.result is not None and is_secret(order.result)):
            f.leak("sort", op, op.address)
    return None


# ---- Calls ------------------------------------------------------------------------------------------------------------


def _call(f: FunctionFlow, op: ops.Call) -> Label | None:
    return f.call(op, op.function, op.args)


def _catch(f: FunctionFlow, op: ops.Catch) -> Label | None:
    f.call(op, op.function, op.args)
    return False


def _call_value(f: FunctionFlow, op: ops.CallValue) -> Label | None:
    return f.call_closures(op, f.label(op.callee), op.args)


def _unknown(kind: str) -> Rule:
    """A call of what is not looked into."""
    def rule(f: FunctionFlow, op: Op) -> Label | None:
        if (secret := f.any_secret(op.operands())) is not None:
            f.leak(kind, op, secret)
        return False if op.result is not None else None
    return rule


_MOVES_BITS = frozenset(("f64_to_bits", "f64_from_bits", "f32_to_bits", "f32_from_bits"))


def _runtime(f: FunctionFlow, op: ops.CallRuntime) -> Label | None:
    if op.function in _MOVES_BITS:
        return propagate(f, op)
    secret = f.any_secret(op.args)
    if secret is not None:
        kind = "equal" if op.function == "str_equal" else "text" if op.function.startswith("text_") or "print" in op.function \
            else "float" if op.function.startswith("math_") else "runtime"
        f.leak(kind, op, secret)
    return secret is not None


def _make_box(f: FunctionFlow, op: box_ops.MakeBox) -> Label | None:
    """A value with a destructor is as good as given to that: where it ends is not looked for."""
    label = f.label(op.value)
    if box_ops.has_destructor(op) and is_secret(label):
        assert op.result is not None and isinstance(op.result.type, IrBox)
        for key, leak in f.flow.summary(op.result.type.drop, (label,)).leaks.items():
            f.leaks.setdefault(key, leak)
    return label


def _pointer_read(f: FunctionFlow, op: foreign_ops.PointerRead) -> Label | None:
    """What lies outside of the program's memory may be anything."""
    _forbid(f, "pointer", op, op.pointer)
    return True


def _pointer_write(f: FunctionFlow, op: foreign_ops.PointerWrite) -> Label | None:
    _forbid(f, "pointer", op, op.pointer)
    return None


# ---- Ends of blocks ---------------------------------------------------------------------------------------------------


def _branch(f: FunctionFlow, op: ops.Branch) -> Label | None:
    for param, arg in zip(op.target.params, op.args, strict=True):
        f.set(param, f.label(arg))
    return None


def _cond_branch(f: FunctionFlow, op: ops.CondBranch) -> Label | None:
    condition = f.definition.get(op.condition)
    if condition is not None and condition in f.leaks:
        return None     # it has been said that this can't be computed
    _forbid(f, _kind_of_branch(f, op), op, op.condition)
    return None


def _kind_of_branch(f: FunctionFlow, op: ops.CondBranch) -> str:
    condition = f.definition.get(op.condition)
    if isinstance(condition, ops.IsSome):
        return "presence"
    text = op.span.text if op.span is not None else ""
    if op.then.name.startswith("more") or op.otherwise.name.startswith("more"):
        return "logic"
    return "loop" if text.startswith(("while", "for")) or op.then.name.startswith("body") else "branch"


def _switch(f: FunctionFlow, op: ops.Switch) -> Label | None:
    _forbid(f, "branch", op, op.value)
    return None


def _return(f: FunctionFlow, op: ops.Return) -> Label | None:
    label = f.label(op.value)
    new = label if f.result is None else limited(join(f.result, label), op.value.type)
    f.has_changed |= new != f.result
    f.result = new
    return None


def _end(f: FunctionFlow, op: ops.Panic | ops.RaiseFault) -> Label | None:
    _forbid(f, "text", op, op.message if isinstance(op, ops.Panic) else op.fault)
    return None


_actor, _dyn, _foreign = _unknown("actor"), _unknown("dyn"), _unknown("foreign")

RULES: dict[type[Op], Rule] = {
    ops.Const: _public, ops.ConstBytes: _public, ops.FunctionValue: _function_value, ops.StaticValue: _public,
    ops.IntBinary: _int_binary, ops.FloatBinary: _float, ops.Negate: _negate, ops.Compare: _float, ops.Cast: _float,
    bit_ops.IntUnary: _int_unary, ops.Select: _select, secret_ops.Declassify: _public,
    ops.MakeStruct: _make, ops.MakeEnum: _make_enum, ops.GetField: _numbered(lambda op: op.index),
    ops.EnumTag: _tag,
    ops.EnumPayload: _numbered(lambda op: payload_number(op.value.type, op.variant, op.index)),
    ops.MakeSome: _some, ops.MakeNone: _public,
    ops.IsSome: _tag, ops.Unwrap: _numbered(lambda op: 1), ops.GetFault: _tag,
    ops.MakeArray: _array, ops.FillArray: _same, ops.Length: _public, ops.ArrayGet: _array_get,
    ops.Slice: _slice, ops.SliceView: _slice, ops.ShareBuffer: _same, ops.Copy: _same,
    ops.MapNew: _public, ops.MapFind: _map_find, ops.MapKey: _map_part(0), ops.MapValue: _map_part(1),
    ops.MakeClosure: _closure,
    box_ops.MakeBox: _make_box, box_ops.Unbox: _same, box_ops.Hole: _public, box_ops.Keep: _nothing,
    evidence_ops.TrustSource: _same, evidence_ops.ConfirmTrust: _same, evidence_ops.JoinTrust: _same,
    evidence_ops.DemandTrust: _nothing,
    ops.Slot: _slot, ops.Load: _load, ops.Peek: _load, ops.Store: _store, pass_ops.Take: _load, pass_ops.MoveOut: _load,
    pass_ops.Put: _store, ops.FieldAddr: _field_addr, ops.PayloadAddr: _payload_addr, ops.ElementAddr: _lead,
    box_ops.BoxAddr: _lead, array_ops.LendSlice: _lead, array_ops.GiveBackSlice: _nothing,
    ops.ArrayPush: _store, ops.ArrayPop: _load, ops.ArrayReserve: _reserve, array_ops.MapReserve: _reserve,
    ops.MakeUnique: _nothing, array_ops.EditArray: _edit, array_ops.SwapPlaces: _swap, array_ops.ExtendArray: _extend,
    array_ops.ArraySort: _sort, ops.MapInsert: _map_insert, ops.MapRemove: _map_remove, ops.MapValueAddr: _map_value_addr,
    ops.Call: _call, ops.Catch: _catch, ops.CallValue: _call_value, dyn_ops.CallDyn: _dyn, ops.CallForeign: _foreign,
    foreign_ops.CallPointer: _foreign, foreign_ops.CodePointer: _public, foreign_ops.PointerRead: _pointer_read,
    foreign_ops.PointerWrite: _pointer_write, ops.CallRuntime: _runtime,
    actor_ops.Spawn: _actor, actor_ops.Tell: _actor, actor_ops.Ask: _actor, actor_ops.Await: _actor,
    actor_ops.StopActor: _actor,
    ops.Retain: _nothing, ops.Release: _nothing, ops.Declare: _nothing,
    ops.Branch: _branch, ops.CondBranch: _cond_branch, ops.Switch: _switch, ops.Return: _return, ops.Panic: _end,
    ops.RaiseFault: _end, ops.Unreachable: _nothing,
}
