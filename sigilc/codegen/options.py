"""How a `T?` tells a present value from a fault, in leaves.

In general it is a fault pointer, null where the value is present, and then the payload. An option of text or of an array
takes no more than these do: an absent one has the fault in the place of the data, and a length of -1. So it is three
words, which are returned in registers.
"""

from __future__ import annotations

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.types import Layout, Leaf, is_view
from sigilc.codegen.writer import Leaves, Writer
from sigilc.ir.types import IrOption, IrType


def some_leaves(item: IrType, payload: Leaves) -> Leaves:
    """A present value."""
    return payload if is_view(item) else ("null", *payload)


def none_leaves(w: Writer, item: IrType, layout: Layout, fault: str) -> Leaves:
    """An absent value; what the fault leaves room for is nothing in particular."""
    if is_view(item):
        return (fault, "-1", w.undefined(layout.leaves[2]))
    return (fault, *(w.undefined(leaf) for leaf in layout.leaves[1:]))


def emit_is_present(w: Writer, item: IrType, leaves: Leaves) -> str:
    """An i1."""
    return w.value(f"icmp sge i64 {leaves[1]}, 0" if is_view(item) else f"icmp eq ptr {leaves[0]}, null")


def payload_of(item: IrType, leaves: Leaves) -> Leaves:
    """The value of a present one."""
    return leaves if is_view(item) else leaves[1:]


def hole_leaves(context: ModuleContext, type_: IrOption) -> list[str]:
    """An absent value whose fault is an immortal block that nobody looks at."""
    rest = context.types.layout(type_).leaves[2 if is_view(type_.item) else 1:]
    marks = ["-1"] if is_view(type_.item) else []
    return [context.static_owner(), *marks, *map(unread, rest)]


def unread(leaf: Leaf) -> str:
    """What a leaf is that nobody reads: an area is not even written."""
    return "poison" if leaf.area else zero(leaf.ll_type)


def zero(ll_type: str) -> str:
    """The zero of an LLVM type."""
    return {"ptr": "null", "float": "0.0", "double": "0.0", "i1": "false"}.get(ll_type, "0")
