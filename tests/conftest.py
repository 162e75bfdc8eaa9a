"""Options that all tests share."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.support.timeouts"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` rewrites what the compiler printed last time; a person reads the difference."""
    parser.addoption("--update", action="store_true", help="rewrite recorded output instead of comparing with it")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether recorded output is to be rewritten."""
    return bool(request.config.getoption("--update"))
