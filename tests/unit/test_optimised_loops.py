"""What is left of usual loops at -O3: no bounds checks, vector instructions, no test for what else sees a buffer."""

from __future__ import annotations

import re

import pytest

from sigilc.codegen.module import Part, emit_module
from sigilc.codegen.target import Machine
from sigilc.options import Options
from tests.support.build import compile_program

CPU = "x86-64-v3"
PROGRAM = """
fn sum_items(xs: [i64]) -> i64 {
    let mut total = 0
    for x in xs { total += x }
    total
}
fn sum_range(xs: [i64]) -> i64 {
    let mut total = 0
    for i in 0..xs.len() { total += xs[i] }
    total
}
fn sum_while(xs: [i64]) -> i64 {
    let mut total = 0
    let mut i = 0usize
    while i < xs.len() {
        total += xs[i]
        i += 1
    }
    total
}
fn sum_stage(xs: [i64]) -> i64 { xs |Σ }
fn differences(xs: [i64]) -> i64 {
    let mut total = 0
    for i in 1..xs.len() { total += xs[i] - xs[i - 1] }
    total
}
fn peaks(xs: [i64]) -> usize { xs |windows(3) |φ{w => w[1] > w[0] && w[1] > w[2]} |count }
fn axpy(a: f64, x: [f64], mut y: [f64]) {
    for i in 0..x.len() { y[i] += a * x[i] }
}
fn scale(mut xs: [f64], by: f64) {
    for i in 0..xs.len() { xs[i] *= by }
}
fn scale_row(mut rows: [[f64]], r: usize, by: f64) {
    for i in 0..rows[r].len() { rows[r][i] *= by }
}
fn clear(mut flags: [bool]) {
    let mut i = 0usize
    while i < flags.len() {
        flags[i] = false
        i += 1
    }
}
fn gcd(a: i64, b: i64) -> i64 {
    let mut x = a
    let mut y = b
    while y != 0 {
        let rest = x % y
        x = y
        y = rest
    }
    x
}
fn most_frequent(xs: [u8]) -> i64? {
    let mut counts: [i64; 256] = [0; 256]
    for x in xs { counts[x as usize] += 1 }
    counts |max
}
struct Board { columns: [bool], rising: [bool], falling: [bool] }
fn mark(mut board: Board, row: usize, column: usize, taken: bool) {
    board.columns[column] = taken
    board.rising[row + column] = taken
    board.falling[row + 8 - column] = taken
}
fn filled(x: i64, n: usize) -> [i64] { [x; n] }
fn count_letters(text: str) -> usize { text.chars() |φ{_ > 'a'} |count }
fn main() {
    let xs = [1, 2, 3]
    println("{sum_items(xs)} {sum_range(xs)} {sum_while(xs)} {sum_stage(xs)} {differences(xs)} {peaks(xs)}")
    let mut ys = [1.0, 2.0]
    axpy(2.0, [1.0, 2.0], &mut ys)
    scale(&mut ys, 2.0)
    let mut rows = [ys]
    scale_row(&mut rows, 0, 3.0)
    let mut flags = [true]
    let mut board = Board { columns: flags, rising: flags, falling: flags }
    mark(&mut board, 0, 0, true)
    clear(&mut flags)
    println("{rows[0][1]} {flags[0]} {gcd(6, 4)} {count_letters("a b")} {most_frequent([1, 1]):?} {filled(1, 2):?}")
}
"""


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The LLVM text of the program as it goes to LLVM."""
    path = tmp_path_factory.mktemp("loops") / "loops.sg"
    path.write_text(PROGRAM)
    module = compile_program(path, Options(level=3), stop_after="passes").module
    assert module is not None
    part = Part(list(module.functions.values()), is_whole=False)
    return emit_module(module, part, is_optimised=True)


@pytest.fixture(scope="module")
def bodies(emitted: str) -> dict[str, str]:
    """The optimised LLVM text of each function of the program, none inlined into `main`."""
    text = Machine(emitted, 3, CPU, verify=True).text()
    return {name.removeprefix("\\C2\\B7"): body
            for name, body in re.findall(r'^define [^@]*@"?([^"(]+)"?\(.*?\{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)}


@pytest.mark.parametrize("name", ["sum_items", "sum_range", "sum_while", "sum_stage", "differences", "scale", "clear"])
def test_no_bounds_check(bodies: dict[str, str], name: str) -> None:
    assert "panic_bounds" not in bodies[name]


@pytest.mark.parametrize(("name", "vector"), [
    ("sum_items", "<4 x i64>"), ("sum_range", "<4 x i64>"), ("sum_while", "<4 x i64>"), ("sum_stage", "<4 x i64>"),
    ("filled", "store <4 x i64>"), ("axpy", "<4 x double>"), ("scale", "<4 x double>")])
def test_vectorised(bodies: dict[str, str], name: str, vector: str) -> None:
    assert vector in bodies[name]


def test_no_comparison_of_addresses(bodies: dict[str, str]) -> None:
    """The array that is written is known to share nothing with the one that is read."""
    assert "vector.memcheck" not in bodies["axpy"]


def test_uniqueness_is_tested_once(bodies: dict[str, str]) -> None:
    """One load of a count for each array, before the loop."""
    for name, arrays in (("scale", 1), ("axpy", 1), ("clear", 1), ("scale_row", 2)):
        assert len(re.findall(r"= icmp eq i64 %\w+, 1$", bodies[name], re.MULTILINE)) == arrays, name


def test_windows_keep_what_they_have_loaded(bodies: dict[str, str]) -> None:
    """The second element of a window is the first one of the next: LLVM's vectoriser carries it from round to round."""
    assert "vector.recur" in bodies["peaks"]
    assert "panic_bounds" not in bodies["peaks"]


def test_a_division_does_not_wait_for_the_test_of_its_divisor(bodies: dict[str, str]) -> None:
    """Minus one is a case of its own, which branches round the division."""
    assert "srem i64" in bodies["gcd"]
    assert "select" not in bodies["gcd"]


def test_one_byte_characters_are_likely(bodies: dict[str, str]) -> None:
    """So their code lies in the loop, and that of longer ones behind it."""
    assert re.search(r"br i1 %\S+, label %\S+, label %\S+, !prof", bodies["count_letters"])


def test_large_arrays_on_the_stack_begin_at_a_cache_line(bodies: dict[str, str]) -> None:
    """Where they lie otherwise is chance, and each vector of a cache line may cross two."""
    assert "alloca [2048 x i8], align 64" in bodies["most_frequent"]


def test_a_small_function_with_many_tests_is_worth_inlining(emitted: str) -> None:
    """Each write of an element tests bounds and count, which makes a function look larger than what mostly runs of it."""
    assert re.search(r'^define [^@]*@"·mark"\(.*\binlinehint\b', emitted, re.MULTILINE)
    assert not re.search(r'^define [^@]*@"·main"\(.*\binlinehint\b', emitted, re.MULTILINE)
