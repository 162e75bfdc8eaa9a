"""Cuts a program into parts that are compiled on their own: by source file, or into equal shares."""

from __future__ import annotations

from collections.abc import Sequence

from sigilc.codegen.functions import INTERNAL_OPS
from sigilc.codegen.module import Part
from sigilc.ir.call_graph import called_functions, op_count, reachable_functions
from sigilc.ir.function import IrFunction, Module
from sigilc.source.files import SourceFile

# A file with more ops is cut into several parts, which two processes can compile at once.
MAX_FILE_OPS = 8_000


def parts_by_file(module: Module) -> list[Part]:
    """One part for each source file of the program, several for a large one, and one for the standard library.

    What was made for types of the program (instances, equality, text) goes with the program's own file: so the
    library's part stays the same while the program changes.
    """
    functions = reachable_functions(module)
    first = next((f.span.file for f in functions if f.span is not None and not f.span.file.is_library), None)
    by_file: dict[SourceFile | None, list[IrFunction]] = {first: []}
    library: list[IrFunction] = []
    for function in functions:
        file = function.span.file if function.span is not None else first
        is_instance = "<" in function.name
        if file is not None and file.is_library and not is_instance:
            library.append(function)
        else:
            by_file.setdefault(first if is_instance else file, []).append(function)
    groups = [group for file in by_file.values() for group in _cut(file)] + [library]
    groups = [group for group in groups if group]
    return [Part(group, is_whole=len(groups) == 1) for group in groups]


def _cut(functions: list[IrFunction]) -> list[list[IrFunction]]:
    """Groups of about MAX_FILE_OPS, in the order of the source."""
    groups: list[list[IrFunction]] = [[]]
    size = 0
    for function in sorted(functions, key=_position):
        if size > MAX_FILE_OPS:
            groups.append([])
            size = 0
        groups[-1].append(function)
        size += op_count(function)
    return groups


def equal_parts(module: Module, count: int) -> list[Part]:
    """`count` parts of about the same size; each also has the small functions of the others that it calls.

    Functions that stand together in the source stay together, for these call each other most.
    """
    functions = reachable_functions(module)
    size = {function.name: op_count(function) for function in functions}
    ordered = sorted(functions, key=_position)
    shares: list[list[IrFunction]] = [[] for _ in range(count)]
    total, before = sum(size.values()), 0
    for function in ordered:
        shares[min(count - 1, before * count // max(total, 1))].append(function)
        before += size[function.name]
    small = {function.name: function for function in functions if size[function.name] <= INTERNAL_OPS}
    return [Part(share, _copies(module, share, small), is_whole=False) for share in shares if share]


def _position(function: IrFunction) -> tuple[str, int]:
    return (function.span.file.path, function.span.start) if function.span is not None else ("", 0)


def _copies(module: Module, share: Sequence[IrFunction], small: dict[str, IrFunction]) -> list[IrFunction]:
    """The small functions that a share calls, directly or through one another, and does not define."""
    seen = {function.name for function in share}
    copies: dict[str, IrFunction] = {}
    pending = list(share)
    while pending:
        for name in called_functions(module, pending.pop()):
            if name in small and name not in seen:
                seen.add(name)
                copies[name] = small[name]
                pending.append(small[name])
    return [copies[name] for name in sorted(copies)]
