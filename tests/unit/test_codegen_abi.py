"""Exported functions are called from C, and C functions are called from the program, with the right types."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigilc.crash import InternalError
from tests.unit.codegen_programs import LEVELS, PRELUDE, compile_ir, run_ir, run_with_c

EXPORTS = """
fn dot(%xs: [f64], %ys: [f64]) -> f64 export dot {
entry:
  %zero: u64 = const 0
  %start: f64 = const 0.0
  br head(%zero, %start)
head(%i: u64, %sum: f64):
  %n: u64 = length %xs
  %more: bool = lt %i, %n
  cond_br %more, body, out
body:
  %x: f64 = get %xs, %i @"dot.sg:4:5"
  %y: f64 = get %ys, %i @"dot.sg:4:9"
  %p: f64 = fmul %x, %y
  %s: f64 = fadd %sum, %p
  %one: u64 = const 1
  %j: u64 = add.no_wrap %i, %one
  br head(%j, %s)
out:
  return %sum
}
fn narrow(%a: i8, %b: u16, %c: bool, %d: char) -> i8 export narrow {
entry:
  %b8: i8 = cast %b
  %c8: i8 = cast %c
  %d8: i8 = cast %d
  %x: i8 = add %a, %b8
  %y: i8 = add %x, %c8
  %z: i8 = add %y, %d8
  return %z
}
fn first_negative(%xs: [i32], %place: &i32) -> bool export first_negative {
entry:
  %s: &[i32] = slot %xs
  %zero: u64 = const 0
  %e: &i32 = element_addr %s, %zero
  %minus: i32 = const -1
  store %e, %minus
  store %place, %minus
  %b: bool = lt %minus, %minus
  return %b
}
"""

CALLER = """
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
double dot(const double *xs, int64_t n, const double *ys, int64_t m);
int8_t narrow(int8_t a, uint16_t b, bool c, uint32_t d);
bool first_negative(const int32_t *xs, int64_t n, int32_t *place);
int32_t sigil_program(void) { return 0; }
int main_of_test(void);
"""

GOOD_CALLS = """
int main(void) {
    double xs[] = {1, 2, 3}, ys[] = {4, 5, 6};
    assert(dot(xs, 3, ys, 3) == 32);
    assert(dot(xs, 0, ys, 0) == 0);
    assert(narrow(-100, 65535, true, 'a') == (int8_t)(-100 - 1 + 1 + 'a'));
    int32_t ints[] = {7, 8}, place = 0;
    assert(!first_negative(ints, 2, &place));
    assert(ints[0] == 7 && place == -1);
    puts("fine");
    return 0;
}
"""

PANICKING_CALL = """
int main(void) {
    double xs[] = {1, 2, 3};
    dot(xs, 3, xs, 2);
    puts("not reached");
    return 0;
}
"""

FOREIGN = """
foreign snprintf(ptr, u64, str, ...) -> i32
foreign abs(i32) -> i32
foreign memcmp([u8], [u8], u64) -> i32
foreign isupper(i32) -> i32
fn main() -> i32 {
entry:
  %five: i32 = const -5
  %a: i32 = foreign abs(%five)
  %format: str = static "%d-%s-%.2f\\u0000"
  %t: str = static "text\\u0000"
  %f: f64 = const 2.5
  %zero: u64 = const 0
  %null: ptr = const 0
  %length: i32 = foreign snprintf(%null, %zero, %format, %a, %t, %f)
  %l: i64 = cast %length
  %u: unit = call show(%l)
  %bytes: [u8] = share_buffer %t
  %four: u64 = const 4
  %same: i32 = foreign memcmp(%bytes, %bytes, %four)
  %s: i64 = cast %same
  %v: unit = call show(%s)
  return %a
}
main main
"""


@pytest.mark.parametrize("level", LEVELS)
def test_exports_have_the_c_abi(level: int, tmp_path: Path) -> None:
    ran = run_with_c(EXPORTS, CALLER + GOOD_CALLS, level, tmp_path)
    assert (ran.stdout, ran.status) == ("fine\n", 0), ran.stderr


@pytest.mark.parametrize("level", LEVELS)
def test_panic_does_not_cross_the_border(level: int, tmp_path: Path) -> None:
    ran = run_with_c(EXPORTS, CALLER + PANICKING_CALL, level, tmp_path)
    assert ran.stdout == ""
    assert ran.status != 0
    assert "panic at dot.sg:4:9: index 2 out of bounds for length 2" in ran.stderr


@pytest.mark.parametrize("level", LEVELS)
def test_calls_c(level: int, tmp_path: Path) -> None:
    ran = run_ir(PRELUDE + FOREIGN, level, tmp_path)
    assert (ran.stdout, ran.status) == ("11\n0\n", 5), ran.stderr


def test_function_named_like_one_of_c(tmp_path: Path) -> None:
    text = FOREIGN.replace("fn main()", "fn malloc()").replace("main main", "main malloc")
    assert run_ir(PRELUDE + text, 0, tmp_path).status == 5


def test_calls_its_own_export_as_c(tmp_path: Path) -> None:
    text = ("foreign twice(i64) -> i64\n"
            "fn double(%n: i64) -> i64 export twice {\nentry:\n  %m: i64 = add %n, %n\n  return %m\n}\n"
            "fn main() -> i64 {\nentry:\n  %n: i64 = const 21\n  %m: i64 = foreign twice(%n)\n  return %m\n}\n"
            "main main")
    assert run_ir(text, 0, tmp_path).status == 42


def test_export_with_counted_elements_is_refused(tmp_path: Path) -> None:
    text = ('fn f(%xs: [str]) -> u64 export f {\nentry:\n  %n: u64 = length %xs\n'
            '  %kept: ([str], u64) = make (%xs, %n)\n  return %n\n}')
    with pytest.raises(InternalError, match=r"takes \[str\]"):
        compile_ir(text, 0, tmp_path / "f.o")
