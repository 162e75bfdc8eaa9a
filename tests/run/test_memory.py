"""The programs of this folder access and free memory as they may: valgrind and AddressSanitizer find nothing.

A few of them in every run of the tests; all, at both levels, with SIGILC_LONG_TESTS=1.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.memory_checkers import (
    build_for_valgrind,
    build_with_asan,
    run_under_valgrind,
    run_with_asan,
    sanitized,
    sanitizing_clang,
)
from tests.support.run_cases import RunCase, run_cases

IS_LONG = bool(os.environ.get("SIGILC_LONG_TESTS"))
USUAL = ("data/maps_and_sets", "failures/missing_key", "recursion/recursive_types")
LEVELS = (0, 3) if IS_LONG else (3,)
# Valgrind ends a program whose stack overflows by itself, and makes a fork of the child that shares its parent's memory, by
# which `posix_spawn` says that a program can't be started: the three last ones start one that is not there.
NOT_UNDER_VALGRIND = ("fixed_arrays/stack_overflow", "failures/library_sites", "system/pipes", "system/processes")


def cases(but: tuple[str, ...] = ()) -> list[RunCase]:
    """Those to try in this run."""
    return [case for case in run_cases() if (IS_LONG or case.name in USUAL) and case.name not in but]


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="there is no valgrind")
@pytest.mark.time_limit(400)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", cases(but=NOT_UNDER_VALGRIND), ids=lambda case: case.name)
def test_under_valgrind(case: RunCase, level: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read that was freed, lies outside, or has no value; nothing is lost."""
    monkeypatch.chdir(case.program.parent)
    executable = build_for_valgrind(case.program.name, tmp_path / "program", level)
    ran, complaints = run_under_valgrind(executable, case.args, tmp_path, case.stdin)
    assert complaints == ""
    case.check(ran)


@pytest.mark.time_limit(400)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_with_address_sanitizer(case: RunCase, level: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with each access instrumented, variables on the stack and constants included."""
    clang = sanitizing_clang()
    if clang is None:
        pytest.skip("there is no clang 19 or newer with its sanitizers' libraries")
    monkeypatch.chdir(case.program.parent)
    executable = build_with_asan(case.program.name, tmp_path / "program", level, clang)
    case.check(run_with_asan(executable, case.args, tmp_path, case.stdin))


# Reads behind the end of a block, in code of its own: the one thing that safe code can't do.
WRONG = """extern "C" { fn malloc(size: usize) -> *mut c_void; fn free(memory: *mut c_void) }
fn main() {
    let memory = unsafe { malloc(16) as *mut i64 }
    let found = unsafe { memory.offset(2).read() }
    println("{found}")
    unsafe { free(memory) }
}
"""


@pytest.mark.parametrize("checker", ["valgrind", "address sanitizer"])
def test_checkers_see_the_program(checker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An access of the compiled program itself, not only those of the runtime."""
    monkeypatch.chdir(tmp_path)
    Path("wrong.sg").write_text(WRONG, encoding="utf-8")
    clang = sanitizing_clang()
    if (shutil.which("valgrind") if checker == "valgrind" else clang) is None:
        pytest.skip(f"there is no {checker}")
    if checker == "valgrind":
        _, found = run_under_valgrind(build_for_valgrind("wrong.sg", tmp_path / "wrong", 0), (), tmp_path)
        assert "Invalid read of size 8" in found
    else:
        assert clang is not None
        found = run_with_asan(build_with_asan("wrong.sg", tmp_path / "wrong", 0, clang), (), tmp_path).stderr
        assert "heap-buffer-overflow" in found


def test_every_definition_is_instrumented() -> None:
    """Whatever its name and its parameters look like."""
    text = 'define internal i1 @"f (a)"(ptr align 8 dereferenceable(24) %a) nounwind {\ndefine i32 @g() {\ndeclare void @h()'
    assert sanitized(text) == ('define internal i1 @"f (a)"(ptr align 8 dereferenceable(24) %a) sanitize_address nounwind {\n'
                               "define i32 @g() sanitize_address {\ndeclare void @h()")
