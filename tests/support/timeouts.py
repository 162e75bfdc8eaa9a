"""A pytest plugin that bounds every test: 60 seconds, or what `@pytest.mark.time_limit(seconds)` says.

The limit is for tests that hang; how fast something is, no test says.
"""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Generator
from types import FrameType
from typing import Any

import pytest

DEFAULT_LIMIT_S = 60
# When the interpreter itself no longer answers, in native code, the whole run ends with a dump of its threads.
HARD_MARGIN_S = 120


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", "time_limit(seconds): how long the test may take at most")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Counts setup, call and teardown together."""
    mark = item.get_closest_marker("time_limit")
    limit = int(mark.args[0]) if mark else DEFAULT_LIMIT_S
    faulthandler.dump_traceback_later(limit + HARD_MARGIN_S, exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fails the test when its time is over."""
    mark = item.get_closest_marker("time_limit")
    limit = int(mark.args[0]) if mark else DEFAULT_LIMIT_S

    def over(signum: int, frame: FrameType | None) -> None:
        pytest.fail(f"no end within {limit} s")

    previous = signal.signal(signal.SIGALRM, over)
    signal.alarm(limit)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
