"""What a library exports, called from C by its header and from Rust by its module, at both ends of optimisation."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sigilc.options import Options
from tests.support.build import compile_program

LIBRARY = """\
#[repr(C)] struct Point { x: f64, y: f64 }
#[repr(C)] enum Mode { Fast = 3, Slow = -9 }
#[repr(C)] union Number { whole: i64, real: f64 }
#[repr(C)] struct Job { mode: Mode, tag: char, at: Point, sizes: [u16; 3] }
#[repr(C)] struct Node { value: i64, next: *Node }
enum Failure { TooBig(i64), Other }
enum Result<T, E> { Ok(T), Err(E) }

/// Counts the words of a text.
#[export]
fn words(text: str) -> usize {
    let mut n = 0usize
    for word in text.split(" ") { if !word.is_empty() { n += 1 } }
    n
}
#[export] fn norm(p: Point) -> f64 { (p.x * p.x + p.y * p.y).sqrt() }
#[export] fn flip(p: Point) -> Point { Point { x: p.y, y: p.x } }
#[export] fn job(j: Job) -> Job { Job { mode: Mode·Slow, sizes: [j.sizes[2], 0, 7], ..j } }
#[export] fn number(n: Number) -> Number { Number { real: unsafe { n.whole } as f64 } }
#[export] fn parse(text: str) -> i64? { i64·parse(text) }
#[export] fn at(xs: [f64], i: usize) -> f64? { Some(xs[i]) }
#[export] fn evens(n: i64) -> [i64] { (0..n) |φ{_ % 2 == 0} |collect }
#[export] fn points(n: u8) -> [Point] { (0..n) |τ{Point { x: _ as f64, y: 1.0 }} |collect }
#[export] fn upper(text: str) -> str { text.to_uppercase() }
#[export] fn shout(text: str) -> str? { if text.is_empty() { fail("nothing to shout") } else { Some("{text}!") } }
#[export] fn half(n: i64) -> Result<i64, Failure> {
    if n > 100 { Result·Err(Failure·TooBig(n)) } else { Result·Ok(n / 2) }
}
#[export] fn must(text: str) -> Result<Point, str> {
    if text == "origin" { Result·Ok(Point { x: 0.0, y: 0.0 }) } else { Result·Err("no {text}") }
}
#[export] fn check(n: i64) -> ()? { if n < 0 { fail("negative") } else { Some(()) } }
#[export] fn call(f: extern "C" fn(i32) -> i32, x: i32) -> i32 { unsafe { f(x) } }
#[export] fn keep(xs: [i64]) -> [i64] { xs }
#[export] fn part(xs: [i64], from: usize) -> [i64] { xs[from..] }
#[export] fn total(xs: [i64]) -> i64 { xs |Σ }
#[export] fn modes(all: [Mode]) -> i64 { all |τ{_ as i64} |Σ }
#[export] fn chain(first: *Node) -> i64 {
    let mut sum = 0
    let mut node = first
    while !node.is_null() { let n = unsafe { node.read() }; sum += n.value; node = n.next }
    sum
}
#[export] fn double(x: f64) -> f64 { x * 2.0 }
#[export] fn nothing() { }
"""

C_PROGRAM = """\
#include "sides.h"
#include "sides.h"
#include <stdio.h>
#include <string.h>
static int32_t triple(int32_t x) { return 3 * x; }
static void show(int32_t status) { printf("%d %s\\n", status, status ? sigil_last_error() : "fine"); }
int main(int argc, char **argv) {
    (void)argv;
    const char *text = "one two  three";
    Point p = {3, 4}, q = flip(p);
    Job j = {Mode_Fast, 'x', {1, 2}, {4, 5, 6}};
    int64_t n = 0;
    double d = 0, xs[] = {1.5, 2.5};
    j = job(j);
    printf("%zu %g %g,%g\\n", words(text, strlen(text)), norm(p), q.x, q.y);
    printf("%d %c %g %d %d\\n", j.mode, (char)j.tag, j.at.y, j.sizes[0], j.sizes[2]);
    printf("%g %g\\n", number((Number){.whole = 12}).real, double_(2.5));
    show(parse("42", 2, &n)); printf("%lld\\n", (long long)n);
    show(parse("4x2", 3, &n));
    show(at(xs, 2, 1, &d)); printf("%g\\n", d);
    show(at(xs, 2, 7, &d));
    show(parse("\\xff", 1, &n));
    sigil_int64_t_array e = evens(10);
    for (size_t i = 0; i < e.length; i++) printf("%lld ", (long long)e.data[i]);
    sigil_release(e.owner);
    sigil_Point_array ps = points(3);
    printf("%zu %g\\n", ps.length, ps.data[2].x);
    sigil_release(ps.owner);
    sigil_text u = upper("stra\\xc3\\x9f""e", 7);
    printf("%.*s\\n", (int)u.length, u.data);
    sigil_release(u.owner);
    show(shout("hey", 3, &u)); printf("%.*s\\n", (int)u.length, u.data);
    sigil_release(u.owner);
    show(shout(NULL, 0, &u));
    show(half(10, &n)); printf("%lld\\n", (long long)n);
    show(half(1000, &n));
    show(must("origin", 6, &p)); printf("%g\\n", p.x);
    show(must("end", 3, &p));
    show(check(1)); show(check(-1));
    printf("%d\\n", call(triple, 14));
    int64_t ys[] = {1, 2, 3};
    e = keep(ys, 3);
    sigil_int64_t_array f = part(ys, 3, 1);
    ys[0] = ys[1] = 100;
    printf("%lld %lld %lld %lld\\n", (long long)e.data[0], (long long)f.data[0], (long long)total(ys, 3),
           (long long)total(NULL, 0));
    sigil_release(e.owner);
    sigil_release(f.owner);
    Mode modes_given[] = {Mode_Fast, Mode_Slow};
    Node second = {5, NULL}, first = {2, &second};
    printf("%lld %lld\\n", (long long)modes(modes_given, 2), (long long)chain(&first));
    nothing();
    fflush(stdout);
    if (argc == 2) words("\\xc3", 1);
    if (argc == 3) { modes_given[1] = (Mode)77; modes(modes_given, 2); }
    return 0;
}
"""
C_EXPECTED = """\
3 5 4,3
-9 x 2 6 7
12 5
0 fine
42
1 "4x2" is no number
0 fine
2.5
2 index 7 out of bounds for length 2
2 text that came from C is not valid UTF-8
0 2 4 6 8 3 2
STRASSE
0 fine
hey!
1 nothing to shout
0 fine
5
1 TooBig(1000)
0 fine
0
1 no end
0 fine
1 negative
42
1 2 203 0
-6 7
"""

RUST_PROGRAM = """\
mod sides;
use sides::*;
extern "C" fn triple(x: i32) -> i32 { 3 * x }
fn main() {
    let q = flip(Point { x: 3.0, y: 4.0 });
    println!("{} {} {},{}", words("one two  three"), norm(q), q.x, q.y);
    println!("{:?}", job(Job { mode: Mode::Fast, tag: 'τ', at: q, sizes: [4, 5, 6] }));
    println!("{} {}", unsafe { number(Number { whole: 12 }).real }, double(2.5));
    println!("{:?} {:?} {:?} {:?}", parse("42"), parse("4x2"), at(&[1.5, 2.5], 1), at(&[1.5], 7));
    println!("{:?} {} {} {:?} {:?}", evens(10), points(3).len(), upper("straße"), shout("hey"), shout(""));
    println!("{:?} {:?} {:?} {:?}", half(10), half(1000), must("end"), check(-1));
    println!("{} {:?} {} {}", call(triple, 14), keep(&[1, 2]), total(&[]), modes(&[Mode::Fast, Mode::Slow]));
    let second = Node { value: 5, next: std::ptr::null() };
    println!("{}", unsafe { chain(&Node { value: 2, next: &second }) });
    nothing();
}
"""
RUST_EXPECTED = """\
3 5 4,3
Job { mode: Slow, tag: 'τ', at: Point { x: 4.0, y: 3.0 }, sizes: [6, 0, 7] }
12 5
Ok(42) Err("\\"4x2\\" is no number") Ok(2.5) Err("index 7 out of bounds for length 1")
[0, 2, 4, 6, 8] 3 STRASSE Ok("hey!") Err("nothing to shout")
Ok(5) Err("TooBig(1000)") Err("no end") Err("negative")
42 [1, 2] 0 -6
7
"""


@pytest.fixture(scope="module", params=[("staticlib", 0), ("staticlib", 3), ("cdylib", 3)], ids=["O0", "O3", "shared"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the library, its header and its Rust module."""
    kind, level = request.param
    folder = tmp_path_factory.mktemp("library")
    (folder / "sides.sg").write_text(LIBRARY, encoding="utf-8")
    compilation = compile_program(folder / "sides.sg", Options(
        level=level, crate_type=kind, emit=frozenset({"header", "rust"}),
        output=str(folder / ("libsigil.so" if kind == "cdylib" else "libsigil.a"))))
    assert not compilation.has_errors, [d.message for d in compilation.diagnostics.items]
    return folder


@pytest.fixture(scope="module")
def from_c(library: Path) -> Path:
    """The C program."""
    (library / "main.c").write_text(C_PROGRAM)
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "main.c", "-L.", "-lsigil", "-lm", "-pthread",
                    f"-Wl,-rpath,{library}", "-o", "from_c"], cwd=library, check=True, timeout=30)
    return library / "from_c"


def test_from_c(from_c: Path) -> None:
    """All kinds of parameters and results."""
    done = subprocess.run([from_c], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.returncode) == (C_EXPECTED, 0), done.stderr


@pytest.mark.parametrize(("arguments", "message"), [
    (["text"], "text that came from C is not valid UTF-8"), (["wrong", "enum"], "what came from C is no `Mode`")])
def test_what_is_no_value_ends_the_process(from_c: Path, arguments: list[str], message: str) -> None:
    """In a function without a status."""
    done = subprocess.run([from_c, *arguments], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == -6 and message in done.stderr


def test_from_rust(library: Path) -> None:
    """The safe functions."""
    if shutil.which("rustc") is None:
        pytest.skip("rustc is not installed")
    (library / "main.rs").write_text(RUST_PROGRAM, encoding="utf-8")
    kind = "static" if (library / "libsigil.a").exists() else "dylib"
    subprocess.run(["rustc", "--edition=2021", "-D", "warnings", "main.rs", "-L", ".", "-l", f"{kind}=sigil", "-l", "m",
                    "-C", f"link-arg=-Wl,-rpath,{library}", "-o", "from_rust"], cwd=library, check=True, timeout=60)
    done = subprocess.run([library / "from_rust"], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.returncode) == (RUST_EXPECTED, 0), done.stderr


def test_arrays_that_are_kept_are_copied(tmp_path: Path) -> None:
    """Those that are only looked at are not: no buffer is made for them."""
    (tmp_path / "sides.sg").write_text("""\
#[export] fn looks(xs: [i64]) -> i64 { xs[1..] |τ{_ * 2} |Σ }
#[export] fn hands_on(xs: [i64]) -> i64 { if xs.len() > 3 { deep(xs, 3) } else { 0 } }
fn deep(xs: [i64], n: i64) -> i64 { if n == 0 { looks(xs) } else { deep(xs, n - 1) } }
#[export] fn returns(xs: [i64]) -> [i64] { if xs.is_empty() { [1] } else { xs } }
#[export] fn captures(xs: [i64]) -> i64 { let f = |i| xs[i]; f(0) }
""", encoding="utf-8")
    compilation = compile_program(tmp_path / "sides.sg", Options(
        crate_type="obj", output=str(tmp_path / "lib.o"), emit=frozenset({"ll-raw"})))
    assert not compilation.has_errors
    text = str(compilation.artifacts["ll-raw"])
    copying = {name for name in ("looks", "hands_on", "returns", "captures")
               if "llvm.memcpy" in text.split(f"@{name}(ptr", 1)[1].split("\n}", 1)[0]}
    assert copying == {"returns", "captures"}
