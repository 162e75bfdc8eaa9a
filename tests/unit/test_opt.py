"""The tools over the IR: `sigilc opt`, and what `build` shows of its stages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sigilc.cli import main as cli
from sigilc.crash import InternalError
from sigilc.driver import STAGES
from sigilc.ir.function import Module
from sigilc.ir.interp import interpret
from sigilc.ir.parser import IrSyntaxError, parse_module
from sigilc.ir.printer import print_module
from sigilc.ir.verify import verify
from sigilc.passes import manager
from tests.support.build import ROOT
from tests.support.mutations import fuzz_count, mutations

PROGRAM = """
fn check(n: i64) -> str? { if n % 2 == 1 { fail("{n} is odd") } else { "{n}" } }
fn main() {
    let mut found: [str] = []
    for i in 0..5 { if let Some(text) = check(i) { found.push(text) } }
    println("{found:?}")
}
"""
IR = """
fn main() -> unit {
entry:
  %s: str = static "hello\\n"
  %copy: str = runtime str_to_upper(%s)
  runtime print(%copy)
  %u: unit = const ()
  return %u
}
main main
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    Path("app.sg").write_text(PROGRAM)
    return "app.sg"


@pytest.fixture
def ir(tmp_path: Path) -> str:
    """A file with IR."""
    path = tmp_path / "app.ssa"
    path.write_text(IR)
    return str(path)


def status_of(*arguments: str) -> int:
    """The exit status of a command line, in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.run(list(arguments))
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.mark.parametrize("level", [0, 1, 3])
def test_opt_does_what_build_does(level: int, program: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The IR behind `lower`, written, read and put through the passes, is what a build made."""
    assert status_of("build", f"-O{level}", program, "--print-ir-after", "all", "--print-ir-to", ".") == 0
    names = manager.pass_names(level)
    made = [f"app.{number}.{name}.ssa" for number, name in enumerate(["lower", *names], 1)]
    assert sorted(path.name for path in Path().glob("*.ssa")) == sorted(made)
    capsys.readouterr()
    assert status_of("opt", made[0], f"-O{level}", "--verify") == 0
    found = capsys.readouterr().out
    heading, _, expected = Path(made[-1]).read_text().partition("\n")
    assert heading == f"// ---- after {names[-1]} ----" and found == expected
    assert status_of("opt", made[0], "--passes", ",".join(names)) == 0
    assert capsys.readouterr().out == expected


def test_opt_without_passes_prints_what_it_read(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Positions included; and what it prints still runs."""
    status_of("build", program, "--print-ir-after", "lower", "--print-ir-to", ".", "--stop-after", "lower")
    assert status_of("opt", "app.1.lower.ssa", "-o", "again.ssa") == 0
    text = Path("again.ssa").read_text()
    assert '@ "app.sg:2:' in text and text in Path("app.1.lower.ssa").read_text()
    assert interpret(parse_module(text)).stdout == '["0", "2", "4"]\n'
    assert capsys.readouterr().out == ""


def test_opt_emits_llvm_ir(ir: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a build hands to LLVM."""
    assert status_of("opt", ir, "-O0", "--emit", "ll") == 0
    assert "define" in capsys.readouterr().out


def test_opt_reads_standard_input(ir: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name `-`."""
    with open(ir, encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        assert status_of("opt", "-", "--passes", "insert_refcounts") == 0
    assert "release %copy" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "complaint"), [
    (["-O0", "--passes", "simplify_cfg"], "exclude each other"),
    (["--passes", "simplify"], "there is no pass `simplify`"),
    (["-O0", "--print-ir-after", "lower"], "`lower` does not run here"),
    (["-O4"], "'-O'"),
])
def test_opt_bad_usage(arguments: list[str], complaint: str, ir: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and the reason."""
    assert status_of("opt", ir, *arguments) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(("content", "complaint"), [
    (b"fn f() -> i64 {", "line 1: expected a name"),
    (b"\n\nfn \"a\\q\"() -> i64 {", "line 3: \"a\\q\" has an escape"),
    (b"fn f() -> i64 {\nentry:\nreturn %x\n}", "line 3: %x is not defined"),
    (b"fn f(%u: unit) -> i64 {\nentry:\nreturn %u\n}", "invalid IR in f, block entry, `return %u`"),
    (b"main f", "there is no function f"),
    (b"\xff", "it is not UTF-8"),
])
def test_opt_refuses_what_is_no_ir(content: bytes, complaint: str, tmp_path: Path,
                                   capsys: pytest.CaptureFixture[str]) -> None:
    """Status 1, the file and the reason."""
    path = tmp_path / "wrong.ssa"
    path.write_bytes(content)
    assert status_of("opt", str(path)) == 1
    error = capsys.readouterr().err
    assert "wrong.ssa" in error and complaint in error


def test_opt_needs_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing one, and a folder."""
    assert status_of("opt", str(tmp_path / "absent.ssa")) == 1
    assert status_of("opt", str(tmp_path)) == 1
    assert "no such file" in (error := capsys.readouterr().err) and "directory" in error


def test_opt_verifies_behind_each_pass(ir: str, monkeypatch: pytest.MonkeyPatch,
                                       capsys: pytest.CaptureFixture[str]) -> None:
    """A pass that breaks the IR is named."""
    def drop_terminators(module: Module) -> None:
        for function in module.functions.values():
            function.blocks[0].ops.pop()

    monkeypatch.setitem(manager.PASSES, "simplify_cfg", drop_terminators)
    assert status_of("opt", ir, "--passes", "simplify_cfg") == 0
    assert status_of("opt", ir, "--passes", "simplify_cfg", "--verify") == 70
    error = capsys.readouterr().err
    assert "the last op is no terminator" in error and "stage: pass simplify_cfg" in error


def test_opt_certifies_counts(ir: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """From their insertion on."""
    monkeypatch.setitem(manager.PASSES, "insert_refcounts", lambda module: None)
    assert status_of("opt", ir, "-O0", "--verify") == 70
    error = capsys.readouterr().err
    assert "reference counts of main" in error and "stage: pass insert_refcounts" in error


def test_times_of_stages_and_passes(program: str, ir: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, passes below their stage."""
    assert status_of("build", "-O3", "--time-passes", program) == 0
    lines = [line.split(" ms  ")[1] for line in capsys.readouterr().err.splitlines()]
    position = STAGES.index("passes") + 1
    assert lines == [*STAGES[:position], *manager.pass_names(3), *STAGES[position:], "together"]
    assert status_of("opt", ir, "--passes", "simplify_cfg,find_nounwind", "--time-passes") == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ms  ")[1] for line in lines] == ["simplify_cfg", "find_nounwind"]


@pytest.mark.parametrize("stage", STAGES)
def test_stop_after(stage: str, program: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing runs behind the stage, and what it would have written is not there."""
    assert status_of("build", program, "--stop-after", stage, "--emit", "ll", "--time-passes") == 0
    shown = capsys.readouterr().err
    assert f" ms  {stage}\n" in shown
    assert not any(f" ms  {later}\n" in shown for later in STAGES[STAGES.index(stage) + 1:])
    assert Path("app").exists() == (stage == "link")
    assert Path("app.ll").exists() == (stage in ("emit", "link"))


def test_print_ir_after(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    """To stderr; names that do not run at the level are refused, as is a folder that is not used."""
    assert status_of("build", program, "--stop-after", "passes", "--print-ir-after", "insert_refcounts,lower") == 0
    shown = capsys.readouterr().err
    first, second = shown.split("// ---- after insert_refcounts ----\n")
    assert first.startswith("// ---- after lower ----\n") and "release" not in first and "release" in second
    assert status_of("build", program, "--print-ir-after", "eliminate_dead") == 2
    assert "`eliminate_dead` does not run here" in capsys.readouterr().err
    assert status_of("build", program, "--print-ir-to", ".") == 2
    assert status_of("build", program, "--print-ir-after", "lower", "--print-ir-to", "absent") == 2
    assert "there is no folder absent" in capsys.readouterr().err


def exchanges(texts: list[str], count: int) -> Iterator[str]:
    """`count` texts, in each of which a value or a type stands where another one was."""
    rng = Random(1)
    for _ in range(count):
        text = rng.choice(texts)
        words = list(re.finditer(r"%[\w.]+|\b(?:i64|str|bool|u64|f64|unit|i32)\b", text))
        place, other = rng.choice(words), rng.choice(words)
        yield text[:place.start()] + other[0] + text[place.end():]


def test_nonsense_is_an_error_of_the_ir() -> None:
    """Whatever the text, it parses or not, and what parses obeys the rules or not."""
    cases = sorted((ROOT / "tests/passes").glob("*/*.ir"))
    texts = [IR, *(path.read_text(encoding="utf-8").partition("\n====\n")[0] for path in cases)]
    outcomes = set()
    for text in (*mutations(texts, fuzz_count(1000)), *exchanges(texts, fuzz_count(1000))):
        try:
            module = parse_module(text)
            verify(module)
        except (IrSyntaxError, InternalError) as error:
            outcomes.add(type(error))
        else:
            outcomes.add(Module)
            assert print_module(parse_module(print_module(module))) == print_module(module)
    assert outcomes == {IrSyntaxError, InternalError, Module}
