"""Runs one case of an executable in a process of its own, for a limited time, and keeps what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import IO

PANIC_STATUS, ABSENT_STATUS = 101, 1
# Of each end of what a case prints, so many bytes are kept.
MAX_OUTPUT = 1 << 16


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How a case ended: `problem` says why it failed, and is empty for one that passed."""

    problem: str
    output: str
    seconds: float

    @property
    def has_passed(self) -> bool:
        """Whether all went well."""
        return not self.problem


class CaseRunner:
    """Starts cases of one executable, several at a time if wanted; `stop` ends all that run."""

    def __init__(self, executable: str, timeout: float, captures: bool = True, environment: dict[str, str] | None = None):
        self.executable = executable
        self.timeout = timeout
        self.captures = captures
        self.environment = {**os.environ, **(environment or {})}
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    def run(self, name: str) -> CaseOutcome:
        """Runs a case to its end, or to that of its time."""
        begin = time.perf_counter()
        target = subprocess.PIPE if self.captures else None
        process = subprocess.Popen([self.executable, name], stdin=subprocess.DEVNULL, stdout=target,
                                   stderr=subprocess.STDOUT if self.captures else None, env=self.environment,
                                   start_new_session=True)
        self._running.add(process)
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            kill(process)

        timer = threading.Timer(self.timeout, expire)
        timer.start()
        try:
            if self._is_stopped:
                kill(process)
            output = read_limited(process.stdout) if process.stdout is not None else b""
            status = process.wait()
        finally:
            timer.cancel()
            self._running.discard(process)
            if process.stdout is not None:
                process.stdout.close()
        problem = f"still running after {self.timeout:g} s" if expired.is_set() else problem_of(status)
        return CaseOutcome(problem, output.decode(errors="replace"), time.perf_counter() - begin)

    def stop(self) -> None:
        """Ends what runs; what is started later ends at once."""
        self._is_stopped = True
        for process in list(self._running):
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a case and what it has started, unless it has ended by itself."""
    if process.returncode is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        process.kill()      # it has ended, or could not become a group of its own


def problem_of(status: int) -> str:
    """What an exit status says, in words; nothing for success."""
    match status:
        case 0:
            return ""
        case _ if status == PANIC_STATUS:
            return "panicked"
        case _ if status == ABSENT_STATUS:
            return "its result is absent"
        case _ if status < 0:
            return f"ended by {signal.Signals(-status).name}" if -status in signal.valid_signals() else f"ended by {-status}"
    return f"exit status {status}"


def read_limited(stream: IO[bytes]) -> bytes:
    """All of a stream, without the middle where that is long."""
    head, tail, lost = b"", b"", 0
    while chunk := stream.read1(MAX_OUTPUT) if hasattr(stream, "read1") else stream.read(MAX_OUTPUT):
        room = MAX_OUTPUT - len(head)
        head += chunk[:room]
        tail += chunk[room:]
        if len(tail) > MAX_OUTPUT:
            lost += len(tail) - MAX_OUTPUT
            tail = tail[-MAX_OUTPUT:]
    return head + (f"\n… {lost} bytes left out …\n".encode() if lost else b"") + tail
