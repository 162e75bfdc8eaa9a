"""No reported value arrives where the analysis has accepted a demand: seen by running programs with tainted values.

`SIGILC_LONG_TESTS` runs 50,000 random programs instead of 500, the same ones each time, `SIGIL_TAINT=n` runs n.
"""

from __future__ import annotations

import os

import pytest

from sigilc.check.evidence import check_evidence
from sigilc.check.evidence.rules import RULES
from sigilc.check.program import check_program
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.driver import in_large_stack
from sigilc.ir.interp import Outcome, interpret
from sigilc.ir.printer import print_module
from sigilc.ir.verify import verify
from sigilc.lower.program import lower_program
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source
from tests.support.random_evidence import evidence_module, runs, settle
from tests.unit.evidence_rule_programs import HEAD, PROGRAMS

PROGRAMS_PER_MODULE = 50
COUNT = int(os.environ.get("SIGIL_TAINT", 50_000 if os.environ.get("SIGILC_LONG_TESTS") else 500))


@pytest.mark.time_limit(300)
@pytest.mark.parametrize("seed", range(-(-COUNT // PROGRAMS_PER_MODULE)))
def test_demands_hold(seed: int) -> None:
    """What arrives at a demand is untainted, or was validated or asserted on its way."""
    module = evidence_module(seed, PROGRAMS_PER_MODULE)

    def work() -> dict[int, Outcome]:
        settled = settle(module)
        assert settled.kept > 5 * PROGRAMS_PER_MODULE, "hardly any demand was accepted: the test says nothing"
        assert settled.dropped > PROGRAMS_PER_MODULE, "hardly any demand was refused: the test says nothing"
        assert len(settled.refused) < PROGRAMS_PER_MODULE // 2, "too few programs are run"
        return runs(settled, module)

    outcomes = in_large_stack(work)
    assert sum(outcome.demands for outcome in outcomes.values()) > 2 * PROGRAMS_PER_MODULE
    broken = {number: outcome.broken for number, outcome in outcomes.items() if outcome.broken}
    for number, demands in broken.items():
        pytest.fail(f"seed {seed}, {len(broken)} programs; program {number}: {demands[0]}\n\n{module.text(number)}",
                    pytrace=False)


def ran_in_spite_of_errors(text: str) -> Outcome:
    """What a program does with tainted values, whether its evidence is accepted or not."""
    def work() -> Outcome:
        source, diagnostics = SourceFile("test.sg", text), Diagnostics()
        program = check_program(source, parse_source(source, diagnostics), diagnostics)
        assert not diagnostics.has_errors, [d.message for d in diagnostics.items]
        check_evidence(program, diagnostics)
        module = lower_program(program, True, keep_evidence=True)
        verify(module)
        return interpret(module, max_steps=100_000, tracks_trust=True)

    return in_large_stack(work)


@pytest.mark.parametrize("rule", PROGRAMS)
def test_dropped_rule_lets_a_tainted_value_through(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that only one rule rejects: a reported value does arrive at its demand when it runs."""
    monkeypatch.setitem(RULES, rule, False)
    outcome = ran_in_spite_of_errors(HEAD + PROGRAMS[rule])
    assert outcome.broken


ACCEPTED = """
fn known(x: i64!) { println("{x}") }
fn text(x: str!) { println(x) }
struct Mixed { sure: i64, note: str~ }
fn main() {
    let raw~ = 5
    known(raw |φ{_ > 3}!)
    known((raw‽)!)
    known(raw |assume!("checked by hand"))
    let pair: (i64!, i64~) = (1, raw)
    known(pair.0)
    for x in [raw, 2] |φ{_ > 1}! { known(x) }
    for (i, x) in [raw] |enumerate { known(i as i64); println("{x}") }
    let m = Mixed { sure: 1, note: "outside"~ }
    known(m.sure)
    let mut copy = 0
    for i in 0..10 { if i == raw { copy = i } }
    known(copy)
    text("sure {m.sure}")
}
"""


def test_accepted_program_keeps_its_demands() -> None:
    """And prints what it prints otherwise: keeping evidence changes nothing."""
    outcome = ran_in_spite_of_errors(ACCEPTED)
    assert outcome.broken == () and outcome.demands >= 10
    assert outcome.stdout == "5\n5\n5\n1\n5\n2\n0\n5\n1\n5\nsure 1\n"


def test_ops_stand_in_the_ir() -> None:
    """`trust_source`, `confirm` and `demand`, and only where they are asked for."""
    source, diagnostics = SourceFile("test.sg", ACCEPTED), Diagnostics()
    program = check_program(source, parse_source(source, diagnostics), diagnostics)
    kept, plain = (print_module(lower_program(program, True, keep_evidence=keep)) for keep in (True, False))
    for op in ('trust_source %', 'confirm %', 'demand %', '"t(-,x~)"', '"t(x!,-)"', "validated", "asserted", "confirmed"):
        assert op in kept and op not in plain
