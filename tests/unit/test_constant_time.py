"""Corners of the analysis of secrets that no program shows."""

from __future__ import annotations

import random

from sigilc.ir.forms import FORMS
from sigilc.ir.parser import parse_module
from sigilc.passes.secret_labels import CONTENT, Label, is_secret, join, meet
from sigilc.passes.secret_rules import COMPUTES, RULES
from sigilc.passes.two_valued import TwoValued
from tests.support.checking import check_text

SHIFTS = """\
fn f(%x: TYPE) -> TYPE {
entry:
  %a: TYPE = const A
  %b: TYPE = const B
  %c: TYPE = const C
  %p: TYPE = OP1 %x, %a
  %q: TYPE = OP2 %p, %b
  %r: TYPE = OP3 %q, %c
  return %r
}
"""


def test_every_op_has_a_rule() -> None:
    """A new op is looked at: whether it only computes, or may show what its operands are."""
    ops = {form.op for form in FORMS}
    assert ops - RULES.keys() == COMPUTES


def test_labels_are_a_lattice() -> None:
    """Joining gives the least label that is above both, whatever the order; meeting the greatest below both."""
    labels: list[Label] = [False, True, (True, False), (False, True), ((True, False), False), (frozenset(), True), CONTENT,
                           (False, CONTENT)]
    for one in labels:
        assert join(one, one) == one
        for other in labels[:5] + labels[6:]:
            if one != labels[5]:
                assert join(one, other) == join(other, one)
                assert join(join(one, other), other) == join(one, other)
                assert meet(join(one, other), one) == one
            assert is_secret(join(one, other)) == (is_secret(one) or is_secret(other))


def test_two_valued_is_what_the_numbers_say() -> None:
    """The first of some shifts and masks that can give two numbers only, for all 256 arguments, is found, and no other before."""
    draw = random.Random(7)
    operations = {"and": lambda x, k: x & k, "shl": lambda x, k: x << k & 255, "shr": lambda x, k: x >> k}
    agreed = 0
    for _ in range(300):
        names = [draw.choice(list(operations)) for _ in range(3)]
        numbers = [draw.randrange(256) if name == "and" else draw.randrange(8) for name in names]
        text = SHIFTS.replace("TYPE", "u8")
        results = set(range(256))
        expected = ""
        for name, number, op, value in zip(names, numbers, (1, 2, 3), "ABC", strict=True):
            text = text.replace(f"OP{op}", name).replace(f"const {value}", f"const {number}")
            results = {operations[name](x, number) for x in results}
            expected = expected or ("pqr"[op - 1] if len(results) == 2 else "")
        function = parse_module(text).functions["f"]
        secrets = frozenset([*function.params, *(op.result for op in function.ops() if op.result is not None)])
        found = sorted(op.result.name for op in TwoValued([function]).find(function, secrets) if op.result is not None)
        assert (found[:1] or [""]) == [expected], text
        agreed += bool(found)
    assert 30 < agreed < 290


def test_large_recursive_types_come_to_an_end() -> None:
    """Nodes that hold arrays of nodes, built by functions that call each other: labels stay small, and rounds few."""
    text = """\
use std·collections·OrdMap
#[constant_time]
fn made(keys: [i64]) -> OrdMap<i64, i64> { OrdMap·from_sorted(keys, keys |τ{_ ^ 1}) }
fn main() { println("{made([1, 2]).len()}") }
"""
    found = check_text(text)
    assert {item.code for item in found.items} & {"E0620", "E0623"}
