"""How a value is written: what a format spec asks for, with the width and precision that are known only at run time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sigilc.check.typed import FormatSpec
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.ops import Value
from sigilc.ir.runtime_abi import TEXT_FLAGS
from sigilc.ir.types import CHAR, I64, U32

Measure = int | Value | None


@dataclass(frozen=True, slots=True)
class Style:
    """The parts of a format. `kind` is how numbers are shown: `""` or one of `x X o b e E`, in debug text too (`{:x?}`).

    A `width` or `precision` that is a Value is an I64 of the function that is being built.
    """

    is_debug: bool = False
    kind: str = ""
    fill: str = " "
    align: str = ""
    sign: bool = False
    alternate: bool = False
    zero: bool = False
    width: Measure = None
    precision: Measure = None

    @property
    def is_pretty(self) -> bool:
        """Whether the parts of a whole stand on lines of their own."""
        return self.is_debug and self.alternate

    @property
    def is_plain(self) -> bool:
        """Whether a text or a number is written as it is: in its shortest form, in decimal, without more characters."""
        return self.width is None and self.precision is None and not (self.kind or self.sign or self.zero)

    @property
    def is_padded(self) -> bool:
        """Whether the text of what is no number may be cut, or get more characters."""
        return self.width is not None or self.precision is not None

    @property
    def flags(self) -> int:
        """The flags of the runtime's functions (TEXT_FLAGS)."""
        found = TEXT_FLAGS.get(self.align, 0) | TEXT_FLAGS.get(self.kind, 0)
        for name, is_set in (("sign", self.sign), ("alternate", self.alternate), ("zero", self.zero),
                             ("debug", self.is_debug)):
            found |= TEXT_FLAGS[name] if is_set else 0
        return found

    @property
    def suffix(self) -> str:
        """What tells the functions of a style apart; a width of run time is a parameter of theirs."""
        width, precision = ("$" if isinstance(m, Value) else str(m) if m is not None else ""
                            for m in (self.width, self.precision))
        fill = f"{self.fill}{self.align}" if self.width is not None and self.align else ""
        signs = "+" * self.sign + "0" * self.zero
        parts = ["pretty"] if self.is_pretty else []
        if fill or signs or width or precision or self.kind:
            parts.append(f"{fill}{signs}{width}{'_' + precision if precision else ''}{self.kind}")
        return "".join(f".{part}" for part in parts)

    @property
    def values(self) -> list[Value]:
        """The measures of run time: the width, then the precision."""
        return [m for m in (self.width, self.precision) if isinstance(m, Value)]

    def with_values(self, values: Sequence[Value]) -> Style:
        """The same with other values in the place of `values`."""
        left = list(values)
        width, precision = (left.pop(0) if isinstance(m, Value) else m for m in (self.width, self.precision))
        return replace(self, width=width, precision=precision)

    def arguments(self, builder: FunctionBuilder) -> list[Value]:
        """Fill, flags and width as the runtime's functions take them."""
        return [builder.const(CHAR, ord(self.fill)), builder.const(U32, self.flags), measure(builder, self.width)]


PLAIN, DEBUG = Style(), Style(is_debug=True)


def measure(builder: FunctionBuilder, amount: Measure) -> Value:
    """A width or precision for the runtime, which takes -1 for none."""
    return amount if isinstance(amount, Value) else builder.const(I64, -1 if amount is None else amount)


def style_of(spec: FormatSpec, width: Measure, precision: Measure) -> Style:
    """What a format spec asks for, with its measures."""
    return Style(spec.kind.endswith("?"), spec.kind.removesuffix("?"), spec.fill, spec.align, spec.sign, spec.alternate,
                 spec.zero, width, precision)
