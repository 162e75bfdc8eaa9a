"""Takes what the interpreter computed into static values of a module, and back."""

from __future__ import annotations

from typing import Any

from sigilc.crash import InternalError
from sigilc.ir.interp_values import ArrayValue, FaultValue, share
from sigilc.ir.statics import StaticFault
from sigilc.ir.types import (
    FAULT,
    IrArray,
    IrBox,
    IrCounted,
    IrEnum,
    IrFixed,
    IrFloat,
    IrInt,
    IrOption,
    IrSimple,
    IrStruct,
    IrTuple,
    IrType,
)


def is_static(type_: IrType, inside: frozenset[IrType] = frozenset()) -> bool:
    """Whether values of a type can be static."""
    match type_:
        case IrInt() | IrFloat() | IrCounted():
            return True
        case IrSimple(name=name):
            return name in ("bool", "char", "unit")
        case IrArray(item=item) | IrFixed(item=item) | IrOption(item=item) | IrBox(item=item):
            return is_static(item, inside)
        case IrStruct() | IrEnum() if type_ in inside:
            return True
        case IrStruct(fields=parts) | IrTuple(items=parts):
            return all(is_static(part, inside | {type_}) for part in parts)
        case IrEnum(variants=variants):
            return all(is_static(part, inside | {type_}) for parts in variants for part in parts)
    return False


def freeze(value: Any, type_: IrType) -> object:
    """An interpreter's value as a static one; its type must be one that `is_static`."""
    match type_:
        case IrArray(item=item) | IrFixed(item=item):
            return tuple([freeze(part, item) for part in value.items])
        case IrStruct() if type_.is_union:
            return bytes(value)
        case IrStruct(fields=parts) | IrTuple(items=parts):
            return tuple([freeze(part, part_type) for part, part_type in zip(value, parts, strict=True)])
        case IrEnum(variants=variants):
            payload = zip(value[1:], variants[value[0]], strict=True)
            return (value[0], *[freeze(part, part_type) for part, part_type in payload])
        case IrBox(item=item):
            return freeze(value, item)
        case IrOption(item=item):
            return _freeze_fault(value) if isinstance(value, FaultValue) else (freeze(value[0], item),)
        case _ if type_ == FAULT:
            return _freeze_fault(value)
        case IrInt() | IrFloat() | IrSimple() | IrCounted():
            found: object = bytes(value) if isinstance(value, bytearray) else value
            return found
    raise InternalError(f"a value of type {type_} can't be static")


def _freeze_fault(fault: FaultValue) -> StaticFault:
    cause = None if fault.cause is None else _freeze_fault(fault.cause)
    return StaticFault(fault.message, fault.stage, fault.site, cause)


def thaw(value: Any, type_: IrType) -> Any:
    """A static value as the interpreter's, with its buffers shared, so that nobody writes to them."""
    made = _thaw(value, type_)
    share(made)
    return made


def _thaw(value: Any, type_: IrType) -> Any:
    match type_:
        case IrArray(item=item) | IrFixed(item=item):
            return ArrayValue([_thaw(part, item) for part in value], is_shared=True)
        case IrStruct() if type_.is_union:
            return value
        case IrStruct(fields=parts) | IrTuple(items=parts):
            return tuple([_thaw(part, part_type) for part, part_type in zip(value, parts, strict=True)])
        case IrEnum(variants=variants):
            payload = zip(value[1:], variants[value[0]], strict=True)
            return (value[0], *[_thaw(part, part_type) for part, part_type in payload])
        case IrBox(item=item):
            return _thaw(value, item)
        case IrOption(item=item):
            return _thaw_fault(value) if isinstance(value, StaticFault) else (_thaw(value[0], item),)
        case _ if type_ == FAULT:
            return _thaw_fault(value)
    return value


def _thaw_fault(fault: StaticFault) -> FaultValue:
    cause = None if fault.cause is None else _thaw_fault(fault.cause)
    return FaultValue(fault.message, fault.stage, fault.site, cause)
