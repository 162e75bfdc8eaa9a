"""Finds the part of a value by which sorting can compare numbers instead of calling a comparison.

Example: of `struct Card { rank: i64, suit: str }` it is `0 i64`: field 0, and where two ranks are the same the comparison
decides. Of an `i64` it is ` i64 exact`: nothing is left to compare.
"""

from __future__ import annotations

from sigilc.ir.builder import element_type, target_type
from sigilc.ir.ops import Value
from sigilc.ir.types import BOOL, CHAR, STR, IrFloat, IrInt, IrStruct, IrTuple, IrType
from sigilc.lower.derive import Derivation
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.loops import count_to


def sort_key(derived: Derivation, type_: IrType, descending: bool, inside: str = "") -> str:
    """The key of a type as `ArraySort` has it, empty where there is none; `inside` is the path to the type's values."""
    path = [number for number in inside.split(".") if number]
    is_exact = True
    while isinstance(type_, IrStruct | IrTuple):
        if not type_.fields if isinstance(type_, IrStruct) else not type_.items:
            return ""
        if derived.has_own("Ord", "cmp", type_):
            return ""
        parts = type_.fields if isinstance(type_, IrStruct) else type_.items
        is_exact = is_exact and len(parts) == 1
        path.append("0")
        type_ = parts[0]
    kind = _kind(type_)
    if not kind:
        return ""
    flags = (" exact" if is_exact and kind != "text" else "") + (" descending" if descending else "")
    return f"{'.'.join(path)} {kind}{flags}"


def is_exact(key: str) -> bool:
    """Whether a key, as `sort_key` gives it, leaves nothing to compare."""
    return " exact" in key


def _kind(type_: IrType) -> str:
    if isinstance(type_, IrInt) and type_.bits <= 64:
        return f"{'i' if type_.signed else 'u'}{type_.bits}"
    if isinstance(type_, IrFloat):
        return f"f{type_.bits}"
    return {BOOL: "u8", CHAR: "u32", STR: "text"}.get(type_, "")


def sort_by_keys(fl: FunctionLowering, items: Value, keys: Value, descending: bool) -> None:
    """Sorts the array at `items` by as many keys: without comparing where numbers stand for them, else in pairs."""
    builder, derived = fl.builder, fl.program.derived
    key, item = element_type(keys.type), element_type(target_type(items.type))
    description = sort_key(derived, key, descending)
    if is_exact(description):
        compare = derived.compare_reversed(key) if descending else derived.compare(key)
        builder.array_sort(items, compare, description, keys=keys)
        return
    pair = IrTuple((key, item))
    length = builder.length(keys)
    pairs = builder.slot(builder.make_array(pair), "pairs")
    builder.array_reserve(pairs, length)
    loop = count_to(builder, length)
    builder.array_push(pairs, builder.make_tuple([
        builder.array_get(array, loop.index, checked=False) for array in (keys, builder.peek(items))]), reserved=True)
    loop.close()
    builder.array_sort(pairs, derived.compare_first(pair, descending), sort_key(derived, key, descending, inside="0"))
    builder.store(items, _second_slots(fl, pairs, length, target_type(items.type)))


def _second_slots(fl: FunctionLowering, pairs: Value, length: Value, result: IrType) -> Value:
    builder = fl.builder
    items = builder.slot(builder.make_array(element_type(result)), "sorted")
    builder.array_reserve(items, length)
    loop = count_to(builder, length)
    element = builder.array_get(builder.peek(pairs), loop.index, checked=False)
    builder.array_push(items, builder.get_field(element, 1), reserved=True)
    loop.close()
    return builder.load(items)
