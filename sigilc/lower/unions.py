"""Unions of C's: their fields share one memory, so they are read and written through the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.check.typed import Expr
from sigilc.check.types import StructType, Type
from sigilc.ir.ops import Value
from sigilc.lower.functions import FunctionLowering
from sigilc.lower.place import PartPlace


def is_union(fl: FunctionLowering, expr: Expr) -> bool:
    """Whether an expression has a union as its value."""
    type_ = fl.type_of(expr)
    return isinstance(type_, StructType) and type_.decl.is_union


def read_union(fl: FunctionLowering, union: Value, index: int, type_: Type) -> Value:
    """What the bytes of a union are as one of its fields; they may be no value of that."""
    from sigilc.lower.foreign import check_value
    value = fl.builder.get_field(union, index)
    check_value(fl.builder, value, type_)
    return value


@dataclass(slots=True)
class UnionPlace(PartPlace):
    """A field of a union: a copy in a slot, which is written over the beginning of the union."""

    index: int
    formed: list[Value] = field(default_factory=list)

    def form(self, fl: FunctionLowering) -> Value:
        address = self.base.form(fl)
        slot = fl.builder.slot(fl.builder.get_field(fl.builder.peek(address), self.index))
        self.formed = [slot]
        return slot

    def finish(self, fl: FunctionLowering) -> None:
        (slot,) = self.formed
        builder = fl.builder
        address = self.base.settled().form(fl)
        union = builder.peek(address)
        builder.store(address, builder.make_union(union.type, self.index, builder.load(slot), union))
        self.base.finish(fl)
