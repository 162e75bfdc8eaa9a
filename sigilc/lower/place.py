"""What every kind of place can do, and the places that are parts of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from sigilc.ir.builder import target_type
from sigilc.ir.ops import Value

if TYPE_CHECKING:
    from sigilc.lower.functions import FunctionLowering


@dataclass(slots=True)
class Place:
    """A place whose indices have been evaluated. `form` emits its address, `finish` what must follow its writing.

    `look` emits what it holds: a view, until a part or a beginning of the place is written.
    """

    def form(self, fl: FunctionLowering) -> Value:
        """The address; this may write (make a buffer unique, insert a default)."""
        raise NotImplementedError

    def look(self, fl: FunctionLowering) -> Value:
        """The value; unlike forming the address this makes no buffer unique on the way, so that earlier views stay."""
        address = self.form(fl)
        return fl.builder.peek(address) if target_type(address.type).is_viewed else fl.builder.load(address)

    def finish(self, fl: FunctionLowering) -> None:
        """Writes back what the address only stood for."""

    def settled(self) -> Place:
        """The same place once it has been formed: the entries of maps are there, forming it inserts none."""
        return self


@dataclass(slots=True)
class VariablePlace(Place):
    """A variable in memory."""

    address: Value

    def form(self, fl: FunctionLowering) -> Value:
        return self.address


@dataclass(slots=True)
class PartPlace(Place):
    """A place inside of another."""

    base: Place

    def finish(self, fl: FunctionLowering) -> None:
        self.base.finish(fl)

    def settled(self) -> Place:
        return replace(self, base=self.base.settled())


@dataclass(slots=True)
class FieldPlace(PartPlace):
    """A field of a struct, or a slot of a tuple."""

    index: int

    def form(self, fl: FunctionLowering) -> Value:
        return fl.builder.field_addr(self.base.form(fl), self.index)

    def look(self, fl: FunctionLowering) -> Value:
        return fl.builder.get_field(self.base.look(fl), self.index)


@dataclass(slots=True)
class ElementPlace(PartPlace):
    """An element of an array; its index is known to be in bounds unless `checked`."""

    index: Value
    checked: bool = True

    def form(self, fl: FunctionLowering) -> Value:
        return fl.builder.element_addr(self.base.form(fl), self.index, checked=self.checked)

    def look(self, fl: FunctionLowering) -> Value:
        return fl.builder.array_get(self.base.look(fl), self.index, checked=self.checked)


@dataclass(slots=True)
class PayloadPlace(PartPlace):
    """A payload field of an enum, or (variant -1) of an option, that is known to be there."""

    variant: int
    index: int

    def form(self, fl: FunctionLowering) -> Value:
        return fl.builder.payload_addr(self.base.form(fl), self.variant, self.index)

    def look(self, fl: FunctionLowering) -> Value:
        value = self.base.look(fl)
        return fl.builder.unwrap(value) if self.variant < 0 else fl.builder.enum_payload(value, self.variant, self.index)


def values_of(place: Place) -> Iterator[Value]:
    """The values that a place is formed from: the address where it begins, indices, and keys."""
    for field in fields(place):
        value = getattr(place, field.name)
        if isinstance(value, Place):
            yield from values_of(value)
        elif isinstance(value, Value):
            yield value


def rebase(place: Place, other: Callable[[Value], Value]) -> Place:
    """The same place formed from other values: those that stand for them in another function."""
    changes: dict[str, Place | Value] = {}
    for field in fields(place):
        value = getattr(place, field.name)
        if isinstance(value, Place):
            changes[field.name] = rebase(value, other)
        elif isinstance(value, Value):
            changes[field.name] = other(value)
    return replace(place, **changes)
