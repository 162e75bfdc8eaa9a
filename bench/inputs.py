"""The files that some benchmarks read: for the same size always the same bytes."""

from __future__ import annotations

import random
from pathlib import Path

MATERIALS = ("steel", "titanium", "brass", "oak", "nylon")
PARTS = ("bracket", "shaft", "shim", "bolt", "plate", "bush", "cam", "rail")
SEED = 7
# One row in so many is no item, and one an item that nobody could mean.
BROKEN_EVERY = 500
ABSURD_EVERY = 300
VOCABULARY = 30_000
WORDS_IN_LINE = 12
# How much rarer rare words are; natural text has about 1, which spreads further than the vocabulary.
WORD_EXPONENT = 0.6


def write_items(path: Path, count: int) -> None:
    """Writes `count` rows `name,unit price in cents,quantity,material,minutes`, with some that must be refused."""
    source = random.Random(SEED)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for number in range(1, count + 1):
            if number % BROKEN_EVERY == 0:
                file.write(f"row {number} was lost\n")
                continue
            quantity = -1 if number % ABSURD_EVERY == 0 else source.choice((1, 2, 5, 12, 40, 150, 600))
            file.write(f"{source.choice(PARTS)}-{number},{source.randint(20, 90_000)},{quantity},"
                       f"{source.choice(MATERIALS)},{source.randint(0, 120)}\n")


def write_words(path: Path, size: int) -> None:
    """Writes lines of words, few of them frequent and many rare, until there are `size` bytes."""
    source = random.Random(SEED)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(source.choices(letters, k=source.randint(2, 10))) for _ in range(VOCABULARY)]
    written = 0
    with path.open("w", encoding="ascii", newline="\n") as file:
        while written < size:
            ranks = (int(source.paretovariate(WORD_EXPONENT)) for _ in range(WORDS_IN_LINE))
            written += file.write(" ".join(words[min(rank, VOCABULARY) - 1] for rank in ranks) + "\n")


def write_numbers(path: Path, count: int) -> None:
    """Writes `count` numbers of either sign, with commas between."""
    source = random.Random(SEED)
    path.write_text(",".join(str(source.randint(-10**9, 10**9)) for _ in range(count)), encoding="ascii")


def write_columns(path: Path, count: int) -> None:
    """Writes `count` numbers of either sign, with commas between, and spaces around most of them."""
    source = random.Random(SEED)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for number in range(count):
            before, after = " " * source.randrange(3), " " * source.randrange(3)
            file.write(f"{',' if number else ''}{before}{source.randint(-10**6, 10**6)}{after}")
