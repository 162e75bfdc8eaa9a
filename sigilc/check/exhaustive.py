"""Exhaustive and unreachable patterns, after Maranget, "Warnings for pattern matching" (JFP 2007).

Patterns are first brought into a small form: None for anything, a constructor with its parts, an interval of numbers,
or alternatives. `useful` then asks whether a row matches something that the rows above it do not, and shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from sigilc.check import typed as t
from sigilc.check.infer import resolve
from sigilc.check.types import (
    BOOL,
    CHAR,
    ERROR,
    INTEGER_BITS,
    ArrayType,
    EnumType,
    ErrorType,
    FixedType,
    OptionType,
    PrimType,
    StructType,
    TupleType,
    Type,
    is_result,
    substitute,
)


@dataclass(frozen=True, slots=True)
class Constructor:
    """A constructor with its parts. `key`: a variant's index, `some`, `none`, a bool, a text, or "" for the only one."""

    key: object
    parts: tuple[Simple, ...] = ()


@dataclass(frozen=True, slots=True)
class Length:
    """The constructor of arrays of one length; `is_open` also of all longer ones, which no pattern tells apart.

    What no pattern looks at lies behind the first `before` of the `count` elements, or at the end.
    """

    count: int
    is_open: bool = False
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from `low` to `high`, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Either:
    """Alternatives."""

    patterns: tuple[Simple, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """An array of at least as many elements as are named, with anything between the first and the last ones."""

    first: tuple[Simple, ...]
    last: tuple[Simple, ...]


Simple: TypeAlias = "Constructor | Interval | Either | Run | None"
Row: TypeAlias = "tuple[Simple, ...]"


def number_range(type_: Type) -> tuple[int, int] | None:
    """Smallest and largest value of an integer or character type."""
    if type_ == CHAR:
        return 0, 0x10FFFF
    if isinstance(type_, PrimType) and type_.name in INTEGER_BITS:
        bits = INTEGER_BITS[type_.name]
        return (-(1 << bits - 1), (1 << bits - 1) - 1) if type_.name.startswith("i") else (0, (1 << bits) - 1)
    return None


def fields_of(type_: Type, key: object) -> list[Type]:
    """The types of a constructor's parts."""
    if isinstance(type_, OptionType):
        return [type_.item] if key == "some" else []
    if isinstance(type_, ArrayType) and isinstance(key, Length):
        return [type_.item] * key.count
    if isinstance(type_, TupleType):
        return list(type_.items)
    if isinstance(type_, StructType):
        args = dict(zip(type_.decl.type_params, type_.args, strict=True))
        return [resolve(substitute(f.type, args)) for f in type_.decl.fields]
    if isinstance(type_, EnumType) and isinstance(key, int):
        args = dict(zip(type_.decl.type_params, type_.args, strict=True))
        return [resolve(substitute(f.type, args)) for f in type_.decl.variants[key].fields]
    return []


def simplify(pattern: t.Pattern | None) -> Simple:
    """A typed pattern in the small form."""
    match pattern:
        case t.BindPattern():
            return simplify(pattern.sub)
        case t.ConstPattern():
            value = pattern.value
            if isinstance(value, int) and not isinstance(value, bool):
                return Interval(value, value)
            return Constructor(value)
        case t.RangePattern():
            low, high = number_range(resolve(pattern.type)) or (0, 0)
            return Interval(low if pattern.low is None else pattern.low, high if pattern.high is None else pattern.high)
        case t.TuplePattern():
            return Constructor("", tuple(simplify(p) for p in pattern.items))
        case t.StructPattern():
            return Constructor("", spread(pattern.fields, len(fields_of(resolve(pattern.type), ""))))
        case t.VariantPattern():
            return Constructor(pattern.variant.index, spread(pattern.fields, len(pattern.variant.fields)))
        case t.SomePattern():
            return Constructor("some", (simplify(pattern.item),))
        case t.NonePattern():
            return Constructor("none")
        case t.SlicePattern():
            first, last = (tuple(simplify(p) for p in part) for part in (pattern.first, pattern.last))
            is_run = pattern.rest is not None or isinstance(resolve(pattern.type), FixedType)
            return Run(first, last) if is_run else Constructor(Length(len(first) + len(last)), first + last)
        case t.OrPattern():
            return Either(tuple(simplify(p) for p in pattern.alternatives))
    return None


def spread(fields: list[tuple[int, t.Pattern]], count: int) -> tuple[Simple, ...]:
    """Patterns by index, None for the parts that are not looked at."""
    count = max([count, *(index + 1 for index, _ in fields)])      # more, where the value's type is not known
    found: list[Simple] = [None] * count
    for index, pattern in fields:
        found[index] = simplify(pattern)
    return tuple(found)


def expand(rows: list[Row]) -> list[Row]:
    """Rows without alternatives in their first column."""
    found: list[Row] = []
    for row in rows:
        if row and isinstance(row[0], Either):
            found += expand([(p, *row[1:]) for p in row[0].patterns])
        else:
            found.append(row)
    return found


def all_constructors(type_: Type) -> list[object] | None:
    """The keys of all constructors of a type; None where there are too many to list."""
    if type_ == BOOL:
        return [True, False]
    if isinstance(type_, OptionType):
        return ["some", "none"]
    if isinstance(type_, EnumType):
        return list(range(len(type_.decl.variants)))
    if isinstance(type_, TupleType | StructType):
        return [""]
    return None


def useful(rows: list[Row], row: Row, types: list[Type]) -> list[str] | None:
    """What `row` matches and no one of `rows` does, a text a column; None where there is nothing."""
    if not types:
        return None if rows else []
    rows = expand(rows)
    head, type_ = row[0], types[0]
    if isinstance(head, Either):
        return next((w for p in head.patterns if (w := useful(rows, (p, *row[1:]), types)) is not None), None)
    numbers = number_range(type_)
    if numbers is not None:
        return useful_numbers(rows, row, types, numbers)
    if isinstance(type_, FixedType):
        return useful_fixed(rows, row, types, type_.count)
    if isinstance(type_, ArrayType):
        return useful_lengths(rows, row, types)
    keys = all_constructors(type_)
    if isinstance(head, Constructor):
        return specialised(rows, row, types, head.key)
    used = [r[0].key for r in rows if isinstance(r[0], Constructor)]
    if keys is None or any(k not in used for k in keys):
        rest = useful([r[1:] for r in rows if r[0] is None], row[1:], types[1:])
        if rest is not None:
            missing = next((k for k in keys or [] if k not in used), None)
            shown = "_" if missing is None or not used else show(type_, missing, ["_"] * len(fields_of(type_, missing)))
            return [shown, *rest]
        if keys is None:
            candidates: list[object] = list(dict.fromkeys(used))
        else:
            candidates = [k for k in keys if k in used]
    else:
        candidates = keys
    return next((w for k in candidates if (w := specialised(rows, row, types, k)) is not None), None)


def specialised(rows: list[Row], row: Row, types: list[Type], key: object) -> list[str] | None:
    """`useful` where the first column is one constructor."""
    fields = fields_of(types[0], key)
    if isinstance(types[0], ErrorType):
        heads = [r[0] for r in (row, *rows) if isinstance(r[0], Constructor) and r[0].key == key]
        fields = [ERROR] * max(len(h.parts) for h in heads)

    def open_(r: Row) -> Row | None:
        if r[0] is None:
            return (*[None] * len(fields), *r[1:])
        if isinstance(r[0], Constructor) and r[0].key == key:
            return (*r[0].parts, *[None] * (len(fields) - len(r[0].parts)), *r[1:])
        return None

    opened = open_(row)
    assert opened is not None
    inner = [o for r in rows if (o := open_(r)) is not None]
    witness = useful(inner, opened, [*fields, *types[1:]])
    if witness is None:
        return None
    return [show(types[0], key, witness[:len(fields)]), *witness[len(fields):]]


def useful_lengths(rows: list[Row], row: Row, types: list[Type]) -> list[str] | None:
    """`useful` where the first column is an array: one constructor a length, up to where no pattern tells more apart."""
    def named(p: Simple) -> int:
        if isinstance(p, Run):
            return len(p.first) + len(p.last)
        return p.key.count if isinstance(p, Constructor) and isinstance(p.key, Length) else 0

    def at(r: Row, length: Length) -> Row | None:
        p = r[0]
        if p is None:
            return (Constructor(length, (None,) * length.count), *r[1:])
        if isinstance(p, Run):
            between = length.count - len(p.first) - len(p.last)
            return (Constructor(length, (*p.first, *[None] * between, *p.last)), *r[1:]) if between >= 0 else None
        if isinstance(p, Constructor) and isinstance(p.key, Length) and p.key.count == length.count and not length.is_open:
            return (Constructor(length, p.parts), *r[1:])
        return None

    most = max([named(r[0]) for r in [row, *rows]]) + 1
    for count in range(most + 1):
        length = Length(count, count == most)
        opened = at(row, length)
        if opened is None:
            continue
        inner = [o for r in rows if (o := at(r, length)) is not None]
        witness = specialised(inner, opened, types, length)
        if witness is not None:
            return witness
    return None


def useful_numbers(rows: list[Row], row: Row, types: list[Type], numbers: tuple[int, int]) -> list[str] | None:
    """`useful` where the first column is a number: split at the ends of all intervals."""
    head = row[0]
    low, high = (head.low, head.high) if isinstance(head, Interval) else numbers
    cuts = {low, high + 1}
    for r in rows:
        if isinstance(r[0], Interval):
            cuts |= {c for c in (r[0].low, r[0].high + 1) if low < c <= high}
    ends = sorted(cuts)
    for begin, end in pairwise(ends):
        inner = [r[1:] for r in rows if r[0] is None or (isinstance(r[0], Interval) and r[0].low <= begin
                 and end - 1 <= r[0].high)]
        rest = useful(inner, row[1:], types[1:])
        if rest is not None:
            whole = (begin, end - 1) == numbers
            return ["_" if whole else show_interval(types[0], begin, end - 1, numbers), *rest]
    return None


def useful_fixed(rows: list[Row], row: Row, types: list[Type], count: int) -> list[str] | None:
    """`useful` where the first column is an array of fixed length: one constructor with the elements that are named."""
    runs = [r[0] for r in [row, *rows] if isinstance(r[0], Run)]
    first, last = (max((len(part) for part in parts), default=0)
                   for parts in ([r.first for r in runs], [r.last for r in runs]))
    length = Length(count) if first + last >= count else Length(first + last, True, first)

    def at(r: Row) -> Row:
        run = r[0] if isinstance(r[0], Run) else Run((), ())
        between: Row = (None,) * (length.count - len(run.first) - len(run.last))
        return (Constructor(length, (*run.first, *between, *run.last)), *r[1:])

    return specialised([at(r) for r in rows], at(row), types, length)


def show_interval(type_: Type, low: int, high: int, numbers: tuple[int, int]) -> str:
    """An interval as a pattern."""
    def number(n: int) -> str:
        return repr(chr(n)) if type_ == CHAR and not 0xD800 <= n < 0xE000 else str(n)
    if low == high:
        return number(low)
    if high == numbers[1]:
        return f"{number(low)}.."
    return f"..={number(high)}" if low == numbers[0] else f"{number(low)}..={number(high)}"


def show(type_: Type, key: object, parts: list[str]) -> str:
    """A constructor as a pattern."""
    if isinstance(type_, ErrorType):
        return "_"
    if isinstance(key, bool):
        return str(key).lower()
    if key in ("some", "none"):
        return f"Some({parts[0]})" if key == "some" else "None"
    if isinstance(key, Length):
        at = len(parts) if key.before is None else key.before
        return f"[{', '.join([*parts[:at], '..', *parts[at:]] if key.is_open else parts)}]"
    if isinstance(type_, TupleType):
        return f"({', '.join(parts)})"
    if isinstance(type_, EnumType) and isinstance(key, int):
        variant = type_.decl.variants[key]
        name = variant.name if is_result(type_) else f"{type_.decl.name}·{variant.name}"
        return name + show_fields(variant.fields, parts, variant.has_names)
    if isinstance(type_, StructType):
        return type_.decl.name + show_fields(type_.decl.fields, parts, not type_.decl.is_tuple)
    return f'"{key}"' if isinstance(key, str) else str(key)


def show_fields(fields: list[t.Field], parts: list[str], has_names: bool) -> str:
    """A payload as a pattern."""
    if not fields:
        return ""
    if all(p == "_" for p in parts) and has_names:
        return " { .. }"
    if has_names:
        return " { " + ", ".join(f"{f.name}: {p}" for f, p in zip(fields, parts, strict=True)) + " }"
    return f"({', '.join(parts)})"


def check_match(type_: Type, arms: list[tuple[t.Pattern, bool]]) -> tuple[str | None, list[int]]:
    """For arms (pattern, has a guard): a value that none covers, or None; and the indices of unreachable arms."""
    types = [resolve(type_)]
    rows: list[Row] = []
    unreachable: list[int] = []
    for index, (pattern, is_guarded) in enumerate(arms):
        row: Row = (simplify(pattern),)
        if useful(rows, row, types) is None:
            unreachable.append(index)
        if not is_guarded:
            rows.append(row)
    everything: Row = (None,)
    witness = useful(rows, everything, types)
    return (witness[0] if witness else None), unreachable


