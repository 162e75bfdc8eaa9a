"""What the typing rules of the ops are written with: requirements on types, and the parts of types that they ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sigilc.ir.builder import field_types, payload_type, target_type
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Op, Value
from sigilc.ir.types import ADDRESS, BOOL, CHAR, PTR, U8, UNIT, IrAddr, IrArray, IrEnum, IrFloat, IrInt, IrMap, IrOption, IrType

BYTES = IrArray(U8)
Rules = dict[type[Op], Callable[[Any, Module], None]]


class RuleBroken(Exception):
    """An op that breaks a rule of the IR."""


def require(condition: bool, rule: str, *parts: object) -> None:
    """Raises RuleBroken unless `condition` holds; `parts` fill the places `{}` of the rule's text."""
    if not condition:
        raise RuleBroken(rule.format(*parts))


def require_same(what: str, found: IrType, expected: IrType) -> None:
    """The type of an operand or result must be this one."""
    if found is not expected and found != expected:
        raise RuleBroken(f"{what} is {found}, expected {expected}")


def require_result(op: Op, expected: IrType) -> None:
    """The op has a result of this type."""
    require(op.result is not None, "the op must have a result")
    if op.result is not None:
        require_same("the result", op.result.type, expected)


def require_no_result(op: Op) -> None:
    """The op has no result."""
    require(op.result is None, "the op has no result")


def require_optional_result(op: Op, expected: IrType) -> None:
    """The result of a call, which may be left out when it is `()`."""
    if op.result is not None or expected != UNIT:
        require_result(op, expected)


def require_values(what: str, values: Sequence[Value], expected: Sequence[IrType]) -> None:
    """These are values of exactly these types."""
    require(len(values) == len(expected), "{} {}s, expected {}", len(values), what, len(expected))
    for i, value in enumerate(values):
        if value.type is not expected[i]:
            require_same(f"{what} {i}", value.type, expected[i])


def place_of(value: Value) -> IrType:
    """The type of what lies at an address."""
    require(isinstance(value.type, IrAddr), "{} is no address", value.type)
    return target_type(value.type)


def map_of(type_: IrType) -> IrMap:
    """A type that must be a map."""
    if not isinstance(type_, IrMap):
        raise RuleBroken(f"{type_} is no map")
    return type_


def option_of(type_: IrType) -> IrOption:
    """A type that must be an option."""
    if not isinstance(type_, IrOption):
        raise RuleBroken(f"{type_} is no option")
    return type_


def array_of(type_: IrType) -> IrArray:
    """A type that must be an array."""
    if not isinstance(type_, IrArray):
        raise RuleBroken(f"{type_} is no array")
    return type_


def function_of(module: Module, name: str, *, is_called: bool = False) -> IrFunction:
    """The function of a name; unless it `is_called`, it may own no parameter."""
    function = module.functions.get(name)
    if function is None:
        raise RuleBroken(f"there is no function {name}")
    require(is_called or not function.owned, "{} owns parameters, so it can only be called by its name", name)
    return function


def require_signature(module: Module, name: str, params: Sequence[IrType], result: IrType, *,
                      is_called: bool = False) -> IrFunction:
    """`name` is a function of exactly this type."""
    function = function_of(module, name, is_called=is_called)
    require_values(f"{name}'s parameter", function.params, params)
    require_same(f"the result of {name}", function.result, result)
    return function


def is_number(type_: IrType) -> bool:
    """Integers and floats."""
    return isinstance(type_, IrInt | IrFloat)


def is_scalar_type(type_: IrType) -> bool:
    """Types without parts and counts."""
    return is_number(type_) or type_ in (BOOL, CHAR, UNIT, PTR, ADDRESS)


def field_of(type_: IrType, index: int) -> IrType:
    """The type of a field of a struct or tuple."""
    fields = field_types(type_)
    require(0 <= index < len(fields), "{} has no field {}", type_, index)
    return fields[index]


def payload_of(type_: IrType, variant: int, index: int) -> IrType:
    """The type of a field of a variant, or of what an option holds."""
    if isinstance(type_, IrEnum):
        require(0 <= variant < len(type_.variants), "{} has no variant {}", type_, variant)
        require(0 <= index < len(type_.variants[variant]), "variant {} of {} has no field {}", variant, type_, index)
    return payload_type(type_, variant, index)
