"""No text, whatever it is, makes the compiler raise; what `check` accepts reaches LLVM text, certified on the way.

`SIGIL_FUZZ=n` tries n edits of each kind instead of the usual few; with SIGILC_LONG_TESTS=1 it is 100,000. The same edits
are made each time.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.source.files import SourceFile, load_source
from sigilc.syntax.parse import parse_source
from tests.parse.snippets import ACCEPT
from tests.support.fuzzing import check_rendering, seed_texts, try_program
from tests.support.mutations import fuzz_count, mutations, pieces
from tests.support.programs import corpus_programs
from tests.support.tree_mutations import tree_mutations

PARSED, CHECKED, EDITED = 2000, 400, 120


@pytest.mark.time_limit(600)
@pytest.mark.parametrize(("seed", "count"), pieces(PARSED))
def test_parse(seed: int, count: int) -> None:
    """Mutated programs go through the parser; errors are reported inside the text."""
    texts = [path.read_text(encoding="utf-8") for path in corpus_programs()] + ACCEPT
    for text in mutations(texts, count, seed):
        diagnostics = Diagnostics()
        parse_source(SourceFile("fuzz.sg", text), diagnostics)
        check_rendering(diagnostics)


@pytest.mark.time_limit(900)
@pytest.mark.parametrize(("seed", "count"), pieces(CHECKED))
def test_edited_texts(seed: int, count: int) -> None:
    """Programs with random edits of their text; few of them parse."""
    for text in mutations(seed_texts() + ACCEPT, count, seed):
        go_through(text)


@pytest.mark.time_limit(900)
@pytest.mark.parametrize(("seed", "count"), pieces(EDITED))
def test_edited_trees(seed: int, count: int) -> None:
    """Programs whose parts are removed, doubled, exchanged and renamed; most parse, and some are accepted."""
    stages = Counter(go_through(text) for text in tree_mutations(seed_texts(), count, seed))
    assert stages["accepted"] > count // 40 and stages["check"] > count // 4, stages


def go_through(text: str) -> str:
    """The stage that a text reaches; fails with the text when one raises."""
    try:
        return try_program(text)
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}, on this program:\n{text}") from error


def test_random_bytes(tmp_path: object) -> None:
    """Files of random bytes are refused with their byte offset, or parsed."""
    rng = random.Random(4)
    path = f"{tmp_path}/bytes.sg"
    for _ in range(200):
        data = bytes(rng.choice((rng.randrange(256), rng.randrange(32, 127))) for _ in range(rng.randrange(60)))
        with open(path, "wb") as file:
            file.write(data)
        diagnostics = Diagnostics()
        source = load_source(path, diagnostics)
        assert (source is None) == diagnostics.has_errors
        if source is not None:
            parse_source(source, diagnostics)
        check_rendering(diagnostics)


def test_enough_edits() -> None:
    """The long run's pieces add up, each with a seed of its own."""
    assert fuzz_count(100) >= 100
    assert [count for _, count in pieces(300)][:1] == [min(fuzz_count(300), 5000)]
