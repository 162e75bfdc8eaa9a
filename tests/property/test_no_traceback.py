"""No text, whatever it is, makes the compiler raise."""

from __future__ import annotations

import random

import pytest

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.diagnostics.render import render_all
from sigilc.diagnostics.to_json import all_to_json
from sigilc.source.files import SourceFile, load_source
from sigilc.syntax.parse import parse_source
from tests.parse.snippets import ACCEPT
from tests.support.checking import can_check, check_text
from tests.support.mutations import fuzz_count, mutations
from tests.support.programs import corpus_programs


def texts() -> list[str]:
    """What to mutate: whole programs, and every construct."""
    return [path.read_text(encoding="utf-8") for path in corpus_programs()] + ACCEPT


def check_rendering(diagnostics: Diagnostics) -> None:
    """Whatever is reported can be shown, in both forms, and lies inside its file."""
    for d in diagnostics.items:
        for span in (d.span, *(label.span for label in d.labels)):
            assert 0 <= span.start <= span.end <= len(span.file.text), (d.message, span)
    render_all(diagnostics.items).encode("utf-8")
    all_to_json(diagnostics.items)


@pytest.mark.time_limit(600)
def test_parse() -> None:
    """Mutated programs go through the parser; errors are reported inside the text."""
    for text in mutations(texts(), fuzz_count(2000)):
        diagnostics = Diagnostics()
        parse_source(SourceFile("fuzz.sg", text), diagnostics)
        check_rendering(diagnostics)


@pytest.mark.time_limit(600)
@pytest.mark.skipif(not can_check(), reason="sigilc.check.program does not exist yet")
def test_check() -> None:
    """Mutated programs that parse go through all of `check`."""
    for text in mutations(texts(), fuzz_count(600), seed=3):
        try:
            check_rendering(check_text(text, "fuzz.sg"))
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
