"""Random programs with destructors end each value where the interpreter does, at -O0 and at -O3, panics or not.

Usually 100 programs, 1,000 with SIGILC_LONG_TESTS=1, or a tenth of SIGIL_RANDOM.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.differential import Differential
from tests.support.random_owners import random_owners

PROGRAMS_PER_MODULE = 100
IS_LONG = bool(os.environ.get("SIGILC_LONG_TESTS"))
PROGRAMS = int(os.environ.get("SIGIL_RANDOM", 10_000 if IS_LONG else 1_000)) // 10


@pytest.mark.time_limit(600)
@pytest.mark.parametrize("seed", range(-(-PROGRAMS // PROGRAMS_PER_MODULE)))
def test_values_end_where_the_interpreter_ends_them(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of all ends is part of the output."""
    monkeypatch.chdir(tmp_path)
    module = random_owners(seed, min(PROGRAMS_PER_MODULE, PROGRAMS - seed * PROGRAMS_PER_MODULE))
    found = Differential(module, Path(), (), (seed % 2 == 0,), runs_drops=True).differences()
    if found:
        pytest.fail(f"seed {seed}, {len(found)} differences; {found[0]}\n\n{module.text(found[0].number)}", pytrace=False)
