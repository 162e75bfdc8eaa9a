"""The pipeline as a whole: where it stops, what it records, and the large stack."""

from __future__ import annotations

import gc
import sys
import threading
from pathlib import Path

import pytest

from sigilc.codegen.cpus import is_known_cpu
from sigilc.crash import CompilerCrash, EnvironmentFault, InternalError, describe
from sigilc.driver import in_large_stack, output_paths
from sigilc.options import Options
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span
from tests.support.build import compile_program


def test_large_stack_gives_the_result_and_the_exception() -> None:
    """Both cross the thread."""
    assert in_large_stack(lambda: threading.current_thread().name) == "sigilc"
    with pytest.raises(ZeroDivisionError):
        in_large_stack(lambda: 1 // 0)


def test_large_stack_is_large() -> None:
    """Far deeper than Python allows elsewhere; deeper still is an exception, not the end of the process."""
    class Deep:
        """Compares through C and Python by turns, which takes stack."""

        def __init__(self, inner: object):
            self.inner = inner

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Deep) and self.inner == other.inner

    def compare(depth: int) -> bool:
        a: object = 0
        b: object = 0
        for _ in range(depth):
            a, b = Deep(a), Deep(b)
        return a == b

    limit = sys.getrecursionlimit()
    assert in_large_stack(lambda: compare(30_000))
    with pytest.raises(RecursionError):
        in_large_stack(lambda: compare(200_000))
    assert sys.getrecursionlimit() == limit and threading.stack_size() == 0


def test_ticks_while_it_works() -> None:
    """The status line lives from them."""
    enough = threading.Event()
    ticks: list[float] = []

    def tick(seconds: float) -> None:
        ticks.append(seconds)
        if len(ticks) == 2:
            enough.set()

    assert in_large_stack(lambda: enough.wait(30), tick)
    assert ticks == sorted(ticks)


def test_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emitted files have the program's stem and stand beside the executable."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "app.sg").touch()
    emit = frozenset({"ll-raw", "obj"})
    assert output_paths("app.sg", Options(), True) == {"bin": "app"}
    assert output_paths("app.sg", Options(emit=emit, output="out/x"), True) == {
        "ll-raw": "out/app.raw.ll", "obj": "out/app.o", "bin": "out/x"}
    assert output_paths("app.sg", Options(emit=emit), False) == {"ll-raw": "app.raw.ll", "obj": "app.o"}
    assert output_paths("app.sg", Options(crate_type="obj"), True) == {"obj": "app.o"}
    assert output_paths("app.sg", Options(crate_type="obj", output="y.o"), False) == {"obj": "y.o"}


@pytest.mark.parametrize(("options", "complaint"), [
    (Options(), "no `fn main"), (Options(crate_type="obj", output="app.sg"), "replace the program"),
    (Options(crate_type="obj", output="app.s", emit=frozenset({"asm"})), "two outputs"),
    (Options(crate_type="obj", output="absent/x.o"), "no folder"),
])
def test_outputs_that_can_not_be(options: Options, complaint: str, tmp_path: Path,
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.sg").touch()
    with pytest.raises(EnvironmentFault, match=complaint):
        output_paths("app.sg", options, False)


def test_stops_after_a_stage(tmp_path: Path) -> None:
    """And has done what comes before it."""
    program = tmp_path / "a.sg"
    program.write_text("fn main() { }\n")
    was_on = gc.isenabled()
    compilation = compile_program(program, Options(), stop_after="check")
    assert list(compilation.seconds) == ["parse", "check"] and gc.isenabled() == was_on
    assert compilation.program is not None and compilation.module is None
    compilation = compile_program(program, Options(), stop_after="passes")
    assert list(compilation.seconds) == ["parse", "check", "evidence", "lower", "passes"]


def test_syntax_errors_end_it_early(tmp_path: Path) -> None:
    """A broken tree is not checked."""
    program = tmp_path / "a.sg"
    program.write_text("fn main( {\n")
    compilation = compile_program(program, Options())
    assert compilation.has_errors and list(compilation.seconds) == ["parse"]


def test_description_of_a_crash() -> None:
    """The user's position if it is known, else the file."""
    span = Span(SourceFile("a.sg", "one\ntwo\n"), 4, 7)
    assert "--> a.sg:2:1" in describe(InternalError("odd", span), "lower", "a.sg")
    assert "--> a.sg\n" in describe(InternalError("odd"), "lower", "a.sg")
    assert "nested too deeply" in str(CompilerCrash(RecursionError(), "check", "a.sg"))


@pytest.mark.parametrize(("name", "is_known"), [("native", True), ("x86-64-v3", True), ("znver3", True),
                                                ("pdp-11", False), ("i386", False)])
def test_cpu_names(name: str, is_known: bool) -> None:
    """LLVM itself would only warn, or end the process."""
    assert is_known_cpu(name) == is_known


def test_a_program_without_main_is_refused(tmp_path: Path) -> None:
    """E0613 from `build`; `check` has nothing against it."""
    path = tmp_path / "library.sg"
    path.write_text("fn half(n: i64) -> i64 { n / 2 }\n", encoding="utf-8")
    assert not compile_program(path, Options(), stop_after="evidence").has_errors
    with pytest.raises(EnvironmentFault) as caught:
        compile_program(path, Options(output=str(tmp_path / "library")))
    assert (caught.value.code, caught.value.status) == ("E0613", 1)
