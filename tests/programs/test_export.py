"""A C program that calls exported functions, compiled against the emitted header and linked with the runtime."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain
from sigilc.options import Options
from tests.support.build import compile_program

LIBRARY = """\
#[export]
fn scale_sum(xs: [f64], k: f64) -> f64 { xs |τ{_ * k} |Σ }

#[export]
fn count_spaces(text: [u8]) -> usize { text |φ{_ == 32} |count }

#[export]
fn clamp(x: i32, low: i32, high: i32) -> i32 { if x < low { low } else if x > high { high } else { x } }

#[export]
fn is_even(n: u8) -> bool { n % 2 == 0 }

#[export]
fn at(xs: [i64], i: usize) -> i64 { xs[i] }
"""

CALLER = """\
#include "lib.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
    (void)argv;
    double xs[] = {1.5, 2.5, -1.0};
    int64_t ys[] = {7, 8};
    const char *text = "one two three";
    if (argc > 1) return (int)at(ys, 2, 5);
    printf("%g %zu %d %d %lld %g\\n", scale_sum(xs, 3, 2.0), count_spaces((const uint8_t *)text, strlen(text)), clamp(12, 0, 9),
           is_even(4), (long long)at(ys, 2, 1), scale_sum(NULL, 0, 2.0));
    return 0;
}
"""


@pytest.fixture(params=[0, 3])
def caller(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The C program, linked with what the library was compiled to at one level."""
    (tmp_path / "lib.sg").write_text(LIBRARY, encoding="utf-8")
    (tmp_path / "main.c").write_text(CALLER)
    compilation = compile_program(tmp_path / "lib.sg", Options(
        level=request.param, crate_type="obj", output=str(tmp_path / "lib.o"), emit=frozenset({"header"})))
    assert not compilation.has_errors
    toolchain = find_toolchain()
    subprocess.run([*toolchain.compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "main.c", "lib.o",
                    runtime_archive(toolchain), "-lm", "-pthread", "-o", "main"], cwd=tmp_path, check=True, timeout=30)
    return tmp_path / "main"


def test_calls(caller: Path) -> None:
    """Scalars, arrays, and an empty array."""
    done = subprocess.run([caller], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.returncode) == ("6 2 9 1 8 0\n", 0), done.stderr


def test_panic_does_not_cross_the_border(caller: Path) -> None:
    """It ends the process, with its message."""
    done = subprocess.run([caller, "panic"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == -6 and "index 5 out of bounds for length 2" in done.stderr and done.stdout == ""
