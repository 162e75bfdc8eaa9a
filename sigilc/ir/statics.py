"""Values that are fixed when a program is compiled, as a module keeps them.

    integers, chars     int                     `[T]`, `[T; N]`     tuple of its elements
    floats, bools       float, bool             struct, tuple       tuple of its fields
    unit                None                    enum                `(variant, payload…)`
    str                 bytes (UTF-8)           option              `(payload,)`, or a StaticFault when absent
    box                 what is in it           union               its bytes

What a value means depends on its type, which the static has beside it. Nothing else has a static value: maps, function
values, futures and addresses are made when the program runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.ir.types import IrType


@dataclass(frozen=True, slots=True)
class StaticFault:
    """Why an option is absent; texts are UTF-8."""

    message: bytes
    stage: bytes = b""
    site: bytes = b""
    cause: StaticFault | None = None


@dataclass(eq=False, slots=True)
class IrStatic:
    """A named value; `name` is unique among the module's statics."""

    name: str
    type: IrType
    value: object
