"""Compiled IR programs behave as the interpreter says, at -O0 and -O3, and leave nothing alive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.codegen_programs import LEVELS, PRELUDE, interpret_ir, run_ir

LOOPS = """
fn sum(%n: u64) -> u64 {
entry:
  %zero: u64 = const 0
  %one: u64 = const 1
  br head(%zero, %zero)
head(%i: u64, %total: u64):
  %more: bool = lt %i, %n
  cond_br %more, body, out
body:
  %t: u64 = add.checked %total, %i
  %j: u64 = add.no_wrap %i, %one
  br head(%j, %t)
out:
  return %total
}
fn swap_loop(%n: i64) -> i64 {
entry:
  %a: str = static "left"
  %b: str = static "right!"
  br head(%n, %a, %b)
head(%i: i64, %x: str, %y: str):
  %zero: i64 = const 0
  %more: bool = gt %i, %zero
  cond_br %more, body, out
body:
  %one: i64 = const 1
  %j: i64 = sub %i, %one
  br head(%j, %y, %x)
out:
  %length: u64 = length %x
  %r: i64 = cast %length
  return %r
}
fn pick(%n: i64) -> i64 {
entry:
  switch %n [-1: minus, 7: seven] other
minus:
  %a: i64 = const 100
  return %a
seven:
  %b: i64 = const 200
  return %b
other:
  %c: bool = lt %n, %n
  %d: i64 = select %c, %n, %n
  return %d
}
fn main() -> unit {
entry:
  %n: u64 = const 1000
  %s: u64 = call sum(%n)
  %i: i64 = cast %s
  %u1: unit = call show(%i)
  %k: i64 = const 5
  %w: i64 = call swap_loop(%k)
  %u2: unit = call show(%w)
  %m: i64 = const -1
  %p: i64 = call pick(%m)
  %u3: unit = call show(%p)
  %m2: i64 = const 9
  %p2: i64 = call pick(%m2)
  %u4: unit = call show(%p2)
  return %u4
}
main main
"""

TEXT = """
fn build(%n: i64) -> str {
entry:
  %e: str = static "αβγ-"
  %s: &str = slot %e
  %u: unit = runtime text_append_int(%s, %n)
  %t: str = load %s
  return %t
}
fn main() -> unit {
entry:
  %n: i64 = const 42
  %t: str = call build(%n)
  %zero: u64 = const 0
  %two: u64 = const 2
  %four: u64 = const 4
  %a: str = slice %t, %zero, %two
  %b: str = slice %t, %two, %four
  %long: u64 = length %t
  %c: str = slice %t, %four, %long
  %u1: unit = call line(%a)
  %u2: unit = call line(%b)
  %u3: unit = call line(%c)
  %bytes: [u8] = share_buffer %c
  %first: u8 = get %bytes, %zero
  %f: i64 = cast %first
  %u4: unit = call show(%f)
  %same: bool = runtime str_equal(%a, %b)
  %same64: i64 = cast %same
  %u5: unit = call show(%same64)
  %up: str = call shout(%t)
  %u6: unit = call line(%up)
  return %u6
}
main main
"""

ARRAYS = """
fn compare(%a: i64, %b: i64) -> i32 {
entry:
  %l: bool = lt %a, %b
  %g: bool = gt %a, %b
  %l32: i32 = cast %l
  %g32: i32 = cast %g
  %r: i32 = sub %g32, %l32
  return %r
}
fn print_all(%xs: [i64]) -> unit {
entry:
  %zero: u64 = const 0
  br head(%zero)
head(%i: u64):
  %n: u64 = length %xs
  %more: bool = lt %i, %n
  cond_br %more, body, out
body:
  %x: i64 = get %xs, %i
  %u: unit = call show(%x)
  %one: u64 = const 1
  %j: u64 = add.no_wrap %i, %one
  br head(%j)
out:
  %v: unit = const ()
  return %v
}
fn fill(%place: &[i64], %n: i64) -> unit {
entry:
  br head(%n)
head(%i: i64):
  %zero: i64 = const 0
  %more: bool = gt %i, %zero
  cond_br %more, body, out
body:
  %seven: i64 = const 7
  %x: i64 = mul %i, %seven
  %ten: i64 = const 10
  %y: i64 = rem %x, %ten
  push %place, %y
  %one: i64 = const 1
  %j: i64 = sub %i, %one
  br head(%j)
out:
  %v: unit = const ()
  return %v
}
fn main() -> unit {
entry:
  %none: [i64] = array []
  %s: &[i64] = slot %none
  %n: i64 = const 9
  %u1: unit = call fill(%s, %n)
  %before: [i64] = load %s
  sort %s, compare, "", _
  %one: u64 = const 1
  %e: &i64 = element_addr %s, %one
  %big: i64 = const 1000
  store %e, %big
  %last: i64 = pop %s
  %after: [i64] = load %s
  %u2: unit = call print_all(%before)
  %u3: unit = call print_all(%after)
  %u4: unit = call show(%last)
  %t: str = static "word"
  %w: str = call shout(%t)
  %texts: [str] = array [%w, %t, %w]
  %ts: &[str] = slot %texts
  %kept: [str] = load %ts
  %x: str = call shout(%w)
  push %ts, %x
  %three: u64 = const 3
  reserve %ts, %three
  %p: str = pop %ts
  %q: str = pop %ts
  %zero: u64 = const 0
  %place: &str = element_addr %ts, %zero
  store %place, %t
  %now: [str] = load %ts
  %h1: str = get %kept, %zero
  %h2: str = get %now, %zero
  %u5: unit = call line(%h1)
  %u6: unit = call line(%h2)
  %u7: unit = call line(%p)
  %part: [str] = slice %kept, %one, %three
  %ps: &[str] = slot %part
  push %ps, %q
  %l: [str] = load %ps
  %n2: u64 = length %l
  %n3: i64 = cast %n2
  %u8: unit = call show(%n3)
  %bools: bool = const true
  %bs: [bool] = array [%bools, %bools]
  %b: bool = get %bs, %one
  %b64: i64 = cast %b
  %u9: unit = call show(%b64)
  return %u9
}
main main
"""

# Views that are the last owner of their buffer, which holds more elements than they show.
PARTS = """
fn words() -> [str] {
entry:
  %t: str = static "word"
  %a: str = call shout(%t)
  %b: str = call shout(%t)
  %c: str = call shout(%t)
  %xs: [str] = array [%a, %b, %c]
  %s: &[str] = slot %xs
  %room: u64 = const 8
  reserve %s, %room
  %ys: [str] = load %s
  return %ys
}
fn part(%low: u64, %high: u64) -> [str] {
entry:
  %xs: [str] = call words()
  %p: [str] = slice %xs, %low, %high
  return %p
}
fn main() -> unit {
entry:
  %zero: u64 = const 0
  %one: u64 = const 1
  %two: u64 = const 2
  %t: str = static "more"
  %x: str = call shout(%t)
  %y: str = call shout(%t)
  %front: [str] = call part(%zero, %one)
  %f: &[str] = slot %front
  push %f, %x
  %fs: [str] = load %f
  %second: str = get %fs, %one
  %u1: unit = call line(%second)
  %middle: [str] = call part(%one, %two)
  %m: &[str] = slot %middle
  %popped: str = pop %m
  push %m, %y
  %other: str = call shout(%t)
  %u2: unit = call line(%popped)
  %u5: unit = call line(%other)
  %ms: [str] = load %m
  %n: u64 = length %ms
  %k: i64 = cast %n
  %u3: unit = call show(%k)
  %inner: [str] = call part(%one, %two)
  %i: &[str] = slot %inner
  %e: &str = element_addr %i, %zero
  store %e, %t
  %is: [str] = load %i
  %changed: str = get %is, %zero
  %u4: unit = call line(%changed)
  return %u4
}
main main
"""

ENUMS = """
struct %Point { i32, i32 }
struct %Entry { str, %Shape, bool, (i64, f32) }
enum %Colour { Red, Green, Blue }
enum %Small { None, Flag(bool), Pair(u8, i16), Point(%Point) }
enum %Shape { Empty, Circle(f64), Named(str, u8), Nested(%Small, i64), Wide(i128), Many([str], %Colour) }
fn describe(%s: %Shape) -> i64 {
entry:
  %tag: i32 = tag %s
  switch %tag [0: empty, 1: circle, 2: named, 3: nested, 4: wide, 5: many] bad
empty:
  %z: i64 = const 0
  return %z
circle:
  %r: f64 = payload %s, 1, 0
  %i: i64 = cast %r
  return %i
named:
  %t: str = payload %s, 2, 0
  %k: u8 = payload %s, 2, 1
  %u: unit = call line(%t)
  %k64: i64 = cast %k
  return %k64
nested:
  %small: %Small = payload %s, 3, 0
  %n: i64 = payload %s, 3, 1
  %d: i64 = call small(%small)
  %sum: i64 = add %n, %d
  return %sum
wide:
  %w: i128 = payload %s, 4, 0
  %sixty: i128 = const 60
  %high: i128 = shr %w, %sixty
  %h: i64 = cast %high
  return %h
many:
  %xs: [str] = payload %s, 5, 0
  %c: %Colour = payload %s, 5, 1
  %ct: i32 = tag %c
  %zero: u64 = const 0
  %x: str = get %xs, %zero
  %v: unit = call line(%x)
  %c64: i64 = cast %ct
  return %c64
bad:
  unreachable
}
fn small(%s: %Small) -> i64 {
entry:
  %tag: i32 = tag %s
  switch %tag [1: flag, 2: pair, 3: point] none
none:
  %z: i64 = const -5
  return %z
flag:
  %f: bool = payload %s, 1, 0
  %r: i64 = cast %f
  return %r
pair:
  %a: u8 = payload %s, 2, 0
  %b: i16 = payload %s, 2, 1
  %a64: i64 = cast %a
  %b64: i64 = cast %b
  %c: i64 = mul %a64, %b64
  return %c
point:
  %p: %Point = payload %s, 3, 0
  %x: i32 = field %p, 0
  %y: i32 = field %p, 1
  %d: i32 = sub %x, %y
  %d64: i64 = cast %d
  return %d64
}
fn main() -> unit {
entry:
  %f: f64 = const 2.5
  %t: str = static "name"
  %name: str = call shout(%t)
  %byte: u8 = const 200
  %short: i16 = const -300
  %x: i32 = const -7
  %y: i32 = const 8
  %true: bool = const true
  %n: i64 = const 1000000000000
  %wide: i128 = const -170141183460469231731687303715884105728
  %p: %Point = make (%x, %y)
  %s0: %Small = variant 0 ()
  %s1: %Small = variant 1 (%true)
  %s2: %Small = variant 2 (%byte, %short)
  %s3: %Small = variant 3 (%p)
  %blue: %Colour = variant 2 ()
  %texts: [str] = array [%name, %t]
  %e0: %Shape = variant 0 ()
  %e1: %Shape = variant 1 (%f)
  %e2: %Shape = variant 2 (%name, %byte)
  %e3: %Shape = variant 3 (%s0, %n)
  %e4: %Shape = variant 3 (%s1, %n)
  %e5: %Shape = variant 3 (%s2, %n)
  %e6: %Shape = variant 3 (%s3, %n)
  %e7: %Shape = variant 4 (%wide)
  %e8: %Shape = variant 5 (%texts, %blue)
  %all: [%Shape] = array [%e0, %e1, %e2, %e3, %e4, %e5, %e6, %e7, %e8]
  %zero: u64 = const 0
  br head(%zero)
head(%i: u64):
  %count: u64 = length %all
  %more: bool = lt %i, %count
  cond_br %more, body, out
body:
  %e: %Shape = get %all, %i
  %d: i64 = call describe(%e)
  %u: unit = call show(%d)
  %one: u64 = const 1
  %j: u64 = add.no_wrap %i, %one
  br head(%j)
out:
  %half: f32 = const 0.5
  %tuple: (i64, f32) = make (%n, %half)
  %entry: %Entry = make (%name, %e2, %true, %tuple)
  %slot: &%Entry = slot %entry
  %field: &%Shape = field_addr %slot, 1
  %inner: &u8 = payload_addr %field, 2, 1
  %nine: u8 = const 9
  store %inner, %nine
  %copy: %Entry = load %slot
  store %field, %e8
  %shape: %Shape = field %copy, 1
  %d1: i64 = call describe(%shape)
  %u1: unit = call show(%d1)
  %now: %Shape = load %field
  %d2: i64 = call describe(%now)
  %u2: unit = call show(%d2)
  return %u2
}
main main
"""

OPTIONS = """
fn half(%n: i64) -> (i64, str)? {
entry:
  %two: i64 = const 2
  %r: i64 = rem %n, %two
  %zero: i64 = const 0
  %odd: bool = ne %r, %zero
  cond_br %odd, no, yes
no:
  %t: str = static "odd number"
  %m: str = call shout(%t)
  %stage: str = static "half"
  %f: fault = fault %m, %stage, _, "a.sg:1:2"
  %g: fault = fault %t, %stage, %f, "a.sg:3:4"
  %none: (i64, str)? = none %g
  return %none
yes:
  %q: i64 = div %n, %two
  %t2: str = static "even"
  %m2: str = call shout(%t2)
  %p: (i64, str) = make (%q, %m2)
  %some: (i64, str)? = some %p
  return %some
}
fn report(%o: (i64, str)?) -> unit {
entry:
  %is: bool = is_some %o
  cond_br %is, yes, no
yes:
  %p: (i64, str) = unwrap %o
  %n: i64 = field %p, 0
  %s: str = field %p, 1
  %u: unit = call show(%n)
  %v: unit = call line(%s)
  return %v
no:
  %f: fault = get_fault %o
  %m: str = fault_field %f, message
  %st: str = fault_field %f, stage
  %si: str = fault_field %f, site
  %u1: unit = call line(%m)
  %u2: unit = call line(%st)
  %u3: unit = call line(%si)
  %c: fault? = fault_field %f, cause
  %has: bool = is_some %c
  cond_br %has, cause, end
cause:
  %cf: fault = unwrap %c
  %cm: str = fault_field %cf, message
  %u4: unit = call line(%cm)
  %cc: fault? = fault_field %cf, cause
  %again: bool = is_some %cc
  %a64: i64 = cast %again
  %u5: unit = call show(%a64)
  return %u5
end:
  %u6: unit = const ()
  return %u6
}
fn main() -> (i64, str)? {
entry:
  %n: i64 = const 10
  %a: (i64, str)? = call half(%n)
  %u: unit = call report(%a)
  %m: i64 = const 7
  %b: (i64, str)? = call half(%m)
  %v: unit = call report(%b)
  %slot: &(i64, str)? = slot %a
  %p: &(i64, str) = payload_addr %slot, -1, 0
  %q: &i64 = field_addr %p, 0
  store %q, %m
  %c: (i64, str)? = load %slot
  %w: unit = call report(%c)
  store %slot, %b
  %d: (i64, str)? = load %slot
  return %d
}
main main
"""

CLOSURES = """
fn add(%text: str, %by: i64, %n: i64) -> i64 {
entry:
  %u: unit = call line(%text)
  %r: i64 = add.checked %by, %n
  return %r
}
fn plain(%n: i64) -> i64 {
entry:
  %two: i64 = const 2
  %r: i64 = mul %n, %two
  return %r
}
fn twice(%f: fn(i64) -> i64, %n: i64) -> i64 {
entry:
  %a: i64 = call_value %f(%n)
  %b: i64 = call_value %f(%a)
  return %b
}
fn main() -> unit {
entry:
  %t: str = static "adding"
  %s: str = call shout(%t)
  %by: i64 = const 5
  %f: fn(i64) -> i64 = closure add(%s, %by)
  %g: fn(i64) -> i64 = function plain
  %n: i64 = const 1
  %a: i64 = call twice(%f, %n)
  %u: unit = call show(%a)
  %b: i64 = call twice(%g, %n)
  %v: unit = call show(%b)
  %fs: [fn(i64) -> i64] = array [%f, %g, %f]
  %two: u64 = const 2
  %h: fn(i64) -> i64 = get %fs, %two
  %c: i64 = call_value %h(%b)
  %w: unit = call show(%c)
  return %w
}
main main
"""

MAPS = """
fn hash(%k: str) -> u64 {
entry:
  %h: u64 = runtime hash_str(%k)
  return %h
}
fn equal(%a: str, %b: str) -> bool {
entry:
  %e: bool = runtime str_equal(%a, %b)
  return %e
}
fn print_map(%m: map<str, [i64]>) -> unit {
entry:
  %zero: i64 = const 0
  br head(%zero)
head(%i: i64):
  %n: u64 = length %m
  %n64: i64 = cast %n
  %more: bool = lt %i, %n64
  cond_br %more, body, out
body:
  %k: str = map_key %m, %i
  %u: unit = call line(%k)
  %xs: [i64] = map_value %m, %i
  %l: u64 = length %xs
  %l64: i64 = cast %l
  %v: unit = call show(%l64)
  %one: i64 = const 1
  %j: i64 = add.no_wrap %i, %one
  br head(%j)
out:
  %w: unit = const ()
  return %w
}
fn main() -> unit {
entry:
  %m: map<str, [i64]> = map_new hash, equal
  %s: &map<str, [i64]> = slot %m
  %ta: str = static "alpha"
  %tb: str = static "beta"
  %a: str = call shout(%ta)
  %b: str = call shout(%tb)
  %one: i64 = const 1
  %two: i64 = const 2
  %xs: [i64] = array [%one, %two]
  %none: [i64] = array []
  map_insert %s, %a, %xs
  map_insert %s, %b, %none
  map_insert %s, %ta, %xs
  %kept: map<str, [i64]> = load %s
  %at: i64 = map_find %kept, %b
  %u1: unit = call show(%at)
  %v: &[i64] = map_value_addr %s, %at
  push %v, %two
  %zero: i64 = const 0
  map_remove %s, %zero
  map_insert %s, %b, %xs
  %now: map<str, [i64]> = load %s
  %gone: i64 = map_find %now, %a
  %u2: unit = call show(%gone)
  %u3: unit = call print_map(%kept)
  %u4: unit = call print_map(%now)
  return %u4
}
main main
"""

ACTORS = """
actor Counter %Counter {
  add(i64, str) = on_add
  total() -> i64 = on_total
  name(str) -> str? = on_name
}
struct %Counter { i64, [str] }
fn on_add(%self: &%Counter, %n: i64, %t: str) -> unit {
entry:
  %f: &i64 = field_addr %self, 0
  %old: i64 = peek %f
  %new: i64 = add.checked %old, %n
  store %f, %new
  %g: &[str] = field_addr %self, 1
  push %g, %t
  %u: unit = const ()
  return %u
}
fn on_total(%self: &%Counter) -> i64 {
entry:
  %f: &i64 = field_addr %self, 0
  %n: i64 = load %f
  return %n
}
fn on_name(%self: &%Counter, %t: str) -> str? {
entry:
  %g: &[str] = field_addr %self, 1
  %xs: [str] = peek %g
  %n: u64 = length %xs
  %zero: u64 = const 0
  %none: bool = eq %n, %zero
  cond_br %none, no, yes
no:
  %m: str = static "no name"
  %f: fault = fault %m, %t, _, "a.sg:1:1"
  %a: str? = none %f
  return %a
yes:
  %x: str = get %xs, %zero
  %y: str? = some %x
  return %y
}
fn main() -> unit {
entry:
  %zero: i64 = const 0
  %empty: [str] = array []
  %state: %Counter = make (%zero, %empty)
  %c: address = spawn Counter %state
  %t: str = static "first"
  %s: str = call shout(%t)
  %f1: future<str?> = ask Counter[2] %c(%s)
  %r1: str? = await %f1
  %p1: bool = is_some %r1
  %p1n: i64 = cast %p1
  %u1: unit = call show(%p1n)
  %n: i64 = const 21
  tell Counter[0] %c(%n, %s)
  tell Counter[0] %c(%n, %t)
  tell Counter[1] %c()
  tell Counter[2] %c(%s)
  %f2: future<i64> = ask Counter[1] %c()
  %r2: i64? = await %f2
  %total: i64 = unwrap %r2
  %u2: unit = call show(%total)
  %f3: future<str?> = ask Counter[2] %c(%t)
  %r3: str? = await %f3
  %name: str = unwrap %r3
  %u3: unit = call line(%name)
  %lost: future<str?> = ask Counter[2] %c(%s)
  stop %c
  return %u3
}
main main
"""

PROGRAMS = {"loops": LOOPS, "text": TEXT, "arrays": ARRAYS, "parts": PARTS,
            "enums": ENUMS, "options": OPTIONS, "closures": CLOSURES,
            "maps": MAPS, "actors": ACTORS}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_runs_as_interpreted(name: str, level: int, tmp_path: Path) -> None:
    expected = interpret_ir(PRELUDE + PROGRAMS[name])
    assert expected.stdout
    ran = run_ir(PRELUDE + PROGRAMS[name], level, tmp_path)
    assert (ran.stdout, ran.status) == (expected.stdout, expected.status)
