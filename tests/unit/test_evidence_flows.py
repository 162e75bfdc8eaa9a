"""Where evidence flows, and where it does not: small programs with their errors marked."""

from __future__ import annotations

import pytest

from tests.support.checking import check_text
from tests.unit.evidence_flow_programs import HEAD, PROGRAMS
from tests.unit.test_evidence_rules import found_errors, wanted_errors


@pytest.mark.parametrize("name", PROGRAMS)
def test_flow(name: str) -> None:
    """Exactly the marked errors."""
    text = HEAD + PROGRAMS[name].lstrip("\n")
    assert found_errors(text) == wanted_errors(text), [(d.code, d.span.line, d.message) for d in check_text(text).items]
