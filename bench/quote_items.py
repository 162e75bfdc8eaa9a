"""A file of quote items for the quote calculator, the same for the same size, with some rows that must be refused."""

from __future__ import annotations

import random
from pathlib import Path

MATERIALS = ("steel", "titanium", "brass", "oak", "nylon")
PARTS = ("bracket", "shaft", "shim", "bolt", "plate", "bush", "cam", "rail")
SEED = 7
# One row in so many is no item, and one an item that nobody could mean.
BROKEN_EVERY = 500
ABSURD_EVERY = 300


def write_items(path: Path, count: int) -> None:
    """Writes `count` rows `name,unit price in cents,quantity,material,minutes`."""
    source = random.Random(SEED)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for number in range(1, count + 1):
            if number % BROKEN_EVERY == 0:
                file.write(f"row {number} was lost\n")
                continue
            quantity = -1 if number % ABSURD_EVERY == 0 else source.choice((1, 2, 5, 12, 40, 150, 600))
            file.write(f"{source.choice(PARTS)}-{number},{source.randint(20, 90_000)},{quantity},"
                       f"{source.choice(MATERIALS)},{source.randint(0, 120)}\n")
