"""The typing rules of structs, enums, options, faults and boxes."""

from __future__ import annotations

from sigilc.ir import box_ops, foreign_ops, ops
from sigilc.ir.builder import field_types
from sigilc.ir.function import Module
from sigilc.ir.rules import (
    RuleBroken,
    Rules,
    field_of,
    option_of,
    payload_of,
    place_of,
    require,
    require_result,
    require_same,
    require_values,
)
from sigilc.ir.types import BOOL, FAULT, I32, STR, UNIT, IrAddr, IrBox, IrEnum, IrOption, IrStruct, IrTuple, IrType


def _make_struct(op: ops.MakeStruct, _: Module) -> None:
    require(op.result is not None and isinstance(op.result.type, IrStruct | IrTuple), "the result is a struct or tuple")
    if op.result is not None:
        require(not getattr(op.result.type, "is_union", False), "a union is made from one field")
        require_values("field", op.fields, field_types(op.result.type))


def _make_union(op: foreign_ops.MakeUnion, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    require(isinstance(type_, IrStruct) and type_.is_union, "{} is no union", type_)
    require_same("the value", op.value.type, field_of(type_, op.index))
    if op.base is not None:
        require_same("the base", op.base.type, type_)


def _make_enum(op: ops.MakeEnum, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if not isinstance(type_, IrEnum):
        raise RuleBroken("the result must be an enum")
    require(0 <= op.variant < len(type_.variants), "{} has no variant {}", type_, op.variant)
    require_values("field", op.fields, type_.variants[op.variant])


def _enum_tag(op: ops.EnumTag, _: Module) -> None:
    require(isinstance(op.value.type, IrEnum), "{} is no enum", op.value.type)
    require_result(op, I32)


def _enum_payload(op: ops.EnumPayload, _: Module) -> None:
    require(isinstance(op.value.type, IrEnum), "{} is no enum", op.value.type)
    require_result(op, payload_of(op.value.type, op.variant, op.index))


def _make_none(op: ops.MakeNone, _: Module) -> None:
    require(op.result is not None and isinstance(op.result.type, IrOption), "the result must be an option")
    require_same("the fault", op.fault.type, FAULT)


def _get_fault(op: ops.GetFault, _: Module) -> None:
    option_of(op.value.type)
    require_result(op, FAULT)


def _is_some(op: ops.IsSome, _: Module) -> None:
    option_of(op.value.type)
    require_result(op, BOOL)


def _make_fault(op: ops.MakeFault, _: Module) -> None:
    require_same("the message", op.message.type, STR)
    require_same("the stage", op.stage.type, STR)
    if op.cause is not None:
        require_same("the cause", op.cause.type, FAULT)
    require_result(op, FAULT)


def _fault_field(op: ops.FaultField, _: Module) -> None:
    require(op.name in ("message", "stage", "site", "cause"), "a fault has no {}", op.name)
    require_same("the operand", op.value.type, FAULT)
    require_result(op, IrOption(FAULT) if op.name == "cause" else STR)


def _make_box(op: box_ops.MakeBox, _: Module) -> None:
    drop = op.result.type.drop if op.result is not None and isinstance(op.result.type, IrBox) else ""
    require_result(op, IrBox(op.value.type, drop))


def _hole(op: box_ops.Hole, _: Module) -> None:
    if op.result is None:
        raise RuleBroken("a hole is a value")


def _box_of(type_: IrType) -> IrType:
    if not isinstance(type_, IrBox):
        raise RuleBroken(f"{type_} is no box")
    return type_.item


AGGREGATE_RULES: Rules = {
    ops.MakeStruct: _make_struct,
    foreign_ops.MakeUnion: _make_union,
    ops.GetField: lambda op, _: require_result(op, field_of(op.value.type, op.index)),
    ops.MakeEnum: _make_enum,
    ops.EnumTag: _enum_tag,
    ops.EnumPayload: _enum_payload,
    ops.MakeSome: lambda op, _: require_result(op, IrOption(op.value.type)),
    ops.MakeNone: _make_none,
    ops.IsSome: _is_some,
    ops.Unwrap: lambda op, _: require_result(op, option_of(op.value.type).item),
    ops.GetFault: _get_fault,
    ops.MakeFault: _make_fault,
    ops.FaultField: _fault_field,
    box_ops.MakeBox: _make_box,
    box_ops.Unbox: lambda op, _: require_result(op, _box_of(op.value.type)),
    box_ops.BoxAddr: lambda op, _: require_result(op, IrAddr(_box_of(place_of(op.address)))),
    box_ops.Hole: _hole,
    box_ops.Keep: lambda op, _: None,
}
