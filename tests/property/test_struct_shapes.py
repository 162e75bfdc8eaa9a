"""Random structs cross to C and back by value, as arguments and as results, as gcc passes them.

`SIGIL_SHAPES=5000 pytest tests/property/test_struct_shapes.py` tries that many shapes instead of the usual few hundred.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from random import Random

import pytest

from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain
from sigilc.options import Options
from tests.support.build import compile_program
from tests.support.struct_shapes import c_text, random_shapes, sigil_text

PER_MODULE = 100
WANTED = int(os.environ.get("SIGIL_SHAPES", "200"))
MODULES = max(2, -(-WANTED // PER_MODULE))


@pytest.mark.time_limit(180)
@pytest.mark.parametrize("number", range(MODULES))
def test_shapes(number: int, tmp_path: Path) -> None:
    """One module of shapes, every second one optimised."""
    shapes = random_shapes(Random(number), PER_MODULE)
    (tmp_path / "shapes.sg").write_text(sigil_text(shapes), encoding="utf-8")
    (tmp_path / "main.c").write_text(c_text(shapes, seeds=3), encoding="utf-8")
    level = 3 if number % 2 else 0
    compilation = compile_program(tmp_path / "shapes.sg", Options(
        level=level, crate_type="obj", output=str(tmp_path / "shapes.o"), overflow_checks=False))
    assert not compilation.has_errors, [d.message for d in compilation.diagnostics.items]
    toolchain = find_toolchain()
    subprocess.run([*toolchain.compiler, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "main.c", "shapes.o",
                    runtime_archive(toolchain), "-lm", "-pthread", "-o", "main"], cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
