"""Writes static values as constant data: immortal, so that nothing is counted or copied when they are used."""

from __future__ import annotations

from typing import Any

from sigilc.codegen import enums
from sigilc.codegen.context import DATA_ALIGNMENT, ModuleContext
from sigilc.codegen.names import c_bytes, symbol
from sigilc.codegen.options import ALL_ONES, marked_fault, none_leaves, some_leaves
from sigilc.codegen.scalars import constant_text
from sigilc.codegen.types import Layout, OptionForm
from sigilc.codegen.writer import Leaves, Writer, memory_type
from sigilc.crash import InternalError
from sigilc.ir.statics import IrStatic, StaticFault
from sigilc.ir.types import (
    FAULT,
    STR,
    UNIT,
    IrArray,
    IrBox,
    IrEnum,
    IrFixed,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)

# An LLVM constant: its type and its value.
Constant = tuple[str, str]


def static_leaves(w: Writer, static: IrStatic) -> Leaves:
    """A static's leaves: constants, and addresses of constant data."""
    return _leaves(w, static.type, static.value)


def _leaves(w: Writer, type_: IrType, value: Any) -> Leaves:
    context = w.context
    match type_:
        case IrFixed():
            return (_data(context, type_, value),) if context.types.layout(type_).size else ()
        case IrStruct() if type_.is_union:
            return _union(context, type_, value)
        case IrStruct(fields=types) | IrTuple(items=types):
            return tuple(leaf for part, part_type in zip(value, types, strict=True)
                         for leaf in _leaves(w, part_type, part))
        case IrOption():
            if isinstance(value, StaticFault):
                return none_leaves(w, type_.item, context.types.layout(type_), _fault(context, value))
            return some_leaves(w, type_.item, _leaves(w, type_.item, value[0]))
        case IrEnum() if type_.is_c:
            return (str(type_.discriminants[value[0]]),)
        case IrEnum(variants=variants):
            payload = tuple(leaf for part, part_type in zip(value[1:], variants[value[0]], strict=True)
                            for leaf in _leaves(w, part_type, part))
            return enums.pack(w, context.types.enum(type_), value[0], payload)
        case IrArray():
            return _view(context, type_, value)
        case IrBox(item=item):
            return (_box(context, item, value),)
        case _ if type_ == STR:
            return _text(context, value)
        case _ if type_ == FAULT:
            return (_fault(context, value),)
        case _ if type_ == UNIT:
            return ()
    return (constant_text(type_, value),)


def _union(context: ModuleContext, type_: IrStruct, data: bytes) -> Leaves:
    """The integers that a union is held as, or the address of its bytes."""
    layout = context.types.layout(type_)
    if not layout.areas:
        return tuple(str(int.from_bytes(data[leaf.offset:leaf.offset + leaf.size], "little")) for leaf in layout.leaves)
    ll_type, text = _bytes(data)
    name = context.static_symbols.setdefault(text, symbol(f"static.{len(context.static_symbols)}"))
    return (context.constant(name, lambda: f"{ll_type} {text}, align {max(layout.align, DATA_ALIGNMENT)}"),)


def _bytes(data: bytes) -> Constant:
    return f"[{len(data)} x i8]", f'c"{c_bytes(data)}"'


def _text(context: ModuleContext, data: bytes) -> Leaves:
    return context.static_data(data), str(len(data)), context.static_owner()


def _view(context: ModuleContext, type_: IrArray, items: tuple[Any, ...]) -> Leaves:
    """The three words of an array."""
    owner = context.static_owner()
    if not items or not context.types.layout(type_.item).size:
        return owner, str(len(items)), owner
    return _data(context, IrFixed(type_.item, len(items)), items), str(len(items)), owner


def _data(context: ModuleContext, type_: IrFixed, items: tuple[Any, ...]) -> str:
    """The address of elements."""
    ll_type, text = _elements(context, type_.item, items)
    align = max(context.types.layout(type_).align, DATA_ALIGNMENT)
    name = context.static_symbols.setdefault(f"{ll_type} {text}", symbol(f"static.{len(context.static_symbols)}"))
    return context.constant(name, lambda: f"{ll_type} {text}, align {align}")


def _fault(context: ModuleContext, fault: StaticFault) -> str:
    """The address of a `sigil_fault` whose count is zero."""
    cause = "null" if fault.cause is None else _fault(context, fault.cause)
    words = [("i64", "0"), ("ptr", "null"), *_view_words(_text(context, fault.message)),
             *_view_words(_text(context, fault.stage)), ("ptr", context.c_string(fault.site.decode())),
             ("i64", str(len(fault.site))), ("ptr", cause)]
    ll_type, text = _packed(words)
    name = context.static_symbols.setdefault(text, symbol(f"static.{len(context.static_symbols)}"))
    return context.constant(name, lambda: f"{ll_type} {text}, align 8")


def _box(context: ModuleContext, item: IrType, value: Any) -> str:
    """The address of a box whose count is zero."""
    ll_type, text = _packed([("i64", "0"), ("ptr", "null"), _in_memory(context, item, value)])
    name = context.static_symbols.setdefault(text, symbol(f"static.{len(context.static_symbols)}"))
    return context.constant(name, lambda: f"{ll_type} {text}, align 16")


def _view_words(leaves: Leaves) -> list[Constant]:
    data, length, owner = leaves
    return [("ptr", data), ("i64", length), ("ptr", owner)]


# ---- Values in memory -----------------------------------------------------------------------------------------------


def _in_memory(context: ModuleContext, type_: IrType, value: Any) -> Constant:
    """A value as it lies in memory, padding included."""
    layout = context.types.layout(type_)
    match type_:
        case IrFixed():
            return _elements(context, type_.item, value)
        case IrStruct() if type_.is_union:
            return _bytes(value)
        case IrStruct(fields=types) | IrTuple(items=types):
            return _parts(context, layout, zip(types, value, strict=True), 0)
        case IrOption():
            return _option(context, type_, value)
        case IrEnum() if type_.is_c:
            return "i32", str(type_.discriminants[value[0]])
        case IrEnum(variants=variants):
            enum = context.types.enum(type_)
            variant = enum.variants[value[0]]
            payload = _parts(context, variant, zip(variants[value[0]], value[1:], strict=True), 0)
            start = enum.payload_offset
            if not variant.size:
                return _packed([("i32", str(value[0])), *_padding(4, layout.size)])
            return _packed([("i32", str(value[0])), *_padding(4, start), payload,
                            *_padding(start + variant.size, layout.size)])
        case IrBox(item=item):
            return "ptr", _box(context, item, value)
        case IrArray():
            return _packed(_view_words(_view(context, type_, value)))
        case _ if type_ == STR:
            return _packed(_view_words(_text(context, value)))
        case _ if type_ == FAULT:
            return "ptr", _fault(context, value)
    if not layout.leaves:
        return "[0 x i8]", "zeroinitializer"
    text = constant_text(type_, value)
    return memory_type(layout.leaves[0]), {"true": "1", "false": "0"}.get(text, text)


def _option(context: ModuleContext, type_: IrOption, value: Any) -> Constant:
    """A `T?`."""
    item, layout, form = type_.item, context.types.layout(type_), context.types.option_form(type_.item)
    if isinstance(value, StaticFault):
        fault = _fault(context, value)
        if form is OptionForm.ODD:
            return "ptr", marked_fault(fault)
        second = layout.leaves[1].ll_type if form is OptionForm.SECOND_WORD else ""
        mark = [(second, ALL_ONES[second])] if second else []
        return _packed([("ptr", fault), *mark, *_padding(16 if second else 8, layout.size)])
    payload = _in_memory(context, item, value[0])
    if form is OptionForm.SECOND_WORD:
        return payload
    if form is OptionForm.ODD:
        return payload if context.types.layout(item).leaves else ("ptr", "null")
    start = layout.parts[0].offset
    end = start + context.types.layout(item).size
    return _packed([("ptr", "null"), *_padding(8, start), payload, *_padding(end, layout.size)])


def _parts(context: ModuleContext, layout: Layout, parts: Any, end: int) -> Constant:
    """The fields of a struct, each at its offset."""
    found: list[Constant] = []
    for part, (type_, value) in zip(layout.parts, parts, strict=True):
        found += _padding(end, part.offset)
        found.append(_in_memory(context, type_, value))
        end = part.offset + context.types.layout(type_).size
    return _packed([*found, *_padding(end, layout.size)])


def _elements(context: ModuleContext, item: IrType, items: tuple[Any, ...]) -> Constant:
    """Elements one behind the other: an array where all are of one LLVM type, else a struct."""
    found = [_in_memory(context, item, value) for value in items]
    ll_types = {ll_type for ll_type, _ in found}
    if len(ll_types) != 1:
        return _packed(found)
    (ll_type,) = ll_types
    return f"[{len(found)} x {ll_type}]", f"[{', '.join(f'{ll_type} {text}' for _, text in found)}]"


def _padding(end: int, start: int) -> list[Constant]:
    """The bytes between what ends and what starts."""
    if start < end:
        raise InternalError(f"the parts of a static value overlap at {start}")
    return [(f"[{start - end} x i8]", "zeroinitializer")] if start > end else []


def _packed(words: list[Constant]) -> Constant:
    """A struct without padding of its own."""
    types = ", ".join(ll_type for ll_type, _ in words)
    return f"<{{ {types} }}>", f"<{{ {', '.join(f'{ll_type} {text}' for ll_type, text in words)} }}>"
