"""Writes the runtime's tables: `python3 write_tables.py [float_powers|unicode] > TABLE.h`.

`float_powers.h` holds 10^-342 .. 10^324 as 128-bit significands, rounded up, for printing floats (Giulietti, The
Schubfach way to render doubles, 2021). `unicode.h` comes from this Python's `unicodedata`; its first line tells the
Unicode version.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator

FIRST_POWER, LAST_POWER = -342, 324
LAST_CHARACTER = 0x10FFFF
# Other_Grapheme_Extend of Unicode's PropList, which unicodedata does not have.
OTHER_GRAPHEME_EXTEND = {
    0x9BE, 0x9D7, 0xB3E, 0xB57, 0xBBE, 0xBD7, 0xCC2, 0xCD5, 0xCD6, 0xD3E, 0xD57, 0xDCF, 0xDDF, 0x1B35, 0x200C,
    0x302E, 0x302F, 0xFF9E, 0xFF9F, 0x1133E, 0x11357, 0x114B0, 0x114BD, 0x115AF, 0x11930, 0x1D165,
    *range(0x1D16E, 0x1D173), *range(0xE0020, 0xE0080),
}


def power_of_ten(exponent: int) -> int:
    """10^exponent scaled to 128 significant bits and rounded up."""
    if exponent >= 0:
        power = int(10 ** exponent)
        shift = power.bit_length() - 128
        return power << -shift if shift <= 0 else -(-power >> shift)
    power = int(10 ** -exponent)
    return -(-(1 << (power.bit_length() + 127)) // power)


def float_powers() -> Iterator[str]:
    """The lines of float_powers.h."""
    yield "/* Powers of ten as {high, low} words of 128-bit significands, rounded up; written by write_tables.py. */"
    yield f"#define FIRST_POWER ({FIRST_POWER})"
    yield "static const uint64_t float_powers[][2] = {"
    words = [f"{{0x{p >> 64:016X}, 0x{p & (1 << 64) - 1:016X}}}," for e in range(FIRST_POWER, LAST_POWER + 1)
             if (p := power_of_ten(e))]
    yield from lines(words, 2)
    yield "};"


def lines(items: list[str], per_line: int) -> Iterator[str]:
    """The items, so many a line, indented."""
    for i in range(0, len(items), per_line):
        yield "    " + " ".join(items[i:i + per_line])


def characters() -> Iterator[int]:
    """All scalar values of Unicode."""
    yield from range(0xD800)
    yield from range(0xE000, LAST_CHARACTER + 1)


def is_escaped(code: int) -> bool:
    """Whether Rust's Debug text shows the character by its number (core/src/unicode/printable.py there)."""
    category = unicodedata.category(chr(code))
    return (category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me")
            or (category == "Zs" and code != 0x20) or code in OTHER_GRAPHEME_EXTEND)


def is_ignorable(code: int) -> bool:
    """Case_Ignorable, as far as lower-casing a capital sigma shows it."""
    return ("a" + chr(code) + "\u03A3").lower()[-1] == "\u03C2" and not is_cased(code)


def is_cased(code: int) -> bool:
    """Cased but not Case_Ignorable."""
    return (chr(code) + "\u03A3").lower()[-1] == "\u03C2"


def ranges(name: str, has: Callable[[int], bool]) -> Iterator[str]:
    """A table of the ranges {first, last} of characters that have a property."""
    found: list[list[int]] = []
    for code in characters():
        if has(code):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    yield f"static const uint32_t {name}[][2] = {{"
    yield from lines([f"{{0x{a:X}, 0x{b:X}}}," for a, b in found], 6)
    yield "};"


def mapping(name: str, change: Callable[[str], str]) -> Iterator[str]:
    """Two tables: runs {first, last, stride, delta} of one-character mappings, and {from, to…} of longer ones."""
    runs: list[list[int]] = []
    longer: list[tuple[int, ...]] = []
    for code in characters():
        to = change(chr(code))
        if to == chr(code):
            continue
        if len(to) > 1:
            longer.append((code, *map(ord, to), *[0] * (3 - len(to))))
            continue
        delta = ord(to) - code
        if runs and runs[-1][3] == delta:
            first, last, stride, _ = runs[-1]
            gap = code - last
            if gap == stride or (first == last and gap <= 2):
                runs[-1][1:3] = [code, gap]
                continue
        runs.append([code, code, 1, delta])
    yield f"static const case_run {name}_runs[] = {{"
    yield from lines([f"{{0x{a:X}, 0x{b:X}, {s}, {d}}}," for a, b, s, d in runs], 4)
    yield "};"
    yield f"static const uint32_t {name}_longer[][4] = {{"
    yield from lines([f"{{{', '.join(f'0x{c:X}' for c in row)}}}," for row in longer], 4)
    yield "};"


def unicode() -> Iterator[str]:
    """The lines of unicode.h."""
    yield f"/* Unicode {unicodedata.unidata_version}; written by write_tables.py. */"
    yield "typedef struct case_run { uint32_t first, last; int32_t stride, delta; } case_run;"
    yield from ranges("escaped_characters", is_escaped)
    yield from ranges("case_ignorable_characters", is_ignorable)
    yield from ranges("cased_characters", is_cased)
    yield from mapping("lower", str.lower)
    yield from mapping("upper", str.upper)


TABLES: dict[str, Callable[[], Iterable[str]]] = {"float_powers": float_powers, "unicode": unicode}

if __name__ == "__main__":
    print("\n".join(TABLES[sys.argv[1]]()))
