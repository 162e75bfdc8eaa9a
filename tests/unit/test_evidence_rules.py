"""Every rule of the evidence analysis is needed: without it, a program that must be rejected passes."""

from __future__ import annotations

import re

import pytest

from sigilc.check.evidence import check_evidence
from sigilc.check.evidence.graph import MIX
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.summaries import summarise_signature
from sigilc.check.program import check_program
from sigilc.check.typed import Function
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source
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
    assert {*PROGRAMS, "demand_implementation"} == set(RULES)


@pytest.mark.parametrize("rule", PROGRAMS)
def test_rule_rejects(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all rules the program is rejected where it must be, without this one it is not."""
    text = HEAD + PROGRAMS[rule].lstrip("\n")
    assert wanted_errors(text)
    assert found_errors(text) == wanted_errors(text)
    monkeypatch.setitem(RULES, rule, False)
    assert found_errors(text) == []


@pytest.mark.parametrize("enabled", [True, False])
def test_implementation_may_not_add_reported_data(enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trait's unmarked result is the join of the arguments; what an impl adds to it is E0305."""
    text = """\
fn bring(x: str) -> str {
    if x == "a" { return x }
    "env"~
}
fn main() { println(bring("a")) }
"""
    source, diagnostics = SourceFile("test.sg", text), Diagnostics()
    program = check_program(source, parse_source(source, diagnostics), diagnostics)
    bring = next(f for f in program.functions if f.name.endswith("bring"))
    bring.requirement = Function("Name·bring", bring.span, params=bring.params, result=bring.result)
    monkeypatch.setitem(RULES, "demand_implementation", enabled)
    check_evidence(program, diagnostics)
    assert [(d.span.line, d.code) for d in diagnostics.items] == ([(3, "E0305")] if enabled else [])
    assert [flags for _, flags in summarise_signature(bring.requirement).flows[1]] == [MIX]
