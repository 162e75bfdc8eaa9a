"""The interpreter's values and places.

    integers, chars      int                        option     `(payload,)`, or a FaultValue when absent
    floats, bools        float, bool                struct     tuple of its fields
    unit                 None                       enum       `(variant, payload…)`
    str                  bytes (UTF-8)              fn         FunctionValue
    [T], [T; N], map     ArrayValue (twice), MapValue
    address              int, the actor's number    dyn        (MethodTable, value)
    box                  what it holds; UniqueValue where it has a destructor that runs

Values are immutable but for the buffers that a place owns alone. `share` marks every buffer in a value as seen by more
than one place or value; a place copies a buffer so marked before it writes to it. The mark is never taken away: that
is copying eagerly, put off until a write shows the difference, and not the reference counting that it is to check.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

from sigilc.ir.types import (
    IrArray,
    IrBox,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFn,
    IrFuture,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)

if TYPE_CHECKING:
    from sigilc.ir.interp_code import Code
    from sigilc.ir.interp_maps import MapIndex


class ArrayValue:
    """`[T]`, and `[T; N]`: an array of fixed length is copied by the same rules, and never grows.

    `trust` is that of its length; see `interp_taint`.
    """

    __slots__ = ("is_shared", "items", "trust")

    def __init__(self, items: list[Any], is_shared: bool = False, trust: int = 0):
        self.items = items
        self.is_shared = is_shared
        self.trust = trust

    def copy(self) -> ArrayValue:
        """A buffer of one's own, with the same elements."""
        for item in self.items:
            share(item)
        return ArrayValue(self.items.copy(), trust=self.trust)


class MapValue:
    """A map in insertion order, in which `index` finds the entry of a key. `trust` is that of its length."""

    __slots__ = ("index", "is_shared", "keys", "trust", "values")

    def __init__(self, index: MapIndex):
        self.keys: list[Any] = []
        self.values: list[Any] = []
        self.index = index
        self.is_shared = False
        self.trust = 0

    def copy(self) -> MapValue:
        """A table of one's own, with the same entries."""
        for value in (*self.keys, *self.values):
            share(value)
        new = MapValue(self.index.copy())
        new.keys, new.values, new.trust = self.keys.copy(), self.values.copy(), self.trust
        return new

    def find(self, key: Any) -> int:
        """The entry's number, or -1. Raises Panicked where comparing or hashing does."""
        return self.index.find(self.keys, key)

    def insert(self, key: Any, value: Any) -> tuple[Any, ...]:
        """Adds an entry at the end, or overwrites the value of an equal key, which is the result. Raises as `find`."""
        number = self.find(key)
        if number >= 0:
            before = (self.values[number],)
            self.values[number] = value
            return before
        self.keys.append(key)
        self.values.append(value)
        self.index.append(self.keys)
        return ()

    def remove(self, number: int) -> None:
        """Takes an entry out; those behind it move up."""
        del self.keys[number], self.values[number]
        self.index.remove(number)


class FaultValue:
    """Why an option is absent."""

    __slots__ = ("cause", "message", "site", "stage")

    def __init__(self, message: bytes, stage: bytes = b"", site: bytes = b"", cause: FaultValue | None = None):
        self.message = message
        self.stage = stage
        self.site = site
        self.cause = cause

    def lines(self) -> str:
        """The message and, each on a line of its own, what caused it; a line break ends each line."""
        lines = [f"{self.message.decode(errors='replace')}\n"]
        cause = self.cause
        while cause is not None:
            site = f" at {cause.site.decode()}" if cause.site else ""
            lines.append(f"  caused by: fault{site}: {cause.message.decode(errors='replace')}\n")
            cause = cause.cause
        return "".join(lines)


class FunctionValue:
    """A function with what it captured."""

    __slots__ = ("captures", "code")

    def __init__(self, code: Code, captures: tuple[Any, ...] = ()):
        self.code = code
        self.captures = captures


class MethodTable:
    """The functions that are the methods of a value behind `dyn`."""

    __slots__ = ("methods",)

    def __init__(self, methods: list[Code]):
        self.methods = methods


class FutureValue:
    """The cell of an ask; `reply` is an option as soon as `is_filled`. `owners` is counted as a UniqueValue's are."""

    __slots__ = ("is_filled", "owners", "reply")

    def __init__(self) -> None:
        self.is_filled = False
        self.reply: Any = None
        self.owners = 1

    def fill(self, reply: Any) -> None:
        """The one reply."""
        self.reply = reply
        self.is_filled = True


class UniqueValue:
    """A value of a type with `impl Drop`, where those end (`interp_drops`); `owners` counts who leads to it."""

    __slots__ = ("drop", "owners", "value")

    def __init__(self, value: Any, drop: Code):
        self.value = value
        self.drop = drop
        self.owners = 1


def share(value: Any) -> None:
    """Marks every buffer that can be reached through structs, enums and options."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is tuple:
            waiting += value
        elif kind is ArrayValue or kind is MapValue:
            value.is_shared = True
        elif kind is UniqueValue:
            waiting.append(value.value)


def canonical(value: Any) -> Any:
    """A hashable form that is equal for equal values: floats by the total order, absent ones without fault."""
    match value:
        case float():
            return "nan" if math.isnan(value) else struct.pack("<d", value)
        case tuple():
            return tuple(map(canonical, value))
        case ArrayValue():
            return ("array", *map(canonical, value.items))
        case MapValue():
            return frozenset(zip(map(canonical, value.keys), map(canonical, value.values), strict=True))
        case FaultValue():
            return "absent"
        case UniqueValue():
            return canonical(value.value)
    return value


def has_buffers(type_: IrType, inside: frozenset[IrType] = frozenset()) -> bool:
    """Whether values of a type may hold buffers that places write to (arrays and maps)."""
    match type_:
        case IrArray() | IrFixed() | IrMap() | IrDyn():
            return True
        case IrOption(item=item) | IrBox(item=item):
            return has_buffers(item, inside)
        case IrStruct() | IrEnum() if type_ in inside:
            return False
        case IrTuple(items=parts) | IrStruct(fields=parts):
            return any(has_buffers(part, inside | {type_}) for part in parts)
        case IrEnum(variants=variants):
            return any(has_buffers(part, inside | {type_}) for parts in variants for part in parts)
        case IrFn() | IrFuture():
            return False    # what they hold is shared when it goes in
    return False


# ---- Places ----------------------------------------------------------------------------------------------------------


class Box:
    """A slot. Text that grows is kept as a bytearray while nobody looks at it."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def read(self) -> Any:
        """What the place holds."""
        if type(self.value) is bytearray:
            self.value = bytes(self.value)
        return self.value

    def own(self) -> Any:
        """What the place holds, after copying the buffers on the way that others see."""
        value = self.read()
        if type(value) in BUFFERS and value.is_shared:
            self.value = value = value.copy()
        return value

    def write(self, value: Any) -> None:
        """Replaces what the place holds."""
        self.value = value

    def append_text(self, data: bytes) -> None:
        """Appends to the text that the place holds."""
        if type(self.value) is not bytearray:
            self.value = bytearray(self.value)
        self.value += data


class ContentPlace(Box):
    """What a value with a destructor holds; it is never copied."""

    __slots__ = ("unique",)

    def __init__(self, unique: UniqueValue):
        self.unique = unique

    @property
    def value(self) -> Any:
        """The content itself."""
        return self.unique.value

    @value.setter
    def value(self, value: Any) -> None:
        self.unique.value = value


class PartPlace:
    """A component of the tuple that a struct, enum or option at `parent` is."""

    __slots__ = ("index", "parent")

    def __init__(self, parent: Place, index: int):
        self.parent = parent
        self.index = index

    def read(self) -> Any:
        return self.parent.read()[self.index]

    def own(self) -> Any:
        value = self.parent.own()[self.index]
        if type(value) in BUFFERS and value.is_shared:
            value = value.copy()
            self.write(value)
        return value

    def write(self, value: Any) -> None:
        whole = self.parent.own()
        self.parent.write((*whole[:self.index], value, *whole[self.index + 1:]))

    def append_text(self, data: bytes) -> None:
        self.write(self.read() + data)


class ElementPlace:
    """An element of the array at `parent`."""

    __slots__ = ("index", "parent")

    def __init__(self, parent: Place, index: int):
        self.parent = parent
        self.index = index

    def read(self) -> Any:
        return self.parent.read().items[self.index]

    def own(self) -> Any:
        items = self.parent.own().items
        value = items[self.index]
        if type(value) in BUFFERS and value.is_shared:
            items[self.index] = value = value.copy()
        return value

    def write(self, value: Any) -> None:
        self.parent.own().items[self.index] = value

    def append_text(self, data: bytes) -> None:
        self.write(self.read() + data)


class EntryPlace:
    """The value of an entry of the map at `parent`."""

    __slots__ = ("number", "parent")

    def __init__(self, parent: Place, number: int):
        self.parent = parent
        self.number = number

    def read(self) -> Any:
        return self.parent.read().values[self.number]

    def own(self) -> Any:
        values = self.parent.own().values
        value = values[self.number]
        if type(value) in BUFFERS and value.is_shared:
            values[self.number] = value = value.copy()
        return value

    def write(self, value: Any) -> None:
        self.parent.own().values[self.number] = value

    def append_text(self, data: bytes) -> None:
        self.write(self.read() + data)


Place = Box | PartPlace | ElementPlace | EntryPlace
BUFFERS = frozenset((ArrayValue, MapValue))
