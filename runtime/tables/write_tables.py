"""Writes the runtime's tables: `python3 write_tables.py [float_powers|unicode|character_classes] > TABLE.h`.

`float_powers.h` holds 10^-342 .. 10^324 as 128-bit significands, rounded up, for printing floats (Giulietti, The
Schubfach way to render doubles, 2021). The others come from this Python's `unicodedata`; their first lines tell the
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

# The ranges of Alphabetic that are no letters: marks and letter-like symbols, which unicodedata does not tell either.
OTHER_ALPHABETIC = """
345 5B0-5BD 5BF 5C1-5C2 5C4-5C5 5C7 610-61A 64B-657 659-65F 670 6D6-6DC 6E1-6E4 6E7-6E8 6ED 711 730-73F 7A6-7B0
816-817 81B-823 825-827 829-82C 8D4-8DF 8E3-8E9 8F0-903 93A-93B 93E-94C 94E-94F 955-957 962-963 981-983 9BE-9C4
9C7-9C8 9CB-9CC 9D7 9E2-9E3 A01-A03 A3E-A42 A47-A48 A4B-A4C A51 A70-A71 A75 A81-A83 ABE-AC5 AC7-AC9 ACB-ACC
AE2-AE3 AFA-AFC B01-B03 B3E-B44 B47-B48 B4B-B4C B56-B57 B62-B63 B82 BBE-BC2 BC6-BC8 BCA-BCC BD7 C00-C03 C3E-C44
C46-C48 C4A-C4C C55-C56 C62-C63 C81-C83 CBE-CC4 CC6-CC8 CCA-CCC CD5-CD6 CE2-CE3 D00-D03 D3E-D44 D46-D48 D4A-D4C
D57 D62-D63 D81-D83 DCF-DD4 DD6 DD8-DDF DF2-DF3 E31 E34-E3A E4D EB1 EB4-EB9 EBB-EBC ECD F71-F81 F8D-F97 F99-FBC
102B-1036 1038 103B-103E 1056-1059 105E-1060 1062-1064 1067-106D 1071-1074 1082-108D 108F 109A-109D 1712-1713
1732-1733 1752-1753 1772-1773 17B6-17C8 1885-1886 18A9 1920-192B 1930-1938 1A17-1A1B 1A55-1A5E 1A61-1A74
1ABF-1AC0 1ACC-1ACE 1B00-1B04 1B35-1B43 1B80-1B82 1BA1-1BA9 1BAC-1BAD 1BE7-1BF1 1C24-1C36 1DE7-1DF4 24B6-24E9
2DE0-2DFF A674-A67B A69E-A69F A802 A80B A823-A827 A880-A881 A8B4-A8C3 A8C5 A8FF A926-A92A A947-A952 A980-A983
A9B4-A9BF A9E5 AA29-AA36 AA43 AA4C-AA4D AA7B-AA7D AAB0 AAB2-AAB4 AAB7-AAB8 AABE AAEB-AAEF AAF5 ABE3-ABEA FB1E
10376-1037A 10A01-10A03 10A05-10A06 10A0C-10A0F 10D24-10D27 10EAB-10EAC 11000-11002 11038-11045 11073-11074
11082 110B0-110B8 110C2 11100-11102 11127-11132 11145-11146 11180-11182 111B3-111BF 111CE-111CF 1122C-11234
11237 1123E 112DF-112E8 11300-11303 1133E-11344 11347-11348 1134B-1134C 11357 11362-11363 11435-11441
11443-11445 114B0-114C1 115AF-115B5 115B8-115BE 115DC-115DD 11630-1163E 11640 116AB-116B5 1171D-1172A
1182C-11838 11930-11935 11937-11938 1193B-1193C 11940 11942 119D1-119D7 119DA-119DF 119E4 11A01-11A0A
11A35-11A39 11A3B-11A3E 11A51-11A5B 11A8A-11A97 11C2F-11C36 11C38-11C3E 11C92-11CA7 11CA9-11CB6 11D31-11D36
11D3A 11D3C-11D3D 11D3F-11D41 11D43 11D47 11D8A-11D8E 11D90-11D91 11D93-11D96 11EF3-11EF6 16F4F 16F51-16F87
16F8F-16F92 16FF0-16FF1 1BC9E 1E000-1E006 1E008-1E018 1E01B-1E021 1E023-1E024 1E026-1E02A 1E947 1F130-1F149
1F150-1F169 1F170-1F189
"""


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


def other_alphabetic() -> set[int]:
    """What OTHER_ALPHABETIC lists."""
    found: set[int] = set()
    for part in OTHER_ALPHABETIC.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


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


def character_classes() -> Iterator[str]:
    """The lines of character_classes.h."""
    yield f"/* Unicode {unicodedata.unidata_version}; written by write_tables.py. */"
    others = other_alphabetic()
    letters = ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl")
    yield from ranges("alphabetic_characters", lambda c: c in others or unicodedata.category(chr(c)) in letters)
    yield from ranges("numeric_characters", lambda c: unicodedata.category(chr(c)) in ("Nd", "Nl", "No"))
    yield from ranges("lowercase_characters", lambda c: chr(c).islower())
    yield from ranges("uppercase_characters", lambda c: chr(c).isupper())


TABLES: dict[str, Callable[[], Iterable[str]]] = {"float_powers": float_powers, "unicode": unicode,
                                                "character_classes": character_classes}

if __name__ == "__main__":
    print("\n".join(TABLES[sys.argv[1]]()))
