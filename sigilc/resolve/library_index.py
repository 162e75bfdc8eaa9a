"""Where the standard library has a name: what an error says of a name that only a `use` is missing for."""

from __future__ import annotations

import re
from functools import cache

from sigilc.resolve.modules import PRELUDE, std_modules
from sigilc.source.folders import data_folder

# Top-level items begin their line.
_PUBLIC_ITEM = re.compile(r"^pub (?:const |async |unsafe )*(?:fn|struct|enum|trait|const|type|actor) (\w+)", re.MULTILINE)

# What other languages call it.
_OTHER_NAMES = {"BTreeMap": "OrdMap", "BTreeSet": "OrdSet", "VecDeque": "Deque", "BinaryHeap": "Heap"}


@cache
def _modules_by_item() -> dict[str, list[str]]:
    """The modules of `std` that declare a public item, by its name."""
    found: dict[str, list[str]] = {}
    folder = data_folder("stdlib")
    for path in sorted(folder.rglob("*.sg")):
        module = path.relative_to(folder).parts[0].removesuffix(".sg")
        if module != PRELUDE:
            for name in _PUBLIC_ITEM.findall(path.read_text(encoding="utf-8")):
                found.setdefault(name, []).append(module)
    return found


def _use_help(name: str) -> str:
    """The help for an unknown name that the standard library has; empty where it has none."""
    if name in std_modules():
        return f"it needs `use std·{name}`"
    own = _OTHER_NAMES.get(name, name)
    uses = " or ".join(f"`use std·{module}·{own}`" for module in _modules_by_item().get(own, ()))
    return f"it {'needs' if own == name else f'is `{own}` here, and needs'} {uses}" if uses else ""


def unknown_help(name: str, near: str | None) -> str:
    """The help for an unknown name: that it needs a `use`, or a `near` name that is known."""
    use = _use_help(name)
    if use and near:
        return f"{use}, or did you mean `{near}`?"
    return use or (f"did you mean `{near}`?" if near else "")
