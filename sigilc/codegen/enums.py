"""Packs the payload of an enum's variant into the enum's leaves, and takes it out again.

See types.py for the layout: leaf 0 is the tag, the others are chunks of the payload area. A payload leaf that is a
chunk of its own passes as it is; one that shares a chunk, or meets another type there, goes through integers.
"""

from __future__ import annotations

from sigilc.codegen.types import EnumLayout, Leaf, covers
from sigilc.codegen.writer import Leaves, Writer

_ZEROS = {"i1": "false", "float": "0.0"}
_INT_BY_FLOAT = {"float": "i32", "double": "i64"}


def pack(w: Writer, layout: EnumLayout, variant: int, payload: Leaves) -> Leaves:
    """The leaves of an enum value: variant number `variant` with a payload, given as the leaves of all its fields."""
    if layout.areas:
        area = w.undefined(layout.leaves[1])
        w.store(layout.variants[variant], payload, area)
        return str(variant), area
    pieces = list(zip(layout.variants[variant].leaves, payload, strict=True))
    return (str(variant), *(_pack_chunk(w, layout, chunk, pieces) for chunk in layout.leaves[1:]))


def unpack_fields(w: Writer, layout: EnumLayout, variant: int, leaves: Leaves, index: int) -> Leaves:
    """The leaves of payload field `index` of an enum value known to be `variant`."""
    payload = layout.variants[variant]
    part = payload.parts[index]
    if layout.areas:
        return w.view(w.types.layout(part.type), w.offset(leaves[1], part.offset))
    return tuple(_unpack_leaf(w, layout, leaf, leaves) for leaf in payload.leaves[part.first:part.end])


def _pack_chunk(w: Writer, layout: EnumLayout, chunk: Leaf, pieces: list[tuple[Leaf, str]]) -> str:
    start = chunk.offset - layout.payload_offset
    here = [(leaf, scalar) for leaf, scalar in pieces if covers(leaf, start, chunk.size)]
    if not here:
        # A chunk of fewer than eight bytes may become part of another enum's chunk, which poison would spoil whole.
        return "poison" if layout.align >= 8 else _ZEROS.get(chunk.ll_type, "0")
    if len(here) == 1 and here[0][0].offset == start and here[0][0].ll_type == chunk.ll_type:
        return here[0][1]
    whole = "0"
    for leaf, scalar in here:
        shifted = _as_bits(w, leaf, scalar, chunk, leaf.offset - start)
        whole = shifted if whole == "0" else w.value(f"or disjoint {chunk.ll_type} {whole}, {shifted}")
    return whole


def _as_bits(w: Writer, leaf: Leaf, scalar: str, chunk: Leaf, offset: int) -> str:
    """A scalar's bytes at their place in a chunk; `offset` is negative for the later chunks of an i128."""
    int_type = f"i{8 * leaf.size}"
    if leaf.ll_type == "ptr":
        scalar = w.value(f"ptrtoint ptr {scalar} to {int_type}")
    elif leaf.ll_type in _INT_BY_FLOAT:
        scalar = w.value(f"bitcast {leaf.ll_type} {scalar} to {int_type}")
    elif leaf.ll_type == "i1":
        scalar = w.value(f"zext i1 {scalar} to i8")
    if leaf.size > chunk.size:
        if offset < 0:
            scalar = w.value(f"lshr {int_type} {scalar}, {-8 * offset}")
        return w.value(f"trunc {int_type} {scalar} to {chunk.ll_type}")
    if leaf.size < chunk.size:
        scalar = w.value(f"zext {int_type} {scalar} to {chunk.ll_type}")
        if offset > 0:
            scalar = w.value(f"shl nuw {chunk.ll_type} {scalar}, {8 * offset}")
    return scalar


def _unpack_leaf(w: Writer, layout: EnumLayout, leaf: Leaf, leaves: Leaves) -> str:
    chunks = [(chunk, scalar) for chunk, scalar in zip(layout.leaves[1:], leaves[1:], strict=True)
              if covers(leaf, chunk.offset - layout.payload_offset, chunk.size)]
    chunk, scalar = chunks[0]
    offset = leaf.offset - (chunk.offset - layout.payload_offset)
    if len(chunks) == 1 and offset == 0 and chunk.ll_type == leaf.ll_type:
        return scalar
    int_type = f"i{8 * leaf.size}"
    if len(chunks) > 1:
        scalar = _join(w, chunks, int_type)
    elif leaf.size < chunk.size:
        if offset > 0:
            scalar = w.value(f"lshr {chunk.ll_type} {scalar}, {8 * offset}")
        scalar = w.value(f"trunc {chunk.ll_type} {scalar} to {int_type}")
    if leaf.ll_type == "ptr":
        return w.value(f"inttoptr {int_type} {scalar} to ptr")
    if leaf.ll_type in _INT_BY_FLOAT:
        return w.value(f"bitcast {int_type} {scalar} to {leaf.ll_type}")
    if leaf.ll_type == "i1":
        return w.value(f"trunc i8 {scalar} to i1")
    return scalar


def _join(w: Writer, chunks: list[tuple[Leaf, str]], int_type: str) -> str:
    """One wide integer from its chunks, the lowest first."""
    whole = ""
    for number, (chunk, scalar) in enumerate(chunks):
        wide = w.value(f"zext {chunk.ll_type} {scalar} to {int_type}")
        if number:
            wide = w.value(f"shl {int_type} {wide}, {8 * chunk.size * number}")
            wide = w.value(f"or disjoint {int_type} {whole}, {wide}")
        whole = wide
    return whole
