"""The order in which diagnostics are shown."""

from collections.abc import Iterable

from sigilc.diagnostics.diagnostic import Diagnostic


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """File by file, in the order in which the files first turn up, and by position in each."""
    items = list(diagnostics)
    rank_by_path: dict[str, int] = {}
    for d in items:
        rank_by_path.setdefault(d.span.file.path, len(rank_by_path))
    return sorted(items, key=lambda d: (rank_by_path[d.span.file.path], d.span.start, d.span.end, d.code))
