"""Labels: which parts of a value are secret.

A label is True (all of it is secret) or False (nothing is), or a tuple with a label for each of the value's parts. Only
values that have parts of different kinds have a tuple, so that equal labels are equal objects of Python's. The parts of a
struct or tuple are its fields; of an option whether it is present, then the payload; of an enum the variant, then all
payloads of all variants one after the other; of a map the keys, then the values. An array has its elements' label: how
many there are is public. So has a box that of what it holds. A function value has the set of the closures that it may be,
each with the labels of what it captures, as long as they are known.
"""

from __future__ import annotations

from sigilc.ir.types import IrArray, IrBox, IrEnum, IrFixed, IrFuture, IrMap, IrOption, IrStruct, IrTuple, IrType

Closures = frozenset[tuple[str, tuple["Label", ...]]]
Label = bool | tuple["Label", ...] | Closures
Path = tuple[int, ...]

# A type may contain itself: what lies deeper is one part.
_MAX_DEPTH = 6


def parts_of(type_: IrType) -> tuple[IrType, ...]:
    """The types of the parts that have labels of their own; none where the whole has one label."""
    while isinstance(type_, IrArray | IrFixed | IrBox | IrFuture):
        type_ = type_.item
    match type_:
        case IrStruct() | IrTuple():
            return () if isinstance(type_, IrStruct) and type_.is_union else type_.fields
        case IrOption(item=item):
            return (type_, item)
        case IrEnum(variants=variants):
            return (type_, *(part for fields in variants for part in fields))
        case IrMap(key=key, value=value):
            return (key, value)
    return ()


def payload_number(type_: IrType, variant: int, index: int) -> int:
    """Which part of an enum a payload is, or (variant -1) of an option."""
    while isinstance(type_, IrBox):
        type_ = type_.item
    if not isinstance(type_, IrEnum):
        return 1
    return 1 + sum(map(len, type_.variants[:variant])) + index


def is_secret(label: Label) -> bool:
    """Whether anything in it is secret."""
    if isinstance(label, bool):
        return label
    if isinstance(label, frozenset):
        return any(is_secret(captured) for _, captures in label for captured in captures)
    return any(map(is_secret, label))


def part(label: Label, number: int) -> Label:
    """The label of a part."""
    if isinstance(label, tuple):
        return label[number]
    return is_secret(label)


def whole(parts: tuple[Label, ...]) -> Label:
    """The label of what has these parts."""
    if all(p is False for p in parts):
        return False
    if all(p is True for p in parts) or _depth(parts) > _MAX_DEPTH:
        return is_secret(parts)
    return parts


def _depth(label: Label) -> int:
    if isinstance(label, tuple):
        return 1 + max(map(_depth, label), default=0)
    if isinstance(label, frozenset):
        return 1 + max((_depth(captures) for _, captures in label), default=0)
    return 0


def join(one: Label, other: Label) -> Label:
    """The label of what may be either."""
    if one == other and type(one) is type(other):
        return one
    if one is True or other is True:
        return True
    if isinstance(one, frozenset) or isinstance(other, frozenset):
        if isinstance(one, frozenset) and isinstance(other, frozenset) and _depth(one | other) <= _MAX_DEPTH:
            return one | other
        return is_secret(one) or is_secret(other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return whole(tuple(map(join, one, other)))
    return one if isinstance(one, tuple) else other


def meet(one: Label, other: Label) -> Label:
    """What is secret in both."""
    if one is True or other is False:
        return other
    if one is False or other is True:
        return one
    if isinstance(one, tuple) and isinstance(other, tuple):
        return whole(tuple(map(meet, one, other)))
    return one


def join_at(label: Label, type_: IrType, path: Path, added: Label) -> Label:
    """A value's label when a part of it, the way to which is `path`, may get what `added` is the label of."""
    if not path:
        return join(label, added)
    kinds = parts_of(type_)
    if not kinds:
        return join(label, is_secret(added))
    parts = [part(label, number) for number in range(len(kinds))]
    parts[path[0]] = join_at(parts[path[0]], kinds[path[0]], path[1:], added)
    return whole(tuple(parts))


def public_at(label: Label, type_: IrType, path: Path) -> Label:
    """A value's label when this part of it is known to be public."""
    kinds = parts_of(type_)
    if not path or not kinds:
        return False
    parts = [part(label, number) for number in range(len(kinds))]
    parts[path[0]] = public_at(parts[path[0]], kinds[path[0]], path[1:])
    return whole(tuple(parts))


def part_at(label: Label, path: Path) -> Label:
    """The label of the part at the end of this way."""
    for number in path:
        label = part(label, number)
    return label
