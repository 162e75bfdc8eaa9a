"""Numbers and text as Rust prints them: shortest digits, format specs, debug escapes."""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from ctypes import c_float
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from sigilc.ir.runtime_abi import TEXT_FLAGS

LEFT, CENTRE, RIGHT = TEXT_FLAGS["<"], TEXT_FLAGS["^"], TEXT_FLAGS[">"]
RADIX = {TEXT_FLAGS["x"]: ("x", "0x"), TEXT_FLAGS["X"]: ("X", "0x"), TEXT_FLAGS["o"]: ("o", "0o"),
         TEXT_FLAGS["b"]: ("b", "0b")}
ESCAPES = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}
SINGLE_OVERFLOW = Fraction(2**128 - 2**103)     # from here on an f32 is infinite
FLOAT = re.compile(r"[+-]?(inf|infinity|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)", re.IGNORECASE | re.ASCII)


def pad(text: str, fill: int, flags: int, width: int, own: int) -> str:
    """Fills up to `width` characters; `own` is the alignment that the type has by itself."""
    alignment = flags & (LEFT | CENTRE | RIGHT) or own
    missing = max(width - len(text), 0)
    before = {LEFT: 0, CENTRE: missing // 2}.get(alignment, missing)
    return chr(fill) * before + text + chr(fill) * (missing - before)


def pad_number(sign: str, digits: str, fill: int, flags: int, width: int) -> str:
    """With the zero flag zeros go between sign (and prefix) and digits; else as text, to the right."""
    if flags & TEXT_FLAGS["zero"]:
        return sign + "0" * (width - len(sign) - len(digits)) + digits
    return pad(sign + digits, fill, flags, width, RIGHT)


def format_text(text: str, fill: int, flags: int, width: int, precision: int) -> str:
    """`{text:…}`; debug form ignores the rest."""
    if flags & TEXT_FLAGS["debug"]:
        return debug_text(text)
    return pad(text[:precision] if precision >= 0 else text, fill, flags, width, LEFT)


def format_int(value: int, fill: int, flags: int, width: int) -> str:
    """`{value:…}` of a 64-bit integer; other bases show a negative number's two's complement."""
    for flag, (code, prefix) in RADIX.items():
        if flags & flag:
            shown_prefix = prefix if flags & TEXT_FLAGS["alternate"] else ""
            sign = "+" if flags & TEXT_FLAGS["sign"] else ""
            return pad_number(sign + shown_prefix, format(value % (1 << 64), code), fill, flags, width)
    sign = "-" if value < 0 else "+" if flags & TEXT_FLAGS["sign"] else ""
    digits = _with_exponent(Decimal(abs(value)), flags, -1) if flags & TEXT_FLAGS["e"] else str(abs(value))
    return pad_number(sign, digits, fill, flags, width)


def format_digits(text: str, fill: int, flags: int, width: int, precision: int) -> str:
    """`text_format_digits`: the digits of an integer, perhaps as a rounded number with an exponent."""
    digits = text.removeprefix("-")
    sign = "-" if digits != text else "+" if flags & TEXT_FLAGS["sign"] else ""
    if flags & TEXT_FLAGS["e"]:
        digits = _with_exponent(Decimal(digits), flags, precision)
    elif flags & TEXT_FLAGS["alternate"]:
        sign += next((prefix for flag, (_, prefix) in RADIX.items() if flags & flag), "")
    return pad_number(sign, digits, fill, flags, width)


def _with_exponent(value: Decimal, flags: int, precision: int) -> str:
    """All significant digits, or one and `precision` more, rounded half to even; `E` where the flags say so."""
    if precision < 0:
        shown = _exponent_form(value)
    else:
        mantissa, exponent = f"{value:.{precision}e}".lower().split("e")
        shown = f"{mantissa}e{int(exponent) if value else 0}"
    return shown.upper() if flags & TEXT_FLAGS["E"] & ~TEXT_FLAGS["e"] else shown


# ---- Floats ----------------------------------------------------------------------------------------------------------


def shortest(value: float, bits: int) -> Decimal:
    """The decimal with the fewest digits that reads back as this float; of those the nearest."""
    if bits == 64:
        return Decimal(repr(value))
    exact = Decimal(value)
    for digits in range(1, 10):
        around = [Context(prec=digits, rounding=rounding).create_decimal(exact)
                  for rounding in (ROUND_FLOOR, ROUND_CEILING)]
        fitting = [d for d in around if c_float(float(d)).value == value]
        if fitting:
            return min(fitting, key=lambda d: (abs(d - exact), d.as_tuple().digits[-1] % 2))
    return exact


def _exponent_form(value: Decimal) -> str:
    """`1.5e3`."""
    _, digits, exponent = value.normalize().as_tuple() if value else Decimal(0).as_tuple()
    shown = "".join(map(str, digits))
    point = shown[0] + ("." + shown[1:] if len(shown) > 1 else "")
    return f"{point}e{int(exponent) + len(shown) - 1}"


def float_text(value: float, bits: int, flags: int = 0, precision: int = -1) -> str:
    """A float that is not negative, or NaN, without sign and padding."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf"
    is_debug = flags & TEXT_FLAGS["debug"]
    if flags & TEXT_FLAGS["e"]:
        return _with_exponent(shortest(value, bits) if precision < 0 else Decimal(value), flags, precision)
    if precision >= 0:
        return f"{value:.{precision}f}"
    decimal = shortest(value, bits)
    if is_debug and value != 0 and not 1e-4 <= value < 1e16:
        return _exponent_form(decimal)
    text = f"{decimal:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + ".0" if is_debug and "." not in text else text


def format_float(value: float, bits: int, fill: int, flags: int, width: int, precision: int) -> str:
    """`{value:…}` of an f32 or f64."""
    sign = ""
    if not math.isnan(value):
        sign = "-" if math.copysign(1.0, value) < 0 else "+" if flags & TEXT_FLAGS["sign"] else ""
    return pad_number(sign, float_text(abs(value), bits, flags, precision), fill, flags, width)


def display_float(value: float, bits: int) -> str:
    """`{value}`."""
    return format_float(value, bits, 32, 0, -1, -1)


def debug_float(value: float, bits: int) -> str:
    """`{value:?}`."""
    return format_float(value, bits, 32, TEXT_FLAGS["debug"], -1, -1)


def parse_float(text: str) -> float | None:
    """As Rust's `f64::from_str`."""
    return float(text) if FLOAT.fullmatch(text) else None


def parse_single(text: str) -> float | None:
    """As Rust's `f32::from_str`: the decimal is rounded once, half to even."""
    wide = parse_float(text)
    if wide is None or math.isnan(wide) or (math.isinf(wide) and text.strip("+-")[:1] in "iI"):
        return wide
    exact = abs(Fraction(text))
    if exact >= SINGLE_OVERFLOW:
        return math.copysign(math.inf, wide)
    near = struct.unpack("<I", struct.pack("<f", c_float(abs(wide)).value))[0]
    around = [struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (max(near - 1, 0), near, near + 1)]
    best = min(around, key=lambda f: (abs(Fraction(f) - exact), struct.pack("<f", f)[0] & 1) if math.isfinite(f)
               else (SINGLE_OVERFLOW, 0))
    return math.copysign(best, wide)


def is_of_kind(character: str, kind: int) -> bool:
    """`char_is`: alphabetic (without Unicode's Other_Alphabetic, which Python does not know), numeric, lower, upper case."""
    category = unicodedata.category(character)
    return (category in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl"), category in ("Nd", "Nl", "No"),
            character.islower(), character.isupper())[kind]


# ---- Debug -----------------------------------------------------------------------------------------------------------


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return "\\" + quote
    if character in ESCAPES:
        return ESCAPES[character]
    if character == " " or (character.isprintable() and unicodedata.category(character) not in ("Mn", "Me")):
        return character
    return f"\\u{{{ord(character):x}}}"


def debug_text(text: str) -> str:
    """`{text:?}`: quoted and escaped."""
    return '"' + "".join(_escaped(c, '"') for c in text) + '"'


def debug_char(code_point: int) -> str:
    """`{character:?}`."""
    return "'" + _escaped(chr(code_point), "'") + "'"
