"""The command line: usage, exit statuses, where files go, and that no input shows a traceback."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from sigilc import driver
from sigilc.cli import main as cli
from tests.support.build import sigilc

HELLO = 'fn main() { println("hello") }\n'
WRONG = "fn store(key: str!) { println(key) }\n\nfn main() {\n    let name~ = \"x\"\n    store(name)\n}\n"


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """A program that works."""
    path = tmp_path / "hello.sg"
    path.write_text(HELLO)
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A program with one error, on line 5."""
    path = tmp_path / "wrong.sg"
    path.write_text(WRONG)
    return path


def status_of(*arguments: str) -> int:
    """The exit status of a command line, in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.run(list(arguments))
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.mark.parametrize("arguments", [["nonsense"], ["build"], ["build", "-O4", "a.sg"],
                                       ["build", "--emit", "pdf", "a.sg"], ["check", "a.sg", "b.sg"],
                                       ["explain", "E9999"], ["build", "--crate-type", "zip", "a.sg"]])
def test_bad_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and a sentence on stderr."""
    assert status_of(*arguments) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["build"], ["run"], ["check"], ["explain"], ["clean"]])
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself."""
    assert status_of(*command, "--help") == 0
    assert "Usage: sigilc" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """One line."""
    assert status_of("--version") == 0
    assert capsys.readouterr().out == "sigilc, version 0.1.0\n"


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """Codes in any case."""
    assert status_of("explain", "e0301") == 0
    assert "E0301" in capsys.readouterr().out


def test_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of the command's, without a traceback."""
    assert status_of("check", "absent.sg") == 1
    assert "can't read `absent.sg`" in capsys.readouterr().err


def test_check_accepts(hello: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Silence."""
    assert status_of("check", str(hello)) == 0
    assert capsys.readouterr() == ("", "")


def test_check_rejects(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text on stderr, nothing on stdout."""
    assert status_of("check", str(wrong)) == 1
    out, err = capsys.readouterr()
    assert out == "" and "error[E0301]" in err and "wrong.sg:5:" in err


@pytest.mark.parametrize("arguments, is_colored", [(["--color", "always"], True), (["--color=never"], False), ([], False)])
@pytest.mark.parametrize("command", ["check", "build", "run", "test", "bench"])
def test_color(command: str, arguments: list[str], is_colored: bool, wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--color` has the last word; a stream that is no terminal gets none by itself."""
    status_of(command, *arguments, str(wrong))
    assert ("\x1b[" in capsys.readouterr().err) == is_colored


def test_color_of_fmt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "a.sg"
    program.write_text("fn {", encoding="utf-8")
    status_of("fmt", "--color", "always", str(program))
    assert "\x1b[" in capsys.readouterr().err


def test_check_json(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The fields that LANGUAGE §12 names, 1-based."""
    assert status_of("check", "--json", str(wrong)) == 1
    out, err = capsys.readouterr()
    line = json.loads(out)
    assert err == ""
    assert {key: line[key] for key in ("severity", "code", "file", "line", "column", "end_line", "end_column")} == {
        "severity": "error", "code": "E0301", "file": str(wrong), "line": 5, "column": 11, "end_line": 5,
        "end_column": 15}
    assert {"message", "labels", "help"} <= set(line)


def test_build_writes_the_stem_here(hello: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o: the program's name without suffix, in the current folder; nothing else is left."""
    monkeypatch.chdir(hello.parent)
    assert status_of("build", "hello.sg") == 0
    assert sorted(os.listdir()) == ["hello", "hello.sg"]
    assert subprocess.run(["./hello"], capture_output=True, check=True).stdout == b"hello\n"


def test_emit(hello: Path, tmp_path: Path) -> None:
    """Each kind beside the executable, under the program's stem."""
    (tmp_path / "out").mkdir()
    assert status_of("build", "-O3", "--emit", "ll,ll-raw,asm", "--emit", "obj,ssa,header", str(hello),
                     "-o", str(tmp_path / "out" / "program")) == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(made) == ["hello.h", "hello.ll", "hello.o", "hello.raw.ll", "hello.s", "hello.ssa", "program"]
    assert b"define" in made["hello.ll"] and b"define" in made["hello.raw.ll"] and b".text" in made["hello.s"]
    assert made["hello.o"][:4] == made["program"][:4] == b"\x7fELF"


def test_build_is_reproducible(hello: Path, tmp_path: Path) -> None:
    """Two builds of one input are the same, byte for byte."""
    for name in ("one", "two"):
        assert status_of("build", "-O2", str(hello), "-o", str(tmp_path / name)) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without `main` there is nothing to run, but an object to link."""
    library = tmp_path / "lib.sg"
    library.write_text("#[export]\nfn add(a: i64, b: i64) -> i64 { a + b }\n")
    assert status_of("build", str(library), "-o", str(tmp_path / "lib")) == 1
    assert "--crate-type obj" in capsys.readouterr().err and not (tmp_path / "lib").exists()
    assert status_of("build", "--crate-type", "obj", str(library), "-o", str(tmp_path / "made.o")) == 0
    assert (tmp_path / "made.o").read_bytes()[:4] == b"\x7fELF"
    assert status_of("build", "--emit", "obj", str(library), "-o", str(tmp_path / "lib")) == 0
    assert (tmp_path / "lib.o").exists() and not (tmp_path / "lib").exists()


@pytest.mark.parametrize("output", ["absent/program", "."])
def test_output_that_can_not_be_written(hello: Path, output: str, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    """Said before any work, and nothing is written."""
    monkeypatch.chdir(hello.parent)
    assert status_of("build", "hello.sg", "-o", output) == 2
    assert "can't write" in capsys.readouterr().err
    assert os.listdir() == ["hello.sg"]


def test_output_never_replaces_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    """A program without suffix has its own name as its stem."""
    monkeypatch.chdir(tmp_path)
    Path("program").write_text(HELLO)
    assert status_of("build", "program") == 2
    assert Path("program").read_text() == HELLO and "-o" in capsys.readouterr().err


def test_run_passes_arguments_status_and_streams(tmp_path: Path) -> None:
    """The program's own, the second time from the cache."""
    program = tmp_path / "status.sg"
    program.write_text('fn main() -> i32 {\n    println("out")\n    7\n}\n')
    cache = str(tmp_path / "cache")
    for _ in range(2):
        ran = sigilc("run", program, "--flag", "-O3", cwd=tmp_path, SIGIL_CACHE=cache)
        assert (ran.stdout, ran.status) == ("out\n", 7), ran.stderr
    assert len(os.listdir(f"{cache}/programs")) == 1


def test_run_from_the_cache_imports_nothing_heavy(hello: Path, tmp_path: Path) -> None:
    """What a hit imports, as the interpreter reports it; and a change of the source is no hit."""
    cache = str(tmp_path / "cache")
    assert sigilc("run", hello, SIGIL_CACHE=cache).stdout == "hello\n"
    hit = sigilc("run", hello, SIGIL_CACHE=cache, PYTHONVERBOSE="1")
    assert hit.stdout == "hello\n"
    for heavy in ("click", "llvmlite", "lark", "sigilc.driver"):
        assert f"import '{heavy}'" not in hit.stderr
    assert "import 'sigilc.cache'" in hit.stderr
    hello.write_text(HELLO.replace("hello", "changed"))
    assert sigilc("run", hello, SIGIL_CACHE=cache).stdout == "changed\n"


def test_run_without_a_cache(hello: Path, tmp_path: Path) -> None:
    """Where executables can't be kept the program runs all the same."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "programs").write_text("a file where the folder should be")
    ran = sigilc("run", hello, SIGIL_CACHE=str(tmp_path / "cache"))
    assert (ran.stdout, ran.status) == ("hello\n", 0), ran.stderr


def test_run_reports_errors(wrong: Path) -> None:
    """Status 1, and no program runs."""
    ran = sigilc("run", wrong)
    assert (ran.stdout, ran.status) == ("", 1) and "E0301" in ran.stderr


def test_crash_is_a_report_not_a_traceback(hello: Path, monkeypatch: pytest.MonkeyPatch,
                                           capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the compiler stumbles over: status 70, the file, the stage, and how to see more."""
    import sigilc.syntax.parse

    def stumble(*arguments: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(sigilc.syntax.parse, "parse_source", stumble)
    assert status_of("check", str(hello)) == 70
    err = capsys.readouterr().err
    assert "internal error: KeyError" in err and str(hello) in err and "stage: parse" in err and "report" in err
    assert "Traceback" not in err
    monkeypatch.setenv("SIGILC_TRACEBACK", "1")
    assert status_of("check", str(hello)) == 70
    assert "Traceback" in capsys.readouterr().err


def test_crash_in_the_command_line_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The last line of defence."""
    monkeypatch.setattr(driver, "explanation", None)
    monkeypatch.setattr("sigilc.cli.explain.explanation", None)
    assert status_of("explain", "E0301") == 70
    assert "internal error" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"fn main() {", b"\x00\x01", b"}" * 50, b"(" * 3000,
                                     b"fn f() { " + b"if true { " * 400, "fn µ() { ‽ }".encode(), b"\r\n\t \xef"])
def test_nonsense_never_shows_a_traceback(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any bytes: an error of the program, or none."""
    path = tmp_path / "nonsense.sg"
    path.write_bytes(content)
    assert status_of("check", str(path)) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


def test_closed_pipe(wrong: Path) -> None:
    """`sigilc check --json | head -0` ends quietly."""
    script = f'"$0" -m sigilc check --json {wrong} | true; echo "${{PIPESTATUS[0]}}"'
    import sys
    ran = subprocess.run(["bash", "-c", script, sys.executable], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[2])
    assert "Traceback" not in ran.stderr and "Exception" not in ran.stderr
