"""Emits the operations on arrays and texts.

The fast paths are inline. The runtime's slow paths take the place of an array; a function of the module stands before
each, which takes the view in leaves and gives the new one, so that the place itself need not be memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_retain
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import function_symbol, glue, symbol
from sigilc.codegen.sorting import sort_code
from sigilc.codegen.tbaa import CAPACITY, COUNT, USED
from sigilc.codegen.types import Layout, TypeTable
from sigilc.codegen.writer import Leaves, Writer
from sigilc.crash import InternalError
from sigilc.ir.array_ops import ArraySort, EditArray, ExtendArray, SwapPlaces
from sigilc.ir.ops import (
    ArrayGet,
    ArrayPop,
    ArrayPush,
    ArrayReserve,
    Branch,
    ElementAddr,
    Length,
    MakeArray,
    MakeUnique,
    Op,
    Slice,
    SliceView,
)
from sigilc.ir.types import STR, U8, IrArray, IrMap, IrTuple, IrType

# Offsets in a sigil_buffer_header, and its size: data follows.
_CAPACITY, USED_OFFSET, HEADER = 8, 16, 32
# What the slow paths give: where a view's data and its owner are now. Its length stays.
_MOVED = "{ ptr, ptr }"
# From this many scalars on, an array of constants is static data, copied when it is first written.
_STATIC_FROM = 2


def item_type(type_: IrType) -> IrType:
    """The type of an element; of a text, of its bytes."""
    if isinstance(type_, IrArray):
        return type_.item
    if type_ == STR:
        return U8
    raise InternalError(f"{type_} has no elements")


def emit_make_array(f: FunctionEmitter, op: MakeArray) -> None:
    """A new buffer, or static data."""
    item = item_type(f.result(op).type)
    layout = f.types.layout(item)
    count = len(op.items)
    values = [f.leaves(value) for value in op.items]
    if count == 0:
        f.define(op, f.context.static_owner(), "0", f.context.static_owner())
        return
    data = constant_items(f.context, layout, values)
    if data is not None:
        f.define(op, data, str(count), f.context.static_owner())
        return
    owner = f.call_runtime("sigil_buffer_new", "ptr", f"i64 {count}", f"i64 {layout.size}")
    f.store_word(USED, str(count), f.offset(owner, USED_OFFSET))
    for number, leaves in enumerate(values):
        f.store(layout, leaves, f.offset(owner, HEADER + number * layout.size))
    f.define(op, f.offset(owner, HEADER), str(count), owner)


def constant_items(context: ModuleContext, layout: Layout, values: list[Leaves]) -> str | None:
    """The address of static data with these elements, where all are constants and scalars, and not too few."""
    if len(values) < _STATIC_FROM or len(layout.leaves) != 1 or not all(_is_number(v[0]) for v in values):
        return None
    return context.static_items(*_as_memory(layout, [v[0] for v in values]))


def _is_number(scalar: str) -> bool:
    return not scalar.startswith(("%", "@")) and scalar not in ("null", "poison")


def _as_memory(layout: Layout, scalars: list[str]) -> tuple[str, list[str]]:
    """The LLVM type and texts of constants as they lie in memory."""
    ll_type = layout.leaves[0].ll_type
    if ll_type == "i1":
        return "i8", ["1" if scalar == "true" else "0" for scalar in scalars]
    return ll_type, scalars


def emit_length(f: FunctionEmitter, op: Length) -> None:
    """A word of the view; a map knows its own."""
    if isinstance(op.value.type, IrMap):
        f.define(op, f.call_runtime("sigil_map_length", "i64", f"ptr {f.scalar(op.value)}"))
    else:
        f.define(op, f.leaves(op.value)[1])


def emit_array_get(f: FunctionEmitter, op: ArrayGet) -> None:
    """An element; one unsigned comparison checks both bounds."""
    layout = f.types.layout(item_type(op.value.type))
    data, length, _ = f.leaves(op.value)
    index = f.scalar(op.index)
    if op.checked:
        check_index(f, op, index, length)
    f.define_view(op, f.element(data, index, layout))


def check_index(f: FunctionEmitter, op: Op, index: str, length: str) -> None:
    f.check(f.value(f"icmp uge i64 {index}, {length}"), "bounds", op, index, length)


def emit_slice(f: FunctionEmitter, op: Slice) -> None:
    """A view of a part, sharing the buffer."""
    type_ = op.value.type
    layout = f.types.layout(item_type(type_))
    data, length, owner = f.leaves(op.value)
    low, high = f.scalar(op.low), f.scalar(op.high)
    check_slice(f, op, low, high, length)
    if type_ == STR:
        for end in (low, high):
            inside = f.value(f"call i1 {_inside_character(f.context)}(ptr {data}, i64 {length}, i64 {end})")
            f.check(inside, "boundary", op, end)
    leaves = (f.element(data, low, layout), f.value(f"sub i64 {high}, {low}"), owner)
    emit_retain(f, type_, leaves)
    f.define(op, *leaves)


def emit_slice_view(f: FunctionEmitter, op: SliceView) -> None:
    """A view of a part, which is not counted."""
    data, _, owner = f.leaves(op.value)
    low, high = f.scalar(op.low), f.scalar(op.high)
    begin = f.moving_pointers.get(op) or f.element(data, low, f.types.layout(item_type(op.value.type)))
    f.define(op, begin, f.value(f"sub nuw i64 {high}, {low}"), owner)


def move_views(f: FunctionEmitter, op: Branch) -> Leaves:
    """On the way into a loop's header: the pointers to where its moving views begin in the next round."""
    pointers: list[str] = []
    for moving in f.moving_views.get(op.target, ()):
        layout = f.types.layout(item_type(moving.view.value.type))
        if op is moving.entering.terminator:
            pointers.append(f.element(f.leaves(moving.view.value)[0], f.scalar(moving.first), layout))
        else:
            pointers.append(f.element(f.moving_pointers[moving.view], "1", layout))
    return tuple(pointers)


def check_slice(f: FunctionEmitter, op: Op, low: str, high: str, length: str) -> None:
    """Panics unless `low <= high <= length`."""
    beyond = f.value(f"icmp ugt i64 {high}, {length}")
    crossed = f.value(f"icmp ugt i64 {low}, {high}")
    f.check(f.value(f"or i1 {beyond}, {crossed}"), "slice", op, low, high, length)


def _inside_character(context: ModuleContext) -> str:
    """Whether an offset (at most the length) lies inside a UTF-8 sequence."""
    name = symbol("inside character")
    return context.define(name, lambda: f"""define internal i1 {name}(ptr %data, i64 %length, i64 %offset) nounwind {{
  %end = icmp eq i64 %offset, %length
  br i1 %end, label %fine, label %look
look:
  %place = getelementptr inbounds i8, ptr %data, i64 %offset
  %byte = load i8, ptr %place
  %kind = and i8 %byte, -64
  %inside = icmp eq i8 %kind, -128
  ret i1 %inside
fine:
  ret i1 false
}}""")


# ---- Changing -------------------------------------------------------------------------------------------------------


def emit_array_push(f: FunctionEmitter, op: ArrayPush) -> None:
    """In place when the buffer is unique, the view ends where its elements end, and there is room."""
    type_ = f.target(op.address)
    end = _reserved_end(f, type_, f.scalar(op.address)) if op.reserved else \
        _call_or_write(f, "append", type_, f.scalar(op.address), _append)
    f.store(f.types.layout(item_type(type_)), f.leaves(op.value), end)


def _append(w: Writer, type_: IrType, place: str) -> str:
    """Makes the array at a place longer by one element; the address of that."""
    item = item_type(type_)
    layout, view_layout = w.types.layout(item), w.types.layout(type_)
    view = w.load(view_layout, place)
    owner = view[2]
    ready = _is_unique_to_the_end(w, layout, view)
    used = w.load_word(USED, w.offset(owner, USED_OFFSET))
    capacity = w.load_word(CAPACITY, w.offset(owner, _CAPACITY))
    has_room = w.value(f"icmp slt i64 {used}, {capacity}")
    ready = w.value(f"select i1 {ready}, i1 {has_room}, i1 false")
    data, length, owner = _join_views(w, ready, view, lambda: _call_slow(w, "reserve", item, view, "i64 1"))
    used_place = w.offset(owner, USED_OFFSET)
    w.store_word(USED, w.value(f"add nsw i64 {w.load_word(USED, used_place)}, 1"), used_place)
    longer = w.value(f"add nuw nsw i64 {length}, 1")
    w.store(view_layout, (data, longer, owner), place)
    return w.element(data, length, layout)


def _reserved_end(w: Writer, type_: IrType, place: str) -> str:
    """Makes the array at a place longer by one element, for which there is room; the address of that."""
    view_layout = w.types.layout(type_)
    data, length, owner = w.load(view_layout, place)
    longer = w.value(f"add nuw nsw i64 {length}, 1")
    w.store_word(USED, longer, w.offset(owner, USED_OFFSET))
    w.store(view_layout, (data, longer, owner), place)
    return w.element(data, length, w.types.layout(item_type(type_)))


def _unique_data(w: Writer, type_: IrType, place: str) -> str:
    """The data of the array at a place, in a buffer that nothing else sees."""
    view_layout = w.types.layout(type_)
    view = w.load(view_layout, place)

    def copy() -> Leaves:
        new = _call_slow(w, "unique", item_type(type_), view)
        w.store(view_layout, (new[0], "poison", new[2]), place)     # the length stays
        return new

    count = w.load_word(COUNT, view[2])
    return _join_views(w, w.value(f"icmp eq i64 {count}, 1"), view, copy)[0]


def _call_or_write(w: Writer, verb: str, type_: IrType, place: str, write: Callable[[Writer, IrType, str], str]) -> str:
    """The pointer that `write` gives, written here for LLVM to optimise, else in a function of the type: less code."""
    if w.context.is_optimised:
        return write(w, type_, place)
    name = glue(verb, type_)

    def build() -> str:
        inner = Writer(w.context)
        inner.begin("start")
        inner.emit(f"ret ptr {write(inner, type_, '%place')}")
        return inner.text(f"define internal ptr {name}(ptr noundef %place) nounwind")

    return w.value(f"call ptr {w.context.define(name, build)}(ptr {place})")


def _is_unique_to_the_end(f: Writer, layout: Layout, view: Leaves) -> str:
    """Whether the count is one and no element of the buffer lies behind the view."""
    data, length, owner = view
    count = f.load_word(COUNT, owner)
    is_unique = f.value(f"icmp eq i64 {count}, 1")
    used = f.load_word(USED, f.offset(owner, USED_OFFSET))
    view_end = f.element(data, length, layout)
    buffer_end = f.element(f.offset(owner, HEADER), used, layout)
    ends_there = f.value(f"icmp eq ptr {view_end}, {buffer_end}")
    return f.value(f"and i1 {is_unique}, {ends_there}")


def _join_views(f: Writer, is_ready: str, view: Leaves, make: Callable[[], Leaves]) -> Leaves:
    """The view where it is ready, else what `make` gives: the same length elsewhere."""
    before = f.label
    slow, joined = f.new_label("slow"), f.new_label("ready")
    f.branch_if(is_ready, joined, slow)
    f.begin(slow)
    made = make()
    after = f.label
    f.branch(joined)
    f.begin(joined)
    return tuple(f.phi(ll_type, [(before, old), (after, new)])
                 for ll_type, old, new in zip(("ptr", "i64", "ptr"), view, made, strict=True))


def _call_slow(f: Writer, verb: str, item: IrType, view: Leaves, *more: str) -> Leaves:
    """Calls a slow path; the new view, which is as long as the old one."""
    arguments = (f"ptr {view[0]}", f"i64 {view[1]}", f"ptr {view[2]}", f"ptr {f.context.descriptor(item)}", *more)
    new = f.value(f"call {_MOVED} {_slow_function(f.context, verb)}({', '.join(arguments)})")
    return f.value(f"extractvalue {_MOVED} {new}, 0"), view[1], f.value(f"extractvalue {_MOVED} {new}, 1")


# By verb: the runtime's function, and what it takes between the place and the type.
_SLOW_PATHS = {
    "reserve": ("sigil_buffer_reserve", ["i64 %more"]), "unique": ("sigil_buffer_make_unique", []),
    "rotate": ("sigil_array_rotate", ["i64 %low", "i64 %middle", "i64 %high"]),
    "truncate": ("sigil_array_truncate", ["i64 %count"]), "extend": ("sigil_array_extend", ["ptr %items"]),
}


def _slow_function(context: ModuleContext, verb: str) -> str:
    """The runtime's function for a verb, on a view in leaves."""
    name = symbol(f"slow {verb}")

    def build() -> str:
        layout = context.types.layout(STR)
        w = Writer(context)
        w.begin("start")
        place = w.alloca(layout.size, layout.align)
        w.store(layout, ("%data", "%length", "%owner"), place)
        function, numbers = _SLOW_PATHS[verb]
        w.call_runtime(function, "void", f"ptr {place}", *numbers, "ptr %type")
        data, _, owner = w.load(layout, place)
        first = w.value(f"insertvalue {_MOVED} poison, ptr {data}, 0")
        w.emit(f"ret {_MOVED} {w.value(f'insertvalue {_MOVED} {first}, ptr {owner}, 1')}")
        more = "".join(f", {number}" for number in numbers)
        return w.text(f"define internal {_MOVED} {name}(ptr %data, i64 %length, ptr %owner, ptr %type{more}) "
                      "cold noinline nounwind")

    return context.define(name, build)


def emit_array_pop(f: FunctionEmitter, op: ArrayPop) -> None:
    """Moves the last element out; the buffer must not drop it any more."""
    type_ = f.target(op.address)
    item, place = item_type(type_), f.scalar(op.address)
    layout, view_layout = f.types.layout(item), f.types.layout(type_)
    view = f.load(view_layout, place)
    ready = _is_unique_to_the_end(f, layout, view)
    data, length, owner = _join_views(f, ready, view, lambda: _call_slow(f, "unique", item, view))
    shorter = f.value(f"add nsw i64 {length}, -1")
    value = f.load(layout, f.element(data, shorter, layout))
    used_place = f.offset(owner, USED_OFFSET)
    f.store_word(USED, f.value(f"add nsw i64 {f.load_word(USED, used_place)}, -1"), used_place)
    f.store(view_layout, (data, shorter, owner), place)
    f.define(op, *value)


def emit_array_reserve(f: FunctionEmitter, op: ArrayReserve) -> None:
    """Room for more."""
    type_ = f.target(op.address)
    _edit_slowly(f, "reserve", type_, f.scalar(op.address), f"i64 {f.scalar(op.count)}")


def emit_edit_array(f: FunctionEmitter, op: EditArray) -> None:
    """A swap is inline; the others are slow paths."""
    type_, place = f.target(op.address), f.scalar(op.address)
    numbers = [f.scalar(number) for number in op.numbers]
    if op.verb == "swap":
        layout = f.types.layout(item_type(type_))
        data = _call_or_write(f, "unique", type_, place, _unique_data)
        left, right = (f.element(data, number, layout) for number in numbers)
        kept, moved = f.load(layout, left), f.load(layout, right)
        f.store(layout, moved, left)
        f.store(layout, kept, right)
    else:
        length = numbers[0] if op.verb == "truncate" else None
        _edit_slowly(f, op.verb, type_, place, *(f"i64 {number}" for number in numbers), length=length)


def emit_swap_places(f: FunctionEmitter, op: SwapPlaces) -> None:
    """Both are read before either is written."""
    layout = f.types.layout(f.target(op.left))
    left, right = f.scalar(op.left), f.scalar(op.right)
    kept, moved = f.load(layout, left), f.load(layout, right)
    f.store(layout, moved, left)
    f.store(layout, kept, right)


def emit_extend_array(f: FunctionEmitter, op: ExtendArray) -> None:
    """The runtime copies the elements and counts what they hold."""
    type_ = f.target(op.address)
    layout = f.types.layout(type_)
    items = f.alloca(layout.size, layout.align)
    f.store(layout, f.leaves(op.items), items)
    place = f.scalar(op.address)
    length = f.value(f"add nsw i64 {f.load(layout, place)[1]}, {f.leaves(op.items)[1]}")
    _edit_slowly(f, "extend", type_, place, f"ptr {items}", length=length)


def _edit_slowly(f: FunctionEmitter, verb: str, type_: IrType, place: str, *arguments: str, length: str | None = None) -> None:
    """By a slow path, after which the array is `length` long, or as long as before."""
    view_layout = f.types.layout(type_)
    data, same, owner = _call_slow(f, verb, item_type(type_), f.load(view_layout, place), *arguments)
    f.store(view_layout, (data, same if length is None else length, owner), place)


def emit_element_addr(f: FunctionEmitter, op: ElementAddr) -> None:
    """An element's place, in a buffer that nothing else sees."""
    type_ = f.target(op.address)
    place, index = f.scalar(op.address), f.scalar(op.index)
    if op.checked:
        length = f.types.layout(type_).leaves[1]
        check_index(f, op, index, f.load_leaf(length, f.offset(place, length.offset)))
    if op.is_unique:
        data = f.load_leaf(f.types.layout(type_).leaves[0], place)
    else:
        data = _call_or_write(f, "unique", type_, place, _unique_data)
    f.define(op, f.element(data, index, f.types.layout(item_type(type_))))


def emit_make_unique(f: FunctionEmitter, op: MakeUnique) -> None:
    """Copied when something else sees the buffer."""
    _call_or_write(f, "unique", f.target(op.address), f.scalar(op.address), _unique_data)


def emit_array_sort(f: FunctionEmitter, op: ArraySort) -> None:
    """Sorted by the runtime, in the place itself: comparing may panic, and then the place must hold what there is."""
    item = item_type(f.target(op.address))
    ordered = item if op.keys is None else item_type(op.keys.type)
    context_type = IrTuple(tuple(value.type for value in op.context))
    compare = _on_places_of(f.context, "compare", op.compare, [ordered, ordered, context_type], 3, "i32")
    context = "null"
    if op.context:
        context = f.spill(context_type, tuple(leaf for value in op.context for leaf in f.leaves(value)))
    verb, how = "sort", [compare, context]
    if f.context.is_optimised and not op.key and op.keys is None:
        verb, how = "sort_by", [sort_code(f.context, compare, f.types.layout(item).size), context]
    else:
        how.append(f.context.constant_value(_sort_key(f.types, ordered, op.key)) if op.key else "null")
        how.append(f.spill(op.keys.type, f.leaves(op.keys)) if op.keys is not None else "null")
    arguments = [f.scalar(op.address), f.context.descriptor(item), *how]
    f.call(op, "void", f.context.runtime(f"sigil_array_{verb}"), [f"ptr {argument}" for argument in arguments])


_SORT_KINDS = ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64", "text")


def _sort_key(types: TypeTable, item: IrType, key: str) -> str:
    """The content of a `sigil_sort_key`."""
    path, kind, *flags = key.split(" ")
    stride, offset = types.layout(item).size, 0
    for number in path.split(".") if path else ():
        part = types.layout(item).parts[int(number)]
        offset, item = offset + part.offset, part.type
    exact, descending = ("true" if flag in flags else "false" for flag in ("exact", "descending"))
    return (f"{{ i64, i64, i32, i1, i1 }} {{ i64 {offset}, i64 {stride}, i32 {_SORT_KINDS.index(kind)}, "
            f"i1 {exact}, i1 {descending} }}")


def on_places(context: ModuleContext, verb: str, function: str, type_: IrType, count: int, result: str) -> str:
    """A function for the runtime that calls the IR function `function` on the values at `count` places."""
    return _on_places_of(context, verb, function, [type_] * count, count, result)


def _on_places_of(context: ModuleContext, verb: str, function: str, types: list[IrType], count: int, result: str) -> str:
    """The same with places of several types; the runtime may give more places than the function has parameters."""
    name = glue(f"{verb} by {function}", types[0])

    def build() -> str:
        w = Writer(context)
        w.begin("start")
        places = [f"%place{i}" for i in range(count)]
        arguments = [a for type_, place in zip(types, places, strict=False)
                     for layout in [context.types.layout(type_)] for a in w.arguments(layout, w.view(layout, place))]
        value = w.value(f"call {result} {function_symbol(function)}({', '.join(arguments)})")
        w.emit(f"ret {result} {value}")
        params = ", ".join(f"ptr noundef {place}" for place in places)
        returned = f"zeroext {result}" if result == "i1" else result
        return w.text(f"define internal {returned} {name}({params}) uwtable")

    return context.define(name, build)


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    MakeArray: emit_make_array, Length: emit_length, ArrayGet: emit_array_get, Slice: emit_slice,
    ArrayPush: emit_array_push, ArrayPop: emit_array_pop, ArrayReserve: emit_array_reserve, ArraySort: emit_array_sort,
    ElementAddr: emit_element_addr, MakeUnique: emit_make_unique, SliceView: emit_slice_view,
    EditArray: emit_edit_array, SwapPlaces: emit_swap_places, ExtendArray: emit_extend_array,
}
