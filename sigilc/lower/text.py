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
from sigilc.check.types import BOOL, CHAR, STR, UNIT, Type, is_float, is_integer
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.ops import Value
from sigilc.ir.runtime_abi import TEXT_FLAGS
from sigilc.ir.types import CHAR as IR_CHAR
from sigilc.ir.types import F64 as IR_F64
from sigilc.ir.types import I64 as IR_I64
from sigilc.ir.types import U32 as IR_U32
from sigilc.ir.types import U64 as IR_U64
from sigilc.ir.types import IrFloat, IrInt
from sigilc.lower.functions import Diverges, FunctionLowering, Lowerings
from sigilc.lower.text_functions import TextStyle

if TYPE_CHECKING:
    from sigilc.lower.program import ProgramLowering

PLAIN = FormatSpec()


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

    def value(self, value: Value, type_: Type, spec: FormatSpec = PLAIN) -> None:
        """A value by its format spec."""
        if is_integer(type_):
            self._integer(value, spec)
        elif is_float(type_):
            self._float(value, spec)
        elif type_ == STR and spec.kind == "":
            if spec.width is None and spec.precision is None:
                self.builder.call_runtime("text_append", [self.place, value])
            else:
                self._padded(value, spec)
        elif spec.width is None:
            self._unpadded(self.place, value, type_, spec)
        else:
            whole = self.builder.slot(self.builder.const_text(""))
            self._unpadded(whole, value, type_, spec)
            self._padded(self.builder.peek(whole), spec, keeps_precision=type_ in (BOOL, CHAR))

    def _unpadded(self, place: Value, value: Value, type_: Type, spec: FormatSpec) -> None:
        is_shown_plain = spec.kind == "" and (
            type_ in (STR, BOOL, CHAR, UNIT) or self.program.own_method("Display", "text", type_) is not None)
        precision = spec.precision if spec.precision is not None and not is_shown_plain else -1
        is_pretty = spec.kind == "#?" or (spec.kind == "?" and spec.alternate)
        style = TextStyle(is_debug=not is_shown_plain, is_pretty=is_pretty, precision=precision)
        self.program.text_functions.append(self.builder, place, value, type_, style)

    def _padded(self, text: Value, spec: FormatSpec, keeps_precision: bool = True) -> None:
        precision = spec.precision if spec.precision is not None and keeps_precision else -1
        flags = TEXT_FLAGS.get(spec.align, 0)
        self.builder.call_runtime("text_format_str", [self.place, text, *self._format(spec, flags),
                                                      self.builder.const(IR_I64, precision)])

    def _format(self, spec: FormatSpec, flags: int) -> list[Value]:
        builder = self.builder
        width = -1 if spec.width is None else spec.width
        return [builder.const(IR_CHAR, ord(spec.fill)), builder.const(IR_U32, flags), builder.const(IR_I64, width)]

    def _integer(self, value: Value, spec: FormatSpec) -> None:
        builder = self.builder
        type_ = value.type
        assert isinstance(type_, IrInt)
        is_decimal = spec.kind in ("", "?", "#?")
        if type_.bits > 64:
            self._wide_integer(value, spec)
        elif spec.kind == "e":
            self._float(builder.cast(value, IR_F64), spec)
        elif is_decimal and is_plain(spec):
            self.program.text_functions.append_integer(builder, self.place, value)
        elif is_decimal and type_.signed:
            builder.call_runtime("text_format_int",
                                 [self.place, builder.cast(value, IR_I64), *self._format(spec, _flags(spec))])
        else:
            bits = builder.cast(builder.cast(value, IrInt(type_.bits, False)), IR_U64)
            builder.call_runtime("text_format_uint", [self.place, bits, *self._format(spec, _flags(spec))])

    def _wide_integer(self, value: Value, spec: FormatSpec) -> None:
        """Of 128 bits: sign and prefix, then the digits, padded as a whole."""
        builder = self.builder
        functions = self.program.text_functions
        if is_plain(spec) and spec.kind in ("", "?", "#?"):
            functions.append_wide(builder, self.place, value, "", "")
            return
        prefix = {"x": "0x", "X": "0x", "o": "0o", "b": "0b"}.get(spec.kind, "") if spec.alternate else ""
        whole = builder.slot(builder.const_text(""))
        kind = spec.kind if spec.kind in ("x", "X", "o", "b") else ""
        functions.append_wide(builder, whole, value, kind, ("+" if spec.sign and not kind else "") + prefix)
        flags = TEXT_FLAGS[spec.align or ">"]
        fill = FormatSpec(fill="0" if spec.zero else spec.fill, width=spec.width)
        builder.call_runtime("text_format_str", [self.place, builder.peek(whole), *self._format(fill, flags),
                                                 builder.const(IR_I64, -1)])

    def _float(self, value: Value, spec: FormatSpec) -> None:
        builder = self.builder
        assert isinstance(value.type, IrFloat)
        suffix = f"f{value.type.bits}"
        if is_plain(spec) and spec.kind != "e":
            kind = "append" if spec.kind == "" else "debug"
            builder.call_runtime(f"text_{kind}_{suffix}", [self.place, value])
            return
        precision = -1 if spec.precision is None else spec.precision
        builder.call_runtime(f"text_format_{suffix}", [self.place, value, *self._format(spec, _flags(spec)),
                                                       builder.const(IR_I64, precision)])


def is_plain(spec: FormatSpec) -> bool:
    """Whether a spec asks for nothing but its kind."""
    return (spec.width is None and spec.precision is None and not spec.sign and not spec.zero
            and (not spec.alternate or spec.kind in ("", "?")))


def _flags(spec: FormatSpec) -> int:
    flags = TEXT_FLAGS.get(spec.align, 0)
    for name in ("sign", "alternate", "zero"):
        if getattr(spec, name):
            flags |= TEXT_FLAGS[name]
    kind = {"?": "debug", "#?": "debug"}.get(spec.kind, spec.kind)
    return flags | TEXT_FLAGS.get(kind, 0)


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
        if fl.type_of(first[0]) == STR and is_plain(first[1]) and first[1].kind == "":
            return fl.value(first[0])
    place = builder.slot(builder.const_text(first if isinstance(first, str) else ""), "text")
    writer = TextWriter(fl.program, builder, place)
    for part in parts[1:] if isinstance(first, str) else parts:
        if isinstance(part, str):
            writer.static(part)
        else:
            writer.value(fl.view(part[0]), fl.type_of(part[0]), part[1])
    return builder.load(place)


def _merge_static(parts: Sequence[str | tuple[typed.Expr, FormatSpec]]) -> list[str | tuple[typed.Expr, FormatSpec]]:
    """Adjacent fixed texts as one; interpolated literals without a spec are fixed too."""
    merged: list[str | tuple[typed.Expr, FormatSpec]] = []
    for part in parts:
        if not isinstance(part, str) and isinstance(part[0], typed.Literal) and isinstance(part[0].value, str) \
                and is_plain(part[1]) and part[1].kind == "":
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
    parts = [p if isinstance(p, str) else (fl.value(p[0]), fl.type_of(p[0]), p[1])
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
            writer.value(*part, FormatSpec(kind="?"))
    builder.panic(builder.load(place))


def lower_panic(fl: FunctionLowering, expr: typed.Panic) -> Value:
    """`panic(text)`."""
    fl.builder.panic(fl.value(expr.message))
    raise Diverges


LOWERINGS: Lowerings = {typed.Interpolate: lower_interpolate, typed.Panic: lower_panic}
