"""The functions of the standard library that are operations of the IR, or of the runtime."""

from __future__ import annotations

from collections.abc import Callable

from sigilc.check.impls import resolve_method
from sigilc.check.typed import Function
from sigilc.check.types import (
    BOOL,
    STR,
    UNIT,
    ArrayType,
    FixedType,
    MapType,
    OptionType,
    SetType,
    StructType,
    TupleType,
    Type,
    is_float,
    is_integer,
    substitute,
)
from sigilc.crash import InternalError
from sigilc.ir.array_ops import EDITS
from sigilc.ir.builder import element_type, target_type
from sigilc.ir.ops import Value
from sigilc.ir.runtime_abi import RUNTIME
from sigilc.ir.types import CHAR, I64, IrAddr, IrFn, IrInt, IrMap
from sigilc.lower.collections import new_map
from sigilc.lower.foreign import check_value
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.options import absent
from sigilc.lower.sort_keys import sort_by_keys, sort_key

# the lowering, the arguments (addresses for in-out ones), and the type of the result
Intrinsic = Callable[[FunctionLowering, list[Value], Type], Value]


def lower_intrinsic(fl: FunctionLowering, name: str, args: list[Value], result: Type, type_args: tuple[Type, ...]) -> Value:
    """An intrinsic's operation; a name that none has is the runtime function of that name."""
    if name == "display":
        return _display(fl, args[0], type_args[0])
    if name == "pointer_offset":
        return fl.builder.pointer_offset(args[0], args[1], fl.program.types.lower(type_args[0]))
    special = _INTRINSICS.get(name)
    if special is not None:
        return special(fl, args, result)
    if name not in RUNTIME:
        raise InternalError(f"no intrinsic is named `{name}`", fl.builder.span)
    return fl.builder.call_runtime(name, args)


def write_wrapper(fl: FunctionLowering, function: Function, args: tuple[Type, ...]) -> None:
    """The body of an intrinsic or foreign function that is used as a value."""
    builder = fl.builder
    result = substitute(function.result, dict(zip(function.type_params, args, strict=True)))
    if function.intrinsic:
        value = lower_intrinsic(fl, function.intrinsic, list(fl.function.params), result, args)
    elif function.foreign:
        fl.program.foreign(function)
        value = builder.call_foreign(function.foreign, fl.function.params, fl.function.result)
    else:
        raise InternalError(f"`{function.name}` has no body", function.span)
    builder.return_(value)


# ---- Pointers --------------------------------------------------------------------------------------------------------


def _pointer_read(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    value = fl.builder.pointer_read(args[0], fl.program.types.lower(result))
    check_value(fl.builder, value, result)
    return value


def _pointer_write(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.pointer_write(*args)
    return fl.unit()


# ---- Arrays and text -------------------------------------------------------------------------------------------------


def _length(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.length(_look(fl, args[0]))


def _look(fl: FunctionLowering, arg: Value) -> Value:
    return fl.builder.peek(arg) if isinstance(arg.type, IrAddr) else arg


def _array_push(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.array_push(*args)
    return fl.unit()


def _array_reserve(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.array_reserve(*args)
    return fl.unit()


def _array_pop(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """The last element of an array that is not empty."""
    return fl.builder.array_pop(args[0])


def _array_hand_out(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """An element that the array has no further use for: what moves is taken out, of anything else it keeps its copy."""
    builder, (array, index) = fl.builder, args
    if not fl.program.unique.is_unique(result):
        return builder.copy(builder.array_get(builder.peek(array), index, checked=False))
    address = builder.element_addr(array, index, checked=False)
    value = builder.load(address)
    builder.store(address, builder.hole(value.type))
    return value


def _edit_array(verb: str) -> Intrinsic:
    def lower(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
        fl.builder.edit_array(verb, *args)
        return fl.unit()
    return lower


def _swap_places(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.swap_places(*args)
    return fl.unit()


def _array_extend(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.extend_array(*args)
    return fl.unit()


def _array_sort(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    derived, item = fl.program.derived, element_type(target_type(args[0].type))
    fl.builder.array_sort(args[0], derived.compare(item), sort_key(derived, item, False))
    return fl.unit()


def _array_sort_with(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    address, keys = args
    sort_by_keys(fl, address, keys, descending=False)
    return fl.unit()


def _array_sort_by(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    address, order = args
    item = element_type(target_type(address.type))
    assert isinstance(order.type, IrFn)
    fl.builder.array_sort(address, fl.program.derived.compare_by(item, order.type), context=[order])
    return fl.unit()


def _str_byte(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """A byte at an index that the library knows to be inside."""
    return fl.builder.array_get(*args, checked=False)


def _str_part(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.slice_view(*args)


def _share(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.share_buffer(args[0])


def _part_of_range(index: int) -> Intrinsic:
    def lower(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
        return fl.builder.get_field(args[0], index)
    return lower


# ---- Maps and sets ---------------------------------------------------------------------------------------------------


def _map_new(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    type_ = fl.program.types.lower(result)
    assert isinstance(type_, IrMap)
    return new_map(fl, type_)


def _find(fl: FunctionLowering, map_: Value, key: Value) -> tuple[Value, Value]:
    """The entry's number, and whether there is one."""
    entry = fl.builder.map_find(map_, key)
    return entry, fl.builder.compare("ge", entry, fl.builder.const(I64, 0))


def _map_contains(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return _find(fl, _look(fl, args[0]), args[1])[1]


def _map_get(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    builder = fl.builder
    option = fl.program.types.lower(result)
    map_ = _look(fl, args[0])
    entry, is_there = _find(fl, map_, args[1])
    join = fl.join(option, "got")
    some, none = fl.fork(is_there, "some", "none")
    builder.position_at(some)
    join.enter(builder.make_some(builder.map_value(map_, entry), option))
    builder.position_at(none)
    join.enter(absent(fl, option, "key is missing"))
    return join.finish()


def _map_reserve(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.map_reserve(*args)
    return fl.unit()


def _map_insert(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    fl.builder.map_insert(*args)
    return fl.unit()


def _map_remove(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    builder = fl.builder
    option = fl.program.types.lower(result)
    map_ = builder.peek(args[0])
    entry, is_there = _find(fl, map_, args[1])
    join = fl.join(option, "removed")
    some, none = fl.fork(is_there, "some", "none")
    builder.position_at(some)
    value = builder.copy(builder.map_value(map_, entry))
    builder.map_remove(args[0], entry)
    join.enter(builder.make_some(value, option))
    builder.position_at(none)
    join.enter(absent(fl, option, "key is missing"))
    return join.finish()


def _set_insert(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """True when the item is new."""
    builder = fl.builder
    _, is_there = _find(fl, builder.peek(args[0]), args[1])
    after, new = fl.builder.new_block("inserted"), fl.builder.new_block("new")
    old = fl.builder.new_block("old")
    builder.cond_branch(is_there, old, new)
    builder.position_at(old)
    builder.branch(after)
    builder.position_at(new)
    builder.map_insert(args[0], args[1], fl.unit())
    builder.branch(after)
    builder.position_at(after)
    return builder.not_(is_there)


def _set_remove(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """True when the item was there."""
    builder = fl.builder
    entry, is_there = _find(fl, builder.peek(args[0]), args[1])
    some, none = fl.fork(is_there, "some", "none")
    after = builder.new_block("removed")
    builder.position_at(some)
    builder.map_remove(args[0], entry)
    builder.branch(after)
    builder.position_at(none)
    builder.branch(after)
    builder.position_at(after)
    return is_there


# ---- Numbers, characters, structure ----------------------------------------------------------------------------------


def _wrapping(op: str) -> Intrinsic:
    def lower(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
        return fl.builder.int_binary(op, *args)
    return lower


def _int_unary(op: str) -> Intrinsic:
    def lower(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
        return fl.builder.int_unary(op, *args)
    return lower


def _likely(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.likely(*args)


def _opaque(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.opaque(*args)


def _declassify(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.declassify(*args)


def _wrapping_shift(op: str) -> Intrinsic:
    def lower(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
        left, amount = args
        return fl.builder.int_binary(op, left, amount if amount.type == left.type
                                     else fl.builder.cast(amount, left.type))
    return lower


def _wrapping_neg(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.negate(args[0])


def _same(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """For types that are one and the same in the IR."""
    return args[0]


def _joined(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """The first argument; the second matters to evidence alone."""
    return fl.builder.copy(args[0])


def _to_char(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.cast(args[0], CHAR)


def _compare(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.program.derived.emit_compare(fl.builder, *args)


def _equal(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.program.derived.emit_equal(fl.builder, *args)


def _hash(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.program.derived.emit_hash(fl.builder, args[0])


def _arithmetic(op: str) -> Intrinsic:
    def lower(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
        from sigilc.lower.expressions import arithmetic
        return arithmetic(fl, op, *args)
    return lower


def _neg(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    return fl.builder.negate(args[0], checked=fl.program.overflow_checks and isinstance(args[0].type, IrInt))


def _display(fl: FunctionLowering, value: Value, type_: Type) -> Value:
    """The display text of a value that has one of its own."""
    from sigilc.lower.text import TextWriter
    text = fl.builder.slot(fl.builder.const_text(""))
    TextWriter(fl.program, fl.builder, text).value(value, type_)
    return fl.builder.load(text)


def _default(fl: FunctionLowering, args: list[Value], result: Type) -> Value:
    """The default of a type: zero, nothing, empty; of a struct its fields' defaults, declared ones first."""
    from sigilc.lower.expressions import constant
    builder = fl.builder
    if is_integer(result) or is_float(result) or result == BOOL:
        return builder.const(fl.ir_type(result), False if result == BOOL else 0.0 if is_float(result) else 0)
    if result == STR:
        return constant(fl, "", result)
    if result == UNIT:
        return fl.unit()
    if isinstance(result, FixedType):
        return builder.fill_array(_default_of(fl, result.item), result.count)
    if isinstance(result, ArrayType):
        return builder.make_array(fl.ir_type(result.item), [])
    if isinstance(result, MapType | SetType):
        return _map_new(fl, [], result)
    if isinstance(result, OptionType):
        empty = builder.const_text("")
        fault = builder.make_fault(builder.const_text("absent"), empty, None, "")
        return builder.make_none(fl.ir_type(result), fault)
    if isinstance(result, TupleType):
        return builder.make_tuple([_default_of(fl, item) for item in result.items])
    if isinstance(result, StructType):
        mapping = dict(zip(result.decl.type_params, result.args, strict=True))
        fields = [fl.value(f.default) if f.default is not None else _default_of(fl, substitute(f.type, mapping))
                  for f in result.decl.fields]
        return builder.make_struct(fl.ir_type(result), fields)
    raise InternalError(f"`{result}` has no default")


def _default_of(fl: FunctionLowering, type_: Type) -> Value:
    """The default of a part, by its impl where it has one."""
    method = fl.program.traits["Default"].methods["default"]
    function, args = resolve_method(method, (type_,))
    if function.intrinsic:
        return _default(fl, [], type_)
    return fl.builder.call(fl.program.instance(function, args), [], fl.ir_type(type_))


_INTRINSICS: dict[str, Intrinsic] = {
    "pointer_read": _pointer_read, "pointer_write": _pointer_write,
    "array_len": _length, "array_extent": _length,
    "array_push": _array_push, "array_pop": _array_pop, "array_hand_out": _array_hand_out,
    "array_reserve": _array_reserve,
    "array_sort": _array_sort, "array_sort_by": _array_sort_by, "array_sort_with": _array_sort_with,
    "swap_places": _swap_places, "array_extend": _array_extend, **{f"array_{verb}": _edit_array(verb) for verb in EDITS},
    "opaque": _opaque, "declassify": _declassify,
    "likely": _likely, "str_len": _length, "str_byte": _str_byte, "str_part": _str_part, "str_bytes": _share,
    "str_from_utf8_unchecked": _share,
    "range_start": _part_of_range(0), "range_end": _part_of_range(1),
    "map_new": _map_new, "map_len": _length, "map_contains": _map_contains, "map_get": _map_get,
    "map_insert": _map_insert, "map_reserve": _map_reserve, "map_remove": _map_remove,
    "set_new": _map_new, "set_len": _length, "set_contains": _map_contains, "set_insert": _set_insert,
    "set_remove": _set_remove,
    **{f"wrapping_{op}": _wrapping(op) for op in ("add", "sub", "mul")},
    **{f"wrapping_{op}": _wrapping_shift(op) for op in ("shl", "shr")},
    **{op: _int_unary(op) for op in ("ctpop", "ctlz", "cttz", "bswap", "bitreverse")},
    "wrapping_neg": _wrapping_neg, "same": _same, "joined": _joined, "compare": _compare, "equal": _equal, "hash": _hash,
    "char_from_u32_unchecked": _to_char, "default": _default, "neg": _neg,
    **{name: _arithmetic(op) for name, op in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/"), ("rem", "%"))},
}
