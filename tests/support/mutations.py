"""Random edits of programs, for tests that feed nonsense to the compiler."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

SPECIALS = [*"(){}[]|<>\"'`\\;:,.!?~‽·=+-*/%&^@#$ \n\t\r\0τφσρΣ⌛∀é²0_", "=>", "->", "<-", "::", "..", "??", "?!", "||",
            "&&", ">>", '"""', 'r#"', "//", "/*", "*/", "#[", "//@ rune: ", "{{", "\\u{"]
WORDS = ["fn", "let", "if", "else", "match", "for", "in", "on", "actor", "spawn", "async", "await", "yield", "return",
         "loop", "struct", "enum", "trait", "impl", "use", "as", "|τ{", "|φ>", "|match", "mut", "self", "Some", "None"]


PIECE = 5000        # mutations that one test tries


def fuzz_count(default: int) -> int:
    """How many mutations to try: SIGIL_FUZZ, or 100,000 in the long run, or the default."""
    return int(os.environ.get("SIGIL_FUZZ", 100_000 if os.environ.get("SIGILC_LONG_TESTS") else default))


def pieces(default: int) -> list[tuple[int, int]]:
    """The mutations to try, in parts for a test each: seed and count."""
    wanted = fuzz_count(default)
    return [(seed, min(PIECE, wanted - done)) for seed, done in enumerate(range(0, wanted, PIECE), 1)]


def mutations(texts: list[str], count: int, seed: int = 1) -> Iterator[str]:
    """`count` texts, each with one to four random edits; the same ones for the same seed."""
    rng = random.Random(seed)
    joined = "\n".join(texts)
    for _ in range(count):
        text = rng.choice(texts)
        for _ in range(rng.randint(1, 4)):
            a = rng.randrange(len(text) + 1)
            b = min(len(text), a + rng.choice((0, 1, 1, 2, 5, 20)))
            text = text[:a] + _piece(rng, joined) + text[b:]
        yield text


def _piece(rng: random.Random, joined: str) -> str:
    """Something to insert: nothing, a special character, a word, any character, or a piece of a program."""
    kind = rng.randrange(5)
    if kind == 0:
        return ""
    if kind == 1:
        return rng.choice(SPECIALS)
    if kind == 2:
        return rng.choice(WORDS) + " "
    if kind == 3:
        return chr(rng.randrange(0x3000))
    k = rng.randrange(len(joined))
    return joined[k:k + rng.randrange(30)]
