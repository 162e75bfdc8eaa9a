"""The workshop that the tests of the runtime share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.runtime.build import Workshop, c_compiler


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Builds each driver once a session."""
    if c_compiler() is None:
        pytest.skip("there is no C compiler")
    yield Workshop(tmp_path_factory.mktemp("runtime"))
