"""Panics report what and where, end with status 101, and release on their way all that the program owned."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.codegen_programs import LEVELS, PRELUDE, interpret_ir, run_ir

# `main` owns a text and calls `middle`, which owns two values and a slot and calls `leaf`.
AROUND = """
fn middle(%n: i64, %t: str) -> i64 {
entry:
  %a: str = call shout(%t)
  %xs: [str] = array [%a, %t]
  %s: &[str] = slot %xs
  %b: str = call shout(%a)
  push %s, %b
  %c: bool = eq %n, %n
  cond_br %c, one, two
one:
  %r: i64 = call leaf(%n)
  %u: unit = call line(%b)
  %ys: [str] = load %s
  %q: i64 = call leaf(%n)
  %l: u64 = length %ys
  %k: i64 = cast %l
  %z: i64 = add.checked %k, %q
  return %z
two:
  %r2: i64 = call leaf(%n)
  %u2: unit = call line(%a)
  return %r2
}
fn main() -> unit {
entry:
  %n: i64 = const NUMBER
  %t: str = static "owned"
  %s: str = call shout(%t)
  %r: i64 = call middle(%n, %s)
  %u: unit = call show(%r)
  %v: unit = call line(%s)
  return %v
}
main main
"""

LEAVES = {
    "addition": ("9223372036854775807", "  %r: i64 = add.checked %n, %n @\"a.sg:1:1\"\n  return %r"),
    "subtraction": ("-2", "  %k: i64 = const 9223372036854775807\n  %r: i64 = sub.checked %n, %k @\"a.sg:1:2\"\n"
                          "  return %r"),
    "multiplication": ("4611686018427387904", "  %r: i64 = mul.checked %n, %n @\"a.sg:1:3\"\n  return %r"),
    "negation": ("-9223372036854775808", "  %r: i64 = neg.checked %n @\"a.sg:1:4\"\n  return %r"),
    "division": ("0", "  %r: i64 = div %n, %n @\"a.sg:1:5\"\n  return %r"),
    "remainder": ("0", "  %r: i64 = rem %n, %n @\"a.sg:1:6\"\n  return %r"),
    "least": ("-9223372036854775808", "  %k: i64 = const -1\n  %r: i64 = div.checked %n, %k @\"a.sg:1:7\"\n"
                                      "  return %r"),
    "shift": ("64", "  %r: i64 = shl.checked %n, %n @\"a.sg:1:8\"\n  return %r"),
    "unsigned": ("5", "  %w: u64 = cast %n\n  %k: u64 = const 6\n  %d: u64 = sub.checked %w, %k @\"a.sg:1:9\"\n"
                      "  %r: i64 = cast %d\n  return %r"),
    "bounds": ("3", "  %xs: [i64] = array [%n, %n, %n]\n  %i: u64 = cast %n\n"
                    "  %r: i64 = get %xs, %i @\"a.sg:2:1\"\n  return %r"),
    "negative_index": ("-1", "  %xs: [i64] = array [%n]\n  %i: u64 = cast %n\n  %r: i64 = get %xs, %i @\"a.sg:2:2\"\n"
                             "  return %r"),
    "element": ("2", "  %xs: [i64] = array [%n, %n]\n  %s: &[i64] = slot %xs\n  %i: u64 = cast %n\n"
                     "  %e: &i64 = element_addr %s, %i @\"a.sg:2:3\"\n  %r: i64 = load %e\n  return %r"),
    "slice": ("2", "  %t: str = static \"αβ\"\n  %low: u64 = const 4\n  %high: u64 = cast %n\n"
                   "  %p: str = slice %t, %low, %high @\"a.sg:2:4\"\n  return %n"),
    "boundary": ("3", "  %t: str = static \"αβ\"\n  %low: u64 = const 0\n  %high: u64 = cast %n\n"
                      "  %p: str = slice %t, %low, %high @\"a.sg:2:5\"\n  return %n"),
    "panic": ("1", "  %t: str = static \"made by hand\"\n  %m: str = call shout(%t)\n  panic %m @\"a.sg:3:1\""),
}


def program(name: str) -> str:
    number, body = LEAVES[name]
    return f"{PRELUDE}fn leaf(%n: i64) -> i64 {{\nentry:\n{body}\n}}\n{AROUND.replace('NUMBER', number)}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", LEAVES)
def test_panic_releases_everything(name: str, level: int, tmp_path: Path) -> None:
    expected = interpret_ir(program(name))
    assert expected.status == 101
    assert expected.stderr.startswith("panic at a.sg:")
    assert run_ir(program(name), level, tmp_path) == expected


# A message that panics half-way: its payload and what the handler made are released, the actor stops.
ACTOR_PANIC = """
actor Worker %Worker {
  work(str, [str]) -> str = on_work
}
struct %Worker { [str] }
fn on_work(%self: &%Worker, %t: str, %more: [str]) -> str {
entry:
  %s: str = call shout(%t)
  %f: &[str] = field_addr %self, 0
  push %f, %s
  %n: u64 = length %more
  %one: u64 = const 1
  %zero: u64 = const 0
  %x: str = get %more, %one @"a.sg:7:7"
  %y: str = call shout(%x)
  return %y
}
fn main() -> unit {
entry:
  %none: [str] = array []
  %state: %Worker = make (%none)
  %a: address = spawn Worker %state
  %t: str = static "text"
  %s: str = call shout(%t)
  %two: [str] = array [%s, %t]
  %f1: future<str> = ask Worker[0] %a(%s, %two)
  %r1: str? = await %f1
  %x: str = unwrap %r1
  %u: unit = call line(%x)
  %only: [str] = array [%s]
  %f2: future<str> = ask Worker[0] %a(%s, %only)
  tell Worker[0] %a(%s, %two)
  %r2: str? = await %f2
  %is: bool = is_some %r2
  %n: i64 = cast %is
  %v: unit = call show(%n)
  return %v
}
main main
"""


@pytest.mark.parametrize("level", LEVELS)
def test_panic_in_handler(level: int, tmp_path: Path) -> None:
    expected = interpret_ir(PRELUDE + ACTOR_PANIC)
    ran = run_ir(PRELUDE + ACTOR_PANIC, level, tmp_path)
    assert ran.stdout == expected.stdout == "TEXT\n0\n"
    assert ran.status == expected.status == 0
    assert "a.sg:7:7" in ran.stderr
