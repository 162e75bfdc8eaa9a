"""The typing rules of places, counts, and what is said about values."""

from __future__ import annotations

from sigilc.ir import array_ops, evidence_ops, ops, pass_ops
from sigilc.ir.function import Module
from sigilc.ir.rules import (
    Rules,
    array_of,
    field_of,
    map_of,
    payload_of,
    place_of,
    require,
    require_no_result,
    require_result,
    require_same,
)
from sigilc.ir.types import I64, USIZE, IrAddr, IrFixed


def _field_addr(op: ops.FieldAddr, _: Module) -> None:
    place = place_of(op.address)
    require(not getattr(place, "is_union", False), "a field of a union has no place of its own")
    require_result(op, IrAddr(field_of(place, op.index)))


def _move_out(op: pass_ops.MoveOut, _: Module) -> None:
    require(not place_of(op.address).in_memory, "a hole is a value in registers")
    require_result(op, place_of(op.address))


def _store(op: ops.Store | pass_ops.Put, _: Module) -> None:
    require_same("the value", op.value.type, place_of(op.address))
    require_no_result(op)


def _element_addr(op: ops.ElementAddr, _: Module) -> None:
    require_same("the index", op.index.type, USIZE)
    place = place_of(op.address)
    require_result(op, IrAddr(place.item if isinstance(place, IrFixed) else array_of(place).item))


def _map_value_addr(op: ops.MapValueAddr, _: Module) -> None:
    require_same("the index", op.index.type, I64)
    require_result(op, IrAddr(map_of(place_of(op.address)).value))


def _counted(op: ops.Retain, _: Module) -> None:
    require(op.value.type.is_counted, "{} is not counted", op.value.type)
    require_no_result(op)


def _release(op: ops.Release, _: Module) -> None:
    require(op.value.type.is_counted or isinstance(op.value.type, IrAddr), "{} is not counted", op.value.type)
    require_no_result(op)


def _declare(op: ops.Declare, _: Module) -> None:
    require(op.begin <= op.end, "the scope of {} ends before it begins", op.name)
    require_no_result(op)


PLACE_RULES: Rules = {
    ops.Copy: lambda op, _: require_result(op, op.value.type),
    ops.Slot: lambda op, _: require_result(op, IrAddr(op.initial.type)),
    ops.Load: lambda op, _: require_result(op, place_of(op.address)),
    ops.Peek: lambda op, _: require_result(op, place_of(op.address)),
    ops.Store: _store,
    pass_ops.Take: lambda op, _: require_result(op, place_of(op.address)),
    pass_ops.Put: _store,
    pass_ops.MoveOut: _move_out,
    ops.FieldAddr: _field_addr,
    ops.PayloadAddr: lambda op, _: require_result(op, IrAddr(payload_of(place_of(op.address), op.variant, op.index))),
    ops.ElementAddr: _element_addr,
    ops.MapValueAddr: _map_value_addr,
    array_ops.SwapPlaces: lambda op, _: require_same("the other place", place_of(op.left), place_of(op.right)),
    ops.Retain: _counted,
    ops.Release: _release,
    ops.Declare: _declare,
    evidence_ops.TrustSource: lambda op, _: require_result(op, op.value.type),
    evidence_ops.ConfirmTrust: lambda op, _: require_result(op, op.value.type),
    evidence_ops.JoinTrust: lambda op, _: require_result(op, op.value.type),
    evidence_ops.DemandTrust: lambda op, _: require_no_result(op),
}
