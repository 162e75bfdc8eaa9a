"""The benchmark runner: its statistics, what it refuses, and when its short form fails."""

from __future__ import annotations

import importlib
import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.build import ROOT


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`bench/run.py` as a module; it finds its neighbours as it does when it is run."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("run")


@pytest.fixture
def ratio_module(bench: ModuleType) -> ModuleType:
    """`bench/estimate.py`, as the runner has it."""
    return importlib.import_module("estimate")


def run_bench(*arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    """The script in a process that finds programs on `path` alone."""
    return subprocess.run([sys.executable, ROOT / "bench" / "run.py", *arguments], env={**os.environ, "PATH": path},
                          capture_output=True, text=True, timeout=50, check=False)


def test_ratio_cancels_what_slows_a_round(bench: ModuleType) -> None:
    """Rounds of very different length, in each of which the one takes 1.1 of the other's time, give 1.1."""
    source = random.Random(1)
    theirs = [source.uniform(0.1, 5.0) for _ in range(25)]
    ratio = bench.ratio_of_rounds([1.1 * seconds for seconds in theirs], theirs)
    assert [round(value, 9) for value in (ratio.low, ratio.median, ratio.high)] == [1.1, 1.1, 1.1]


def test_interval_covers_and_repeats(bench: ModuleType) -> None:
    """The interval lies around the median, is wider for noise, and is the same each time."""
    source = random.Random(2)
    ours = [1 + source.gauss(0, 0.1) for _ in range(31)]
    first, again = (bench.ratio_of_rounds(ours, [1.0] * 31) for _ in range(2))
    assert first == again
    assert first.low < first.median < first.high
    assert first.low > 0.9 and first.high < 1.1


def test_rounds_must_pair(bench: ModuleType) -> None:
    """A ratio of unpaired measurements would mean nothing."""
    with pytest.raises(ValueError, match="as many"):
        bench.ratio_of_rounds([1.0], [1.0, 2.0])


def test_geometric_mean(ratio_module: ModuleType) -> None:
    """Of a program that takes half the time and one that takes twice as much it is 1; noise in both gives an interval."""
    source = random.Random(3)
    steady = [([factor] * 31, [1.0] * 31) for factor in (0.5, 2.0)]
    assert ratio_module.geometric_mean(steady).median == 1
    noisy = [([second * (1 + source.gauss(0, 0.1)) for second in ours], theirs) for ours, theirs in steady]
    mean = ratio_module.geometric_mean(noisy)
    assert 0.9 < mean.low < mean.median < mean.high < 1.1


@pytest.mark.parametrize(("low", "status"), [(1.0, 0), (1.25, 0), (1.26, 1)])
def test_ci_fails_above_the_limit(bench: ModuleType, ratio_module: ModuleType, low: float, status: int) -> None:
    """Only when the whole interval is above it."""
    outcome = bench.Outcome("compute", "fib", 40, 25, ratios={"Rust": ratio_module.Ratio(low + 0.1, low, low + 0.2)})
    assert bench.ci_status([outcome]) == status


def test_without_rustc(tmp_path: Path) -> None:
    """The short form has nothing to compare with, which is no failure."""
    done = run_bench("--ci", path=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "bench: no rustc on this machine, nothing to compare with\n")


def test_unknown_program(tmp_path: Path) -> None:
    """Bad usage names what there is."""
    done = run_bench("--only", "fibb", path=str(tmp_path))
    assert done.returncode == 2
    assert "no benchmark fibb" in done.stderr and "primes" in done.stderr


def test_disagreement_fails(bench: ModuleType) -> None:
    """Times of programs that print different things are not compared."""
    with pytest.raises(bench.Failed, match="do not agree"):
        bench.check_agreement(bench.TABLE[0], {"Sigil": ["echo", "1"], "Rust": ["echo", "2"]})


def test_a_failure_does_not_stop_the_others(bench: ModuleType, monkeypatch: pytest.MonkeyPatch,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    """A program that fails is named, the others are measured, and the status tells."""
    def measure(program: Any, *_: object) -> Any:
        if program.name == "fib":
            raise bench.Failed("fib: broken")
        return bench.Outcome(program.group, program.name, program.size, program.small, cpu_s={"Sigil": [2.0], "Rust": [1.0]},
                             ratios={"Rust": bench.ratio_of_rounds([2.0], [1.0])})

    monkeypatch.setattr(bench, "measure", measure)
    monkeypatch.setattr(importlib.import_module("report"), "RESULTS", bench.ROOT / "build" / "test-results")
    assert bench.main(["--only", "fib,primes,sieve", "--no-instructions"]) == 1
    printed = capsys.readouterr()
    assert "fib: broken" in printed.err
    assert "primes 1000000: Sigil 2.0000 s" in printed.out
    assert "compute: 2.000 [2.000, 2.000]" in printed.out


def test_markdown(bench: ModuleType) -> None:
    """The table of the README, with a row for the mean of a group of several."""
    outcomes = [bench.Outcome("compute", name, 1, 1, cpu_s={"Sigil": [ours], "Rust": [1.0]},
                              ratios={"Rust": bench.ratio_of_rounds([ours], [1.0])}, instructions={"Sigil": 3, "Rust": 2})
                for name, ours in (("a", 0.5), ("b", 2.0))]
    assert importlib.import_module("report").markdown(outcomes, "Rust").splitlines()[2:] == [
        "| a | 500 ms | 1000 ms | 0.50 | 0.50 – 0.50 | 1.50 |",
        "| b | 2000 ms | 1000 ms | 2.00 | 2.00 – 2.00 | 1.50 |",
        "| *compute, geometric mean* | | | 1.00 | 1.00 – 1.00 | |",
    ]


def test_every_program_is_there(bench: ModuleType) -> None:
    """Each row of the table has a source in Sigil and Rust, and the recorded output."""
    files = [file for program in bench.TABLE
             for file in (program.source(bench.SIGIL), program.source(bench.RUST), program.expected)]
    assert [file for file in files if not file.is_file()] == []
    assert {program.name for program in bench.TABLE if program.in_ci} == {"fib", "primes"}
