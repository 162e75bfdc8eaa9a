"""Files, environment, processes, output, comparing and hashing."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.runtime.build import Workshop


@pytest.mark.parametrize("variant", ["plain", "checked"])
@pytest.mark.parametrize("case", ["files", "searching", "floats", "hashes"])
def test_calls(workshop: Workshop, case: str, variant: str, tmp_path: Path) -> None:
    """The driver checks the results."""
    done = workshop.run("system", variant, case, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")


def test_environment(workshop: Workshop) -> None:
    """Variables and arguments; what is no UTF-8 becomes U+FFFD."""
    done = workshop.run("system", "plain", "environment", "x y", b"b\xffb", SET_FOR_TEST="grün")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_processes(workshop: Workshop, variant: str) -> None:
    """Output, errors, input and status of a program; what was printed before stands before all that."""
    done = workshop.run("system", variant, "processes")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"first\n", b"")


@pytest.mark.parametrize("variant", ["plain", "checked"])
def test_input(workshop: Workshop, variant: str) -> None:
    """Lines, one of them longer than what is read at once, and the rest."""
    given = "first\r\n" + "x" * 200000 + "\nthird\nfourth"
    done = workshop.run("system", variant, "input", stdin=given)
    assert (done.returncode, done.stderr) == (0, b"")


def test_large_output(workshop: Workshop) -> None:
    """All of it arrives, whatever the sizes."""
    done = workshop.run("system", "plain", "output")
    assert done.stdout == b"x" * sum(1 + i * 3000 for i in range(30)) and done.stderr == b"error\n"


@pytest.mark.parametrize("restore", [True, False])
def test_closed_output(workshop: Workshop, restore: bool) -> None:
    """When nobody reads, the program ends quietly: by SIGPIPE, or with status 1 where that is ignored."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run([workshop.program("system", "plain"), "output"], stdout=pipe, stderr=subprocess.PIPE,
                              restore_signals=restore, timeout=20, check=False)
    assert done.returncode == (-signal.SIGPIPE if restore else 1)
    assert done.stderr == b""


def test_hash_seed(workshop: Workshop) -> None:
    """SIGIL_SEED fixes the hash; another seed gives another."""
    one, again, other = (workshop.run("system", "plain", "hashes", SIGIL_SEED=seed).stdout for seed in ("5", "5", "6"))
    assert one == again != other
