"""The typed tree: patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sigilc.check.types import Type
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.typed_declarations import Variable, Variant


@dataclass(eq=False, slots=True)
class Pattern:
    """Base of patterns; `type` is the type of what is matched."""

    span: Span
    type: Type


@dataclass(eq=False, slots=True)
class WildPattern(Pattern):
    """`_`, and `..` in tuples (repeated as often as needed)."""


@dataclass(eq=False, slots=True)
class BindPattern(Pattern):
    """`name` or `name @ sub`; marks are on the variable. Matching `&mut place`, the variable has kind `inout`."""

    variable: Variable
    sub: Pattern | None = None


@dataclass(eq=False, slots=True)
class ConstPattern(Pattern):
    """A literal: int, float, bool, `str` (text), bytes, or a char (int code point; type CHAR)."""

    value: object


@dataclass(eq=False, slots=True)
class RangePattern(Pattern):
    """`a..=b`, `a..`, `..=b` over integers, chars; both ends inclusive, None for open."""

    low: int | None
    high: int | None


@dataclass(eq=False, slots=True)
class TuplePattern(Pattern):
    """One pattern a slot."""

    items: list[Pattern]


@dataclass(eq=False, slots=True)
class StructPattern(Pattern):
    """Patterns for the fields named, by index; the others are not looked at."""

    fields: list[tuple[int, Pattern]]


@dataclass(eq=False, slots=True)
class VariantPattern(Pattern):
    """A variant with patterns for its payload's fields, by index."""

    variant: Variant
    fields: list[tuple[int, Pattern]]


@dataclass(eq=False, slots=True)
class SomePattern(Pattern):
    """`Some(p)`."""

    item: Pattern


@dataclass(eq=False, slots=True)
class NonePattern(Pattern):
    """`None` or `None(why)`; `why` has type Fault, its message is reported."""

    why: Variable | None


@dataclass(eq=False, slots=True)
class SlicePattern(Pattern):
    """`[a, .., z]` over an array: the first elements, what stands for those between, the last ones.

    `rest` is None where the length must be just that of the elements named; else a pattern over the part between, `[T]`.
    """

    first: list[Pattern]
    rest: Pattern | None
    last: list[Pattern]


@dataclass(eq=False, slots=True)
class OrPattern(Pattern):
    """Alternatives; all bind the same Variable objects."""

    alternatives: list[Pattern]
