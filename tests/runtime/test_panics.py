"""Panics and faults: what they print, what they clean up, and how the program ends."""

from __future__ import annotations

import signal

import pytest

from tests.runtime.build import Workshop

MESSAGES = {
    "panic": "p.sg:3:7: went wrong",
    "overflow": "p.sg:1:2: integer overflow in addition",
    "division": "p.sg:1:2: division by zero",
    "shift": "p.sg:1:2: shift amount out of range",
    "bounds": "p.sg:1:2: index 7 out of bounds for length 3",
    "huge_index": "p.sg:1:2: index 18446744073709551615 out of bounds for length 3",
    "slice": "p.sg:1:2: slice 2..9 out of bounds for length 3",
    "char_boundary": "p.sg:1:2: byte index 1 is not a character boundary",
    "fault": "f.sg:9:9: no such thing\n  caused by: fault at f.sg:9:9: because",
}


@pytest.mark.parametrize(("case", "variant"), [*((case, variant) for case in sorted(MESSAGES)
                                                for variant in ("plain", "checked")), ("panic", "threads")])
def test_panic_unwinds(workshop: Workshop, case: str, variant: str) -> None:
    """The message comes behind what was printed; 21 frames are cleaned up; nothing leaks."""
    done = workshop.run("panics", variant, case)
    assert done.stderr.decode() == f"panic at {MESSAGES[case]}\n"
    assert (done.stdout, done.returncode) == (b"before\n", 101)


def test_panic_while_unwinding(workshop: Workshop) -> None:
    """A second panic during the clean-up ends the program at once."""
    done = workshop.run("panics", "plain", "twice")
    assert done.stderr.decode().splitlines() == [
        "panic at first.sg:1:1: division by zero", "panic at second.sg:1:1: shift amount out of range",
        "sigil: a panic during the clean-up after another one"]
    assert done.returncode == 101


def test_panic_without_boundary(workshop: Workshop) -> None:
    """In a function that C called, a panic prints and aborts."""
    assert workshop.run("library", "plain", "more").returncode == 0
    done = workshop.run("library", "plain")
    assert (done.returncode, done.stdout) == (-signal.SIGABRT, b"held back\n")
    assert done.stderr == b"panic at lib.sg:4:5: division by zero\n"


def test_stack_overflow(workshop: Workshop) -> None:
    """A message and a status, no bare signal."""
    done = workshop.run("panics", "plain", "stack_overflow")
    assert (done.returncode, done.stderr) == (101, b"stack overflow\n")


def test_other_faults_stay_signals(workshop: Workshop) -> None:
    """A wild pointer is no stack overflow."""
    assert workshop.run("panics", "plain", "wild").returncode == -signal.SIGSEGV


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_fault_report(workshop: Workshop, variant: str) -> None:
    """A fault and its causes, a line each."""
    done = workshop.run("panics", variant, "report")
    assert done.stderr.decode().splitlines() == [
        "fault at f.sg:9:9: first", "  caused by: fault at f.sg:9:9: middle", "  caused by: fault at f.sg:9:9: last"]
    assert done.returncode == 0


def test_long_chain_of_causes(workshop: Workshop) -> None:
    """Freeing is iterative."""
    assert workshop.run("panics", "plain", "long_chain").returncode == 0


def test_exit_status(workshop: Workshop) -> None:
    """What the program returns."""
    assert workshop.run("panics", "plain", "status").returncode == 42
