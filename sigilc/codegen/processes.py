"""Runs jobs in forked processes, at most two at a time: LLVM's Python binding has one lock for all threads."""

from __future__ import annotations

import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Sequence

from sigilc.crash import InternalError

PROCESSES = 2


def in_processes(jobs: Sequence[Callable[[], bytes]]) -> list[bytes]:
    """Runs jobs at once, the last one in this process. Raises what a job raised."""
    pool = ProcessPool()
    try:
        for job in jobs[:-1]:
            pool.submit(job)
        last = jobs[-1]()
        return [*pool.results(), last]
    finally:
        pool.end()


class ProcessPool:
    """Jobs that run beside this process; a process that ends without an outcome is an InternalError."""

    def __init__(self) -> None:
        self._running: deque[_Child] = deque()
        self._results: list[bytes] = []

    def submit(self, job: Callable[[], bytes]) -> None:
        """Starts a job, as soon as fewer than PROCESSES run; raises what an earlier one raised."""
        if len(self._running) >= PROCESSES:
            self._take()
        self._running.append(_Child(job))

    def results(self) -> list[bytes]:
        """What the jobs gave, in the order of their submission."""
        while self._running:
            self._take()
        return self._results

    def end(self) -> None:
        """Stops what still runs."""
        while self._running:
            self._running.popleft().end()

    def _take(self) -> None:
        child = self._running.popleft()
        try:
            self._results.append(child.result())
        finally:
            child.end()


class _Child:
    """A forked process with one job, whose outcome comes through a pipe."""

    def __init__(self, job: Callable[[], bytes]):
        self._reader, writer = os.pipe()
        self._id = os.fork()
        if self._id == 0:
            # Nothing of this process's may run in the other: neither its exit handlers nor the rest of the pipeline.
            status = 1
            try:
                os.close(self._reader)
                status = _run_into(writer, job)
            finally:
                os._exit(status)
        os.close(writer)

    def result(self) -> bytes:
        """What the job gave."""
        with os.fdopen(self._reader, "rb") as pipe:
            self._reader = -1
            content = pipe.read()
        if not content:
            raise InternalError("a process that compiled a part of the program ended early")
        outcome = pickle.loads(content)
        if isinstance(outcome, BaseException):
            raise outcome
        return bytes(outcome)

    def end(self) -> None:
        """Waits for the process, or stops it where its result is no longer wanted."""
        if self._reader >= 0:
            os.close(self._reader)
            os.kill(self._id, signal.SIGKILL)
        os.waitpid(self._id, 0)


def _run_into(writer: int, job: Callable[[], bytes]) -> int:
    """Runs the job and writes its outcome; the process's exit status."""
    outcome: object
    try:
        outcome = job()
    except InternalError as error:
        outcome = InternalError(error.message)
    except Exception as error:
        outcome = InternalError(f"{type(error).__name__}: {error}")
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(pickle.dumps(outcome))
    return 0
