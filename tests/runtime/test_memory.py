"""Blocks, buffers, maps and sorting."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.runtime.build import Workshop

BUFFERS = ["growth", "shared", "unique_slice", "shared_slice", "text_appends_to_itself", "static_text", "blocks", "large",
           "large_in_threads"]
MAPS = ["few", "many", "colliding", "queue", "patterns"]
VARIANTS = ["plain", "checked"]


def assert_passed(done: subprocess.CompletedProcess[bytes]) -> None:
    """Status 0, which includes that no object is left, and no word on stderr."""
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", BUFFERS)
def test_buffers(workshop: Workshop, case: str, variant: str) -> None:
    """Growth, sharing, views of parts, and who drops what."""
    assert_passed(workshop.run("buffers", variant, case))


def test_large_blocks_are_given_again(workshop: Workshop) -> None:
    """A loop that frees and wants the same large block does not have it cleared each time."""
    assert_passed(workshop.run("buffers", "plain", "large_again"))


def test_small_blocks_with_few_addresses(workshop: Workshop) -> None:
    """A limit on the addresses of a process (`ulimit -v`, valgrind) does not make small blocks slow."""
    program = workshop.program("buffers", "plain")
    assert_passed(subprocess.run(["sh", "-c", 'ulimit -v 4194304 && exec "$0" few_addresses', program],
                                 capture_output=True, timeout=60, check=False))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", MAPS)
def test_maps(workshop: Workshop, case: str, variant: str) -> None:
    """Maps do what a list of pairs does, copies included."""
    assert_passed(workshop.run("maps", variant, case))


def test_maps_with_another_seed(workshop: Workshop) -> None:
    """The order of entries does not depend on the seed of the hash."""
    for seed in ("2", "77"):
        assert_passed(workshop.run("maps", "plain", "many", SIGIL_SEED=seed))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", ["sorted", "sorted_by_code", "by_keys", "shared"])
def test_sorting(workshop: Workshop, case: str, variant: str) -> None:
    """Sorting is right and stable, and leaves copies alone."""
    assert_passed(workshop.run("sorting", variant, case))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", ["panic_early", "panic_late", "panic_by_code"])
def test_sorting_with_a_panic(workshop: Workshop, case: str, variant: str) -> None:
    """A comparison that panics leaves each element in the array once."""
    done = workshop.run("sorting", variant, case)
    assert (done.returncode, done.stderr) == (101, b"panic at sort.sg:1:1: division by zero\nwhole\n")


def test_leak_is_found(workshop: Workshop) -> None:
    """The leak check counts, and only when it is asked to."""
    done = workshop.run("buffers", "plain", "leak")
    assert (done.returncode, done.stderr) == (104, b"1 object is still alive\n")
    assert workshop.run("buffers", "plain", "leak", check_leaks=False).returncode == 0


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="there is no valgrind")
@pytest.mark.parametrize(("driver", "case"), [("buffers", "shared_slice"), ("buffers", "unique_slice"),
                                              ("maps", "few"), ("sorting", "panic_late")])
def test_under_valgrind(workshop: Workshop, driver: str, case: str) -> None:
    """Nothing uninitialised is read, nothing is lost."""
    done = workshop.run(driver, "valgrind", case)
    assert b"==" not in done.stderr and done.returncode in (0, 101), done.stderr.decode()
