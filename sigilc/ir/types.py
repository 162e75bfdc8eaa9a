"""The types of the SSA IR: monomorphic, evidence-free, and small.

`is_counted` says whether a value holds references that `retain` and `release` act upon. `in_memory` says whether it is,
or has in it, an array of fixed length: such a value is never held in registers, so whoever looks at it without a copy
of its own looks at the memory of what it is a part of, and needs that to live and to stay. Types compare by structure;
structs and enums by their name, which is unique for each set of type arguments, so that recursive types can be told.
"""

from __future__ import annotations

from collections.abc import Iterable

from sigilc.crash import InternalError
from sigilc.source.records import field, interned, record


class IrType:
    """Base of IR types."""

    __slots__ = ()
    is_counted = False
    in_memory = False

    @property
    def is_viewed(self) -> bool:
        """Whether a part taken out of a value or a place depends on what it was taken from; scalars are copies."""
        return self.is_counted or self.in_memory


@interned
class IrInt(IrType):
    """An integer of 8 to 128 bits."""

    bits: int
    signed: bool

    def __str__(self) -> str:
        return f"{'i' if self.signed else 'u'}{self.bits}"


@interned
class IrFloat(IrType):
    """`f32` or `f64`."""

    bits: int

    def __str__(self) -> str:
        return f"f{self.bits}"


@interned
class IrSimple(IrType):
    """`bool`, `char` (a code point), `unit`, `ptr` (unmanaged), `address` (of an actor, one word)."""

    name: str

    def __str__(self) -> str:
        return self.name


I8, I16, I32, I64 = (IrInt(b, True) for b in (8, 16, 32, 64))
U8, U16, U32, U64 = (IrInt(b, False) for b in (8, 16, 32, 64))
F32, F64 = IrFloat(32), IrFloat(64)
BOOL, CHAR, UNIT, PTR, ADDRESS = (IrSimple(n) for n in ("bool", "char", "unit", "ptr", "address"))
USIZE = U64


@interned
class IrCounted(IrType):
    """`str` (three words: pointer, length, owner) and `fault` (one pointer to a counted block)."""

    name: str

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return self.name


STR, FAULT = IrCounted("str"), IrCounted("fault")


@interned
class IrArray(IrType):
    """`[T]`: pointer, length, owner."""

    item: IrType

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"[{self.item}]"


@interned
class IrFixed(IrType):
    """`[T; N]`: `count` elements one behind the other, inline."""

    item: IrType
    count: int

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return self.item.is_counted

    @property
    def in_memory(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"[{self.item}; {self.count}]"


@interned
class IrMap(IrType):
    """A hash table in insertion order: one pointer to a counted block. A set is a map to `unit`."""

    key: IrType
    value: IrType

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"map<{self.key}, {self.value}>"


@interned
class IrOption(IrType):
    """`T?`: a value, or a fault. Where `T` would contain such an option inline, the item is the box of a `T`."""

    item: IrType

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    @property
    def in_memory(self) -> bool:  # type: ignore[override]
        return self.item.in_memory

    def __str__(self) -> str:
        return f"{self.item}?"


@interned
class IrTuple(IrType):
    """`(A, B)`; also what a range is, `(low, high)`."""

    items: tuple[IrType, ...]

    @property
    def fields(self) -> tuple[IrType, ...]:
        """The slots' types, under the name that structs use."""
        return self.items

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return any(i.is_counted for i in self.items)

    @property
    def in_memory(self) -> bool:  # type: ignore[override]
        return any(i.in_memory for i in self.items)

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


_asked: list[IrType] = []


def _is_part_counted(whole: IrType, parts: Iterable[IrType]) -> bool:
    """Whether a part of a named type is counted; a type that contains itself is boxed there, and a box is counted."""
    if any(whole is type_ for type_ in _asked):
        return True
    _asked.append(whole)
    try:
        return any(part.is_counted for part in parts)
    finally:
        _asked.pop()


_searched: list[IrType] = []


def _is_part_in_memory(whole: IrType, parts: Iterable[IrType]) -> bool:
    """Whether a part of a named type lies in memory; what is boxed lies behind a pointer."""
    if any(whole is type_ for type_ in _searched):
        return False
    _searched.append(whole)
    try:
        return any(part.in_memory for part in parts)
    finally:
        _searched.pop()


@record
class IrStruct(IrType):
    """A struct instance, interned by name by whoever makes it (`lower`, the IR parser): compares by identity.

    `field_names` are for debuggers; empty where nobody has said them. The fields of a union all lie at its beginning;
    none of them is counted.
    """

    name: str
    fields: tuple[IrType, ...] = ()
    field_names: tuple[str, ...] = ()
    is_union: bool = False

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return _is_part_counted(self, self.fields)

    @property
    def in_memory(self) -> bool:  # type: ignore[override]
        return _is_part_in_memory(self, self.fields)

    def __str__(self) -> str:
        return f"%{self.name}"


@record
class IrEnum(IrType):
    """An enum instance, interned by name: per variant its name, payload types, discriminant, and the payload's names.

    `is_c`: in memory it is the discriminant as a C `int`, as in C; such an enum has no payloads.
    """

    name: str
    variants: tuple[tuple[IrType, ...], ...] = ()
    variant_names: tuple[str, ...] = ()
    discriminants: tuple[int, ...] = ()
    field_names: tuple[tuple[str, ...], ...] = ()
    is_c: bool = False

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return _is_part_counted(self, [f for fields in self.variants for f in fields])

    @property
    def in_memory(self) -> bool:  # type: ignore[override]
        return _is_part_in_memory(self, [f for fields in self.variants for f in fields])

    def __str__(self) -> str:
        return f"%{self.name}"


@interned
class IrFn(IrType):
    """A function value: code pointer and environment (counted; immortal for plain functions)."""

    params: tuple[IrType, ...]      # IrAddr for in-out parameters
    result: IrType

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"fn({', '.join(map(str, self.params))}) -> {self.result}"


@record
class IrDyn(IrType):
    """A value known only by its methods, interned by name: a pointer to their table, and one to the block that holds it.

    The first parameter of each method is the value itself, or its place where the method changes it.
    """

    name: str
    methods: tuple[IrFn, ...] = ()

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"%{self.name}"


@interned
class IrFuture(IrType):
    """The cell that an `ask` fills: one pointer to a counted block."""

    item: IrType

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"future<{self.item}>"


@interned
class IrBox(IrType):
    """A value in a counted block of its own: where a type contains itself. One pointer.

    With `drop` it is a value of a type with `impl Drop`: that IR function gets the place of the box before what it holds
    is released. There is one reference to such a value, but for the time of a move or a call.
    """

    item: IrType
    drop: str = ""

    @property
    def is_counted(self) -> bool:  # type: ignore[override]
        return True

    def __str__(self) -> str:
        return f"unique<{self.item}, {self.drop}>" if self.drop else f"box<{self.item}>"


_has_methods: dict[IrType, bool] = {}


def may_have_methods(type_: IrType) -> bool:
    """Whether hashing and comparing values of a type may run what the program has written: whether it names a type in it."""
    found = _has_methods.get(type_)
    if found is None:
        pending, seen = [type_], set[IrType]()
        found = False
        while pending and not found:
            part = pending.pop()
            found = isinstance(part, IrStruct | IrEnum | IrBox | IrDyn)
            if part not in seen:
                seen.add(part)
                pending += parts_of(part)
        _has_methods[type_] = found
    return found


def opened(type_: IrType) -> IrType:
    """What a box holds; any other type as it is."""
    return type_.item if isinstance(type_, IrBox) else type_


def present_type(type_: IrType) -> IrType:
    """The type of what a present option gives: not in the box that only its layout asks for."""
    if not isinstance(type_, IrOption):
        raise InternalError(f"{type_} is no option")
    return type_.item.item if isinstance(type_.item, IrBox) and not type_.item.drop else type_.item


def parts_of(type_: IrType) -> tuple[IrType, ...]:
    """The types of what a value directly holds, behind a pointer or not; of function values and `dyn` none are known."""
    match type_:
        case IrArray(item=item) | IrFixed(item=item) | IrOption(item=item) | IrBox(item=item) | IrFuture(item=item):
            return (item,)
        case IrMap(key=key, value=value):
            return (key, value)
        case IrTuple() | IrStruct():
            return type_.fields
        case IrEnum(variants=variants):
            return tuple(field for fields in variants for field in fields)
    return ()


@interned
class IrAddr(IrType):
    """The address of a place that holds a `target`: a slot, a part of one, or an in-out parameter. Never stored."""

    target: IrType = field()

    def __str__(self) -> str:
        return f"&{self.target}"
