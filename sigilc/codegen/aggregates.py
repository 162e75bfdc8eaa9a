"""Emits the making and taking apart of structs, enums, uncertain values and faults, and the reference counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen import enums
from sigilc.codegen.counts import emit_retain
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import symbol
from sigilc.codegen.options import emit_is_present, fault_of, none_leaves, payload_of, some_leaves
from sigilc.codegen.types import untagged
from sigilc.codegen.writer import Leaves
from sigilc.crash import InternalError
from sigilc.ir.evidence_ops import ConfirmTrust, DemandTrust, JoinTrust, TrustSource
from sigilc.ir.foreign_ops import MakeUnion
from sigilc.ir.ops import (
    ConstBytes,
    Copy,
    EnumPayload,
    EnumTag,
    FaultField,
    GetFault,
    GetField,
    IsSome,
    MakeEnum,
    MakeFault,
    MakeNone,
    MakeSome,
    MakeStruct,
    Op,
    Release,
    Retain,
    ShareBuffer,
    Unwrap,
    Value,
)
from sigilc.ir.types import STR, IrEnum, IrOption, IrStruct, IrType

# A sigil_fault: count, drop, message, stage, site and its length, cause; and offsets in it.
_FAULT = "{ i64, ptr, ptr, i64, ptr, ptr, i64, ptr, ptr, i64, ptr }"
_MESSAGE, _STAGE, _CAUSE = 16, 40, 80


def emit_const_bytes(f: FunctionEmitter, op: ConstBytes) -> None:
    """A view of static data."""
    f.define(op, *static_text(f, op.data))


def static_text(f: FunctionEmitter, data: bytes) -> Leaves:
    """The leaves of a text that is fixed."""
    return f.context.static_data(data), str(len(data)), f.context.static_owner()


def emit_make_struct(f: FunctionEmitter, op: MakeStruct) -> None:
    """All fields' leaves, in order."""
    f.define(op, *(leaf for field in op.fields for leaf in own_leaves(f, field)))


def own_leaves(f: FunctionEmitter, value: Value) -> Leaves:
    """A value's leaves, to be part of another value."""
    return f.own(f.types.layout(value.type), f.leaves(value))


def emit_get_field(f: FunctionEmitter, op: GetField) -> None:
    """Some of the leaves; of a union what its bytes are as the field's type."""
    layout = f.types.layout(op.value.type)
    part = layout.parts[op.index]
    if isinstance(op.value.type, IrStruct) and op.value.type.is_union:
        place = f.scratch(layout)
        f.store(layout, f.leaves(op.value), place)
        f.define(op, *f.load(untagged(f.types.layout(part.type)), place))
        return
    f.define(op, *f.leaves(op.value)[part.first:part.end])


def emit_make_union(f: FunctionEmitter, op: MakeUnion) -> None:
    """The other bytes first, then the field over them, through memory."""
    layout = f.types.layout(f.result(op).type)
    place = f.alloca(layout.size, layout.align) if layout.areas else f.scratch(layout)
    if op.base is not None:
        f.store(layout, f.leaves(op.base), place)
    else:
        f.call_runtime("llvm.memset.p0.i64", "void", f"ptr align {layout.align} {place}", "i8 0", f"i64 {layout.size}",
                       "i1 false")
    f.store(untagged(f.types.layout(op.value.type)), f.leaves(op.value), place)
    f.define(op, *f.load(layout, place))


def emit_make_enum(f: FunctionEmitter, op: MakeEnum) -> None:
    """Tag and packed payload; an enum of C's is its discriminant."""
    type_ = f.result(op).type
    if isinstance(type_, IrEnum) and type_.is_c:
        f.define(op, str(type_.discriminants[op.variant]))
        return
    payload = tuple(leaf for field in op.fields for leaf in f.leaves(field))
    f.define(op, *enums.pack(f, f.types.enum(f.result(op).type), op.variant, payload))


def emit_enum_tag(f: FunctionEmitter, op: EnumTag) -> None:
    """The first leaf; of an enum of C's the index of the variant that it names."""
    tag = f.leaves(op.value)[0]
    type_ = op.value.type
    if isinstance(type_, IrEnum) and type_.is_c and type_.discriminants != tuple(range(len(type_.variants))):
        number = tag
        tag = str(len(type_.discriminants) - 1)
        for index in reversed(range(len(type_.discriminants) - 1)):
            is_this = f.value(f"icmp eq i32 {number}, {type_.discriminants[index]}")
            tag = f.value(f"select i1 {is_this}, i32 {index}, i32 {tag}")
    f.define(op, tag)


def emit_enum_payload(f: FunctionEmitter, op: EnumPayload) -> None:
    """A field out of the chunks."""
    layout = f.types.enum(op.value.type)
    f.define(op, *enums.unpack_fields(f, layout, op.variant, f.leaves(op.value), op.index))


def _option(type_: IrType) -> IrOption:
    if not isinstance(type_, IrOption):
        raise InternalError(f"{type_} is no uncertain type")
    return type_


def emit_make_some(f: FunctionEmitter, op: MakeSome) -> None:
    """No fault, and the payload."""
    f.define(op, *some_leaves(f, op.value.type, tuple(own_leaves(f, op.value))))


def emit_make_none(f: FunctionEmitter, op: MakeNone) -> None:
    """The fault, and nothing in particular."""
    type_ = _option(f.result(op).type)
    f.define(op, *none_leaves(f, type_.item, f.types.layout(type_), f.scalar(op.fault)))


def emit_is_some(f: FunctionEmitter, op: IsSome) -> None:
    """Whether there is a payload."""
    f.define(op, emit_is_present(f, _option(op.value.type).item, f.leaves(op.value)))


def emit_unwrap(f: FunctionEmitter, op: Unwrap) -> None:
    """The payload."""
    f.define(op, *payload_of(f, _option(op.value.type).item, f.leaves(op.value)))


def emit_get_fault(f: FunctionEmitter, op: GetFault) -> None:
    """The fault."""
    f.define(op, fault_of(f, _option(op.value.type).item, f.leaves(op.value)))


def emit_make_fault(f: FunctionEmitter, op: MakeFault) -> None:
    """Made by the runtime, which takes over the texts; one of constant texts is static and immortal."""
    texts = [*f.leaves(op.message), *f.leaves(op.stage)]
    if op.cause is None and not any(scalar.startswith("%") for scalar in texts):
        words = (f"{kind} {scalar}" for kind, scalar in zip(("ptr", "i64", "ptr") * 2, texts, strict=True))
        site = f"ptr {f.context.c_string(op.site)}, i64 {len(op.site.encode())}"
        f.define(op, f.context.constant_value(f"{_FAULT} {{ i64 0, ptr null, {', '.join(words)}, {site}, ptr null }}"))
        return
    message, stage = f.readable(STR, f.leaves(op.message)), f.readable(STR, f.leaves(op.stage))
    cause = f.scalar(op.cause) if op.cause is not None else "null"
    f.define(op, f.call_runtime("sigil_fault_new", "ptr", f"ptr {message}", f"ptr {stage}",
                                f"ptr {f.context.c_string(op.site)}", f"i64 {len(op.site.encode())}", f"ptr {cause}"))


def emit_fault_field(f: FunctionEmitter, op: FaultField) -> None:
    """A new reference to a part of a fault."""
    fault = f.scalar(op.value)
    match op.name:
        case "message" | "stage":
            place = f.offset(fault, _MESSAGE if op.name == "message" else _STAGE)
            leaves = f.load(f.types.layout(STR), place)
            emit_retain(f, STR, leaves)
            f.define(op, *leaves)
        case "site":
            layout = f.types.layout(STR)
            place = f.scratch(layout)
            f.call_runtime("sigil_fault_site", "void", f"ptr {place}", f"ptr {fault}")
            f.define(op, *f.load(layout, place))
        case "cause":
            _emit_cause(f, op, fault)
        case _:
            raise InternalError(f"faults have no field {op.name}", op.span)


def _emit_cause(f: FunctionEmitter, op: FaultField, fault: str) -> None:
    """`fault?`: where there is no cause, absent with a fault that says so."""
    cause = f.value(f"load ptr, ptr {f.offset(fault, _CAUSE)}")
    is_missing = f.value(f"icmp eq ptr {cause}, null")
    missing = _immortal_fault(f, b"the fault has no cause")
    option_type = f.result(op).type
    leaves = (f.value(f"select i1 {is_missing}, ptr {missing}, ptr null"), cause)
    emit_retain(f, option_type, leaves)
    f.define(op, *leaves)


def _immortal_fault(f: FunctionEmitter, message: bytes) -> str:
    """The address of a constant fault."""
    def view(data: bytes) -> str:
        pointer, length, owner = static_text(f, data)
        return f"ptr {pointer}, i64 {length}, ptr {owner}"

    return f.context.constant(symbol("no cause"), lambda: (
        "{ i64, ptr, ptr, i64, ptr, ptr, i64, ptr, ptr, i64, ptr } "
        f"{{ i64 0, ptr null, {view(message)}, {view(b'')}, ptr {f.context.c_string('')}, i64 0, ptr null }}"))


def emit_share(f: FunctionEmitter, op: ShareBuffer | Copy | TrustSource | ConfirmTrust | JoinTrust) -> None:
    """The same value, one more reference."""
    leaves = own_leaves(f, op.value)
    emit_retain(f, op.value.type, leaves)
    f.define(op, *leaves)


def emit_retain_op(f: FunctionEmitter, op: Retain) -> None:
    """One more reference."""
    emit_retain(f, op.value.type, f.leaves(op.value))


def emit_release_op(f: FunctionEmitter, op: Release) -> None:
    """One reference less."""
    f.release(op.value)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    ConstBytes: emit_const_bytes, MakeStruct: emit_make_struct, MakeUnion: emit_make_union,
    GetField: emit_get_field, MakeEnum: emit_make_enum,
    EnumTag: emit_enum_tag, EnumPayload: emit_enum_payload, MakeSome: emit_make_some, MakeNone: emit_make_none,
    IsSome: emit_is_some, Unwrap: emit_unwrap, GetFault: emit_get_fault, MakeFault: emit_make_fault,
    FaultField: emit_fault_field, ShareBuffer: emit_share, Copy: emit_share,
    TrustSource: emit_share, ConfirmTrust: emit_share, JoinTrust: emit_share, DemandTrust: lambda f, op: None,
    Retain: emit_retain_op, Release: emit_release_op,
}
