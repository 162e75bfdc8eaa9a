"""Crate types: what C sees of an object, a static library and a shared one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sigilc.crash import EnvironmentFault
from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain
from sigilc.options import Options
from tests.support.build import compile_program

LIBRARY = """\
fn hidden(n: i64) -> i64 { n * 2 }

#[export]
fn double(n: i64) -> i64 { hidden(n) }

#[export]
fn total(xs: [f64]) -> f64 { xs |Σ }

#[export]
fn at(xs: [i64], i: usize) -> i64 { xs[i] }

#[export]
fn say(n: i64) -> bool {
    println("n is {n}")
    n > 0
}

fn main() { println("not for libraries") }
"""

CALLER = """\
#include "lib.h"
#include <stdio.h>
int main(int argc, char **argv) {
    double xs[] = {1.5, 2.5};
    int64_t ys[] = {7, 8};
    (void)argv;
    if (argc > 1) return (int)at(ys, 2, 2);
    printf("%d %g %d\\n", (int)double_(21), total(xs, 2), say(3));
    return 0;
}
"""

LOADER = """\
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
int main(int argc, char **argv) {
    void *library = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
    if (!library) { puts(dlerror()); return 1; }
    int64_t (*twice)(int64_t) = (int64_t (*)(int64_t))dlsym(library, "double_");
    _Bool (*say)(int64_t) = (_Bool (*)(int64_t))dlsym(library, "say");
    printf("%d %d %d\\n", (int)twice(4), say(-1), dlsym(library, "sigil_alloc") == NULL);
    return dlclose(library);
}
"""


def make(folder: Path, crate_type: str, level: int) -> Path:
    """The library built in a folder, with its header and the C programs."""
    text = LIBRARY.replace("fn double", "fn double_")       # `double` is C's
    (folder / "lib.sg").write_text(text, encoding="utf-8")
    (folder / "main.c").write_text(CALLER)
    (folder / "loader.c").write_text(LOADER)
    suffix = {"obj": "lib.o", "staticlib": "liblib.a", "cdylib": "liblib.so"}[crate_type]
    compilation = compile_program(folder / "lib.sg", Options(
        level=level, crate_type=crate_type, output=str(folder / suffix), emit=frozenset({"header"})))
    assert not compilation.has_errors
    return folder / suffix


def compile_c(folder: Path, *arguments: str) -> None:
    subprocess.run([*find_toolchain().compiler, "-std=c11", "-D_GNU_SOURCE", "-Wall", *arguments], cwd=folder, check=True,
                   timeout=60)


def check_calls(program: Path) -> None:
    """Results, what the library printed, and a panic that ends the process with its message."""
    done = subprocess.run([program], capture_output=True, text=True, timeout=20, check=False)
    assert (sorted(done.stdout.splitlines()), done.returncode) == (["42 4 1", "n is 3"], 0), done.stderr
    done = subprocess.run([program, "panic"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == -6 and "index 2 out of bounds for length 2" in done.stderr


@pytest.mark.parametrize("level", [0, 3])
def test_static_library(tmp_path: Path, level: int) -> None:
    """All that C needs is in it, and no `main`."""
    library = make(tmp_path, "staticlib", level)
    compile_c(tmp_path, "main.c", str(library), "-lm", "-pthread", "-o", "main")
    check_calls(tmp_path / "main")
    symbols = subprocess.run(["nm", str(library)], capture_output=True, text=True, timeout=20, check=True).stdout
    assert " T main\n" not in symbols and "sigil_program" not in symbols and " T at\n" in symbols


@pytest.mark.parametrize("level", [0, 3])
def test_shared_library(tmp_path: Path, level: int) -> None:
    """It shows what is exported and nothing else; it can be linked, and loaded while the program runs."""
    library = make(tmp_path, "cdylib", level)
    listed = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, timeout=20,
                            check=True).stdout
    assert sorted(line.split()[-1] for line in listed.splitlines()) == ["at", "double_", "say", "total"]
    compile_c(tmp_path, "main.c", str(library), f"-Wl,-rpath,{tmp_path}", "-o", "main")
    check_calls(tmp_path / "main")
    compile_c(tmp_path, "loader.c", "-ldl", "-o", "loader")
    done = subprocess.run([tmp_path / "loader", library], capture_output=True, text=True, timeout=20, check=False)
    assert (sorted(done.stdout.splitlines()), done.returncode) == (["8 0 1", "n is -1"], 0), done.stderr


def test_object_has_one_visible_symbol_for_each_export(tmp_path: Path) -> None:
    """Everything else is hidden or local."""
    make(tmp_path, "obj", 0)
    compile_c(tmp_path, "-shared", "lib.o", runtime_archive(find_toolchain()), "-Wl,--exclude-libs,ALL", "-o", "x.so")
    listed = subprocess.run(["nm", "-D", "--defined-only", "x.so"], cwd=tmp_path, capture_output=True, text=True,
                            timeout=20, check=True).stdout
    assert sorted(line.split()[-1] for line in listed.splitlines()) == ["at", "double_", "say", "sigil_program", "total"]


def test_names_of_products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As linkers look for them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numbers.sg").write_text("#[export]\nfn one() -> i64 { 1 }\n", encoding="utf-8")
    for crate_type, name in (("staticlib", "libnumbers.a"), ("cdylib", "libnumbers.so"), ("obj", "numbers.o")):
        assert not compile_program("numbers.sg", Options(crate_type=crate_type)).has_errors
        assert (tmp_path / name).is_file()


@pytest.mark.parametrize("crate_type", ["staticlib", "cdylib"])
def test_library_without_exports(tmp_path: Path, crate_type: str) -> None:
    """Said, rather than made."""
    (tmp_path / "a.sg").write_text("fn main() { }\n", encoding="utf-8")
    with pytest.raises(EnvironmentFault, match="exports no function"):
        compile_program(tmp_path / "a.sg", Options(crate_type=crate_type, output=str(tmp_path / "out")))
    assert not (tmp_path / "out").exists()
