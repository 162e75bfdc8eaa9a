"""Labels: which parts of a value are secret.

A label is True (all of it is secret), False (nothing is) or CONTENT (all but which variants there are, and what is absent),
or a tuple with a label for each of the value's parts. A value that is all secret, or all public, has no tuple. The parts of a
struct or tuple are its fields; of an option whether it is present, then the payload; of an enum the variant, then all
payloads of all variants one after the other; of a map the keys, then the values. An array has its elements' label: how
many there are is public. So has a box that of what it holds. A function value has the set of the closures that it may be,
each with the labels of what it captures, as long as they are known.
"""

from __future__ import annotations

from sigilc.ir.types import IrArray, IrBox, IrEnum, IrFixed, IrFuture, IrMap, IrOption, IrStruct, IrTuple, IrType

Closures = frozenset[tuple[str, tuple["Label", ...]]]
Label = bool | str | tuple["Label", ...] | Closures
CONTENT = "content"
Path = tuple[int, ...]

# A type may contain itself, and so may a closure what it captures.
_MAX_SIZE, _MAX_DEPTH = 64, 4


def parts_of(type_: IrType) -> tuple[IrType, ...]:
    """The types of the parts that have labels of their own; none where the whole has one label."""
    type_ = _opened(type_)
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
    if isinstance(label, bool | str):
        return bool(label)
    if isinstance(label, frozenset):
        return any(is_secret(captured) for _, captures in label for captured in captures)
    return any(map(is_secret, label))


def part(label: Label, number: int) -> Label:
    """The label of a part."""
    if isinstance(label, tuple):
        return label[number]
    return is_secret(label) if isinstance(label, frozenset) else label


def tag(label: Label) -> bool:
    """Whether it is secret which variant there is, or whether an option is present."""
    return part(label, 0) is True


def whole(parts: tuple[Label, ...], type_: IrType) -> Label:
    """The label of a value of a type that has these parts."""
    return limited(_tuple(parts), type_)


def limited(label: Label, type_: IrType) -> Label:
    """A label that is not larger than the limit: else the parts have no parts of their own any more."""
    if not isinstance(label, tuple) or _size(label) <= _MAX_SIZE:
        return label
    return _tuple(tuple(_flat(p, kind) for p, kind in zip(label, parts_of(type_), strict=True)))


def _flat(label: Label, type_: IrType) -> Label:
    if not isinstance(label, tuple) or not is_secret(label):
        return label if not isinstance(label, tuple) else False
    return True if _is_tag_secret(label, type_) else CONTENT


def _size(label: Label) -> int:
    return sum(map(_size, label)) if isinstance(label, tuple) else 1


def _tuple(parts: tuple[Label, ...]) -> Label:
    return next((label for label in (False, True, CONTENT) if all(p is label for p in parts)), parts)


def _is_tag_secret(label: Label, type_: IrType) -> bool:
    """Whether a variant, or whether something is present, is secret anywhere in a value."""
    if not isinstance(label, tuple):
        return label is True and _has_choice(type_)
    kinds = parts_of(type_)
    first = 1 if kinds and isinstance(_opened(type_), IrOption | IrEnum) else 0
    return (first == 1 and tag(label)) or any(_is_tag_secret(label[n], kinds[n]) for n in range(first, len(kinds)))


def _opened(type_: IrType) -> IrType:
    """The type of what is in arrays and boxes."""
    while isinstance(type_, IrArray | IrFixed | IrBox | IrFuture):
        type_ = type_.item
    return type_


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
    if isinstance(one, tuple) or isinstance(other, tuple):
        count = len(one) if isinstance(one, tuple) else len(other)      # type: ignore[arg-type]
        return _tuple(tuple(join(part(one, n), part(other, n)) for n in range(count)))
    return one or other


def meet(one: Label, other: Label) -> Label:
    """What is secret in both."""
    if one is True or other is False:
        return other
    if one is False or other is True:
        return one
    if isinstance(one, tuple) or isinstance(other, tuple):
        count = len(one) if isinstance(one, tuple) else len(other)
        return _tuple(tuple(meet(part(one, n), part(other, n)) for n in range(count)))
    return one


def join_at(label: Label, type_: IrType, path: Path, added: Label) -> Label:
    """A value's label when a part of it, the way to which is `path`, may get what `added` is the label of."""
    if not path:
        return limited(join(label, added), type_)
    kinds = parts_of(type_)
    if not kinds:
        return join(label, is_secret(added))
    parts = [part(label, number) for number in range(len(kinds))]
    parts[path[0]] = join_at(parts[path[0]], kinds[path[0]], path[1:], added)
    return whole(tuple(parts), type_)


def public_at(label: Label, type_: IrType, path: Path) -> Label:
    """A value's label when this part of it is known to be public."""
    kinds = parts_of(type_)
    if not path or not kinds:
        return False
    parts = [part(label, number) for number in range(len(kinds))]
    parts[path[0]] = public_at(parts[path[0]], kinds[path[0]], path[1:])
    return whole(tuple(parts), type_)


def part_at(label: Label, path: Path) -> Label:
    """The label of the part at the end of this way."""
    for number in path:
        label = part(label, number)
    return label


def hides_presence(label: Label, type_: IrType) -> bool:
    """Whether a secret decides if there is something to count: in an option, or an enum with counted payloads, in the value."""
    return label is not False and type_.is_counted and _is_tag_secret(label, type_)


def _has_choice(type_: IrType) -> bool:
    """Whether a counted option or enum is in values of a type."""
    pending, seen = [type_], set[IrType]()
    while pending:
        kind = _opened(pending.pop())
        if kind not in seen and kind.is_counted:
            seen.add(kind)
            if isinstance(kind, IrOption | IrEnum):
                return True
            pending += parts_of(kind)
    return False
