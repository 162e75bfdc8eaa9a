"""Structural functions of a type, made on demand: `equal.T`, `compare.T` and `hash.T`.

`equal` and `compare` order floats totally (NaN last), enums by variant and then payload, an absent value before a
present one; the faults of absent values are not looked at. Maps and sets are equal whatever their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import Block, IrFunction, Module
from sigilc.ir.ops import Value
from sigilc.ir.types import (
    BOOL,
    F64,
    FAULT,
    I32,
    I64,
    PTR,
    STR,
    U8,
    U32,
    U64,
    UNIT,
    IrArray,
    IrEnum,
    IrFixed,
    IrFloat,
    IrFn,
    IrInt,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
    opened,
)
from sigilc.lower.functions import remove_unreached
from sigilc.lower.loops import count_to
from sigilc.lower.types import is_scalar

_ABSENT_HASH = 0x9E3779B97F4A7C15


class Derivation:
    """Makes structural functions in a module, each once.

    `own_method(trait, method, type)` names the IR function of a user's impl for a struct or enum, where there is one.
    """

    def __init__(self, module: Module, own_method: Callable[[str, str, IrType], str | None]) -> None:
        self._module = module
        self._own_method = own_method

    def equal(self, type_: IrType) -> str:
        """The name of `(T, T) -> bool`."""
        return self._function(f"equal.{type_}", (type_, type_), BOOL, self._write_equal)

    def compare(self, type_: IrType) -> str:
        """The name of `(T, T) -> i32`: -1, 0 or 1."""
        return self._function(f"compare.{type_}", (type_, type_), I32, self._write_compare)

    def compare_reversed(self, type_: IrType) -> str:
        """The name of `(T, T) -> i32` in descending order."""
        return self._function(f"compare.reversed.{type_}", (type_, type_), I32, self._write_reversed)

    def compare_by(self, item: IrType, by: IrFn) -> str:
        """The name of `(T, T, fn(T, T) -> Ordering) -> i32`, which asks the function."""
        def write(builder: FunctionBuilder, left: Value, right: Value, order: Value) -> None:
            tag = builder.enum_tag(builder.call_value(order, [left, right]))
            builder.return_(builder.int_binary("sub", tag, builder.const(I32, 1)))
        return self._function(f"compare.by.{item}", (item, item, by), I32, write)

    def has_own(self, trait: str, method: str, type_: IrType) -> bool:
        """Whether an impl of the program's or the library's takes the place of a type's structure."""
        return self._own_method(trait, method, type_) is not None

    def compare_first(self, pair: IrTuple, descending: bool) -> str:
        """The name of a comparison of pairs by their first slots alone."""
        name = f"compare.first.{'reversed.' if descending else ''}{pair}"

        def write(builder: FunctionBuilder, left: Value, right: Value) -> None:
            if descending:
                left, right = right, left
            builder.return_(self.emit_compare(builder, builder.get_field(left, 0), builder.get_field(right, 0)))
        return self._function(name, (pair, pair), I32, write)

    def hash(self, type_: IrType) -> str:
        """The name of `(T) -> u64`; equal values have equal hashes."""
        return self._function(f"hash.{type_}", (type_,), U64, self._write_hash)

    def _function(self, name: str, params: Sequence[IrType], result: IrType, write: Callable[..., None]) -> str:
        if name not in self._module.functions:
            values = [Value(t, n) for t, n in zip(params, ("a", "b", "c"), strict=False)]
            function = self._module.functions[name] = IrFunction(name, values, result)
            builder = FunctionBuilder(function)
            builder.position_at(builder.new_block("entry"))
            write(builder, *values)
            remove_unreached(function)
        return name

    # ---- Use at a point of a function --------------------------------------------------------------------------------

    def emit_equal(self, builder: FunctionBuilder, left: Value, right: Value) -> Value:
        """A BOOL: structural equality, of floats by the total order."""
        type_ = left.type
        if isinstance(type_, IrFloat):
            return builder.compare("eq", self.emit_compare(builder, left, right), builder.const(I32, 0))
        if is_scalar(type_):
            return builder.compare("eq", left, right)
        if type_ == UNIT:
            return builder.const_bool(True)
        if type_ == STR:
            return builder.call_runtime("str_equal", [left, right])
        return builder.call(self.equal(type_), [left, right], BOOL)

    def emit_compare(self, builder: FunctionBuilder, left: Value, right: Value) -> Value:
        """An I32: -1, 0 or 1."""
        type_ = left.type
        if isinstance(type_, IrFloat):
            wide = [v if type_ == F64 else builder.cast(v, F64) for v in (left, right)]
            return builder.call_runtime("f64_total_compare", wide)
        if type_ == BOOL:
            left, right = builder.cast(left, U8), builder.cast(right, U8)
        if is_scalar(type_):
            less, greater = builder.compare("lt", left, right), builder.compare("gt", left, right)
            return builder.int_binary("sub", builder.cast(greater, I32), builder.cast(less, I32))
        if type_ == UNIT:
            return builder.const(I32, 0)
        if type_ == STR:
            return builder.call_runtime("str_compare", [left, right])
        return builder.call(self.compare(type_), [left, right], I32)

    def emit_hash(self, builder: FunctionBuilder, value: Value) -> Value:
        """A U64."""
        type_ = value.type
        if type_ == STR:
            return builder.call_runtime("hash_str", [value])
        if type_ == UNIT:
            return builder.const(U64, _ABSENT_HASH)
        if (isinstance(type_, IrInt) and type_.bits <= 64) or type_ == BOOL or str(type_) == "char":
            return builder.call_runtime("hash_u64", [builder.cast(value, U64)])
        return builder.call(self.hash(type_), [value], U64)

    # ---- Equality ----------------------------------------------------------------------------------------------------

    def _write_equal(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        own = self._own_method("Eq", "eq", left.type)
        if own is not None:
            builder.return_(builder.call(own, [left, right], self._module.functions[own].result))
            return
        match opened(left.type):
            case IrStruct(fields=fields) | IrTuple(items=fields):
                pairs = [partial(_field_pair, builder, left, right, i) for i in range(len(fields))]
                self._return_all_equal(builder, pairs)
            case IrEnum(variants=variants):
                tag = builder.enum_tag(left)
                self._continue_if(builder, builder.compare("eq", tag, builder.enum_tag(right)))
                for number, fields in _each_variant(builder, tag, variants):
                    self._return_all_equal(builder, _payload_pairs(builder, left, right, number, len(fields)))
            case IrOption():
                there, other = builder.is_some(left), builder.is_some(right)
                self._continue_if(builder, builder.compare("eq", there, other))
                some, none = _fork(builder, there)
                builder.position_at(none)
                builder.return_(builder.const_bool(True))
                builder.position_at(some)
                builder.return_(self.emit_equal(builder, builder.unwrap(left), builder.unwrap(right)))
            case IrArray() | IrFixed():
                self._write_array_equal(builder, left, right)
            case IrMap():
                self._write_map_equal(builder, left, right)
            case type_ if type_ == FAULT:
                builder.return_(self.emit_equal(builder, *(builder.fault_field(v, "message") for v in (left, right))))
            case type_ if is_scalar(type_) or type_ in (STR, UNIT):
                builder.return_(self.emit_equal(builder, left, right))
            case type_:
                raise InternalError(f"values of type {type_} can't be compared")

    def _continue_if(self, builder: FunctionBuilder, condition: Value) -> None:
        """Returns false unless the condition holds."""
        go_on, stop = _fork(builder, condition)
        builder.position_at(stop)
        builder.return_(builder.const_bool(False))
        builder.position_at(go_on)

    def _return_all_equal(self, builder: FunctionBuilder, pairs: Sequence[Callable[[], tuple[Value, Value]]]) -> None:
        for pair in pairs:
            self._continue_if(builder, self.emit_equal(builder, *pair()))
        builder.return_(builder.const_bool(True))

    def _write_array_equal(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        length = builder.length(left)
        self._continue_if(builder, builder.compare("eq", length, builder.length(right)))
        loop = count_to(builder, length)
        items = [builder.array_get(v, loop.index, checked=False) for v in (left, right)]
        self._continue_if(builder, self.emit_equal(builder, *items))
        loop.close()
        builder.return_(builder.const_bool(True))

    def _write_map_equal(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        length = builder.length(left)
        self._continue_if(builder, builder.compare("eq", length, builder.length(right)))
        loop = count_to(builder, builder.cast(length, I64))
        entry = builder.map_find(right, builder.map_key(left, loop.index))
        self._continue_if(builder, builder.compare("ge", entry, builder.const(I64, 0)))
        values = builder.map_value(left, loop.index), builder.map_value(right, entry)
        self._continue_if(builder, self.emit_equal(builder, *values))
        loop.close()
        builder.return_(builder.const_bool(True))

    # ---- Order -------------------------------------------------------------------------------------------------------

    def _write_reversed(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        builder.return_(self.emit_compare(builder, right, left))

    def _write_compare(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        own = self._own_method("Ord", "cmp", left.type)
        if own is not None:
            ordering = self._module.functions[own].result
            tag = builder.enum_tag(builder.call(own, [left, right], ordering))
            builder.return_(builder.int_binary("sub", tag, builder.const(I32, 1)))
            return
        match opened(left.type):
            case IrStruct(fields=fields) | IrTuple(items=fields):
                pairs = [partial(_field_pair, builder, left, right, i) for i in range(len(fields))]
                self._return_first_difference(builder, pairs)
            case IrEnum(variants=variants):
                tag = builder.enum_tag(left)
                self._return_if_different(builder, self.emit_compare(builder, tag, builder.enum_tag(right)))
                for number, fields in _each_variant(builder, tag, variants):
                    self._return_first_difference(builder, _payload_pairs(builder, left, right, number, len(fields)))
            case IrOption():
                there, other = builder.is_some(left), builder.is_some(right)
                self._return_if_different(builder, self.emit_compare(builder, there, other))
                some, none = _fork(builder, there)
                builder.position_at(none)
                builder.return_(builder.const(I32, 0))
                builder.position_at(some)
                builder.return_(self.emit_compare(builder, builder.unwrap(left), builder.unwrap(right)))
            case IrArray() | IrFixed():
                self._write_array_compare(builder, left, right)
            case IrMap():
                self._write_map_compare(builder, left, right)
            case type_ if type_ == FAULT:
                builder.return_(self.emit_compare(builder, *(builder.fault_field(v, "message") for v in (left, right))))
            case type_ if is_scalar(type_) or type_ in (STR, UNIT):
                builder.return_(self.emit_compare(builder, left, right))
            case type_:
                raise InternalError(f"values of type {type_} can't be ordered")

    def _return_if_different(self, builder: FunctionBuilder, order: Value) -> None:
        same, different = _fork(builder, builder.compare("eq", order, builder.const(I32, 0)))
        builder.position_at(different)
        builder.return_(order)
        builder.position_at(same)

    def _return_first_difference(self, builder: FunctionBuilder,
                                 pairs: Sequence[Callable[[], tuple[Value, Value]]]) -> None:
        for pair in pairs:
            self._return_if_different(builder, self.emit_compare(builder, *pair()))
        builder.return_(builder.const(I32, 0))

    def _write_array_compare(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        lengths = builder.length(left), builder.length(right)
        loop = count_to(builder, builder.select(builder.compare("lt", *lengths), *lengths))
        items = [builder.array_get(v, loop.index, checked=False) for v in (left, right)]
        self._return_if_different(builder, self.emit_compare(builder, *items))
        loop.close()
        builder.return_(self.emit_compare(builder, *lengths))

    def _write_map_compare(self, builder: FunctionBuilder, left: Value, right: Value) -> None:
        lengths = [builder.cast(builder.length(v), I64) for v in (left, right)]
        loop = count_to(builder, builder.select(builder.compare("lt", *lengths), *lengths))
        for part in (builder.map_key, builder.map_value):
            self._return_if_different(builder, self.emit_compare(builder, part(left, loop.index),
                                                                 part(right, loop.index)))
        loop.close()
        builder.return_(self.emit_compare(builder, *lengths))

    # ---- Hashes ------------------------------------------------------------------------------------------------------

    def _write_hash(self, builder: FunctionBuilder, value: Value) -> None:
        own = self._own_method("Hash", "hash", value.type)
        if own is not None:
            builder.return_(builder.call(own, [value], self._module.functions[own].result))
            return
        match opened(value.type):
            case IrStruct(fields=fields) | IrTuple(items=fields):
                self._return_combined(builder, [partial(builder.get_field, value, i) for i in range(len(fields))])
            case IrEnum(variants=variants):
                tag = builder.enum_tag(value)
                for number, fields in _each_variant(builder, tag, variants):
                    self._return_combined(builder, [
                        lambda: tag, *(partial(builder.enum_payload, value, number, i) for i in range(len(fields)))])
            case IrOption():
                some, none = _fork(builder, builder.is_some(value))
                builder.position_at(none)
                builder.return_(builder.const(U64, _ABSENT_HASH))
                builder.position_at(some)
                self._return_combined(builder, [lambda: builder.unwrap(value)])
            case IrArray() | IrFixed() | IrMap():
                self._write_sequence_hash(builder, value)
            case IrInt():
                low = builder.cast(value, U64)
                high = builder.cast(builder.int_binary("shr", value, builder.const(value.type, 64)), U64)
                self._return_combined(builder, [lambda: low, lambda: high])
            case IrFloat(bits):
                self._write_float_hash(builder, value, bits)
            case type_ if type_ == FAULT:
                builder.return_(self.emit_hash(builder, builder.fault_field(value, "message")))
            case type_ if str(type_) == "address":
                builder.return_(builder.call_runtime("hash_u64", [builder.cast(value, U64)]))
            case type_ if type_ in (STR, UNIT, BOOL) or (is_scalar(type_) and type_ != PTR):
                builder.return_(self.emit_hash(builder, value))
            case type_:
                raise InternalError(f"values of type {type_} have no hash")

    def _return_combined(self, builder: FunctionBuilder, parts: Sequence[Callable[[], Value]]) -> None:
        total = builder.const(U64, len(parts))
        for part in parts:
            total = builder.call_runtime("hash_combine", [total, self.emit_hash(builder, part())])
        builder.return_(total)

    def _write_sequence_hash(self, builder: FunctionBuilder, value: Value) -> None:
        """Arrays in order; the entries of maps are added, for their order doesn't count."""
        length = builder.length(value)
        total = builder.slot(length, "total")
        if not isinstance(value.type, IrMap):
            loop = count_to(builder, length)
            item = self.emit_hash(builder, builder.array_get(value, loop.index, checked=False))
            builder.store(total, builder.call_runtime("hash_combine", [builder.load(total), item]))
        else:
            loop = count_to(builder, builder.cast(length, I64))
            key = self.emit_hash(builder, builder.map_key(value, loop.index))
            item = self.emit_hash(builder, builder.map_value(value, loop.index))
            entry = builder.call_runtime("hash_combine", [key, item])
            builder.store(total, builder.int_binary("add", builder.load(total), entry))
        loop.close()
        builder.return_(builder.load(total))

    def _write_float_hash(self, builder: FunctionBuilder, value: Value, bits: int) -> None:
        """By the integer it is, when it is one, and else by its scaled fraction: equal floats hash alike."""
        wide = value if bits == 64 else builder.cast(value, F64)
        whole = builder.cast(wide, I64)
        scaled = builder.float_binary("mul", builder.float_binary("sub", wide, builder.cast(whole, F64)),
                                      builder.const(F64, 2.0**62))
        # values beyond the integers' range saturate above; their exponents still tell them apart
        small = builder.cast(builder.float_binary("mul", wide, builder.const(F64, 2.0**-960)), I64)
        log = builder.cast(builder.float_binary("mul", wide, builder.const(F64, 2.0**-64)), U32)
        parts = [whole, builder.cast(scaled, I64), small, log]
        self._return_combined(builder, [partial(_same, p) for p in parts])


def _same(value: Value) -> Value:
    return value


def _field_pair(builder: FunctionBuilder, left: Value, right: Value, index: int) -> tuple[Value, Value]:
    return builder.get_field(left, index), builder.get_field(right, index)


def _fork(builder: FunctionBuilder, condition: Value) -> tuple[Block, Block]:
    blocks = builder.new_block("then"), builder.new_block("else")
    builder.cond_branch(condition, *blocks)
    return blocks


def _payload_pairs(builder: FunctionBuilder, left: Value, right: Value, variant: int,
                   count: int) -> list[Callable[[], tuple[Value, Value]]]:
    def pair(index: int) -> tuple[Value, Value]:
        return builder.enum_payload(left, variant, index), builder.enum_payload(right, variant, index)
    return [partial(pair, i) for i in range(count)]


def _each_variant(builder: FunctionBuilder, tag: Value,
                  variants: Sequence[tuple[IrType, ...]]) -> Iterator[tuple[int, tuple[IrType, ...]]]:
    """Switches on the tag; each step stands in a variant's block, which the caller must end."""
    blocks = [builder.new_block("variant") for _ in variants]
    other = builder.new_block("other")
    builder.switch(tag, list(enumerate(blocks)), other)
    builder.position_at(other)
    builder.unreachable()
    for number, (block, fields) in enumerate(zip(blocks, variants, strict=True)):
        builder.position_at(block)
        yield number, fields
