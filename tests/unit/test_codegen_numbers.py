"""Arithmetic and casts on all scalar types agree with the interpreter, over values at the edges of each type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.codegen_programs import LEVELS, PRELUDE, interpret_ir, run_ir

INTS = [f"{sign}{bits}" for bits in (8, 16, 32, 64, 128) for sign in "iu"]
FLOATS = {"f64": ["0.0", "-0.0", "1.5", "-2.75", "1e300", "-1e19", "300.9", "-0.5", "inf", "-inf", "nan", "4294967296.5"],
          "f32": ["0.0", "1.5", "-2.75", "16777216.0", "-300.25", "inf", "nan"]}
INT_OPS = ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")

SHOW_FLOAT = """
fn show_float(%x: f64) -> unit {
entry:
  %e: str = static ""
  %s: &str = slot %e
  %u: unit = runtime text_append_f64(%s, %x)
  %t: str = peek %s
  %w: unit = call line(%t)
  return %w
}
"""

# acc * 31 + value, for every pair of edges.
PAIRS = """
fn NAME() -> i64 {
entry:
EDGES
  %zero: u64 = const 0
  %one: u64 = const 1
  %start: i64 = const 7
  br outer(%zero, %start)
outer(%i: u64, %acc: i64):
  %n: u64 = length %xs
  %more: bool = lt %i, %n
  cond_br %more, row, out
row:
  br inner(%zero, %acc)
inner(%j: u64, %sum: i64):
  %again: bool = lt %j, %n
  cond_br %again, cell, next
cell:
  %a: TYPE = get %xs, %i
  %b: TYPE = get %xs, %j
  %none: TYPE = const 0
  %skip: bool = SKIP
  %jj: u64 = add.no_wrap %j, %one
  cond_br %skip, over, apply
over:
  br inner(%jj, %sum)
apply:
  %r: RESULT = OP %a, %b
  %mixed: i64 = call mix_RESULT(%sum, %r)
  br inner(%jj, %mixed)
next:
  %ii: u64 = add.no_wrap %i, %one
  br outer(%ii, %sum)
out:
  return %acc
}
"""

MIX = """
fn mix_TYPE(%acc: i64, %value: TYPE) -> i64 {
entry:
  %k: i64 = const 31
  %m: i64 = mul %acc, %k
  %wide: i128 = cast %value
  %low: i64 = cast %wide
  %shift: i128 = const 64
  %top: i128 = shr %wide, %shift
  %high: i64 = cast %top
  %x: i64 = add %m, %low
  %y: i64 = mul %x, %k
  %z: i64 = add %y, %high
  return %z
}
"""


def edges(type_: str) -> list[int]:
    bits = int(type_[1:])
    if type_[0] == "i":
        least, most = -2 ** (bits - 1), 2 ** (bits - 1) - 1
        return [least, least + 1, -1, 0, 1, 2, 100, most - 1, most]
    return [0, 1, 2, 7, 200, 2 ** (bits - 1), 2**bits - 1]


def array(type_: str, values: list[str]) -> str:
    lines = [f"  %c{i}: {type_} = const {value}" for i, value in enumerate(values)]
    return "\n".join([*lines, f"  %xs: [{type_}] = array [{', '.join(f'%c{i}' for i in range(len(values)))}]"])


def pairs(name: str, type_: str, op: str, result: str) -> str:
    skip = "eq %b, %none" if op in ("div", "rem") else "const false"
    text = PAIRS.replace("EDGES", array(type_, list(map(str, edges(type_)))))
    for key, value in {"NAME": name, "TYPE": type_, "RESULT": result, "OP": op, "SKIP": skip}.items():
        text = text.replace(key, value)
    return text


def main_showing(names: list[str]) -> str:
    calls = [f"  %r{i}: i64 = call {name}()\n  %u{i}: unit = call show(%r{i})" for i, name in enumerate(names)]
    return "\n".join(["fn main() -> unit {", "entry:", *calls, "  %end: unit = const ()", "  return %end", "}",
                      "main main"])


def int_program(types: list[str]) -> str:
    parts = [MIX.replace("TYPE", type_) for type_ in [*types, "bool"]]
    names = []
    for type_ in types:
        for op in (*INT_OPS, *COMPARISONS):
            names.append(f"{op}_{type_}")
            parts.append(pairs(names[-1], type_, op, "bool" if op in COMPARISONS else type_))
    return PRELUDE + "".join(parts) + main_showing(names)


def cast_program() -> str:
    """Every int, float, bool and char to every int; floats by their digits."""
    parts = [MIX.replace("TYPE", type_) for type_ in INTS]
    names = []
    values = {**{t: list(map(str, edges(t))) for t in INTS}, **FLOATS, "bool": ["false", "true"],
              "char": ["'a'", "'\\u{10ffff}'"]}
    for source, texts in values.items():
        body = [f"fn cast_{source}() -> i64 {{", "entry:", "  %acc: i64 = const 3"]
        last, count = "%acc", 0
        for i, text in enumerate(texts):
            body.append(f"  %v{i}: {source} = const {text}")
            for target in INTS:
                body.append(f"  %k{count}: {target} = cast %v{i}")
                body.append(f"  %m{count}: i64 = call mix_{target}({last}, %k{count})")
                last = f"%m{count}"
                count += 1
            if source not in ("bool", "char"):
                for target in ("f32", "f64"):
                    body.append(f"  %k{count}: {target} = cast %v{i}")
                    body.append(f"  %d{count}: f64 = cast %k{count}")
                    body.append(f"  %u{count}: unit = call show_float(%d{count})")
                    count += 1
        parts.append("\n".join([*body, f"  return {last}", "}"]))
        names.append(f"cast_{source}")
    return PRELUDE + SHOW_FLOAT + "\n".join(parts) + "\n" + main_showing(names)


def float_program() -> str:
    body = ["fn main() -> unit {", "entry:"]
    count = 0
    for type_, texts in FLOATS.items():
        for i, text in enumerate(texts):
            body.append(f"  %{type_}.{i}: {type_} = const {text}")
        for i in range(len(texts)):
            for j in range(len(texts)):
                for op in ("fadd", "fsub", "fmul", "fdiv", "frem"):
                    body.append(f"  %r{count}: {type_} = {op} %{type_}.{i}, %{type_}.{j}")
                    body.append(f"  %n{count}: {type_} = neg %r{count}")
                    body.append(f"  %d{count}: f64 = cast %n{count}")
                    body.append(f"  %u{count}: unit = call show_float(%d{count})")
                    count += 1
                for op in COMPARISONS:
                    body.append(f"  %b{count}: bool = {op} %{type_}.{i}, %{type_}.{j}")
                    body.append(f"  %i{count}: i64 = cast %b{count}")
                    body.append(f"  %u{count}: unit = call show(%i{count})")
                    count += 1
    return PRELUDE + SHOW_FLOAT + "\n".join([*body, "  %end: unit = const ()", "  return %end", "}", "main main"])


PROGRAMS = {"narrow": int_program(INTS[:4]), "middle": int_program(INTS[4:8]), "wide": int_program(INTS[8:]),
            "casts": cast_program(), "floats": float_program()}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_agrees_with_interpreter(name: str, level: int, tmp_path: Path) -> None:
    expected = interpret_ir(PROGRAMS[name])
    ran = run_ir(PROGRAMS[name], level, tmp_path)
    assert ran.status == expected.status == 0, ran.stderr
    differing = [(i, a, b) for i, (a, b) in enumerate(zip(expected.stdout.splitlines(), ran.stdout.splitlines(),
                                                          strict=True)) if a != b]
    assert not differing
