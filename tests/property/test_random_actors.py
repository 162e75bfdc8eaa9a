"""Random programs with actors do the same in the interpreter and compiled: the order of messages, and where values end.

Usually 50 programs, 1,000 with SIGILC_LONG_TESTS=1, or a twentieth of SIGIL_RANDOM.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.differential import Differential
from tests.support.random_actors import random_actors

PROGRAMS_PER_MODULE = 50
IS_LONG = bool(os.environ.get("SIGILC_LONG_TESTS"))
PROGRAMS = int(os.environ.get("SIGIL_RANDOM", 20_000 if IS_LONG else 1_000)) // 20


@pytest.mark.time_limit(600)
@pytest.mark.parametrize("seed", range(-(-PROGRAMS // PROGRAMS_PER_MODULE)))
def test_messages_arrive_as_in_the_interpreter(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All handlers and ends print, so that the order of both is part of the output."""
    monkeypatch.chdir(tmp_path)
    module = random_actors(seed, min(PROGRAMS_PER_MODULE, PROGRAMS - seed * PROGRAMS_PER_MODULE))
    found = Differential(module, Path(), (), (True,), runs_drops=True).differences()
    if found:
        pytest.fail(f"seed {seed}, {len(found)} differences; {found[0]}\n\n{module.text(found[0].number)}", pytrace=False)
