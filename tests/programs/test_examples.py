"""The examples do what they say: each prints its `.expected` and leaves nothing alive, at -O0 and at -O3.

Programs with `fn main` run in `examples/`, where the files lie that they read. The others belong to these, or are linked
with C and Rust by `embed/build.sh`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sigilc.driver import render_text
from sigilc.options import Options
from tests.support.build import ROOT, build, compile_program, run

EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path for path in EXAMPLES.rglob("*.sg") if "\nfn main(" in path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """`companions/companions`."""
    return path.relative_to(EXAMPLES).with_suffix("").as_posix()


def test_there_are_examples() -> None:
    """An empty folder would pass silently."""
    assert len(PROGRAMS) >= 8


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_example(program: Path, level: int, tmp_path: Path) -> None:
    """Output and exit status; `run` also checks that no object is alive at the end."""
    ran = run(build(program, tmp_path / "program", level), cwd=EXAMPLES)
    assert ran.stdout == program.with_suffix(".expected").read_text(encoding="utf-8"), ran.stderr
    assert (ran.status, ran.stderr) == (0, "")


@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_without_warnings(program: Path) -> None:
    """An example gives the compiler no reason to warn."""
    compilation = compile_program(program, Options(), stop_after="evidence")
    assert render_text(compilation, use_color=False) == ""


def test_missing_file_is_reported(tmp_path: Path) -> None:
    """A file that is not there ends the quote calculator with its fault."""
    ran = run(build(EXAMPLES / "quote_file.sg", tmp_path / "program"), args=("absent.csv",), cwd=tmp_path)
    assert (ran.stdout, ran.status) == ("", 1)
    assert "absent.csv: No such file or directory" in ran.stderr


def test_validation_is_required(tmp_path: Path) -> None:
    """What `quote_file.sg` says of itself: without the `!` of its validation it is rejected."""
    text = (EXAMPLES / "quote_file.sg").read_text(encoding="utf-8")
    assert text.count("|φ{is_plausible}!\n") == 1
    program = tmp_path / "quote_file.sg"
    program.write_text(text.replace("|φ{is_plausible}!\n", "|φ{is_plausible}\n"), encoding="utf-8")
    compilation = compile_program(program, Options(), stop_after="evidence")
    assert [item.code for item in compilation.diagnostics.items] == ["E0301"]


@pytest.mark.time_limit(120)
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_embedding(tmp_path: Path) -> None:
    """The exported functions have symbols of their names, and C and Rust programs that call them print the same."""
    sigilc = tmp_path / "sigilc"
    sigilc.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sigilc "$@"\n', encoding="utf-8")
    sigilc.chmod(0o755)
    built = tmp_path / "built"
    done = subprocess.run([EXAMPLES / "embed" / "build.sh", built], env={**os.environ, "SIGILC": str(sigilc)},
                          capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    expected = (EXAMPLES / "embed" / "embed.expected").read_text(encoding="utf-8")
    assert done.stdout == expected * (2 if shutil.which("rustc") else 1)
    symbols = subprocess.run(["nm", "--extern-only", "--defined-only", built / "stats.o"], capture_output=True,
                             text=True, check=True).stdout
    assert {"mean_near", "count_records"} <= {line.split(maxsplit=2)[2] for line in symbols.splitlines()}
