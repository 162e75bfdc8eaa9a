"""Text formatting, against what Rust 1.95 prints, and floats against Python's shortest digits."""

from __future__ import annotations

import math
import random
import struct
import unicodedata
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sigilc.ir.runtime_abi import TEXT_FLAGS
from tests.runtime.build import RUNTIME, Workshop

INF, NAN = float("inf"), float("nan")
LARGEST_SINGLE = 3.4028234663852886e38


def line(kind: str, value: str, spec: str = "", debug: str = "") -> str:
    """A request to the driver; `spec` as in `{:*^+#08.3x?}`."""
    rest, fill, flags, width, precision = spec, " ", 0, -1, -1
    if len(rest) > 1 and rest[1] in "<^>":
        fill, rest = rest[0], rest[1:]
    if rest[:1] and rest[0] in "<^>":
        flags, rest = flags | TEXT_FLAGS[rest[0]], rest[1:]
    for sign, name in (("+", "sign"), ("#", "alternate"), ("0", "zero")):
        if rest.startswith(sign):
            flags, rest = flags | TEXT_FLAGS[name], rest[1:]
    digits = len(rest) - len(rest.lstrip("0123456789"))
    if digits:
        width, rest = int(rest[:digits]), rest[digits:]
    if rest.startswith("."):
        digits = len(rest) - 1 - len(rest[1:].lstrip("0123456789"))
        precision, rest = int(rest[1:digits + 1]), rest[digits + 1:]
    for letter in rest:
        flags |= TEXT_FLAGS["debug" if letter == "?" else letter]
    return f"{kind} {ord(fill)} {flags} {width} {precision} {value}"


def f64(value: float) -> str:
    """The bits of a double."""
    return struct.pack(">d", value).hex()


def f32(value: float) -> str:
    """The bits of a float."""
    return struct.pack(">f", value).hex()


def ask(workshop: Workshop, variant: str, requests: list[str]) -> list[str]:
    """The driver's answers."""
    done = workshop.run("text", variant, stdin="\n".join(requests) + "\n")
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().split("\n")[:-1]


# (value, spec, what Rust prints)
FLOATS = [
    (INF, "05", "00inf"), (NAN, "05", "00NaN"), (NAN, "+", "NaN"), (-INF, "+05", "-0inf"), (-1.5, "08.2", "-0001.50"),
    (1e-4, "?", "0.0001"), (1e-5, "?", "1e-5"), (9.9e-5, "?", "9.9e-5"), (1e16, "?", "1e16"),
    (123456789012345680.0, "?", "1.2345678901234568e17"), (1e15, "?", "1000000000000000.0"),
    (1e300, "", "1" + "0" * 300), (1e-7, "", "0.0000001"), (1e16, "", "10000000000000000"), (4.0, "", "4"),
    (4.0, "?", "4.0"), (0.0, "", "0"), (0.0, "?", "0.0"), (-0.0, "?", "-0.0"), (-0.0, "", "-0"), (0.1, "", "0.1"),
    (5e-324, "?", "5e-324"), (5e-324, "", "0." + "0" * 323 + "5"), (1.7976931348623157e308, "e", "1.7976931348623157e308"),
    (1.0, "e", "1e0"), (1234.5, "e", "1.2345e3"), (0.0, "e", "0e0"), (1234.5, ".2e", "1.23e3"), (1e-10, "e", "1e-10"),
    (15000.0, ".0e", "2e4"), (1.0, "+e", "+1e0"), (1234.5, "08.3e", "01.234e3"), (INF, "e", "inf"), (NAN, "e", "NaN"),
    (0.5, ".0", "0"), (1.5, ".0", "2"), (2.5, ".0", "2"), (0.25, ".1", "0.2"), (1.5, "8.3?", "   1.500"),
    (1.5, "8?", "     1.5"), (1e20, ".1?", "100000000000000000000.0"), (1e20, "?", "1e20"), (1e-7, ".3?", "0.000"),
    (1.5, "#?", "1.5"), (1.5, "#08.2", "00001.50"), (1.0, "+?", "+1.0"), (-1.5, "08?", "-00001.5"),
    (2.675, ".2", "2.67"), (1e21, ".1", "1000000000000000000000.0"), (3.14159, "*^10.2", "***3.14***"),
    (0.1, ".30", "0.100000000000000005551115123126"), (INF, "?", "inf"), (-INF, "", "-inf"),
    (9007199254740993.0, "", "9007199254740992"),
]
SINGLES = [(16777216.0, "", "16777216"), (0.1, "?", "0.1"), (3.4e38, "", "34" + "0" * 37), (1e-45, "", "0." + "0" * 44 + "1"),
           (0.3, ".3", "0.300"), (1e16, "?", "1e16"), (2.0, "?", "2.0"), (NAN, "", "NaN")]
# Digits of 128 bits and of what is rounded: (digits, spec, what Rust prints)
DIGITS = [
    ("1250", ".1e", "1.2e3"), ("1350", ".1e", "1.4e3"), ("1251", ".1e", "1.3e3"), ("1500", ".0e", "2e3"), ("2500", ".0e", "2e3"),
    ("99999", "10.3e", "   1.000e5"), ("0", ".2e", "0.00e0"), ("7", ".3e", "7.000e0"), ("-1234", "010.1e", "-00001.2e3"),
    ("9", ".0e", "9e0"), ("95", ".0e", "1e2"), ("-120", "e", "-1.2e2"), (str(2**128 - 1), ".5e", "3.40282e38"),
    (str(-2**127), ".36E", "-1.701411834604692317316873037158841057E38"), (str(-2**127), "e", f"-1.{str(2**127)[1:]}e38"),
    ("-5", "05", "-0005"), ("5", "+", "+5"), ("ff", "#08x", "0x0000ff"), ("101", "^#9b", "  0b101  "), ("0", "e", "0e0"),
]
INTEGERS = [
    ("uint", 255, "#x", "0xff"), ("uint", 255, "#010x", "0x000000ff"), ("uint", 255, "010x", "00000000ff"),
    ("int", 5, "+", "+5"), ("int", 5, "+05", "+0005"), ("uint", 5, "#b", "0b101"), ("uint", 8, "#o", "0o10"),
    ("uint", 255, "#X", "0xFF"), ("int", -1, "x", "f" * 16), ("int", 42, "^8", "   42   "), ("int", -42, "*^8", "**-42***"),
    ("int", 42, "<8", "42      "), ("int", 5, "<08", "00000005"), ("int", 5, "*>08", "00000005"),
    ("int", -2**63, "", str(-2**63)), ("uint", 2**64 - 1, "b", "1" * 64), ("uint", 1200, "e", "1.2e3"), ("int", -5, "e", "-5e0"),
    ("int", 0, "e", "0e0"), ("int", 100, "e", "1e2"), ("uint", 255, "x?", "ff"), ("int", 7, "?", "7"), ("uint", 0, "#x", "0x0"),
    ("int", -5, "05", "-0005"), ("int", 3, "ä>4", "äää3"), ("uint", 2**64 - 1, "e", "1.8446744073709551615e19"),
    ("int", -5, "E", "-5E0"), ("uint", 1234567, "012E", "001.234567E6"), ("uint", 10**19, "e", "1e19"),
    ("plain_int", -2**63, "", str(-2**63)), ("plain_int", 0, "", "0"), ("plain_uint", 2**64 - 1, "", str(2**64 - 1)),
]
TEXTS = [
    ("str", "a", "05", "a    "), ("str", "a", ">5", "    a"), ("str", "a", "^5", "  a  "), ("str", "a", "*<5", "a****"),
    ("str", "ab", "*^5", "*ab**"), ("str", "abcdef", ".3", "abc"), ("str", "abcdef", "5", "abcdef"),
    ("str", "äöü", "→>5.2", "→→→äö"),
    ("str", "a", "10?", '"a"'), ("str", "", "3", "   "), ("str", "日本", "4", "日本  "),
    ("debug_str", "e\u0301\u0301", "", '"e\\u{301}\\u{301}"'),
    ("debug_str", "\u0301e\u00a0\u200b\x7f\x01'\"", "", '"\\u{301}e\\u{a0}\\u{200b}\\u{7f}\\u{1}\'\\""'),
    ("debug_str", "tab\tnew\nret\rback\\zero\0end", "", '"tab\\tnew\\nret\\rback\\\\zero\\0end"'),
    ("debug_str", "grün 日本 😀", "", '"grün 日本 😀"'),
    ("debug_str", "\ue000\u2028\U000e0001", "", '"\\u{e000}\\u{2028}\\u{e0001}"'),
    ("lower", "ÄÖÜ ABC ΑΣ ΑΣΑ Σ İ", "", "äöü abc ας ασα σ i̇"), ("lower", "ΟΔΥΣΣΕΥΣ.", "", "οδυσσευς."),
    ("upper", "straße ŉ ﬁ äöü ÿ ǆ", "", "STRASSE ʼN FI ÄÖÜ Ÿ Ǆ"), ("upper", "plain ascii {}", "", "PLAIN ASCII {}"),
    ("lower", "ASCII [@Z`z]", "", "ascii [@z`z]"), ("lower", "ĀĂꙀⰀ𐐀", "", "āăꙁⰰ𐐨"),
]
CHARACTERS = [
    ("'", "'\\''"), ('"', "'\"'"), ("a", "'a'"), ("\n", "'\\n'"), ("\u0301", "'\\u{301}'"), ("ü", "'ü'"),
    ("\0", "'\\0'"),
]


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_formats(workshop: Workshop, variant: str) -> None:
    """Each value under its spec."""
    cases = [(line("f64", f64(v), spec), want) for v, spec, want in FLOATS]
    cases += [(line("f32", f32(v), spec), want) for v, spec, want in SINGLES]
    cases += [(line(kind, str(v), spec), want) for kind, v, spec, want in INTEGERS]
    cases += [(line(kind, v.encode().hex(), spec), want) for kind, v, spec, want in TEXTS]
    cases += [(line("digits", v.encode().hex(), spec), want) for v, spec, want in DIGITS]
    cases += [(line("debug_char", str(ord(c))), want) for c, want in CHARACTERS]
    answers = ask(workshop, variant, [request for request, _ in cases])
    wrong = [(request, want, got) for (request, want), got in zip(cases, answers, strict=True) if want != got]
    assert not wrong


def exponent_form(digits: str) -> str:
    """Python's or NumPy's shortest digits as Rust's `{:e}` writes them."""
    mantissa, _, exponent = digits.partition("e")
    whole, _, fraction = mantissa.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    all_digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0) + len(whole) - 1 - (len(whole + fraction) - len(all_digits))
    kept = all_digits.rstrip("0") or "0"
    return sign + kept[0] + ("." + kept[1:] if kept[1:] else "") + f"e{power if all_digits else 0}"


def doubles() -> list[float]:
    """Random bits, short decimals, powers of two and their neighbours, subnormals."""
    source = random.Random(7)
    found = [struct.unpack(">d", source.getrandbits(64).to_bytes(8, "big"))[0] for _ in range(12000)]
    found += [source.randrange(10**6) / 10**source.randrange(7) for _ in range(3000)]
    found += [source.randrange(1, 10**17) * 10.0**source.randrange(-30, 30) for _ in range(3000)]
    bits = [(e << 52) + d for e in range(2046) for d in (0, 1, -1)] + list(range(1, 200))
    found += [struct.unpack(">d", (b % 2**63).to_bytes(8, "big"))[0] for b in bits]
    return [v for v in found if v == v and abs(v) != INF and v != 0]


def test_shortest_doubles(workshop: Workshop) -> None:
    """The same digits as Python's repr, which are the shortest, and the nearest of these."""
    values = doubles()
    answers = ask(workshop, "plain", [line("f64", f64(v), "e") for v in values])
    wrong = [(v, got) for v, got in zip(values, answers, strict=True) if got != exponent_form(repr(v))]
    assert not wrong and len(values) > 20000


def test_shortest_singles(workshop: Workshop) -> None:
    """The same digits as NumPy's for float32."""
    source = random.Random(8)
    bits = [source.getrandbits(31) for _ in range(6000)] + [(e << 23) + d for e in range(1, 254) for d in (-1, 0, 1)]
    values = [v for b in bits + list(range(1, 100)) if np.isfinite(v := np.frombuffer(struct.pack("<I", b), np.float32)[0]) and v]
    answers = ask(workshop, "plain", [line("f32", f32(float(v)), "e") for v in values])
    wrong = [(v, got) for v, got in zip(values, answers, strict=True)
             if got != exponent_form(np.format_float_scientific(v, unique=True, trim="0"))]
    assert not wrong and len(values) > 6000


PARSED = [
    ("1", "1.0"), ("+1.5", "1.5"), ("-0", "-0.0"), ("5.", "5.0"), (".5", "0.5"), ("1e5", "100000.0"), ("1E+2", "100.0"),
    ("1e-400", "0.0"), ("1e400", "inf"), ("inf", "inf"), ("-Infinity", "-inf"), ("NaN", "NaN"), ("", "none"), (".", "none"),
    ("e5", "none"), ("1e", "none"), ("0x10", "none"), (" 1", "none"), ("1 ", "none"), ("1_000", "none"), ("--1", "none"),
    ("infinit", "none"), ("nan(1)", "none"), ("9007199254740993", "9007199254740992.0"), ("1,5", "none"), ("+", "none"),
    ("0." + "0" * 400 + "1", "0.0"), ("123456789012345678901234567890", "1.2345678901234568e29"), ("1\0", "none"),
]


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_parsing(workshop: Workshop, variant: str) -> None:
    """What Rust's `parse` takes, and nothing else."""
    answers = ask(workshop, variant, [line("parse", text.encode().hex()) for text, _ in PARSED])
    assert list(zip([text for text, _ in PARSED], answers, strict=True)) == PARSED


def decimals() -> list[str]:
    """Texts of floats of all kinds: short, long, with exponents, and ties between two neighbours and what lies beside them."""
    source = random.Random(11)
    found = [repr(v) for v in doubles()[:6000]]
    for _ in range(6000):
        digits = "".join(source.choices("0123456789", k=source.randrange(1, 40)))
        at = source.randrange(len(digits) + 1)
        found.append(f"{digits[:at]}.{digits[at:]}e{source.randrange(-60, 60)}")
    for _ in range(2000):
        low = struct.unpack(">d", (source.getrandbits(62) + 1).to_bytes(8, "big"))[0]
        single = struct.unpack(">f", (source.randrange(1, 0x7F7FFFFF)).to_bytes(4, "big"))[0]
        next_single = struct.unpack(">f", struct.pack(">I", struct.unpack(">I", struct.pack(">f", single))[0] + 1))[0]
        for a, b in ((low, math.nextafter(low, INF)), (single, next_single)):
            tie = format((Decimal(a) + Decimal(b)) / 2, "f") if 1e-30 < a < 1e30 else repr(a)
            found += [tie, tie + "1" if "." in tie else tie + ".1"]
    return found


def single_of(text: str) -> float:
    """The float32 nearest to a decimal, of two the even one, found with exact numbers."""
    exact = abs(Fraction(text))
    if exact >= 2**128 - 2**103:
        return math.copysign(INF, float(text))
    near = struct.unpack("<I", struct.pack("<f", min(abs(float(text)), LARGEST_SINGLE)))[0]
    around = [struct.unpack("<f", struct.pack("<I", b))[0] for b in (near - 1, near, near + 1) if 0 <= b < 0x7F800000]
    found = min(around, key=lambda f: (abs(Fraction(f) - exact), struct.pack("<f", f)[0] & 1))
    return math.copysign(found, float(text))


def test_parsing_rounds_correctly(workshop: Workshop) -> None:
    """Doubles as Python reads them; singles as exact arithmetic rounds them, once."""
    with localcontext(prec=400):
        texts = decimals()
    answers = ask(workshop, "plain", [line("parse", text.encode().hex()) for text in texts])
    assert [(t, a) for t, a in zip(texts, answers, strict=True) if float(a) != float(t)] == []
    texts = [text for text in texts if len(text) < 400]
    answers = ask(workshop, "plain", [line("parse_f32", text.encode().hex()) for text in texts])
    wanted = [single_of(text) for text in texts]
    assert [(t, a) for t, a, w in zip(texts, answers, wanted, strict=True) if w != float(np.float32(a))] == []
    with np.errstate(over="ignore"):
        twice_rounded = sum(float(np.float32(float(t))) != w for t, w in zip(texts, wanted, strict=True))
    assert len(texts) > 15000 and twice_rounded > 50        # there are texts that tell one rounding from two


def test_kinds_of_characters(workshop: Workshop) -> None:
    """Numeric, lower and upper case as Python knows them; alphabetic is at least every letter."""
    characters = [*range(0xD800), *range(0xE000, 0x32000), *range(0xE0000, 0xE0200), 0x10FFFF]
    parts = [characters[i:i + 500] for i in range(0, len(characters), 500)]
    answers = "".join(ask(workshop, "plain", [line("kinds", struct.pack(f"<{len(p)}I", *p).hex()) for p in parts]))
    table_version = (RUNTIME / "tables" / "character_classes.h").read_text(encoding="utf-8").split()[2].rstrip(";")
    if table_version != unicodedata.unidata_version:
        pytest.skip("the tables are of another version of Unicode")
    for number, code in enumerate(characters):
        c, found = chr(code), answers[4 * number:4 * number + 4]
        category = unicodedata.category(c)
        assert found[1:] == "".join(str(int(x)) for x in (category in ("Nd", "Nl", "No"), c.islower(), c.isupper())), hex(code)
        if category[0] == "L" or category == "Nl":
            assert found[0] == "1", hex(code)
        elif found[0] == "1":
            assert category in ("Mn", "Mc", "So"), hex(code)
    alphabetic = {code for number, code in enumerate(characters) if answers[4 * number] == "1"}
    assert {0x345, 0x5B0, 0x24D0, 0x903, 0x1F130} <= alphabetic and not {0x301, 0x20AC, 0x30, 0x200D} & alphabetic


def test_search_from_behind(workshop: Workshop) -> None:
    """The last match that ends by an offset, as Python finds it."""
    source = random.Random(12)
    cases = [(bytes(source.choices(b"ab", k=source.randrange(12))), bytes(source.choices(b"ab", k=source.randrange(4))),
              source.randrange(14)) for _ in range(3000)]
    requests = [f"rfind 32 0 {len(part)} {before} {(text + part).hex()}" for text, part, before in cases]
    wanted = [text.rfind(part, 0, before) for text, part, before in cases]
    assert [int(answer) for answer in ask(workshop, "checked", requests)] == wanted


def first_error(data: bytes) -> int:
    """The offset of the first byte that is not part of valid UTF-8, or -1."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_utf8(workshop: Workshop, variant: str) -> None:
    """Validation agrees with Python's decoder."""
    source = random.Random(9)
    cases = [b"", b"ascii only, more than eight bytes", "äöü日本😀".encode() * 3, b"\xc0\x80", b"\xed\xa0\x80",
             b"\xf4\x90\x80\x80", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"abc\xff", b"12345678\x80",
             b"\xf0\x9f\x98", b"\xe2\x82", b"\xc3", b"\xf5\x80\x80\x80"]
    for _ in range(3000):
        data = bytearray("".join(source.choices("aé日😀", k=source.randrange(1, 12))).encode())
        for _ in range(source.randrange(3)):
            likely = (0x80, 0xbf, 0xc2, 0xed, 0xa0, 0xf4, 0x90, source.randrange(256))
            data[source.randrange(len(data))] = source.choice(likely)
        cases.append(bytes(data[:source.randrange(1, len(data) + 1)]))
    answers = ask(workshop, variant, [line("valid", data.hex()) for data in cases])
    assert [(data, int(got)) for data, got in zip(cases, answers, strict=True)] == [(data, first_error(data)) for data in cases]


def test_case_mapping(workshop: Workshop) -> None:
    """Every character that has another case, as Python maps it."""
    cased = [chr(c) for c in [*range(0x80, 0xD800), *range(0xE000, 0x20000)]
             if chr(c).lower() != chr(c) or chr(c).upper() != chr(c)]
    texts = ["x".join(cased[i:i + 50]) for i in range(0, len(cased), 50)]
    answers = ask(workshop, "plain", [line(kind, t.encode().hex()) for t in texts for kind in ("lower", "upper")])
    table_version = (RUNTIME / "tables" / "unicode.h").read_text(encoding="utf-8").split()[2].rstrip(";")
    if table_version == unicodedata.unidata_version:
        assert answers == [changed for t in texts for changed in (t.lower(), t.upper())]
    assert len(cased) > 2000 and answers[0] != texts[0]


@pytest.mark.parametrize("table", ["float_powers", "unicode", "character_classes"])
def test_tables_are_what_the_writer_writes(table: str) -> None:
    """The tables in the repository can be made again."""
    scope: dict[str, object] = {"__name__": "write_tables"}
    source = (RUNTIME / "tables" / "write_tables.py").read_text(encoding="utf-8")
    exec(compile(source, "write_tables.py", "exec"), scope)
    tables = scope["TABLES"]
    assert isinstance(tables, dict)
    found = Path(RUNTIME / "tables" / f"{table}.h").read_text(encoding="utf-8")
    if table != "float_powers" and f"Unicode {unicodedata.unidata_version};" not in found:
        pytest.skip("written with another version of Unicode")
    assert found == "\n".join(tables[table]()) + "\n"
