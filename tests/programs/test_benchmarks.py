"""The benchmarks' programs print what they should, at a small size: in Sigil always, in Rust in the long run.

A program's `.expected` is what all its languages print for the size `small` of bench/programs.py; `--update` writes it from
the Rust program, so that the Sigil program never vouches for itself.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.build import ROOT, build, run

sys.path.insert(0, str(ROOT / "bench"))
table: Any = importlib.import_module("programs")
peers: Any = importlib.import_module("peers")
measure: Any = importlib.import_module("measure")

each_program = pytest.mark.parametrize("program", table.TABLE, ids=lambda program: program.name)


@each_program
@pytest.mark.skipif(not os.environ.get("SIGILC_LONG_TESTS"), reason="one of the long tests")
@pytest.mark.skipif(shutil.which("rustc") is None, reason="no rustc on this machine")
def test_twin_agrees(program: Any, tmp_path: Path, update: bool) -> None:
    """The Rust program prints the same as the one in Sigil."""
    executable = peers.RUST.build(program.source(peers.RUST), tmp_path / "twin")
    output = measure.run_timed([str(executable), program.argument(program.small, tmp_path)]).output
    if update:
        program.expected.write_text(output, encoding="utf-8")
    assert output == program.expected.read_text(encoding="utf-8")


@each_program
def test_prints_what_is_expected(program: Any, tmp_path: Path) -> None:
    """At -O0, where overflow panics, and at -O3; `run` also checks that no object is alive at the end."""
    argument = program.argument(program.small, tmp_path)
    for level in (0, 3):
        ran = run(build(program.source(peers.SIGIL), tmp_path / f"at{level}", level), (argument,))
        assert (ran.stdout, ran.stderr, ran.status) == (program.expected.read_text(encoding="utf-8"), "", 0), f"-O{level}"
