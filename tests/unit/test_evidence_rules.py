"""Every rule of the evidence analysis is needed: without it, a program that must be rejected passes."""

from __future__ import annotations

import re

import pytest

from sigilc.check.evidence.rules import RULES
from tests.support.checking import check_text
from tests.unit.evidence_rule_programs import HEAD, PROGRAMS


def wanted_errors(text: str) -> list[tuple[int, str]]:
    """Line and code of each mark."""
    return [(number, code) for number, line in enumerate(text.split("\n"), 1) for code in re.findall(r"//~ (E\d+)", line)]


def found_errors(text: str) -> list[tuple[int, str]]:
    """Line and code of each error that is reported."""
    return sorted((d.span.line, d.code) for d in check_text(text).items if d.severity == "error")


def test_every_rule_has_a_program() -> None:
    """A rule without a program could be dropped unseen."""
    assert set(PROGRAMS) == set(RULES)


@pytest.mark.parametrize("rule", PROGRAMS)
def test_rule_rejects(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all rules the program is rejected where it must be, without this one it is not."""
    text = HEAD + PROGRAMS[rule].lstrip("\n")
    assert wanted_errors(text)
    assert found_errors(text) == wanted_errors(text)
    monkeypatch.setitem(RULES, rule, False)
    assert found_errors(text) == []
