"""Two builds of one input are the same, byte for byte, whatever the order in which Python's sets give their elements."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sigilc.options import EMIT_SUFFIXES
from tests.support.build import ROOT, sigilc
from tests.support.random_programs import random_module

RUN = ROOT / "tests" / "run"
BUILDS = [("actors/counter", 3), ("data/maps_and_sets", 0), ("pipelines/stages", 3), ("random", 0), ("random", 3)]


def files_of_build(program: str, level: int, folder: Path, seed: str) -> dict[str, bytes]:
    """Name and content of all that a build writes, its IR behind every pass included."""
    (folder / "ir").mkdir(parents=True)
    source = folder / "app.sg"
    if program == "random":
        source.write_text(random_module(2024, 8).text(), encoding="utf-8")
    else:
        shutil.copy(RUN / f"{program}.sg", source)
    built = sigilc("build", "app.sg", f"-O{level}", "--emit", ",".join(EMIT_SUFFIXES), "--print-ir-after", "all",
                   "--print-ir-to", "ir", cwd=folder, PYTHONHASHSEED=seed)
    assert built.status == 0, built.stderr
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("program", "level"), BUILDS)
def test_build_is_reproducible(program: str, level: int, tmp_path: Path) -> None:
    """In two processes with different hashes."""
    first, second = (files_of_build(program, level, tmp_path / seed, seed) for seed in ("1", "2"))
    assert {"app", "app.o", "app.ll", "ir/app.1.lower.ssa"} <= set(first)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []
