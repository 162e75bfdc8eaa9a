"""The typed tree: patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check.types import Type
from sigilc.source.records import record
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.typed_declarations import Variable, Variant


@record
class Pattern:
    """Base of patterns; `type` is the type of what is matched."""

    span: Span
    type: Type


@record
class WildPattern(Pattern):
    """`_`, and `..` in tuples (repeated as often as needed)."""


@record
class BindPattern(Pattern):
    """`name` or `name @ sub`; marks are on the variable. Matching `&mut place`, the variable has kind `inout`."""

    variable: Variable
    sub: Pattern | None = None


@record
class ConstPattern(Pattern):
    """A literal: int, float, bool, `str` (text), bytes, or a char (int code point; type CHAR)."""

    value: object


@record
class RangePattern(Pattern):
    """`a..=b`, `a..`, `..=b` over integers, chars; both ends inclusive, None for open."""

    low: int | None
    high: int | None


@record
class TuplePattern(Pattern):
    """One pattern a slot."""

    items: list[Pattern]


@record
class StructPattern(Pattern):
    """Patterns for the fields named, by index; the others are not looked at."""

    fields: list[tuple[int, Pattern]]


@record
class VariantPattern(Pattern):
    """A variant with patterns for its payload's fields, by index."""

    variant: Variant
    fields: list[tuple[int, Pattern]]


@record
class SomePattern(Pattern):
    """`Some(p)`."""

    item: Pattern


@record
class NonePattern(Pattern):
    """`None` or `None(why)`; `why` has type Fault, its message is reported."""

    why: Variable | None


@record
class SlicePattern(Pattern):
    """`[a, .., z]` over an array: the first elements, what stands for those between, the last ones.

    `rest` is None where the length must be just that of the elements named; else a pattern over the part between, `[T]`.
    """

    first: list[Pattern]
    rest: Pattern | None
    last: list[Pattern]


@record
class OrPattern(Pattern):
    """Alternatives; all bind the same Variable objects."""

    alternatives: list[Pattern]
