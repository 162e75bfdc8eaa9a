"""The certifiers see each mistake in what the last pass leaves of real programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction, Module
from sigilc.options import Options
from sigilc.passes.check_holes import check_holes
from sigilc.passes.check_refcounts import check_refcounts
from sigilc.passes.check_uniqueness import check_uniqueness
from tests.support.build import ROOT, compile_program
from tests.support.ir_mutations import wrong_counts, wrong_holes, wrong_uniqueness

PROGRAMS = [*(ROOT / "tests/run/memory").glob("*.sg"), *(ROOT / "tests/run/places").glob("*.sg"),
            *(ROOT / "bench/programs" / name / f"{name}.sg" for name in ("fannkuch", "life", "matrix"))]


def unnoticed(module: Module, mistakes: Callable[[IrFunction], Iterator[str]], certifier: Callable[[Module], None],
              seen: list[str]) -> list[str]:
    """The mistakes that a certifier lets pass; those that it complains about are added to `seen`."""
    passed = []
    for function in module.functions.values():
        alone = Module(functions={function.name: function}, nounwind=module.nounwind)
        for mistake in mistakes(function):
            try:
                certifier(alone)
            except InternalError:
                seen.append(mistake)
            else:
                passed.append(mistake)
    return passed


@pytest.mark.parametrize("level", [0, 3])
def test_mistakes_are_noticed(level: int) -> None:
    counts: list[str] = []
    claims: list[str] = []
    holes: list[str] = []
    for path in sorted(PROGRAMS):
        module = compile_program(path, Options(level=level), stop_after="passes").module
        assert module is not None, path
        assert not unnoticed(module, wrong_counts, check_refcounts, counts), path.name
        assert not unnoticed(module, wrong_uniqueness, check_uniqueness, claims), path.name
        assert not unnoticed(module, wrong_holes, check_holes, holes), path.name
    assert len(counts) > 1000
    assert len(holes) > 20
    assert level == 0 or len(claims) > 40
    for kind in ("(Retain): left out", "(Release): doubled", "(Take): left", "(Put): put into", "missing in the cleanup"):
        assert any(kind in mistake for mistake in counts), kind
