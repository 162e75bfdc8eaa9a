"""Without any one row of the rules, some random program lets a tainted value through to a demand.

Which one that is, by the seed of its module and its number there, is recorded in `dropped_rules.json`. After a change of the
generator, or for a new row, `pytest tests/property/test_dropped_rules.py --update` looks for it anew, which takes minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigilc.check.evidence.rules import RULES
from sigilc.driver import in_large_stack
from sigilc.ir.interp import Outcome
from tests.support.random_evidence import evidence_module, runs, settle, without
from tests.support.random_programs import RandomModule

RECORD = Path(__file__).with_name("dropped_rules.json")
PROGRAMS_PER_MODULE = 50
SEEDS = range(40)       # 2,000 programs


def outcomes_of(module: RandomModule) -> dict[int, Outcome]:
    """What the programs of a module do whose evidence is accepted."""
    return in_large_stack(lambda: runs(settle(module), module))


def program_without(rule: str) -> tuple[int, int]:
    """The first program that breaks a demand without the rule: its seed and number."""
    for seed in SEEDS:
        module = evidence_module(seed, PROGRAMS_PER_MODULE)
        for number, outcome in outcomes_of(module).items():
            if outcome.broken:
                return seed, number
    pytest.fail(f"none of {len(SEEDS) * PROGRAMS_PER_MODULE} random programs needs `{rule}`")


@pytest.mark.time_limit(900)
@pytest.mark.parametrize("rule", RULES)
def test_random_program_needs_the_rule(rule: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if request.config.getoption("--update"):
        with monkeypatch.context() as patch:
            patch.setitem(RULES, rule, False)
            record[rule] = program_without(rule)
        lines = [f"  {json.dumps(name)}: {json.dumps(record[name])}" for name in RULES if name in record]
        RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    seed, number = record[rule]
    alone = without(evidence_module(seed, number + 1), range(number))
    assert not any(outcome.broken for outcome in outcomes_of(alone).values())
    monkeypatch.setitem(RULES, rule, False)
    assert any(outcome.broken for outcome in outcomes_of(alone).values()), "not without this rule either: see `--update`"
