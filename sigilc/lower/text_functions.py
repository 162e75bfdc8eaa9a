"""Functions that append a value's debug text, made on demand: `text.T(&mut text, value)`.

Elements of collections print in the debug form in both forms of the whole. A pretty one (`{:#?}`) takes the depth of
its indentation as third parameter, and begins every item on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sigilc.check import types as checked
from sigilc.check.impls import associated_type
from sigilc.check.types import BOOL, CHAR, DURATION, FAULT, NEVER, STR, UNIT, Type, is_float, is_integer
from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.runtime_abi import TEXT_FLAGS
from sigilc.ir.types import CHAR as IR_CHAR
from sigilc.ir.types import I64, U32, U64, IrAddr, IrFloat, IrInt, IrType
from sigilc.ir.types import STR as IR_STR
from sigilc.ir.types import UNIT as IR_UNIT
from sigilc.lower.functions import remove_unreached
from sigilc.lower.loops import count_to
from sigilc.lower.text_style import DEBUG, PLAIN, Style, measure
from sigilc.lower.types import enum_payloads, struct_fields

if TYPE_CHECKING:
    from sigilc.lower.program import ProgramLowering

# digits that fit 64 bits, by kind: how many, and the power that they are below
_WIDE_CHUNKS = {"": (19, 10**19), "x": (15, 16**15), "X": (15, 16**15), "o": (21, 8**21), "b": (63, 2**63)}
_WIDE = IrInt(128, False)
_COLLECTIONS = (("DebugList", "debug_list", "[", "]"), ("DebugSet", "debug_set", "{", "}"),
                ("DebugMap", "debug_map", "{", "}"))
_DURATION_UNITS = ((10**9, 9, "s"), (10**6, 6, "ms"), (10**3, 3, "µs"), (1, 0, "ns"))


class TextFunctions:
    """Makes text functions in a program, each once."""

    def __init__(self, program: ProgramLowering) -> None:
        self.program = program

    def append(self, builder: FunctionBuilder, place: Value, value: Value, type_: Type, style: Style = DEBUG,
               depth: Value | None = None) -> None:
        """Appends a value's text at a point of a function. Only the outermost value of a whole may be written plain."""
        own = self.program.own_method(*(("Debug", "debug") if style.is_debug else ("Display", "text")), type_)
        if own is not None:
            text = builder.call(own, [value], self.program.module.functions[own].result)
            self._append_text(builder, place, text, replace(style, precision=None))
        elif is_integer(type_):
            self._append_number(builder, place, value, style)
        elif is_float(type_):
            self._append_float(builder, place, value, style)
        elif type_ == STR:
            if style.is_debug:
                builder.call_runtime("text_debug_str", [place, value])
            else:
                self._append_text(builder, place, value, style)
        elif type_ == CHAR and (style.is_debug or not style.is_padded):
            builder.call_runtime("text_debug_char" if style.is_debug else "text_append_char", [place, value])
        elif type_ in (UNIT, NEVER):
            self._append_text(builder, place, builder.const_text("()"), style)
        elif style.is_padded and (type_ in (BOOL, CHAR, DURATION) or not style.is_debug):
            self._append_padded(builder, place, value, type_, style)
        else:
            self._append_whole(builder, place, value, type_, style, depth)

    def _append_text(self, builder: FunctionBuilder, place: Value, text: Value, style: Style) -> None:
        """Text that is cut to the precision and filled up to the width."""
        if not style.is_padded:
            builder.call_runtime("text_append", [place, text])
            return
        layout = Style(fill=style.fill, align=style.align, width=style.width)
        builder.call_runtime("text_format_str", [place, text, *layout.arguments(builder), measure(builder, style.precision)])

    def _append_padded(self, builder: FunctionBuilder, place: Value, value: Value, type_: Type, style: Style) -> None:
        """What has a text as a whole. The precision cuts a `bool` and a `char`; in collections it is the numbers' own."""
        is_leaf = type_ in (BOOL, CHAR)
        inner = PLAIN if is_leaf else Style(is_debug=style.is_debug, precision=style.precision)
        if style.width is None and not is_leaf:
            self._append_whole(builder, place, value, type_, inner, None)
            return
        whole = builder.slot(builder.const_text(""))
        if type_ == CHAR:
            builder.call_runtime("text_append_char", [whole, value])
        else:
            self._append_whole(builder, whole, value, type_, inner, None)
        self._append_text(builder, place, builder.peek(whole), style if is_leaf else replace(style, precision=None))

    def _append_whole(self, builder: FunctionBuilder, place: Value, value: Value, type_: Type, style: Style,
                      depth: Value | None) -> None:
        """What has parts, by a function of its type. Of the style its numbers take what concerns them."""
        if type_ in (BOOL, DURATION):
            style = PLAIN
        style = replace(style, is_debug=True, alternate=style.is_pretty)
        args = [place, value]
        if style.is_pretty:
            args.append(depth if depth is not None else builder.const(U64, 0))
        builder.call(self._function(type_, style), [*args, *style.values], IR_UNIT)

    def append_integer(self, builder: FunctionBuilder, place: Value, value: Value) -> None:
        """Appends an integer in decimal."""
        type_ = value.type
        assert isinstance(type_, IrInt)
        if type_.bits > 64:
            self._append_wide(builder, place, value, "")
        elif type_.signed:
            builder.call_runtime("text_append_int", [place, builder.cast(value, I64)])
        else:
            builder.call_runtime("text_append_uint", [place, builder.cast(value, U64)])

    def _append_number(self, builder: FunctionBuilder, place: Value, value: Value, style: Style) -> None:
        """Appends an integer in any style. The digits of 128 bits, and of what is rounded, are made first."""
        type_ = value.type
        assert isinstance(type_, IrInt)
        has_exponent = style.kind in ("e", "E")
        if not has_exponent:
            style = replace(style, precision=None)
        if style.is_plain:
            self.append_integer(builder, place, value)
        elif type_.bits > 64 or style.precision is not None:
            digits = builder.slot(builder.const_text(""))
            if type_.bits > 64:
                self._append_wide(builder, digits, value, "" if has_exponent else style.kind)
            else:
                self.append_integer(builder, digits, value)
            builder.call_runtime("text_format_digits", [place, builder.peek(digits), *style.arguments(builder),
                                                        measure(builder, style.precision)])
        elif type_.signed and (has_exponent or not style.kind):
            builder.call_runtime("text_format_int", [place, builder.cast(value, I64), *style.arguments(builder)])
        else:
            bits = builder.cast(builder.cast(value, IrInt(type_.bits, False)), U64)
            builder.call_runtime("text_format_uint", [place, bits, *style.arguments(builder)])

    def _append_float(self, builder: FunctionBuilder, place: Value, value: Value, style: Style) -> None:
        assert isinstance(value.type, IrFloat)
        suffix = f"f{value.type.bits}"
        if style.kind not in ("e", "E"):        # the other kinds are those of integers beside it, in a whole
            style = replace(style, kind="")
        if style.is_plain:
            builder.call_runtime(f"text_{'debug' if style.is_debug else 'append'}_{suffix}", [place, value])
            return
        builder.call_runtime(f"text_format_{suffix}", [place, value, *style.arguments(builder),
                                                       measure(builder, style.precision)])

    # ---- Integers of 128 bits ----------------------------------------------------------------------------------------

    def _append_wide(self, builder: FunctionBuilder, place: Value, value: Value, kind: str) -> None:
        """Appends a minus, where there is one, and digits of kind `""`, `x`, `X`, `o`, `b`."""
        type_ = value.type
        assert isinstance(type_, IrInt)
        if type_.signed and not kind:
            negative, other = builder.new_block("negative"), builder.new_block("other")
            done = builder.new_block("done", [_WIDE])
            zero = builder.const(type_, 0)
            builder.cond_branch(builder.compare("lt", value, zero), negative, other)
            builder.position_at(negative)
            _static(builder, place, "-")
            builder.branch(done, [builder.cast(builder.int_binary("sub", zero, value), _WIDE)])
            builder.position_at(other)
            builder.branch(done, [builder.cast(value, _WIDE)])
            builder.position_at(done)
            digits = done.params[0]
        else:
            digits = builder.cast(value, _WIDE)
        builder.call(self._wide_function(kind), [place, digits], IR_UNIT)

    def _wide_function(self, kind: str) -> str:
        """`text.digits(&mut text, value)`: what lies above the last chunk by a call of itself, then the chunk."""
        name = f"text.digits{'.' + kind if kind else ''}"
        width, power = _WIDE_CHUNKS[kind]

        def write(builder: FunctionBuilder, place: Value, value: Value) -> None:
            limit = builder.const(_WIDE, power)
            flags = TEXT_FLAGS.get(kind, 0)
            high, low = builder.new_block("high"), builder.new_block("low")
            chunk = builder.cast(builder.int_binary("rem", value, limit), U64)
            builder.cond_branch(builder.compare("ge", value, limit), high, low)
            builder.position_at(high)
            builder.call(name, [place, builder.int_binary("div", value, limit)], IR_UNIT)
            builder.call_runtime("text_format_uint", [
                place, chunk, builder.const(IR_CHAR, ord("0")), builder.const(U32, flags | TEXT_FLAGS["zero"]),
                builder.const(I64, width)])
            builder.return_(builder.unit())
            builder.position_at(low)
            builder.call_runtime("text_format_uint", [
                place, chunk, builder.const(IR_CHAR, ord(" ")), builder.const(U32, flags), builder.const(I64, -1)])
            builder.return_(builder.unit())
        return self._make(name, [IrAddr(IR_STR), _WIDE], write)

    # ---- Functions of types ------------------------------------------------------------------------------------------

    def _make(self, name: str, params: Sequence[IrType], write: Callable[..., None],
              names: Sequence[str] = ("text", "value")) -> str:
        functions = self.program.module.functions
        if name not in functions:
            values = [Value(t, n) for t, n in zip(params, names, strict=True)]
            function = functions[name] = IrFunction(name, values, IR_UNIT)
            builder = FunctionBuilder(function)
            builder.position_at(builder.new_block("entry"))
            write(builder, *values)
            remove_unreached(function)
        return name

    def _function(self, type_: Type, style: Style) -> str:
        params: list[IrType] = [IrAddr(IR_STR), self.program.types.lower(type_)]
        names = ["text", "value"]
        if style.is_pretty:
            params.append(U64)
            names.append("depth")
        for number in range(len(style.values)):
            params.append(I64)
            names.append(f"measure{number}")

        def write(builder: FunctionBuilder, place: Value, value: Value, *more: Value) -> None:
            depth, measures = (more[0], more[1:]) if style.is_pretty else (None, more)
            _Writer(self, builder, place, style.with_values(measures), depth).write(value, type_)
            if not builder.is_terminated:
                builder.return_(builder.unit())
        return self._make(f"text.{self.program.types.name(type_)}{style.suffix}", params, write, names)


@dataclass(slots=True)
class _Item:
    """A part of an aggregate: the text before it, and how to come by it. `key` for maps."""

    label: str
    get: Callable[[], Value]
    type: Type


@dataclass(slots=True)
class _Writer:
    """Writes the body of one text function."""

    functions: TextFunctions
    builder: FunctionBuilder
    place: Value
    style: Style
    depth: Value | None

    def write(self, value: Value, type_: Type) -> None:
        """The whole text of a value."""
        builder = self.builder
        match type_:
            case checked.StructType(decl=decl) if decl.is_union:
                self._static(f"{_last_name(decl.name)} {{ .. }}")
            case checked.StructType() | checked.EnumType() if self._collection(value, type_):
                pass
            case checked.StructType(decl=decl):
                self._fields(_last_name(decl.name), decl.is_tuple, [
                    _Item(f.name, partial(builder.get_field, value, i), t)
                    for i, (f, t) in enumerate(zip(decl.fields, struct_fields(type_), strict=True))])
            case checked.EnumType():
                self._enum(value, type_)
            case checked.TupleType(items):
                self._fields("", True, [_Item("", partial(builder.get_field, value, i), t)
                                        for i, t in enumerate(items)], is_bare=True)
            case checked.OptionType(item):
                self._option(value, item)
            case checked.ArrayType(item):
                self._sequence(value, "[", "]", lambda i: self._item(
                    builder.array_get(value, i, checked=False), item, 1))
            case checked.SetType(item):
                self._sequence(value, "{", "}", lambda i: self._item(builder.map_key(value, self._entry(i)), item, 1))
            case checked.MapType(key, item):
                self._sequence(value, "{", "}", lambda i: self._map_entry(value, self._entry(i), key, item))
            case checked.RangeType(item, inclusive):
                self._item(builder.get_field(value, 0), item)
                self._static("..=" if inclusive else "..")
                self._item(builder.get_field(value, 1), item)
            case checked.AddressType(decl):
                self._static(_last_name(decl.name))
            case checked.FnType() | checked.FutureType() | checked.PointerType() | checked.CFnType():
                self._static(str(type_))
            case _ if type_ == BOOL:
                self._choose(value, lambda: self._static("true"), lambda: self._static("false"))
            case _ if type_ == FAULT:
                self._fields("Fault", True, [_Item("", lambda: builder.fault_field(value, "message"), STR)])
            case _ if type_ == DURATION:
                self._duration(value)
            case _:
                raise InternalError(f"values of type `{type_}` have no text")

    def _collection(self, value: Value, type_: Type) -> bool:
        """The text of a type that names its elements by an impl of DebugList, DebugSet or DebugMap; else false."""
        builder, program = self.builder, self.functions.program
        for trait, method, opening, closing in _COLLECTIONS:
            own = program.own_method(trait, method, type_)
            if own is None:
                continue
            items = builder.call(own, [value], program.module.functions[own].result)
            decl = program.traits[trait]
            parts = [associated_type(decl, type_, name) or NEVER for name in decl.types]
            self._sequence(items, opening, closing, partial(self._element, items, parts))
            return True
        return False

    def _element(self, items: Value, parts: Sequence[Type], index: Value) -> None:
        """An element of an array: a value, or a pair of key and value."""
        builder = self.builder
        item = builder.array_get(items, index, checked=False)
        if len(parts) == 1:
            self._item(item, parts[0], deeper=1)
            return
        for number, part in enumerate(parts):
            self._static(": " if number else "")
            self._item(builder.get_field(item, number), part, deeper=1)

    def _static(self, text: str) -> None:
        _static(self.builder, self.place, text)

    def _entry(self, index: Value) -> Value:
        return self.builder.cast(index, I64)

    def _item(self, value: Value, type_: Type, deeper: int = 0) -> None:
        depth = self.depth
        if depth is not None and deeper:
            depth = self.builder.int_binary("add", depth, self.builder.const(U64, deeper))
        self.functions.append(self.builder, self.place, value, type_, self.style, depth)

    def _choose(self, condition: Value, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        builder = self.builder
        blocks = builder.new_block("then"), builder.new_block("else")
        done = builder.new_block("done")
        builder.cond_branch(condition, *blocks)
        for block, body in zip(blocks, (then, otherwise), strict=True):
            builder.position_at(block)
            body()
            builder.branch(done)
        builder.position_at(done)

    def _new_line(self, deeper: int) -> None:
        """A line break and the indentation of this depth, or one more."""
        builder = self.builder
        assert self.depth is not None
        self._static("\n" + "    " * deeper)
        loop = count_to(builder, self.depth)
        self._static("    ")
        loop.close()

    def _fields(self, name: str, is_tuple: bool, items: Sequence[_Item], is_bare: bool = False) -> None:
        """`Name { a: 1, b: 2 }`, `Name(1, 2)`, `Name`; `is_bare` for tuples."""
        self._static(name)
        if not items:
            return
        opening, closing = ("(", ")") if is_tuple else (" {", "}")
        self._static(opening)
        for number, item in enumerate(items):
            if self.style.is_pretty:
                self._new_line(1)
            else:
                self._static((", " if number else "") if is_tuple else (", " if number else " "))
            if not is_tuple:
                self._static(f"{item.label}: ")
            self._item(item.get(), item.type, deeper=1)
            if self.style.is_pretty:
                self._static(",")
        if self.style.is_pretty:
            self._new_line(0)
        elif is_bare and len(items) == 1:
            self._static(",")
        self._static(closing if is_tuple or self.style.is_pretty else " " + closing)

    def _enum(self, value: Value, type_: checked.EnumType) -> None:
        builder = self.builder
        variants = type_.decl.variants
        blocks = [builder.new_block("variant") for _ in variants]
        other = builder.new_block("other")
        builder.switch(builder.enum_tag(value), list(enumerate(blocks)), other)
        builder.position_at(other)
        builder.unreachable()
        for block, variant, types in zip(blocks, variants, enum_payloads(type_), strict=True):
            builder.position_at(block)
            self._fields(variant.name, not variant.has_names, [
                _Item(f.name, partial(builder.enum_payload, value, variant.index, i), t)
                for i, (f, t) in enumerate(zip(variant.fields, types, strict=True))])
            builder.return_(builder.unit())

    def _option(self, value: Value, item: Type) -> None:
        builder = self.builder
        self._choose(builder.is_some(value),
                     lambda: self._fields("Some", True, [_Item("", lambda: builder.unwrap(value), item)]),
                     lambda: self._static("None"))

    def _sequence(self, value: Value, opening: str, closing: str, write_item: Callable[[Value], None]) -> None:
        builder = self.builder
        self._static(opening)
        length = builder.length(value)
        zero = builder.const_usize(0)
        is_pretty = self.style.is_pretty
        loop = count_to(builder, length)
        if is_pretty:
            self._new_line(1)
        else:
            self._choose(builder.compare("gt", loop.index, zero), lambda: self._static(", "), lambda: None)
        write_item(loop.index)
        if is_pretty:
            self._static(",")
        loop.close()
        if is_pretty:
            self._choose(builder.compare("gt", length, zero), lambda: self._new_line(0), lambda: None)
        self._static(closing)

    def _map_entry(self, map_: Value, entry: Value, key: Type, value: Type) -> None:
        self._item(self.builder.map_key(map_, entry), key, deeper=1)
        self._static(": ")
        self._item(self.builder.map_value(map_, entry), value, deeper=1)

    def _duration(self, value: Value) -> None:
        """The largest unit that gives a whole part, and a fraction without trailing zeros."""
        builder = self.builder
        zero = builder.const(I64, 0)
        is_negative = builder.compare("lt", value, zero)
        self._choose(is_negative, lambda: self._static("-"), lambda: None)
        size = builder.cast(builder.select(is_negative, builder.int_binary("sub", zero, value), value), U64)
        for factor, digits, unit in _DURATION_UNITS:
            here, smaller = builder.new_block(unit), builder.new_block("smaller")
            is_here = (builder.compare("ge", size, builder.const(U64, factor)) if digits
                       else builder.const_bool(True))
            builder.cond_branch(is_here, here, smaller)
            builder.position_at(here)
            self._unit(size, factor, digits, unit)
            builder.return_(builder.unit())
            builder.position_at(smaller)
        builder.unreachable()

    def _unit(self, size: Value, factor: int, digits: int, unit: str) -> None:
        builder = self.builder
        power = builder.const(U64, factor)
        self.functions.append_integer(builder, self.place, builder.int_binary("div", size, power))
        rest = builder.slot(builder.int_binary("rem", size, power), "rest")
        if digits:
            self._choose(builder.compare("gt", builder.load(rest), builder.const(U64, 0)),
                         lambda: self._fraction(rest, digits), lambda: None)
        self._static(unit)

    def _fraction(self, rest: Value, digits: int) -> None:
        """The digits after the point; trailing zeros, at most eight, are taken off one by one."""
        builder = self.builder
        self._static(".")
        ten = builder.const(U64, 10)
        width = builder.slot(builder.const(I64, digits), "width")
        head, strip, done = (builder.new_block(n) for n in ("head", "strip", "stripped"))
        builder.branch(head)
        builder.position_at(head)
        last = builder.int_binary("rem", builder.load(rest), ten)
        builder.cond_branch(builder.compare("eq", last, builder.const(U64, 0)), strip, done)
        builder.position_at(strip)
        builder.store(rest, builder.int_binary("div", builder.load(rest), ten))
        builder.store(width, builder.int_binary("sub", builder.load(width), builder.const(I64, 1)))
        builder.branch(head)
        builder.position_at(done)
        builder.call_runtime("text_format_uint", [
            self.place, builder.load(rest), builder.const(IR_CHAR, ord("0")), builder.const(U32, TEXT_FLAGS["zero"]),
            builder.load(width)])


def _static(builder: FunctionBuilder, place: Value, text: str) -> None:
    if text:
        builder.call_runtime("text_append", [place, builder.const_text(text)])


def _last_name(qualified: str) -> str:
    """The name without its modules."""
    return re.split("·|::", qualified)[-1]
