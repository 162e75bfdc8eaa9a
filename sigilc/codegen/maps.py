"""Emits the operations on maps, which the runtime implements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen.buffers import on_places
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.names import glue
from sigilc.crash import InternalError
from sigilc.ir.array_ops import MapReserve
from sigilc.ir.ops import MapFind, MapInsert, MapKey, MapNew, MapRemove, MapValue, MapValueAddr, Op
from sigilc.ir.types import I64, STR, U64, IrMap, IrType

# `sigil_map_type.keys`, of the keys that the runtime can hash and compare itself.
_KEYS: dict[IrType, int] = {I64: 1, U64: 1, STR: 2}


def _map_type(type_: IrType) -> IrMap:
    if not isinstance(type_, IrMap):
        raise InternalError(f"{type_} is no map")
    return type_


def emit_map_new(f: FunctionEmitter, op: MapNew) -> None:
    """An empty map of a `sigil_map_type`."""
    type_ = _map_type(f.result(op).type)
    context = f.context
    hash_ = on_places(context, "hash", op.hash, type_.key, 1, "i64")
    equal = on_places(context, "equal", op.equal, type_.key, 2, "i1")
    part = "{ i64, i64, ptr, ptr }"
    keys = _KEYS.get(type_.key, 0) if _is_structural(op, type_.key) else 0
    descriptor = context.constant(
        glue(f"type by {op.hash} {op.equal}", type_),
        lambda: f"{{ {part}, {part}, ptr, ptr, i32 }} {{ {context.descriptor_fields(type_.key)}, "
                f"{context.descriptor_fields(type_.value)}, ptr {hash_}, ptr {equal}, i32 {keys} }}")
    f.define(op, f.call_runtime("sigil_map_new", "ptr", f"ptr {descriptor}"))


def _is_structural(op: MapNew, key: IrType) -> bool:
    """Whether keys are hashed and compared by what they hold: by the functions that `lower` derives."""
    return (op.hash, op.equal) == (f"hash.{key}", f"equal.{key}")


def emit_map_find(f: FunctionEmitter, op: MapFind) -> None:
    """An entry's number."""
    key = f.spill(op.key.type, f.leaves(op.key))
    f.define(op, f.call(op, "i64", f.context.runtime("sigil_map_find"), [f"ptr {f.scalar(op.value)}", f"ptr {key}"]))


def emit_map_key(f: FunctionEmitter, op: MapKey) -> None:
    """A view of a key."""
    place = f.call_runtime("sigil_map_key", "ptr", f"ptr {f.scalar(op.value)}", f"i64 {f.scalar(op.index)}")
    f.define_view(op, place)


def emit_map_value(f: FunctionEmitter, op: MapValue) -> None:
    """A view of a value."""
    place = f.call_runtime("sigil_map_value", "ptr", f"ptr {f.scalar(op.value)}", f"i64 {f.scalar(op.index)}")
    f.define_view(op, place)


# The runtime changes the place itself: hashing and comparing may be the program's own code, and when that panics, the
# place must hold the map as it is then.


def emit_map_insert(f: FunctionEmitter, op: MapInsert) -> None:
    """Moves key and value into the map."""
    key, value = f.spill(op.key.type, f.leaves(op.key)), f.spill(op.value.type, f.leaves(op.value))
    arguments = [f"ptr {place}" for place in (f.scalar(op.address), key, value)]
    f.call(op, "void", f.context.runtime("sigil_map_insert"), arguments)


def emit_map_reserve(f: FunctionEmitter, op: MapReserve) -> None:
    """Room for more entries; the index is built anew, which hashes the keys."""
    arguments = [f"ptr {f.scalar(op.address)}", f"i64 {f.scalar(op.count)}"]
    f.call(op, "void", f.context.runtime("sigil_map_reserve"), arguments)


def emit_map_remove(f: FunctionEmitter, op: MapRemove) -> None:
    """Drops an entry."""
    arguments = [f"ptr {f.scalar(op.address)}", f"i64 {f.scalar(op.index)}"]
    f.call(op, "void", f.context.runtime("sigil_map_remove"), arguments)


def emit_map_value_addr(f: FunctionEmitter, op: MapValueAddr) -> None:
    """The place of a value in a map that nothing else sees."""
    type_, place = f.target(op.address), f.scalar(op.address)
    f.call_runtime("sigil_map_make_unique", "void", f"ptr {place}")
    (unique,) = f.load(f.types.layout(type_), place)
    f.define(op, f.call_runtime("sigil_map_value", "ptr", f"ptr {unique}", f"i64 {f.scalar(op.index)}"))


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    MapNew: emit_map_new, MapFind: emit_map_find, MapKey: emit_map_key, MapValue: emit_map_value,
    MapInsert: emit_map_insert, MapReserve: emit_map_reserve, MapRemove: emit_map_remove, MapValueAddr: emit_map_value_addr,
}
