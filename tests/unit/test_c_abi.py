"""Programs linked with C libraries: calls and callbacks in both directions, with values of every way of passing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sigilc.crash import EnvironmentFault
from tests.support.build import build, run

LIBRARY = """\
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { float x, y, z; } Vector;              /* a pair of floats and one */
typedef struct { int64_t id; double weight; } Mixed;   /* an integer and a float */
typedef struct { char name[24]; int32_t count; } Large;   /* in memory */
typedef enum { RED = 1, GREEN = 4 } Color;
typedef union { int64_t whole; double real; } Number;
typedef struct { Color color; Number number; } Tagged;

Vector cross(Vector a, Vector b) {
    return (Vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
Mixed scaled(Mixed m, float by) { return (Mixed){m.id + 1, m.weight * by}; }
Large renamed(Large l, const char *name) { strncpy(l.name, name, 23); l.count++; return l; }
Color other(Color c) { return c == RED ? GREEN : RED; }
Color wrong(void) { return (Color)2; }
Tagged tagged(Tagged t) { if (t.color == GREEN) t.number.real /= 2; else t.number.whole *= 2; return t; }
void fill(Mixed *out, int32_t count) { for (int i = 0; i < count; i++) out[i] = (Mixed){i, i * 0.5}; }
double total(const Mixed *all, size_t count) { double t = 0; while (count--) t += all[count].weight; return t; }

/* calls back, with structs by value */
typedef Vector (*Change)(Vector, int32_t);
Vector twice(Change f, Vector v) { return f(f(v, 1), 2); }
static Vector doubled(Vector v, int32_t step) { (void)step; return (Vector){2 * v.x, 2 * v.y, 2 * v.z}; }
Change doubling(void) { return doubled; }

/* calls what the program exports */
extern Mixed side_mix(Mixed m, const double *xs, size_t n);
extern int32_t side_parse(const char *text, size_t length, int64_t *out);
extern const char *sigil_last_error(void);
double through(double w) { double xs[] = {1, 2, 3}; return side_mix((Mixed){7, w}, xs, 3).weight; }
int64_t parsed(const char *text) {
    int64_t n = 0;
    return side_parse(text, strlen(text), &n) ? -(int64_t)strlen(sigil_last_error()) : n;
}
void panics(void (*f)(int32_t)) { f(9); }
"""

PROGRAM = """\
#[link(name = "sides")]
extern "C" {
    fn cross(a: Vector, b: Vector) -> Vector
    fn scaled(m: Mixed, by: f32) -> Mixed
    fn renamed(l: Large, name: CStr) -> Large
    fn other(c: Color) -> Color
    fn wrong() -> Color
    fn tagged(t: Tagged) -> Tagged
    fn fill(out: *mut Mixed, count: c_int)
    fn total(all: *Mixed, count: usize) -> f64
    fn twice(f: Change, v: Vector) -> Vector
    fn doubling() -> Change
    fn through(w: f64) -> f64
    fn parsed(text: CStr) -> i64
    fn panics(f: extern "C" fn(i32))
}
type Change = extern "C" fn(Vector, i32) -> Vector
#[repr(C)] struct Vector { x: f32, y: f32, z: f32 }
#[repr(C)] struct Mixed { id: i64, weight: f64 }
#[repr(C)] struct Large { name: [u8; 24], count: i32 }
#[repr(C)] enum Color { Red = 1, Green = 4 }
#[repr(C)] union Number { whole: i64, real: f64 }
#[repr(C)] struct Tagged { color: Color, number: Number }

#[export]
fn side_mix(m: Mixed, xs: [f64]) -> Mixed { Mixed { id: m.id, weight: m.weight + (xs |Σ) } }

#[export]
fn side_parse(text: str) -> i64? { i64·parse(text) }

fn moved(v: Vector, by: i32) -> Vector { Vector { x: v.x + by as f32, ..v } }
fn at(i: i32) { println("{[1, 2][i as usize]}") }

fn main() -> i64 {
    let v = unsafe { cross(Vector { x: 1.0, y: 0.0, z: 0.0 }, Vector { x: 0.0, y: 1.0, z: 0.0 }) }
    println("{v.x} {v.y} {v.z}")
    println("{unsafe { scaled(Mixed { id: 41, weight: 1.5 }, 2.0) }:?}")
    let large = unsafe { renamed(Large { name: [0; 24], count: 6 }, CStr·from("Ada")) }
    println("{large.name[..4]} {large.count}")
    println("{unsafe { other(Color·Red) }:?} {unsafe { other(Color·Green) }:?}")
    let t = unsafe { tagged(Tagged { color: Color·Green, number: Number { real: 5.0 } }) }
    let w = unsafe { tagged(Tagged { color: Color·Red, number: Number { whole: 21 } }) }
    println("{unsafe { t.number.real }} {unsafe { w.number.whole }}")
    let mut all: [Mixed] = [Mixed { id: 0, weight: 0.0 }; 4]
    unsafe { fill(&mut all, all.len() as c_int) }
    println("{all[3]:?} {unsafe { total(all, all.len()) }}")
    let z = Vector { x: 0.0, y: 0.0, z: 1.0 }
    println("{unsafe { twice(moved, z) }.x} {unsafe { twice(doubling(), z) }.z} {unsafe { doubling()(z, 0) }.z}")
    println("{unsafe { through(0.5) }} {unsafe { parsed(CStr·from("123")) }} {unsafe { parsed(CStr·from("x")) }}")
    if unsafe { parsed(CStr·from("0")) } == 1 { unsafe { panics(at) } }
    FAIL
    0
}
"""
EXPECTED = """\
0 0 1
Mixed { id: 42, weight: 3.0 }
[65, 100, 97, 0] 7
Green Red
2.5 42
Mixed { id: 3, weight: 1.5 } 3
3 4 2
6.5 123 -16
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with libsides.a."""
    folder = tmp_path_factory.mktemp("libraries")
    (folder / "sides.c").write_text(LIBRARY)
    subprocess.run(["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-c", "sides.c"], cwd=folder, check=True, timeout=30)
    subprocess.run(["ar", "rcs", "libsides.a", "sides.o"], cwd=folder, check=True, timeout=30)
    return folder


def built(libraries: Path, folder: Path, level: int, monkeypatch: pytest.MonkeyPatch, fail: str = "") -> Path:
    """The program, which ends with `fail`."""
    monkeypatch.setenv("LIBRARY_PATH", str(libraries))
    (folder / "app.sg").write_text(PROGRAM.replace("FAIL", fail), encoding="utf-8")
    return build(folder / "app.sg", folder / "app", level)


@pytest.mark.parametrize("level", [0, 3])
def test_both_ways(libraries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: int) -> None:
    """Every way of passing, callbacks with structs, pointers to functions, and C that calls what Sigil exports."""
    ran = run(built(libraries, tmp_path, level, monkeypatch))
    assert (ran.stdout, ran.status) == (EXPECTED, 0), ran.stderr


def test_panic_in_a_callback_ends_the_process(libraries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not pass through C."""
    ran = run(built(libraries, tmp_path, 3, monkeypatch, "unsafe { panics(at) }"))
    assert ran.status == -6 and "index 9 out of bounds for length 2" in ran.stderr and ran.stdout == EXPECTED


def test_wrong_enum_from_c(libraries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that no variant has is a panic where it comes in."""
    ran = run(built(libraries, tmp_path, 0, monkeypatch, 'println("{unsafe { wrong() }:?}")'))
    assert ran.status == 101 and "what came from C is no `Color`" in ran.stderr


def test_missing_library(tmp_path: Path) -> None:
    """It is named, with what to do."""
    (tmp_path / "app.sg").write_text('#[link(name = "surely_not_there")]\nextern "C" { fn f() }\n'
                                     "fn main() { unsafe { f() } }\n")
    with pytest.raises(EnvironmentFault, match="there is no library `surely_not_there`") as caught:
        build(tmp_path / "app.sg", tmp_path / "app")
    assert caught.value.code == "E0612"


def test_zlib(tmp_path: Path) -> None:
    """The checksum of text, as everybody knows it."""
    probe = subprocess.run(["cc", "-x", "c", "-", "-lz", "-o", str(tmp_path / "probe")], text=True, capture_output=True,
                           input="#include <zlib.h>\nint main(void) { return (int)crc32(0, 0, 0); }\n", check=False)
    if probe.returncode != 0:
        pytest.skip("zlib, or its headers, are not installed")
    (tmp_path / "app.sg").write_text("""\
#[link(name = "z")]
extern "C" {
    fn crc32(crc: c_ulong, buf: *u8, len: c_uint) -> c_ulong
    fn compress(out: *mut u8, out_length: *mut c_ulong, data: *u8, length: c_ulong) -> c_int
    fn zlibVersion() -> *c_char
}
fn main() {
    let text = "123456789"
    println("{unsafe { crc32(0, text.bytes(), text.len() as c_uint) }:x}")
    let data = [7u8; 1000]
    let mut packed: [u8] = [0; 100]
    let mut length: c_ulong = packed.len() as c_ulong
    let status = unsafe { compress(&mut packed, &mut length, data, 1000) }
    println("{status} {length < 40} {unsafe { CStr·to_text(zlibVersion()) }.is_some()}")
}
""", encoding="utf-8")
    ran = run(build(tmp_path / "app.sg", tmp_path / "app", 3))
    assert ran.stdout == "cbf43926\n0 true true\n", ran.stderr


def test_pkg_config_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that lies where only pkg-config knows."""
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    (tmp_path / "hidden").mkdir()
    (tmp_path / "one.c").write_text("int one(void) { return 1; }\n")
    subprocess.run(["cc", "-c", "one.c"], cwd=tmp_path, check=True, timeout=30)
    subprocess.run(["ar", "rcs", "hidden/libone.a", "one.o"], cwd=tmp_path, check=True, timeout=30)
    (tmp_path / "libone.pc").write_text(f"Name: one\nDescription: one\nVersion: 1\nLibs: -L{tmp_path}/hidden -lone\n")
    monkeypatch.setenv("PKG_CONFIG_PATH", str(tmp_path))
    (tmp_path / "app.sg").write_text('#[link(name = "one")]\nextern "C" { fn one() -> c_int }\n'
                                     'fn main() { println("{unsafe { one() }}") }\n')
    assert run(build(tmp_path / "app.sg", tmp_path / "app")).stdout == "1\n"
