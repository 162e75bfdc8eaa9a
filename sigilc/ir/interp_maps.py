"""Steps of the interpreter for maps, and how these find their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.ir import array_ops, ops
from sigilc.ir.call_graph import called_functions
from sigilc.ir.function import Module
from sigilc.ir.interp_values import EntryPlace, MapValue, canonical
from sigilc.ir.types import BOOL, CHAR, STR, IrInt, IrMap, IrType, may_have_methods

if TYPE_CHECKING:
    from sigilc.ir.interp_code import Code, FunctionCompiler, Step

UNINDEXED = 8       # entries up to which keys are compared one by one, as in the runtime: a hash may panic


class StructuralIndex:
    """Finds keys by what they hold. `is_simple`: they are their own canonical form."""

    __slots__ = ("is_simple", "number_by_form")

    def __init__(self, is_simple: bool):
        self.is_simple = is_simple
        self.number_by_form: dict[Any, int] = {}

    def find(self, keys: list[Any], key: Any) -> int:
        """The number of the key's entry, or -1."""
        return self.number_by_form.get(key if self.is_simple else canonical(key), -1)

    def append(self, keys: list[Any]) -> None:
        """Takes in the last key."""
        key = keys[-1]
        self.number_by_form[key if self.is_simple else canonical(key)] = len(keys) - 1

    def remove(self, number: int) -> None:
        """Forgets an entry; those behind it move up."""
        self.number_by_form = {form: n - (n > number) for form, n in self.number_by_form.items() if n != number}

    def reserve(self, keys: list[Any], count: int) -> None:
        """Nothing to do."""

    def copy(self) -> StructuralIndex:
        """The index of a copy of the map."""
        new = StructuralIndex(self.is_simple)
        new.number_by_form = self.number_by_form.copy()
        return new


class OwnIndex:
    """Finds keys by functions of the program, which may panic, where compiled code calls them.

    Once a map has an index it keeps it, where the runtime may give it up: how often a function is called for keys that it
    has been called for before is not promised.
    """

    __slots__ = ("equal", "hash", "hashes")

    def __init__(self, hash_: Code, equal: Code):
        self.hash = hash_
        self.equal = equal
        self.hashes: list[int] | None = None    # of the keys, in order; none: they are compared one by one

    def find(self, keys: list[Any], key: Any) -> int:
        """The number of the key's entry, or -1."""
        numbers = range(len(keys)) if self.hashes is None else self._candidates(self.hash.call([key]))
        for number in numbers:
            if self.equal.call([keys[number], key]):
                return number
        return -1

    def append(self, keys: list[Any]) -> None:
        """Takes in the last key."""
        if self.hashes is not None:
            self.hashes.append(self.hash.call([keys[-1]]))
        elif len(keys) > UNINDEXED:
            self._build(keys)

    def remove(self, number: int) -> None:
        """Forgets an entry; those behind it move up."""
        if self.hashes is not None:
            del self.hashes[number]

    def reserve(self, keys: list[Any], count: int) -> None:
        """Makes ready for more entries."""
        if self.hashes is None and len(keys) + count > UNINDEXED:
            self._build(keys)

    def _candidates(self, wanted: int) -> list[int]:
        return [number for number, found in enumerate(self.hashes or ()) if found == wanted]

    def _build(self, keys: list[Any]) -> None:
        self.hashes = [self.hash.call([key]) for key in keys]

    def copy(self) -> OwnIndex:
        """The index of a copy of the map."""
        new = OwnIndex(self.hash, self.equal)
        new.hashes = None if self.hashes is None else self.hashes.copy()
        return new


MapIndex = StructuralIndex | OwnIndex


def has_own_functions(module: Module, key: IrType, *functions: str) -> bool:
    """Whether hashing and comparing keys by these functions leads to any other than the derived ones of `lower`."""
    if not may_have_methods(key):
        return False
    reached, pending = set(functions), list(functions)
    while pending:
        name = pending.pop()
        function = module.functions.get(name)
        # A key's derived functions are missing where no map is made with them: then with others, or not at all.
        if function is None or name not in derived_names(function.params[0].type):
            return True
        lookups = [ops.map_of(op.value).key for block in function.blocks for op in block.ops if isinstance(op, ops.MapFind)]
        found = {*called_functions(module, function), *(name for key in lookups for name in derived_names(key))}
        pending += found - reached
        reached |= found
    return False


def derived_names(type_: IrType) -> tuple[str, str]:
    """The functions that hash and compare values by what they hold."""
    return f"hash.{type_}", f"equal.{type_}"


def make_map_new(op: ops.MapNew, code: FunctionCompiler) -> Step:
    d, type_ = code.result(op), code.type_of(op)
    key = type_.key if isinstance(type_, IrMap) else type_
    if has_own_functions(code.machine.module, key, op.hash, op.equal):
        hash_, equal = code.callee(op.hash), code.callee(op.equal)

        def own(frame: list[Any]) -> None:
            frame[d] = MapValue(OwnIndex(hash_, equal))
        return own
    is_simple = isinstance(key, IrInt) or key in (STR, CHAR, BOOL)

    def step(frame: list[Any]) -> None:
        frame[d] = MapValue(StructuralIndex(is_simple))
    return step


def make_map_find(op: ops.MapFind, code: FunctionCompiler) -> Step:
    a, k, d = code.index(op.value), code.index(op.key), code.result(op)

    def step(frame: list[Any]) -> None:
        frame[d] = frame[a].find(frame[k])
    return step


def make_map_part(op: ops.MapKey | ops.MapValue, code: FunctionCompiler) -> Step:
    a, i, d, is_key = code.index(op.value), code.index(op.index), code.result(op), isinstance(op, ops.MapKey)
    fail = code.broken_promise(op, "a map has no such entry")

    def step(frame: list[Any]) -> None:
        entries = frame[a].keys if is_key else frame[a].values
        if not 0 <= frame[i] < len(entries):
            raise fail()
        frame[d] = entries[frame[i]]
    return step


def make_map_insert(op: ops.MapInsert, code: FunctionCompiler) -> Step:
    a, k, v = code.index(op.address), code.index(op.key), code.index(op.value)

    def step(frame: list[Any]) -> None:
        frame[a].own().insert(frame[k], frame[v])
    return step


def make_map_reserve(op: array_ops.MapReserve, code: FunctionCompiler) -> Step:
    a, n = code.index(op.address), code.index(op.count)

    def step(frame: list[Any]) -> None:
        table = frame[a].own()
        table.index.reserve(table.keys, frame[n])
    return step


def make_map_remove(op: ops.MapRemove, code: FunctionCompiler) -> Step:
    a, i = code.index(op.address), code.index(op.index)
    fail = code.broken_promise(op, "a map has no such entry")

    def step(frame: list[Any]) -> None:
        found = frame[a].own()
        if not 0 <= frame[i] < len(found.keys):
            raise fail()
        found.remove(frame[i])
    return step


def make_map_value_addr(op: ops.MapValueAddr, code: FunctionCompiler) -> Step:
    a, i, d = code.index(op.address), code.index(op.index), code.result(op)
    fail = code.broken_promise(op, "a map has no such entry")

    def step(frame: list[Any]) -> None:
        if not 0 <= frame[i] < len(frame[a].read().keys):
            raise fail()
        frame[d] = EntryPlace(frame[a], frame[i])
    return step


MAKERS: dict[type[ops.Op], Callable[[Any, FunctionCompiler], Step | None]] = {
    ops.MapNew: make_map_new, ops.MapFind: make_map_find, ops.MapKey: make_map_part, ops.MapValue: make_map_part,
    ops.MapInsert: make_map_insert, array_ops.MapReserve: make_map_reserve, ops.MapRemove: make_map_remove,
    ops.MapValueAddr: make_map_value_addr,
}
