"""parse∘print is the identity: on the snippets, and on every mutation of a program that still parses."""

from __future__ import annotations

import pytest

from sigilc.syntax.parse import parse_text
from tests.parse.snippets import ACCEPT, SAME
from tests.support.mutations import fuzz_count, mutations
from tests.support.programs import corpus_programs
from tests.support.trees import check_round_trip


@pytest.mark.parametrize("text", ACCEPT + [text for text, _ in SAME])
def test_snippet(text: str) -> None:
    """Each construct of the grammar is in one of these."""
    check_round_trip(text)


@pytest.mark.time_limit(600)
def test_mutations() -> None:
    """Random edits make trees that nobody would think of."""
    texts = [path.read_text(encoding="utf-8") for path in corpus_programs()] + ACCEPT
    accepted = 0
    count = fuzz_count(1000)
    for text in mutations(texts, count, seed=2):
        if not parse_text(text).problems:
            accepted += 1
            check_round_trip(text)
    assert accepted > count // 50
