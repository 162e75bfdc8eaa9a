"""Kinds of memory for LLVM's type-based alias analysis: what a store can't have changed need not be loaded again.

The tree: root → `any` → one node for each scalar type, for the three words of a view (text, array), and for the
words of a buffer's header. A place of type `i64` is never a length nor a count, so a store to an element leaves views
and headers alone. Chunks of enums are `any`, which may overlap everything.
"""

ANY = "any"
VIEW_DATA, VIEW_LENGTH, VIEW_OWNER = "view.data", "view.length", "view.owner"
COUNT, CAPACITY, USED = "header.count", "header.capacity", "header.used"

_KINDS = (ANY, "i8", "i16", "i32", "i64", "i128", "float", "double", "ptr", "bool", "tag",
          VIEW_DATA, VIEW_LENGTH, VIEW_OWNER, COUNT, CAPACITY, USED)

# Metadata numbers: 0 is the root, then a node and an access tag for each kind, then the ranges.
_TAG_BY_KIND = {kind: f"!{2 + 2 * i}" for i, kind in enumerate(_KINDS)}
_LENGTH_RANGE = f"!{1 + 2 * len(_KINDS)}"
_BOOL_RANGE = f"!{2 + 2 * len(_KINDS)}"

NODE_COUNT = 3 + 2 * len(_KINDS)        # where other metadata may begin


def store_suffix(kind: str) -> str:
    """What follows a store to memory of this kind."""
    return f", !tbaa {_TAG_BY_KIND[kind]}"


def load_suffix(kind: str) -> str:
    """What follows a load from memory of this kind; lengths are never negative."""
    if kind == VIEW_LENGTH:
        return f", !tbaa {_TAG_BY_KIND[kind]}, !range {_LENGTH_RANGE}"
    if kind == "bool":
        return f", !tbaa {_TAG_BY_KIND[kind]}, !range {_BOOL_RANGE}"
    return f", !tbaa {_TAG_BY_KIND[kind]}"


def metadata() -> list[str]:
    """The definitions of all that the suffixes name."""
    lines = ['!0 = !{!"sigil"}']
    for i, kind in enumerate(_KINDS):
        node, parent = 1 + 2 * i, 0 if kind == ANY else 1
        lines.append(f'!{node} = !{{!"{kind}", !{parent}, i64 0}}')
        lines.append(f"!{node + 1} = !{{!{node}, !{node}, i64 0}}")
    lines.append(f"{_LENGTH_RANGE} = !{{i64 0, i64 {2**63 - 1}}}")
    lines.append(f"{_BOOL_RANGE} = !{{i8 0, i8 2}}")
    return lines
