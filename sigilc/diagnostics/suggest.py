"""Finds the name that a misspelt one was probably meant to be."""

from collections.abc import Iterable
from unicodedata import normalize


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to `name`, or None where none is near enough to be worth a suggestion.

    Near is at most one edit for each three characters; case and underscores count for little. The first of equals
    in alphabetical order is taken, so that messages do not depend on the order of a set.
    """
    wanted = folded(name)
    limit = max(1, len(wanted) // 3)
    best: tuple[int, str] | None = None
    for candidate in sorted(set(candidates)):
        if candidate == name or abs(len(folded(candidate)) - len(wanted)) > limit:
            continue
        distance = edit_distance(wanted, folded(candidate), limit)
        if distance is not None and (best is None or distance < best[0]):
            best = distance, candidate
    if best is None or best[0] >= len(wanted):      # `a` for `b`: nothing of it is left
        return None
    return best[1]


def folded(name: str) -> str:
    """A name without what people mix up most."""
    return normalize("NFC", name).casefold().replace("_", "")


def edit_distance(a: str, b: str, limit: int) -> int | None:
    """Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; None beyond `limit`."""
    older: list[int] = []
    above: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, above, row = above, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y))
            if older and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(above) > limit:
            return None
    return row[-1] if row[-1] <= limit else None
