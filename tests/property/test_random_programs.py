"""Random programs do the same in the interpreter, at -O0 and at -O3, with and without overflow checks.

Output, messages, positions and exit status are compared; nothing may be alive at the end, panic or not; and what every
pass leaves behind is certified (of most modules of a long run, what the last one leaves). Usually 500 programs run, half
of them with overflow checks; with SIGILC_LONG_TESTS=1 20,000, or SIGIL_RANDOM=n of them, with and without. They are the
same ones each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.build import Ran
from tests.support.differential import Differential, first_difference
from tests.support.random_programs import RandomModule, random_module

PROGRAMS_PER_MODULE = 100
STATEMENTS = 3
IS_LONG = bool(os.environ.get("SIGILC_LONG_TESTS"))
PROGRAMS = int(os.environ.get("SIGIL_RANDOM", 20_000 if IS_LONG else 500))
SEEDS = range(-(-PROGRAMS // PROGRAMS_PER_MODULE))


@pytest.mark.time_limit(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_compiled_programs_do_what_the_interpreter_does(seed: int, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of programs at a time, so that the compiler's own time is shared."""
    monkeypatch.chdir(tmp_path)     # short paths in messages
    module = random_module(seed, min(PROGRAMS_PER_MODULE, PROGRAMS - seed * PROGRAMS_PER_MODULE), STATEMENTS)
    modes = (True, False) if IS_LONG else (seed % 2 == 0,)
    runs = Differential(module, Path(), (), modes, certifies_each=seed % 5 == 0 or seed * PROGRAMS_PER_MODULE < 500)
    try:
        complaints = {found.number: str(found) for found in runs.differences()}
    except Exception as error:
        number, text = first_raising(len(module.programs), lambda numbers: complaint(module, numbers, modes))
        if not text:
            raise error
        complaints = {number: text}
    if complaints:
        number, text = next(iter(complaints.items()))
        pytest.fail(f"seed {seed}, {len(complaints)} of {len(module.programs)} programs; {text}\n\n"
                    f"{module.text(number)}", pytrace=False)


def first_raising(programs: int, complaint_of: Callable[[range], str]) -> tuple[int, str]:
    """A program with which its module raises, and what is wrong with it alone, by halves; empty when nothing is.

    Each program on its own would take minutes.
    """
    numbers = range(programs)
    while len(numbers) > 1:
        middle = len(numbers) // 2
        numbers = numbers[:middle] if complaint_of(numbers[:middle]) else numbers[middle:]
    return numbers[0], complaint_of(numbers)


def complaint(module: RandomModule, numbers: range, modes: tuple[bool, ...]) -> str:
    """What is wrong with some programs; empty when nothing is."""
    try:
        found = Differential(module, Path(), numbers, modes).differences()
    except Exception as error:
        return f"program {numbers[-1]}: {type(error).__name__}: {error}"
    return str(found[0]) if found else ""


@pytest.mark.parametrize("wrong", [[0], [99], [37], [12, 13, 80]])
def test_a_program_that_raises_is_found_by_halves(wrong: list[int]) -> None:
    """In as many steps as the number of programs has bits."""
    asked: list[range] = []

    def complaint_of(numbers: range) -> str:
        asked.append(numbers)
        return f"one of {numbers}" if set(wrong) & set(numbers) else ""

    number, text = first_raising(100, complaint_of)
    assert number == wrong[0] and text == f"one of {range(number, number + 1)}" and len(asked) <= 8
    wrong.clear()
    assert first_raising(100, complaint_of) == (99, "")


def test_the_same_seed_gives_the_same_programs() -> None:
    """And another one gives others; a program on its own is the one that it is in the module."""
    module = random_module(1, 3)
    assert module.text() == random_module(1, 3).text() != random_module(2, 3).text()
    assert module.programs[:2] == random_module(1, 2).programs
    assert module.programs[1].functions in module.text(1) and module.programs[2].functions not in module.text(1)


def test_differences_are_seen() -> None:
    """In each stream and in the status; the first line that differs is shown."""
    run = Ran("a\nb\n", "x\n", 0)
    assert first_difference(run, run) == []
    assert first_difference(run, Ran("a\nc\n", "x\n", 0)) == [
        "  stdout, line 2", "    interpreter: b", "    compiled:    c"]
    assert first_difference(run, Ran("a\nb\n", "x\ny\n", 0))[0] == "  stderr, line 2"
    assert first_difference(run, Ran("a\nb\n", "x\n", 101)) == ["  exit status: interpreter 0, compiled 101"]
