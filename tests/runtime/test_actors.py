"""Actors on one worker: order, replies, faults, panics, stopping and the end."""

from __future__ import annotations

import pytest

from tests.runtime.build import Workshop

DROPS = {
    "order": ["b", "a"],
    "replies": ["a"],
    "faults": ["a"],
    "stopping": ["a", "b", "c", "d"],
    "nesting": ["self", "c", "b", "a"],
}


@pytest.mark.parametrize("variant", ["plain", "checked", "threads"])
@pytest.mark.parametrize("case", sorted(DROPS))
def test_actors(workshop: Workshop, case: str, variant: str) -> None:
    """The driver checks the answers; states are dropped once each, what is left at the end from the newest on."""
    done = workshop.run("actors", variant, case)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [f"drop {name}" for name in DROPS[case]]


@pytest.mark.parametrize("variant", ["plain", "checked", "threads"])
def test_panic_stops_the_actor(workshop: Workshop, variant: str) -> None:
    """The asker gets the panic's message, queued messages are absent, and an old address reaches nobody."""
    done = workshop.run("actors", variant, "panics")
    assert (done.returncode, done.stderr) == (0, b"actor Counter stopped: panic at a.sg:5:6: crashed\n")
    assert done.stdout.startswith(b"drop a\n") and done.stdout.count(b"drop") == 3 + 1000


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_many_turns(workshop: Workshop, variant: str) -> None:
    """Rings, an actor that keeps itself busy, and slots that are used again."""
    done = workshop.run("actors", variant, "rings")
    assert (done.returncode, done.stderr, done.stdout.count(b"drop x")) == (0, b"", 3000)


def test_deadlock_is_absent(workshop: Workshop) -> None:
    """An actor that awaits itself gets a fault instead of hanging."""
    done = workshop.run("actors", "plain", "deadlock")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[0].startswith("deadlock: ")


def test_messages_are_handled_after_main(workshop: Workshop) -> None:
    """The program ends when no message is queued; then states are dropped in reverse order."""
    done = workshop.run("actors", "plain", "at_the_end")
    assert done.stdout.decode().splitlines() == ["main returns", "drop third", "drop second", "drop first"]
    assert done.returncode == 0


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_panic_in_main(workshop: Workshop, variant: str) -> None:
    """What is queued is dropped unhandled, and nothing leaks."""
    done = workshop.run("actors", variant, "panic_in_main")
    assert (done.returncode, done.stdout) == (101, b"drop a\n")
    assert done.stderr == b"panic at m.sg:1:1: index 3 out of bounds for length 3\n"
