"""A program compiled in parts: objects by source file in the cache, and halves in two processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigilc.codegen import objects, parts
from sigilc.codegen.objects import CodeSettings
from sigilc.codegen.parts import equal_parts, parts_by_file
from sigilc.codegen.processes import ProcessPool, in_processes
from sigilc.crash import EnvironmentFault, InternalError
from sigilc.ir.parser import parse_module
from sigilc.passes.manager import certify, run_passes
from tests.support.build import build, run

MAIN = """\
mod shapes

fn longest(words: [str]) -> str {
    let mut best = ""
    for word in words { if word.len() > best.len() { best = word } }
    best
}

fn main() {
    println("{shapes·area(3.0)} {longest("a bcd ef".split(" "))} {shapes·names()}")
    println("{shapes·names() |σ} {"x".to_uppercase()}")
}
"""
SHAPES = """\
pub fn area(r: f64) -> f64 { 3.0 * r * r }
pub fn names() -> [str] { ["square", "circle"] }
"""
PRINTED = '27 bcd ["square", "circle"]\n["circle", "square"] X\n'

CALLS = """
fn small(%n: i64) -> i64 {
entry:
  %one: i64 = const 1
  %r: i64 = add.checked %n, %one
  return %r
}
fn first(%n: i64) -> i64 {
entry:
  %a: i64 = call small(%n)
  %b: i64 = call second(%a)
  return %b
}
fn second(%n: i64) -> i64 {
entry:
  %a: i64 = call small(%n)
  return %a
}
fn main() -> i64 {
entry:
  %n: i64 = const 4
  %a: i64 = call first(%n)
  return %a
}
main main
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of two files, with a cache of its own."""
    monkeypatch.setenv("SIGIL_CACHE", str(tmp_path / "cache"))
    (tmp_path / "app.sg").write_text(MAIN, encoding="utf-8")
    (tmp_path / "shapes.sg").write_text(SHAPES, encoding="utf-8")
    return tmp_path / "app.sg"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The LLVM texts that are compiled, rather than found in the cache."""
    texts: list[str] = []
    original = objects.compile_text

    def compile_text(text: str, settings: CodeSettings) -> bytes:
        texts.append(text)
        return original(text, settings)
    monkeypatch.setattr(objects, "compile_text", compile_text)
    return texts


def built(program: Path, level: int = 0) -> None:
    """Builds and runs it."""
    ran = run(build(program, program.parent / "app", level))
    assert (ran.stdout, ran.stderr, ran.status) == (PRINTED, "", 0)


def test_one_object_a_file(program: Path, compiled: list[str]) -> None:
    """The program's two files and the library's part; nothing is compiled twice."""
    built(program)
    assert len(compiled) == 3
    assert sum("define hidden" in text for text in compiled) == 3
    built(program)
    assert len(compiled) == 3


def test_only_what_changed_is_compiled_again(program: Path, compiled: list[str]) -> None:
    """A change of one file leaves the objects of the others, and that of the library."""
    built(program)
    compiled.clear()
    (program.parent / "shapes.sg").write_text(SHAPES.replace("3.0 * r * r", "r * 3.0 * r"), encoding="utf-8")
    built(program)
    assert len(compiled) == 1 and "shapes·area" in compiled[0]
    compiled.clear()
    program.write_text(MAIN.replace("best = word", "best = word.trim()"), encoding="utf-8")
    built(program)
    assert not any("shapes·area\"(double" in text and "define hidden noundef double" in text for text in compiled)


def test_settings_and_cache(program: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Other settings are other objects; the least recently used go; a cache that can't be written does no harm."""
    built(program)
    compiled.clear()
    build(program, program.parent / "app", 0, target_cpu="x86-64")
    assert len(compiled) == 3
    folder = program.parent / "cache" / "objects"
    assert len(list(folder.iterdir())) == 6
    monkeypatch.setattr(objects, "MAX_OBJECTS", 2)
    build(program, program.parent / "app", 0, debug=True)
    assert len(list(folder.iterdir())) == 2
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("no folder")
    built(program)


def test_two_processes(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program cut into halves behaves as the whole does."""
    monkeypatch.setattr(objects, "SPLIT_INSTRUCTIONS", 10)
    built(program, 3)
    built(program, 2)


def test_large_files_are_cut(program: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Into parts that processes compile while the next ones are written; what is in the cache is not compiled again."""
    monkeypatch.setattr(parts, "MAX_FILE_OPS", 10)
    monkeypatch.setattr(objects, "LARGE_PROGRAM_OPS", 0)
    built(program)
    count = len(list((program.parent / "cache" / "objects").iterdir()))
    assert count > 3 and not compiled
    monkeypatch.setattr(objects, "LARGE_PROGRAM_OPS", 10**9)
    built(program)
    assert not compiled


def test_a_pool_keeps_the_order() -> None:
    """Of more jobs than run at a time; what one raises comes out, and the others are ended."""
    pool = ProcessPool()
    for number in range(5):
        pool.submit(lambda number=number: bytes([number]))  # type: ignore[misc]
    assert pool.results() == [bytes([number]) for number in range(5)]
    pool = ProcessPool()
    pool.submit(_fault)
    with pytest.raises(InternalError, match="EnvironmentFault: why"):
        pool.results()
    pool.end()


def test_equal_parts() -> None:
    """Each function is defined once; small ones of the other half are there to be inlined."""
    module = parse_module(CALLS)
    run_passes(module, 3, after=certify)
    halves = equal_parts(module, 2)
    defined = [function.name for part in halves for function in part.functions]
    assert sorted(defined) == ["first", "main", "second", "small"] and len(halves) == 2
    for part in halves:
        names = {function.name for function in (*part.functions, *part.copied)}
        assert "small" in names and not {f.name for f in part.copied} & {f.name for f in part.functions}
    assert len(parts_by_file(module)) == 1 and parts_by_file(module)[0].is_whole


def test_processes_hand_back_results_and_errors() -> None:
    """In order; an internal error crosses, and so does the sudden end of a process."""
    def fail() -> bytes:
        raise InternalError("no good")

    assert in_processes([lambda: b"a" * 100_000, lambda: b"b"]) == [b"a" * 100_000, b"b"]
    with pytest.raises(InternalError, match="no good"):
        in_processes([fail, lambda: b""])
    with pytest.raises(InternalError, match="no good"):
        in_processes([lambda: b"", fail])
    with pytest.raises(InternalError, match="ended early"):
        in_processes([lambda: os._exit(3), lambda: b""])
    with pytest.raises(InternalError, match="EnvironmentFault: why"):
        in_processes([_fault, lambda: b""])


def _fault() -> bytes:
    raise EnvironmentFault("why")
