"""Places: how they are read, and how their addresses are formed for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sigilc.check import typed
from sigilc.check.tree_walk import children
from sigilc.check.typed import Expr, Variable
from sigilc.crash import InternalError
from sigilc.ir.ops import Value
from sigilc.ir.types import U64, IrInt
from sigilc.lower.functions import FunctionLowering, Lowerings, PlaceBinding, strip_evidence
from sigilc.lower.place import FieldPlace, PartPlace, Place, VariablePlace
from sigilc.lower.slice_places import SlicePlace, element_of
from sigilc.lower.text import append_text, appends_to, panic_with
from sigilc.lower.unions import UnionPlace, is_union, read_union

_USIZE_MAX = 2**64 - 1


_PLACES = frozenset((typed.Local, typed.GetField, typed.Index, typed.MapIndex))


def is_place(expr: Expr) -> bool:
    """Whether an expression reads a variable or a part of something by index or name."""
    return type(expr) in _PLACES


def root_variable(fl: FunctionLowering, expr: Expr) -> Variable | None:
    """The variable whose writing changes what a place expression gives; None for what is no place of a variable."""
    expr = strip_evidence(expr)
    match expr:
        case typed.Local(variable=variable):
            binding = fl.binding(variable)
            return binding.root if isinstance(binding, PlaceBinding) else None
        case typed.GetField() | typed.Index() | typed.MapIndex() | typed.Slice():
            return root_variable(fl, expr.value)
    return None


def reads_variable(fl: FunctionLowering, nodes: Iterable[object], root: Variable | None) -> bool:
    """Whether code mentions a variable or a name of a part of it; what patterns in the code bind is not bound yet.

    Copies that are made there share the buffers of the variable from then on.
    """
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, typed.Local):
            binding = fl.bindings.get(node.variable)
            if isinstance(binding, PlaceBinding) and binding.root is root:
                return True
        waiting.extend(children(node))
    return False


# ---- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """What a path leads to: a place, or a value, which `is_fragile` when a write may end its life."""

    address: Value | None = None
    value: Value | None = None
    is_fragile: bool = False


def read_place(fl: FunctionLowering, expr: Expr, keep: bool) -> Value:
    """The value of a place expression: a new reference when `keep`, else maybe a view."""
    found = _find(fl, expr)
    builder = fl.builder
    if found.address is not None:
        target = fl.ir_type(expr)
        return builder.load(found.address) if keep or not target.is_viewed else builder.peek(found.address)
    assert found.value is not None
    if keep and found.is_fragile and found.value.type.is_viewed:
        return builder.copy(found.value)
    return found.value


def lower_read(fl: FunctionLowering, expr: Expr) -> Value:
    """A place expression as a value that stays valid."""
    return read_place(fl, expr, keep=True)


def _find(fl: FunctionLowering, expr: Expr) -> _Found:
    expr = strip_evidence(expr)
    match expr:
        case typed.Local(variable=variable):
            binding = fl.binding(variable)
            if isinstance(binding, PlaceBinding):
                if isinstance(binding.place, SlicePlace):
                    return _Found(value=binding.place.read(fl))
                if binding.place is not None:
                    return _Found(value=binding.place.look(fl), is_fragile=True)
                return _Found(address=binding.form(fl))
            return _Found(value=binding)
        case typed.GetField(value=base, index=index):
            found = _find(fl, base)
            if is_union(fl, base):
                return _Found(value=read_union(fl, _look(fl, found)[0], index, fl.type_of(expr)))
            if found.address is not None:
                return _Found(address=fl.builder.field_addr(found.address, index))
            assert found.value is not None
            return _Found(value=fl.builder.get_field(found.value, index), is_fragile=found.is_fragile)
        case typed.Index(value=base, index=index_expr):
            found = _find_base(fl, base, index_expr)
            index_value = lower_index(fl, index_expr)
            value, is_fragile = _look(fl, found)
            return _Found(value=fl.builder.array_get(value, index_value), is_fragile=is_fragile)
        case typed.MapIndex():
            return _find_entry(fl, expr)
    return _Found(value=fl.value(expr))


def _find_base(fl: FunctionLowering, base: Expr, *later: Expr) -> _Found:
    """The base of an index; as a value that stays valid when evaluating the index may write."""
    return _Found(value=fl.value(base)) if fl.may_write(later) else _find(fl, base)


def _look(fl: FunctionLowering, found: _Found) -> tuple[Value, bool]:
    if found.address is not None:
        return fl.builder.peek(found.address), True
    assert found.value is not None
    return found.value, found.is_fragile


def _find_entry(fl: FunctionLowering, expr: typed.MapIndex) -> _Found:
    found = _find_base(fl, expr.value, expr.key, *([expr.default] if expr.default else []))
    key = fl.view(expr.key)
    builder = fl.builder
    map_, is_fragile = _look(fl, found)
    entry = builder.map_find(map_, key)
    is_present = builder.compare("ge", entry, builder.const(entry.type, 0))
    if expr.default is None:
        panic_unless_present(fl, expr, key, is_present)
        return _Found(value=builder.map_value(map_, entry), is_fragile=is_fragile)
    join = fl.join(fl.ir_type(expr), "entry")
    present, missing = fl.fork(is_present, "present", "missing")
    builder.position_at(present)
    join.enter(builder.map_value(map_, entry))
    builder.position_at(missing)
    default = expr.default
    fl.enter(join, lambda: fl.value(default))
    return _Found(value=join.finish())


def panic_unless_present(fl: FunctionLowering, expr: typed.MapIndex, key: Value, is_present: Value) -> None:
    """Goes on where the key was found; the other way panics with its debug text."""
    found, missing = fl.fork(is_present, "found", "missing")
    fl.builder.position_at(missing)
    panic_with(fl, ["key ", (key, fl.type_of(expr.key)), " is missing"])
    fl.builder.position_at(found)


def lower_index(fl: FunctionLowering, expr: Expr) -> Value:
    """An index as USIZE: what is negative or too large becomes an index out of every bound."""
    return to_usize(fl, fl.value(expr))


def to_usize(fl: FunctionLowering, index: Value) -> Value:
    """An integer as USIZE, out of every bound when it doesn't fit."""
    builder = fl.builder
    if index.type == U64:
        return index
    assert isinstance(index.type, IrInt)
    if index.type.bits <= 64:
        return builder.cast(index, U64)
    wide = builder.cast(index, IrInt(128, False))
    limit = builder.const(wide.type, _USIZE_MAX)
    return builder.cast(builder.select(builder.compare("gt", wide, limit), limit, wide), U64)


# ---- Writing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class EntryPlace(PartPlace):
    """`m[k]`; as the target of `=` it is inserted."""

    expr: typed.MapIndex
    key: Value
    is_there: bool = False      # known to be

    def form(self, fl: FunctionLowering) -> Value:
        builder = fl.builder
        address = self.base.form(fl)
        entry = builder.map_find(builder.peek(address), self.key)
        if self.is_there:
            return builder.map_value_addr(address, entry)
        is_present = builder.compare("ge", entry, builder.const(entry.type, 0))
        default = self.expr.default
        if default is None:
            panic_unless_present(fl, self.expr, self.key, is_present)
            return builder.map_value_addr(address, entry)
        join = fl.join(entry.type, "entry")
        present, missing = fl.fork(is_present, "present", "missing")
        builder.position_at(present)
        join.enter(entry)
        builder.position_at(missing)
        # What the default reads may share the buffers on the way to the map from then on, what it writes may move them.
        moves = fl.may_write([default]) or reads_variable(fl, [default], root_variable(fl, self.expr))
        fl.enter(join, lambda: self._insert(fl, None if moves else address, default))
        entry = join.finish()
        return builder.map_value_addr(self.base.form(fl) if moves else address, entry)

    def look(self, fl: FunctionLowering) -> Value:
        if not self.is_there:
            return Place.look(self, fl)
        entries = self.base.look(fl)
        return fl.builder.map_value(entries, fl.builder.map_find(entries, self.key))

    def _insert(self, fl: FunctionLowering, address: Value | None, default: Expr) -> Value:
        """The entry of the inserted default; without an address, that of the map is formed behind the default."""
        builder = fl.builder
        value = fl.value(default)
        address = address or self.base.form(fl)
        builder.map_insert(address, self.key, value)
        return builder.map_find(builder.peek(address), self.key)

    def settled(self) -> Place:
        return replace(self, base=self.base.settled(), is_there=True)

    def insert(self, fl: FunctionLowering, value: Value) -> None:
        """`m[k] = value`."""
        fl.builder.map_insert(self.base.form(fl), self.key, value)
        self.base.finish(fl)


def may_insert(place: Place) -> bool:
    """Whether forming the address may insert an entry, which moves the others of its map."""
    base = getattr(place, "base", None)
    return (isinstance(place, EntryPlace) and place.expr.default is not None) or (base is not None and may_insert(base))


def is_copy(place: Place) -> bool:
    """Whether writes to a place go to a copy first, which `finish` writes back."""
    base = getattr(place, "base", None)
    return isinstance(place, UnionPlace) or (base is not None and is_copy(base))


def prepare_place(fl: FunctionLowering, expr: Expr) -> Place:
    """Evaluates the indices of a place, in order; nothing is written yet."""
    expr = strip_evidence(expr)
    match expr:
        case typed.Local(variable=variable):
            binding = fl.binding(variable)
            if not isinstance(binding, PlaceBinding):
                raise InternalError(f"`{variable.name}` is written, but is no place", expr.span)
            return replace(binding.place) if binding.place is not None else VariablePlace(binding.form(fl))
        case typed.GetField(value=base, index=index) if is_union(fl, base):
            return UnionPlace(prepare_place(fl, base), index)
        case typed.GetField(value=base, index=index):
            return FieldPlace(prepare_place(fl, base), index)
        case typed.Index(value=base, index=index_expr):
            return element_of(prepare_place(fl, base), lower_index(fl, index_expr))
        case typed.MapIndex(value=base, key=key):
            return EntryPlace(prepare_place(fl, base), expr, fl.value(key))
        case typed.Slice(value=base):
            inner = prepare_place(fl, base)
            low, high = slice_ends(fl, expr)
            return SlicePlace(inner, low, high)
    raise InternalError(f"{type(expr).__name__} is no place", expr.span)


def slice_ends(fl: FunctionLowering, expr: typed.Slice) -> tuple[Value | None, Value | None]:
    """The written ends as USIZE, the high one exclusive."""
    low = lower_index(fl, expr.low) if expr.low is not None else None
    high = lower_index(fl, expr.high) if expr.high is not None else None
    if high is not None and expr.inclusive:
        high = fl.builder.int_binary("add", high, fl.builder.const_usize(1))
    return low, high


def lower_slice(fl: FunctionLowering, expr: typed.Slice) -> Value:
    """`xs[a..b]` as a value, which shares the buffer."""
    ends = [e for e in (expr.low, expr.high) if e is not None]
    found = _find_base(fl, expr.value, *ends)
    low, high = slice_ends(fl, expr)
    array, _ = _look(fl, found)
    builder = fl.builder
    low = low if low is not None else builder.const_usize(0)
    high = high if high is not None else builder.length(array)
    return builder.slice(array, low, high)


# ---- Assignment ------------------------------------------------------------------------------------------------------


def lower_assign(fl: FunctionLowering, expr: typed.Assign) -> Value:
    """`place = e`: indices, then the value, then the write."""
    target, text = strip_evidence(expr.place), strip_evidence(expr.value)
    if isinstance(target, typed.Local) and isinstance(text, typed.Interpolate) and appends_to(fl, text, target.variable):
        append_text(fl, prepare_place(fl, target).form(fl), text)
        return fl.unit()
    place = prepare_place(fl, expr.place)
    value = fl.value(expr.value)
    if isinstance(place, EntryPlace):
        place.insert(fl, value)
    elif isinstance(place, SlicePlace):
        place.assign(fl, value)
    else:
        fl.builder.store(place.form(fl), value)
        place.finish(fl)
    return fl.unit()


def write_place(fl: FunctionLowering, place: Place, change: Callable[[Value], Value]) -> None:
    """Replaces what a place holds, a scalar, by what `change` makes of it."""
    address = place.form(fl)
    fl.builder.store(address, change(fl.builder.load(address)))
    place.finish(fl)


def lower_in_out(fl: FunctionLowering, expr: typed.InOut) -> Value:
    """An in-out access is an argument or a matched place, never a value."""
    raise InternalError("an in-out access where a value is expected", expr.span)


LOWERINGS: Lowerings = {
    typed.Local: lower_read, typed.GetField: lower_read, typed.Index: lower_read, typed.MapIndex: lower_read,
    typed.Slice: lower_slice, typed.Assign: lower_assign, typed.InOut: lower_in_out,
}
