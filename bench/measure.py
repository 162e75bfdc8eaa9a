"""Runs a program once and tells what it cost: CPU time from the kernel, instructions from callgrind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RUN_LIMIT_S = 300


@dataclass(frozen=True)
class Run:
    """What one run printed and cost; `cpu_s` is user and system time together, in seconds."""

    output: str
    cpu_s: float


class Failed(Exception):
    """A command did not do what it should; the text says which, and what it printed."""


def run_timed(command: Sequence[str]) -> Run:
    """Runs to the end, with the CPU time of this one process as `wait4` counts it, children of its own included."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)      # or Popen would wait for it again
        stdout.seek(0)
        stderr.seek(0)
        if process.returncode != 0:
            raise Failed(f"{' '.join(command)} ended with status {process.returncode}\n{_text(stderr.read())}")
        return Run(_text(stdout.read()), usage.ru_utime + usage.ru_stime)


def run_tool(command: Sequence[str], folder: Path | None = None, **variables: str) -> str:
    """Runs a compiler or the like, and gives what it printed to stdout."""
    done = subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True,
                          errors="replace", timeout=RUN_LIMIT_S, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with status {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout


def has_callgrind() -> bool:
    """Whether instructions can be counted on this machine."""
    return shutil.which("valgrind") is not None


def count_instructions(command: Sequence[str]) -> int:
    """The instructions that a run executes, start-up included; the same program gives nearly the same count each time."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        record = Path(scratch, "callgrind.out")
        run_tool(["valgrind", "--tool=callgrind", f"--callgrind-out-file={record}", *command])
        found = re.search(r"^(?:summary|totals): (\d+)", record.read_text(errors="replace"), re.MULTILINE)
    if not found:
        raise Failed(f"callgrind gave no total for {' '.join(command)}")
    return int(found[1])


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
