"""Text from values: interpolation, format specs, and the debug text of aggregates.

Text is built in a STR slot by the runtime's `text_append_*`, `text_debug_*` and `text_format_*`; aggregates by a
function made on demand for each type (see `text_functions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sigilc.check import typed
from sigilc.check.typed import FormatSpec
from sigilc.check.types import BOOL, CHAR, STR, Type, is_float, is_integer
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.ops import Value
from sigilc.ir.types import I64 as IR_I64
from sigilc.lower.functions import Diverges, FunctionLowering, Lowerings
from sigilc.lower.text_style import DEBUG, PLAIN, Style, style_of

if TYPE_CHECKING:
    from sigilc.lower.program import ProgramLowering

@dataclass(slots=True)
class TextWriter:
    """Writes values at the end of the text in `place`."""

    program: ProgramLowering
    builder: FunctionBuilder
    place: Value

    def static(self, text: str) -> None:
        """Fixed text."""
        if text:
            self.builder.call_runtime("text_append", [self.place, self.builder.const_text(text)])

    def value(self, value: Value, type_: Type, style: Style = PLAIN) -> None:
        """A value in a style."""
        self.program.text_functions.append(self.builder, self.place, value, type_, style)


def is_plain(spec: FormatSpec) -> bool:
    """Whether a spec asks for nothing but the value's own text."""
    return style_of(spec, 0 if spec.width is not None else None, 0 if spec.precision is not None else None) == PLAIN


def lowered_style(fl: FunctionLowering, spec: FormatSpec) -> Style:
    """The style of a spec, whose width and precision are evaluated here."""
    width, precision = (fl.builder.cast(fl.value(m), IR_I64) if isinstance(m, typed.Expr) else m
                        for m in (spec.width, spec.precision))
    return style_of(spec, width, precision)


def lower_interpolate(fl: FunctionLowering, expr: typed.Interpolate) -> Value:
    """Text with values in it: the parts are evaluated and appended in order."""
    builder = fl.builder
    parts = _merge_static(expr.parts)
    if not parts:
        return builder.const_text("")
    first = parts[0]
    if len(parts) == 1:
        if isinstance(first, str):
            return builder.const_text(first)
        if fl.type_of(first[0]) == STR and is_plain(first[1]):
            return fl.value(first[0])
    place = builder.slot(builder.const_text(first if isinstance(first, str) else ""), "text")
    writer = TextWriter(fl.program, builder, place)
    for part in parts[1:] if isinstance(first, str) else parts:
        if isinstance(part, str):
            writer.static(part)
        else:
            value = fl.view(part[0], *part[1].measures)
            writer.value(value, fl.type_of(part[0]), lowered_style(fl, part[1]))
    return builder.load(place)


def _merge_static(parts: Sequence[str | tuple[typed.Expr, FormatSpec]]) -> list[str | tuple[typed.Expr, FormatSpec]]:
    """Adjacent fixed texts as one; interpolated literals without a spec are fixed too."""
    merged: list[str | tuple[typed.Expr, FormatSpec]] = []
    for part in parts:
        if not isinstance(part, str) and isinstance(part[0], typed.Literal) and isinstance(part[0].value, str) \
                and is_plain(part[1]):
            part = part[0].value
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged


def appends_to(fl: FunctionLowering, expr: typed.Interpolate, variable: typed.Variable) -> bool:
    """Whether a text is that of a variable, which comes first, with more behind it that can be appended piece by piece.

    What is behind it must neither write the variable, nor have a text that user code makes: that might panic halfway.
    """
    first = expr.parts[0] if expr.parts else ""
    if (isinstance(first, str) or not isinstance(first[0], typed.Local) or first[0].variable is not variable
            or variable.type != STR or not is_plain(first[1]) or first[1].kind != ""):
        return False
    values = [p[0] for p in expr.parts[1:] if not isinstance(p, str)]
    return not fl.may_write(values) and all(_has_plain_text(fl, value) for value in values)


def _has_plain_text(fl: FunctionLowering, expr: typed.Expr) -> bool:
    type_ = fl.type_of(expr)
    is_scalar = is_integer(type_) or is_float(type_) or type_ in (STR, BOOL, CHAR)
    return is_scalar and fl.program.own_method("Display", "text", type_) is None


def append_text(fl: FunctionLowering, place: Value, expr: typed.Interpolate) -> None:
    """`text = "{text}…"` without a copy. The parts are evaluated before the first is appended: one may panic."""
    parts = [p if isinstance(p, str) else (fl.value(p[0]), fl.type_of(p[0]), lowered_style(fl, p[1]))
             for p in _merge_static(expr.parts[1:])]
    writer = TextWriter(fl.program, fl.builder, place)
    for part in parts:
        if isinstance(part, str):
            writer.static(part)
        else:
            writer.value(*part)


def panic_with(fl: FunctionLowering, parts: Sequence[str | tuple[Value, Type]]) -> None:
    """Panics with a text of fixed parts and debug texts; ends the block."""
    builder = fl.builder
    place = builder.slot(builder.const_text(""))
    writer = TextWriter(fl.program, builder, place)
    for part in parts:
        if isinstance(part, str):
            writer.static(part)
        else:
            writer.value(*part, DEBUG)
    builder.panic(builder.load(place))


def lower_panic(fl: FunctionLowering, expr: typed.Panic) -> Value:
    """`panic(text)`."""
    fl.builder.panic(fl.value(expr.message))
    raise Diverges


LOWERINGS: Lowerings = {typed.Interpolate: lower_interpolate, typed.Panic: lower_panic}
