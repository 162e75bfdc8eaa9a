"""What the command line does where its output can't be written: a sentence, the right status, nothing half written."""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.build import ROOT

WRONG = "fn main() { let x = y }\n"
UNFORMATTED = "fn  main( ){}\n"
COMMANDS = ["check --json wrong.sg", "explain E0301", "--help", "fmt --diff unformatted.sg", "fmt - < unformatted.sg",
            "test cases.sg"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with programs."""
    monkeypatch.chdir(tmp_path)
    Path("wrong.sg").write_text(WRONG)
    Path("unformatted.sg").write_text(UNFORMATTED)
    Path("cases.sg").write_text("#[test]\nfn adds() { assert_eq(1 + 1, 2) }\n")
    Path("hello.sg").write_text('fn main() { println("hello") }\n')
    return tmp_path


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """A shell's command, in which `sigilc` is this one."""
    here = f'sigilc() {{ PYTHONPATH={shlex.quote(str(ROOT))} {shlex.quote(sys.executable)} -m sigilc "$@"; }}\n'
    return subprocess.run(["bash", "-c", here + command], capture_output=True, text=True, timeout=50, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_full_and_closed_stdout(here: Path, command: str) -> None:
    """No fault of the compiler's."""
    full = shell(f"sigilc {command} > /dev/full")
    assert (full.returncode, full.stderr) == (2, "error: can't write the output: no space left on device\n")
    closed = shell(f"sigilc {command} >&-")
    assert (closed.returncode, closed.stderr) == (2, "error: can't write the output: bad file descriptor\n")


@pytest.mark.parametrize(("command", "status"), [("check wrong.sg", 1), ("check hello.sg", 0), ("frobnicate", 2),
                                                 ("check --json wrong.sg", 1)])
def test_without_stderr(here: Path, command: str, status: int) -> None:
    """The status alone says how it went."""
    assert shell(f"sigilc {command} 2>&-").returncode == status


@pytest.mark.parametrize(("redirection", "reason"), [("> /dev/full", "No space left on device"), (">&-", "Bad file descriptor")])
def test_programs_say_that_output_is_lost(here: Path, redirection: str, reason: str) -> None:
    """A program that is run: its output is gone, which is no success."""
    ran = shell(f"sigilc run hello.sg {redirection}")
    assert (ran.returncode, ran.stderr) == (1, f"sigil: can't write the output: {reason}\n")


# Where no file may be longer than nothing every write of content fails, as on a full disk.
@pytest.mark.parametrize(("command", "message"), [
    ("fmt unformatted.sg", "error: can't write unformatted.sg: File too large"),
    ("new made", "can't write made"),
    ("build --emit ssa hello.sg", "can't write")])
def test_full_disk(here: Path, command: str, message: str) -> None:
    """Said with the file's name; what was there stays, and nothing half written is left."""
    before = sorted(os.listdir())
    done = shell(f"ulimit -f 0; sigilc {command} 2>&1")
    assert done.returncode in (1, 2) and message in done.stdout, done.stdout
    assert "internal error" not in done.stdout
    assert sorted(os.listdir()) == before and Path("unformatted.sg").read_text() == UNFORMATTED


@pytest.mark.parametrize("nested", ["(", "[", "{", "-", "if true { 1 } else ", "f(", "|x| ", '"{', "[1, "])
def test_ten_thousand_levels(here: Path, nested: str) -> None:
    """One error, whatever it is that is nested."""
    Path("deep.sg").write_text(f"fn main() {{ let x = {nested * 10_000}1 }}\n")
    done = shell("sigilc check deep.sg")
    assert done.returncode == 1 and "error[E0" in done.stderr and "internal error" not in done.stderr


def test_long_line_takes_time_in_proportion(here: Path) -> None:
    """Eight times as many operators take some eight times as long, the compiler's start left aside."""
    for unit in ("x + ", "+   "):
        seconds = []
        for count in (40_000, 320_000):
            Path("long.sg").write_text(f"fn main() {{ let x = {unit * count}y }}\n")
            begin = resource.getrusage(resource.RUSAGE_CHILDREN)
            shell("sigilc check long.sg")
            end = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds.append(end.ru_utime - begin.ru_utime)
        assert seconds[1] < 12 * seconds[0], unit


def test_line_of_ten_megabytes(here: Path) -> None:
    """The line is shown in part, whose marks still point to the place."""
    Path("long.sg").write_text('fn main() { println("' + "a" * 10_000_000 + '{absent}") }\n')
    done = shell("sigilc check long.sg")
    assert done.returncode == 1 and "long.sg:1:10000023" in done.stderr and len(done.stderr) < 2000
