"""Which types are unique: their values move, and end with a call of `drop`."""

from __future__ import annotations

from collections.abc import Iterator

from sigilc.check.impls import bounds_of, find_impl, members
from sigilc.check.typed import TraitDecl
from sigilc.check.types import (
    UNIT,
    AddressType,
    ArrayType,
    DynType,
    EnumType,
    FnType,
    FutureType,
    MapType,
    OptionType,
    ProjectionType,
    SetType,
    StructType,
    TupleType,
    Type,
)

_HOLDERS = (StructType, EnumType, TupleType, OptionType, ArrayType, MapType, SetType)


class UniqueTypes:
    """Answers for the types of one program, each found once. `drop` is the trait, None where nothing names it.

    A type is unique that has an `impl Drop`, and one whose values hold unique values. What a function value has captured,
    and what lies behind `dyn`, can't be seen: such values are shared, and end with the last reference. But what is shared
    must not change: where a method of the trait changes the value, `dyn Trait` is unique if an implementing type is.
    """

    def __init__(self, drop: TraitDecl | None) -> None:
        self.drop = drop if drop is not None and drop.impls else None
        self._known: dict[Type, bool] = {}
        self.with_drop: dict[Type, None] = {}       # the types that were asked for and have an `impl Drop` themselves

    def has_drop(self, type_: Type) -> bool:
        """Whether there is an `impl Drop` for the type itself."""
        has_drop = self.drop is not None and find_impl(self.drop, type_) is not None
        if has_drop:
            self.with_drop[type_] = None
        return has_drop

    def is_unique(self, type_: Type) -> bool:
        """The answer for a type, in which type parameters count as not unique."""
        if self.drop is None:
            return False
        found = self._known.get(type_)
        if found is None:
            found = self._known[type_] = any(map(self.has_drop, _held(type_)))
        return found

    def may_keep(self, result: Type) -> bool:
        """Whether a function value with this result may keep its arguments, so that a call moves them.

        What gives plain data can't hand them on: it is only lent them. An associated type that is not known may be any.
        """
        return result == UNIT or isinstance(result, AddressType | FutureType | ProjectionType) or self.may_end(result)

    def may_end(self, type_: Type) -> bool:
        """Whether the end of a value can be seen: of a unique one, and of one that may have captured such values."""
        return self.is_unique(type_) or (self.drop is not None and any(
            isinstance(held, FnType | DynType) for held in _held(type_)))


def _held(type_: Type) -> Iterator[Type]:
    """A type, and those of all values that one of its values may hold."""
    stack, seen = [type_], set()
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            yield current
            if isinstance(current, _HOLDERS):
                stack += members(current)
            elif isinstance(current, DynType) and changes_itself(current):
                stack += [impl.self_type for impl in current.trait.impls]


def changes_itself(type_: DynType) -> bool:
    """Whether a method of the trait, or of a supertrait, changes the value that stands behind it."""
    return any(function.params and function.params[0].kind == "inout"
               for bound in bounds_of(type_) for function in bound.trait.methods.values())
