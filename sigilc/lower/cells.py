"""Places that a value may not have reached yet: the accumulators of folds that begin with nothing."""

from __future__ import annotations

from sigilc.ir.ops import Value
from sigilc.ir.types import (
    BOOL,
    CHAR,
    STR,
    UNIT,
    IrArray,
    IrEnum,
    IrFixed,
    IrFloat,
    IrInt,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
    present_type,
)
from sigilc.lower.collections import new_map
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.options import absent


def placeholder(fl: FunctionLowering, type_: IrType) -> Value | None:
    """Some value of a type that costs little to make; None where there is none."""
    builder = fl.builder
    match type_:
        case IrInt():
            return builder.const(type_, 0)
        case IrFloat():
            return builder.const(type_, 0.0)
        case IrArray():
            return builder.make_array(type_.item)
        case IrFixed(item=item, count=count):
            element = placeholder(fl, item)
            return builder.fill_array(element, count) if element is not None else None
        case IrMap():
            return new_map(fl, type_)
        case IrOption():
            return None if type_.in_memory else builder.hole(type_)
        case IrStruct(fields=fields) | IrTuple(items=fields):
            values = [placeholder(fl, f) for f in fields]
            present = [v for v in values if v is not None]
            return builder.make_struct(type_, present) if len(present) == len(values) else None
        case IrEnum(variants=variants):
            empty = [i for i, fields in enumerate(variants) if not fields]
            return builder.make_enum(type_, empty[0]) if empty else None
    constants: dict[IrType, int | bool | None] = {BOOL: False, CHAR: 0, UNIT: None}
    if type_ == STR:
        return builder.const_text("")
    return builder.const(type_, constants[type_]) if type_ in constants else None


def take(fl: FunctionLowering, place: Value) -> Value:
    """What a place holds, moved out: so a change of it needs no copy."""
    builder = fl.builder
    value = builder.load(place)
    if value.type.is_counted:
        builder.store(place, placeholder(fl, value.type) or builder.hole(value.type))
    return value


class OptionalCell:
    """Holds nothing, or what an option of the type holds: behind a flag, or as one where there is no placeholder."""

    def __init__(self, fl: FunctionLowering, type_: IrType, stage: str) -> None:
        self._stage = stage
        self._fl = fl
        self._type = type_
        builder = fl.builder
        initial = placeholder(fl, present_type(type_))
        self._flag = builder.slot(builder.const_bool(False), "found") if initial is not None else None
        self._place = builder.slot(initial if initial is not None else absent(fl, type_, "empty", stage), "best")

    def is_set(self) -> Value:
        """Whether a value has come (BOOL)."""
        builder = self._fl.builder
        return builder.load(self._flag) if self._flag is not None else builder.is_some(builder.peek(self._place))

    def view(self) -> Value:
        """The value, where one has come; valid until `set`."""
        builder = self._fl.builder
        held = builder.peek(self._place)
        return held if self._flag is not None else builder.unwrap(held)

    def take(self) -> Value:
        """The value, moved out."""
        held = take(self._fl, self._place)
        return held if self._flag is not None else self._fl.builder.unwrap(held)

    def set(self, value: Value) -> None:
        """Puts a value in."""
        builder = self._fl.builder
        if self._flag is None:
            builder.store(self._place, builder.make_some(value, self._type))
            return
        builder.store(self._place, value)
        builder.store(self._flag, builder.const_bool(True))

    def as_option(self) -> Value:
        """The value, or a fault of the stage."""
        fl, builder = self._fl, self._fl.builder
        if self._flag is None:
            return builder.load(self._place)
        join = fl.join(self._type, "result")
        some, none = fl.fork(self.is_set(), "some", "none")
        builder.position_at(some)
        join.enter(builder.make_some(builder.load(self._place), self._type))
        builder.position_at(none)
        join.enter(absent(fl, self._type, "empty", self._stage))
        return join.finish()
