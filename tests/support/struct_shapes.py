"""Random shapes of C structs, as C and as Sigil declare, fill and add them up."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

# Sigil's name, C's name, how a 64-bit number `{0}` becomes one in Sigil and in C, and how it is one again.
SCALARS = {
    "i8": ("int8_t", "{0} as i8", "(int8_t){0}"), "u8": ("uint8_t", "{0} as u8", "(uint8_t){0}"),
    "i16": ("int16_t", "{0} as i16", "(int16_t){0}"), "u16": ("uint16_t", "{0} as u16", "(uint16_t){0}"),
    "i32": ("int32_t", "{0} as i32", "(int32_t){0}"), "u32": ("uint32_t", "{0} as u32", "(uint32_t){0}"),
    "i64": ("int64_t", "{0} as i64", "(int64_t){0}"), "u64": ("uint64_t", "{0}", "{0}"),
    "f32": ("float", "({0} & 0xffff) as f32", "(float)({0} & 0xffff)"),
    "f64": ("double", "({0} & 0xffffffff) as f64", "(double)({0} & 0xffffffff)"),
    "bool": ("bool", "({0} & 1 == 1)", "({0} & 1)"),
    "*c_void": ("const void *", "({0} as *c_void)", "(const void *)(uintptr_t){0}"),
    "Level": ("Level", "(if {0} & 1 == 0 {{ Level·Low }} else {{ Level·High }})", "({0} & 1 ? High : Low)"),
}
SIGIL_PRELUDE = """\
#[repr(C)]
enum Level { Low = -7, High = 1000 }

fn mix(seed: u64, n: u64) -> u64 { seed.wrapping_add(n).wrapping_mul(0x9E3779B97F4A7C15) >> 7 }

fn add(sum: u64, x: u64) -> u64 { sum.wrapping_mul(31).wrapping_add(x) }
"""
C_PRELUDE = """\
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
typedef enum { Low = -7, High = 1000 } Level;
static uint64_t mix(uint64_t seed, uint64_t n) { return ((seed + n) * 0x9E3779B97F4A7C15u) >> 7; }
static uint64_t add(uint64_t sum, uint64_t x) { return sum * 31 + x; }
"""


@dataclass
class Shape:
    """A struct (or union, of which only the first field is filled): the types of its fields by Sigil's names.

    A field's type is a scalar's name, another Shape, or a pair of a type and a count, for an array.
    """

    name: str
    fields: list[object] = field(default_factory=list)
    is_union: bool = False
    before: list[str] = field(default_factory=list)     # scalar parameters in front of it, which use up registers


def random_shapes(random: Random, count: int) -> list[Shape]:
    """Shapes of which most fit into two registers; later ones may have earlier ones inside."""
    shapes: list[Shape] = []
    for number in range(count):
        shape = Shape(f"S{number}", is_union=random.random() < 0.08)
        budget = random.choice((1, 2, 2, 3, 4, 6))
        for _ in range(random.randint(1, budget)):
            shape.fields.append(_random_field(random, shapes))
        shape.before = [random.choice(("i32", "f64")) for _ in range(random.choice((0, 0, 1, 3, 5, 8, 12)))]
        shapes.append(shape)
    return shapes


def _random_field(random: Random, shapes: list[Shape]) -> object:
    kind = random.random()
    small = [s for s in shapes if leaf_count(s) <= 6]
    if kind < 0.2 and small:
        return random.choice(small)
    scalar = random.choice(("i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f32", "f32", "f64", "f64", "bool",
                            "*c_void", "Level"))
    return (scalar, random.randint(1, 5)) if kind < 0.35 else scalar


def leaf_count(type_: object) -> int:
    """How many scalars are filled in a value."""
    match type_:
        case Shape(fields=fields, is_union=is_union):
            return leaf_count(fields[0]) if is_union else sum(map(leaf_count, fields))
        case (item, int(count)):
            return leaf_count(item) * count
    return 1


# ---- Sigil -----------------------------------------------------------------------------------------------------------


def sigil_text(shapes: list[Shape]) -> str:
    """Declarations, and for each shape functions that make one, add one up, and do both through C."""
    parts = [SIGIL_PRELUDE]
    for shape in shapes:
        fields = ", ".join(f"f{i}: {_sigil_type(f)}" for i, f in enumerate(shape.fields))
        made, _ = _sigil_make(shape, 0)
        sums = "".join(f"    sum = add(sum, {leaf})\n" for leaf in _sigil_leaves(shape, "s"))
        before = "".join(f"b{i}: {t}, " for i, t in enumerate(shape.before))
        given = "".join("7" if t == "i32" else "9.0" for t in shape.before)
        given = "".join(f"{'7' if t == 'i32' else '9.0'}, " for t in shape.before)
        added = "".join(f"    sum = add(sum, b{i} as i64 as u64)\n" for i, _ in enumerate(shape.before))
        name = shape.name
        parts.append(f"""
#[repr(C)]
{'union' if shape.is_union else 'struct'} {name} {{ {fields} }}
extern "C" {{
    fn c_make_{name}(seed: u64) -> {name}
    fn c_sum_{name}({before}s: {name}, after: i32) -> u64
}}

#[export]
fn make_{name}(seed: u64) -> {name} {{ {made} }}

#[export]
fn sum_{name}({before}s: {name}, after: i32) -> u64 {{
    let mut sum = after as u64
{added}    unsafe {{
{sums}    }}
    sum
}}

#[export]
fn there_and_back_{name}(seed: u64) -> u64 {{
    let first = unsafe {{ c_make_{name}(seed) }}
    sum_{name}({given}first, 3).wrapping_add(unsafe {{ c_sum_{name}({given}make_{name}(seed), 4) }})
}}
""")
    return "".join(parts)


def _sigil_type(type_: object) -> str:
    match type_:
        case Shape(name=name):
            return name
        case (item, int(count)):
            return f"[{_sigil_type(item)}; {count}]"
    return str(type_)


def _sigil_make(type_: object, leaf: int) -> tuple[str, int]:
    """An expression for a value made from `seed`, and the number of the next leaf."""
    match type_:
        case Shape(name=name, fields=fields, is_union=is_union):
            texts = []
            for i, each in enumerate(fields[:1] if is_union else fields):
                text, leaf = _sigil_make(each, leaf)
                texts.append(f"f{i}: {text}")
            return f"{name} {{ {', '.join(texts)} }}", leaf
        case (item, int(count)):
            texts = []
            for _ in range(count):
                text, leaf = _sigil_make(item, leaf)
                texts.append(text)
            return f"[{', '.join(texts)}]", leaf
    return SCALARS[str(type_)][1].format(f"mix(seed, {leaf})"), leaf + 1


def _sigil_leaves(type_: object, path: str) -> list[str]:
    match type_:
        case Shape(fields=fields, is_union=is_union):
            return [text for i, f in enumerate(fields[:1] if is_union else fields)
                    for text in _sigil_leaves(f, f"{path}.f{i}")]
        case (item, int(count)):
            return [text for i in range(count) for text in _sigil_leaves(item, f"{path}[{i}]")]
        case "f32" | "f64" | "Level":
            return [f"{path} as i64 as u64"]
        case "*c_void":
            return [f"{path} as u64"]
    return [f"{path} as u64"]


# ---- C ---------------------------------------------------------------------------------------------------------------


def c_text(shapes: list[Shape], seeds: int) -> str:
    """The same in C, and a `main` that compares the two and prints where they differ."""
    parts = [C_PRELUDE]
    calls = []
    for shape in shapes:
        fields = " ".join(_c_field(f, f"f{i}") for i, f in enumerate(shape.fields))
        name = shape.name
        makes, _ = _c_make(shape, "s", 0)
        sums = " ".join(f"sum = add(sum, {leaf});" for leaf in _c_leaves(shape, "s"))
        before = "".join(f"{SCALARS[t][0]} b{i}, " for i, t in enumerate(shape.before))
        given = "".join(f"{'7' if t == 'i32' else '9.0'}, " for t in shape.before)
        added = " ".join(f"sum = add(sum, (uint64_t)(int64_t)b{i});" for i, _ in enumerate(shape.before))
        parts.append(f"""
typedef {'union' if shape.is_union else 'struct'} {{ {fields} }} {name};
{name} make_{name}(uint64_t seed);
uint64_t sum_{name}({before}{name} s, int32_t after);
uint64_t there_and_back_{name}(uint64_t seed);
{name} c_make_{name}(uint64_t seed) {{ {name} s; {makes} return s; }}
uint64_t c_sum_{name}({before}{name} s, int32_t after) {{ uint64_t sum = (uint64_t)after; {added} {sums} return sum; }}
static void test_{name}(uint64_t seed) {{
    {name} s = c_make_{name}(seed);
    uint64_t three = c_sum_{name}({given}s, 3), four = c_sum_{name}({given}s, 4);
    if (sum_{name}({given}s, 3) != three) printf("{name}: an argument from C differs\\n");
    if (c_sum_{name}({given}make_{name}(seed), 4) != four) printf("{name}: a result for C differs\\n");
    if (there_and_back_{name}(seed) != three + four) printf("{name}: a call from Sigil differs\\n");
}}
""")
        calls.append(f"test_{name}(seed);")
    parts.append(f"int main(void) {{ for (uint64_t seed = 1; seed <= {seeds}; seed++) {{ {' '.join(calls)} }} return 0; }}\n")
    return "".join(parts)


def _c_field(type_: object, name: str) -> str:
    match type_:
        case Shape(name=struct):
            return f"{struct} {name};"
        case (item, int(count)):
            return f"{SCALARS[str(item)][0]} {name}[{count}];"
    return f"{SCALARS[str(type_)][0]} {name};"


def _c_make(type_: object, path: str, leaf: int) -> tuple[str, int]:
    match type_:
        case Shape(fields=fields, is_union=is_union):
            texts = []
            for i, each in enumerate(fields[:1] if is_union else fields):
                text, leaf = _c_make(each, f"{path}.f{i}", leaf)
                texts.append(text)
            return " ".join(texts), leaf
        case (item, int(count)):
            texts = []
            for i in range(count):
                text, leaf = _c_make(item, f"{path}[{i}]", leaf)
                texts.append(text)
            return " ".join(texts), leaf
    return f"{path} = {SCALARS[str(type_)][2].format(f'mix(seed, {leaf})')};", leaf + 1


def _c_leaves(type_: object, path: str) -> list[str]:
    match type_:
        case Shape(fields=fields, is_union=is_union):
            return [text for i, f in enumerate(fields[:1] if is_union else fields)
                    for text in _c_leaves(f, f"{path}.f{i}")]
        case (item, int(count)):
            return [text for i in range(count) for text in _c_leaves(item, f"{path}[{i}]")]
        case "*c_void":
            return [f"(uint64_t)(uintptr_t){path}"]
    return [f"(uint64_t)(int64_t){path}"]
