"""How a `T?` tells a present value from a fault, in leaves.

In general it is a fault pointer, null where the value is present, and then the payload. Where values have bits that no
value uses, an option takes no more room than they do:

    text, arrays             an absent one has the fault in the place of the data, and a length of -1: three words
    functions, `dyn`         the same in two words, for the second one is the address of a block
    one pointer to a block   the address of the fault plus one: blocks have even addresses
    nothing, as `()`         the same; null where it is present
"""

from __future__ import annotations

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.types import Layout, Leaf, OptionForm, is_view
from sigilc.codegen.writer import Leaves, Writer
from sigilc.ir.types import IrOption, IrType

# The word that no length and no address of a block is, by its LLVM type.
ALL_ONES = {"i64": "-1", "ptr": "inttoptr (i64 -1 to ptr)"}


def some_leaves(w: Writer, item: IrType, payload: Leaves) -> Leaves:
    """A present value."""
    match w.types.option_form(item):
        case OptionForm.SECOND_WORD:
            return payload
        case OptionForm.ODD:
            return payload or ("null",)
    return ("null", *payload)


def none_leaves(w: Writer, item: IrType, layout: Layout, fault: str) -> Leaves:
    """An absent value; what the fault leaves room for is nothing in particular."""
    match w.types.option_form(item):
        case OptionForm.SECOND_WORD:
            second, *rest = layout.leaves[1:]
            return (fault, ALL_ONES[second.ll_type], *map(w.undefined, rest))
        case OptionForm.ODD:
            is_constant = not fault.startswith("%")
            return (marked_fault(fault) if is_constant else w.value(f"getelementptr inbounds i8, ptr {fault}, i64 1"),)
    return (fault, *map(w.undefined, layout.leaves[1:]))


def marked_fault(fault: str) -> str:
    """The address of a static fault in the place of that of another block."""
    return f"getelementptr inbounds (i8, ptr {fault}, i64 1)"


def emit_is_present(w: Writer, item: IrType, leaves: Leaves) -> str:
    """An i1."""
    match w.types.option_form(item):
        case OptionForm.SECOND_WORD:
            return w.value(f"icmp sge i64 {leaves[1]}, 0" if is_view(item) else f"icmp ne ptr {leaves[1]}, {ALL_ONES['ptr']}")
        case OptionForm.ODD:
            bits = w.value(f"ptrtoint ptr {leaves[0]} to i64")
            return w.value(f"icmp eq i64 {w.value(f'and i64 {bits}, 1')}, 0")
    return w.value(f"icmp eq ptr {leaves[0]}, null")


def payload_of(w: Writer, item: IrType, leaves: Leaves) -> Leaves:
    """The value of a present one."""
    match w.types.option_form(item):
        case OptionForm.SECOND_WORD:
            return leaves
        case OptionForm.ODD:
            return leaves if w.types.layout(item).leaves else ()
    return leaves[1:]


def fault_of(w: Writer, item: IrType, leaves: Leaves) -> str:
    """The fault of an absent one."""
    if w.types.option_form(item) is OptionForm.ODD:
        return w.value(f"getelementptr inbounds i8, ptr {leaves[0]}, i64 -1")
    return leaves[0]


def hole_leaves(context: ModuleContext, type_: IrOption) -> list[str]:
    """An absent value whose fault is an immortal block that nobody looks at."""
    leaves = context.types.layout(type_).leaves
    marks = [ALL_ONES[leaves[1].ll_type]] if context.types.option_form(type_.item) is OptionForm.SECOND_WORD else []
    return [context.static_owner(), *marks, *map(unread, leaves[1 + len(marks):])]


def unread(leaf: Leaf) -> str:
    """What a leaf is that nobody reads: an area is not even written."""
    return "poison" if leaf.area else zero(leaf.ll_type)


def zero(ll_type: str) -> str:
    """The zero of an LLVM type."""
    return {"ptr": "null", "float": "0.0", "double": "0.0", "i1": "false"}.get(ll_type, "0")
