"""Checks literals and interpolated text."""

from __future__ import annotations

import math
import re
from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import BodyBase
from sigilc.check.infer import resolve, settled, shallow, unify
from sigilc.check.types import (
    BOOL,
    CHAR,
    DURATION,
    F32,
    FLOAT_BITS,
    INTEGER_BITS,
    STR,
    U8,
    UNIT,
    USIZE,
    ArrayType,
    DynType,
    EnumType,
    ErrorType,
    FixedType,
    FnType,
    FutureType,
    InferVar,
    OptionType,
    ParamType,
    PrimType,
    ProjectionType,
    StructType,
    Type,
    is_float,
    is_integer,
    is_numeric,
)
from sigilc.syntax import ast

_SUFFIX = re.compile(r"(?:[ui](?:8|16|32|64|128|size)|f32|f64)\Z")
_MEASURE = r"[0-9]+\$?|[^\W\d]\w*\$"      # a number, or with `$` an argument's position or a variable
_SPEC = re.compile(rf"(?:(?P<fill>.)?(?P<align>[<^>]))?(?P<sign>\+)?(?P<alternate>#)?(?P<zero>0(?!\$))?(?P<width>{_MEASURE})?"
                   rf"(?:\.(?P<precision>\*|{_MEASURE}))?(?P<kind>[xX]?\?|[xXobeE])?\Z", re.S)
_POSITION = re.compile(r"(?<!\w)([0-9]+)\$")
_LARGEST_F32 = 3.4028235677973366e38     # from here on a number is rounded to infinity
_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}


def limits(type_: Type) -> tuple[int, int]:
    """Smallest and largest value of an integer type."""
    bits = INTEGER_BITS[type_.name]  # type: ignore[attr-defined]
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if type_.name.startswith("i") else (0, (1 << bits) - 1)  # type: ignore[attr-defined]


class FurtherArguments:
    """The arguments behind a text with `{}` places: `next` is the number of the one that the next place shows."""

    def __init__(self, trees: list[Any] | None) -> None:
        self.are_possible = trees is not None
        self.trees = trees or []
        self.next = 0
        self.used: set[int] = set()
        self.measures: set[int] = set()         # those that a `1$` refers to
        self.kept: dict[int, t.Variable] = {}
        self.lets: list[t.Expr] = []

    def unused(self) -> Any:
        """The first argument that nothing shows, or None."""
        return next((tree for number, tree in enumerate(self.trees) if number not in self.used), None)


class Literals(BodyBase):
    """Methods of Body."""

    def expr(self, node: Any, expected: Type | None = None) -> t.Expr:
        """Checks an expression; given by expressions.py."""
        raise NotImplementedError

    def check_Int(self, node: Any, expected: Type | None, negative: bool = False) -> t.Expr:
        """An integer literal: of its suffix's type, of the expected one, or to be inferred."""
        text = node.text.replace("_", "")
        suffix = _SUFFIX.search(text) if not text.startswith("0x") or text.count("u") + text.count("i") else None
        type_: Type
        if suffix:
            text = text[:suffix.start()]
            type_ = PrimType(suffix[0])
        else:
            type_ = self.literal_type(expected, "int")
        if not text or text in ("0x", "0o", "0b"):
            return self.error_expr(self.span(node))     # the lexer has complained
        try:
            value = -int(text, 0 if text[:2] in ("0x", "0o", "0b") else 10) if negative else \
                int(text, 0 if text[:2] in ("0x", "0o", "0b") else 10)
        except ValueError:
            return self.error_expr(self.span(node))
        if is_float(type_):
            raise self.error("E0201", f"expected `{type_}`, found an integer literal", node, "this is an integer",
                             f"write `{text}.0`")
        literal = t.Literal(self.span(node), type_, value)
        self.deferred.append(lambda: self.check_range(literal, node))
        return literal

    def check_range(self, literal: t.Literal, node: Any) -> None:
        """Whether an integer literal fits its type."""
        type_ = settled(literal.type)
        if not is_integer(type_):
            return
        low, high = limits(type_)
        if not low <= literal.value <= high:  # type: ignore[operator]
            self.error("E0209", f"`{literal.value}` does not fit into `{type_}`", node,
                       f"`{type_}` holds {low} to {high}", "use a wider type, or another value")

    def literal_type(self, expected: Type | None, kind: str) -> Type:
        """The type of a literal without suffix: what is expected where that fits, else an unknown of its kind."""
        wanted = shallow(expected) if expected is not None else None
        while isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        if (isinstance(wanted, InferVar) and wanted.kind == kind) or (kind == "int" and wanted is not None and (
                is_integer(wanted) or is_float(wanted))) or (kind == "float" and wanted is not None and is_float(wanted)):
            return wanted
        return InferVar(kind)

    def check_Float(self, node: Any, expected: Type | None, negative: bool = False) -> t.Expr:
        """A float literal."""
        text = node.text.replace("_", "")
        suffix = _SUFFIX.search(text)
        type_ = PrimType(suffix[0]) if suffix and suffix[0] in FLOAT_BITS else self.literal_type(expected, "float")
        value = float(text[:suffix.start()] if suffix else text)
        literal = t.Literal(self.span(node), type_, -value if negative else value)
        if abs(value) > _LARGEST_F32:
            self.deferred.append(lambda: self.check_float_range(literal, node))
        return literal

    def check_float_range(self, literal: t.Literal, node: Any) -> None:
        """Whether a float literal that is large is not too large."""
        type_ = settled(literal.type)
        if type_ == F32 or math.isinf(literal.value):  # type: ignore[arg-type]
            self.error("E0209", f"`{node.text}` does not fit into `{type_}`", node,
                       f"`{type_}` holds up to {'3.4e38' if type_ == F32 else '1.8e308'}",
                       "use a smaller value; infinity is `1.0 / 0.0`")

    def check_Bool(self, node: Any, expected: Type | None) -> t.Expr:
        """`true`, `false`."""
        return t.Literal(self.span(node), BOOL, node.text == "true")

    def check_Char(self, node: Any, expected: Type | None) -> t.Expr:
        """`'x'`."""
        if len(node.text) != 1:
            raise self.error("E0009", "a character literal holds one character", node, f"this has {len(node.text)}",
                             'write text in double quotes: `"…"`')
        return t.Literal(self.span(node), CHAR, ord(node.text))

    def check_Byte(self, node: Any, expected: Type | None) -> t.Expr:
        """`b'x'`."""
        return t.Literal(self.span(node), U8, ord(node.text) if len(node.text) == 1 else 0)

    def check_Bytes(self, node: Any, expected: Type | None) -> t.Expr:
        """`b"bytes"`, a `[u8]`, or an array of this length where one is expected."""
        span, data = self.span(node), node.text.encode("latin-1", "replace")
        wanted = shallow(expected) if expected is not None else None
        while isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        if isinstance(wanted, FixedType) and wanted.count == len(data) and shallow(wanted.item) == U8:
            return t.MakeArray(span, wanted, [t.Literal(span, U8, byte) for byte in data])
        return t.Literal(span, ArrayType(U8), data)

    def check_String(self, node: Any, expected: Type | None) -> t.Expr:
        """`"text"`."""
        return t.Literal(self.span(node), STR, node.text)

    def check_Unit(self, node: Any, expected: Type | None) -> t.Expr:
        """`()`."""
        return t.Literal(self.span(node), UNIT, None)

    def check_Duration(self, node: Any, expected: Type | None) -> t.Expr:
        """`250us`, in nanoseconds."""
        match = re.match(r"([0-9_.]+)([a-z]+)\Z", node.text)
        assert match is not None
        return t.Literal(self.span(node), DURATION, round(float(match[1].replace("_", "")) * _UNITS[match[2]]))

    def implements(self, type_: Type, name: str) -> bool:
        """Whether a type implements a trait of the prelude; given by trait_uses.py."""
        raise NotImplementedError

    # ---- Interpolation ------------------------------------------------------------------------------------------------

    def check_Interpolated(self, node: Any, expected: Type | None, further: list[Any] | None = None) -> t.Expr:
        """`"text {value:spec}"`; `further` are the arguments that fill `{}` places."""
        parts: list[str | tuple[t.Expr, t.FormatSpec]] = []
        given = FurtherArguments(further)
        given.measures = {int(n) for p in node.parts if not isinstance(p, str) for n in _POSITION.findall(p.spec or "")}
        for part in node.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            match = _SPEC.match(part.spec or "")
            if match is None:
                raise self.error("E0009", f"`{part.spec}` is no format", part, "not understood",
                                 "a format is [[fill]align][+][#][0][width][.precision][? x? X? x X o b e E]")
            # Of two arguments the precision is the first: `{:.*}`.
            precision = self.measure(self.next_argument(given, part), part) if match["precision"] == "*" else \
                self.measure_of(match["precision"], given, part)
            value = self.expr(part.value) if part.value is not None else self.next_argument(given, part)
            spec = t.FormatSpec(match["fill"] or " ", match["align"] or "", bool(match["sign"]), bool(match["alternate"]),
                                bool(match["zero"]), self.measure_of(match["width"], given, part), precision,
                                match["kind"] or "")
            parts.append((value, spec))
            self.deferred.append(lambda v=value, s=spec: self.check_shown(v, s))  # type: ignore[misc]
        unused = given.unused()
        if unused is not None:
            raise self.error("E0202", "there are more arguments than `{}` places", unused, "this one has no place",
                             "add a `{}` to the text")
        text = t.Interpolate(self.span(node), STR, parts)
        return t.Block(text.span, STR, given.lets, text) if given.lets else text

    def next_argument(self, given: FurtherArguments, part: Any) -> t.Expr:
        """The argument that the next `{}` place shows."""
        number = given.next
        given.next += 1
        if number < len(given.trees):
            return self.argument_at(given, number, False)
        raise self.error("E0202", "this `{}` has no argument" if given.are_possible else "this `{}` is empty", part,
                         "nothing to show here", "write the value between the braces: `{value}`")

    def argument_at(self, given: FurtherArguments, number: int, is_measure: bool) -> t.Expr:
        """A further argument; one that is a measure too is kept in a variable, for it must be evaluated once."""
        given.used.add(number)
        known = given.kept.get(number)
        if known is None and not is_measure and number not in given.measures:
            return self.expr(given.trees[number])
        if known is None:
            value = self.expr(given.trees[number], USIZE)
            known = given.kept[number] = t.Variable("measure", value.type, value.span)
            given.lets.append(t.Let(value.span, UNIT, t.BindPattern(value.span, value.type, known), value))
        return t.Local(known.span, known.type, known)

    def measure_of(self, written: str | None, given: FurtherArguments, part: Any) -> int | t.Expr | None:
        """A width or precision: a number, `name$`, or the position of an argument, `1$`."""
        if written is None or not written.endswith("$"):
            return None if written is None else int(written)
        name = written[:-1]
        if not name.isdecimal():
            return self.measure(self.expr(ast.Path(part.start, part.end, name)), part)
        if int(name) >= len(given.trees):
            raise self.error("E0202", f"there is no argument {name} for `{written}`", part, "refers to nothing",
                             "the first argument behind the text is `0$`")
        return self.measure(self.argument_at(given, int(name), True), part)

    def measure(self, value: t.Expr, part: Any) -> t.Expr:
        """A width or precision that is known at run time."""
        if not unify(value.type, USIZE):
            raise self.error("E0201", f"expected `usize`, found `{resolve(value.type)}`", part,
                             "a width or precision is a `usize`",
                             "convert it: `let width = n as usize`" if is_integer(shallow(value.type)) else "")
        return value

    def check_shown(self, value: t.Expr, spec: t.FormatSpec) -> None:
        """Whether a value can be shown in this format."""
        type_ = settled(value.type)
        is_debug = spec.kind.endswith("?")
        if isinstance(type_, OptionType) and not is_debug:
            self.error("E0303", "an uncertain value is shown as if it were present", value,
                       f"this is `{type_}`: it may be absent", "show it as `{…:?}`, or handle absence with `?? default`")
        elif isinstance(type_, FnType | FutureType):
            self.error("E0204", f"a value of type `{type_}` has no text", value, "this can't be shown")
        elif is_debug and not isinstance(type_, ParamType | ProjectionType | ErrorType) and not self.implements(type_, "Debug"):
            self.error("E0204", f"`{type_}` has no debug text", value, f"this is `{type_}`",
                       "functions, futures and what lies behind `dyn` have none: show other parts")
        elif not is_debug and isinstance(type_, StructType | EnumType | ParamType | ProjectionType | DynType) \
                and not self.implements(type_, "Display"):
            is_param = isinstance(type_, ParamType | ProjectionType)
            self.error("E0204", f"`{type_}` has no display text", value, f"this is `{type_}`",
                       f"state a bound: `{type_}: Display`" if is_param else
                       "show its parts, or the whole for debugging: `{…:?}`")
        elif spec.kind in ("x", "X", "o", "b") and not is_integer(type_) and not isinstance(type_, ErrorType):
            self.error("E0204", f"the format `{spec.kind}` is for integers", value, f"this is `{type_}`")
        elif spec.kind in ("e", "E") and not is_numeric(type_) and not isinstance(type_, ErrorType):
            self.error("E0204", f"the format `{spec.kind}` is for numbers", value, f"this is `{type_}`")

    def text_argument(self, arguments: list[Any], node: Any) -> t.Expr:
        """The text that `println`, `format`, `panic` are called with."""
        if not arguments:
            return t.Literal(self.span(node), STR, "")
        first = arguments[0]
        if isinstance(first, ast.Interpolated):
            return self.check_Interpolated(first, None, arguments[1:])
        if len(arguments) > 1:
            raise self.error("E0202", "only a literal text has `{}` places for further arguments", arguments[1],
                             "this has no place", 'begin with a text: `println("{} {}", a, b)`')
        value = self.expr(first)
        if shallow(value.type) == STR:
            return value
        self.deferred.append(lambda: self.check_shown(value, t.FormatSpec()))
        return t.Interpolate(value.span, STR, [(value, t.FormatSpec())])
