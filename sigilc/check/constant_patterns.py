"""Makes the pattern that matches just the value of a constant."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.types import (
    STR,
    UNIT,
    ArrayType,
    EnumType,
    OptionType,
    PrimType,
    StructType,
    TupleType,
    Type,
    substitute,
)
from sigilc.source.spans import Span


def value_pattern(span: Span, type_: Type, value: Any) -> t.Pattern | None:
    """The pattern of a value, which is as `ir/statics.py` describes it; None where no pattern can match it."""
    match type_:
        case PrimType():
            if type_ == UNIT:
                return t.WildPattern(span, type_)
            return t.ConstPattern(span, type_, value.decode() if type_ == STR else value)
        case ArrayType(item=item):
            found = _numbered(span, [item] * len(value), value)
            return None if found is None else t.SlicePattern(span, type_, [p for _, p in found], None, [])
        case TupleType(items=items):
            found = _numbered(span, list(items), value)
            return None if found is None else t.TuplePattern(span, type_, [p for _, p in found])
        case StructType(decl=decl, args=args):
            found = _numbered(span, [substitute(f.type, _mapping(decl, args)) for f in decl.fields], value)
            return None if found is None else t.StructPattern(span, type_, found)
        case EnumType(decl=decl, args=args):
            variant = decl.variants[value[0]]
            found = _numbered(span, [substitute(f.type, _mapping(decl, args)) for f in variant.fields], value[1:])
            return None if found is None else t.VariantPattern(span, type_, variant, found)
        case OptionType(item=item):
            if not isinstance(value, tuple):
                return t.NonePattern(span, type_, None)
            inner = value_pattern(span, item, value[0])
            return None if inner is None else t.SomePattern(span, type_, inner)
    return None


def _mapping(decl: t.StructDecl | t.EnumDecl, args: tuple[Type, ...]) -> dict[Any, Type]:
    return dict(zip(decl.type_params, args, strict=True))


def _numbered(span: Span, types: list[Type], values: Any) -> list[tuple[int, t.Pattern]] | None:
    found: list[tuple[int, t.Pattern]] = []
    for number, (type_, value) in enumerate(zip(types, values, strict=True)):
        part = value_pattern(span, type_, value)
        if part is None:
            return None
        found.append((number, part))
    return found
