"""Runs benchmarks, one after the other, and works out what a call costs from the batches that the runtime measured."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sigilc.tools.run_case import CaseOutcome, CaseRunner

# The variable by which the runtime learns where to write what it measured.
RESULT_VARIABLE = "SIGIL_BENCH"


@dataclass(frozen=True, slots=True)
class Measurement:
    """Nanoseconds of CPU time a call: the median of the batches, half of their middle half's width, the extremes.

    `calls` is the number of all calls that were measured.
    """

    name: str
    median_ns: float
    spread_ns: float
    min_ns: float
    max_ns: float
    calls: int
    batches: int

    def to_json(self) -> str:
        """One line."""
        values = {"median_ns": self.median_ns, "spread_ns": self.spread_ns, "min_ns": self.min_ns, "max_ns": self.max_ns}
        return json.dumps({"name": self.name, **{key: round(value, 3) for key, value in values.items()},
                           "calls": self.calls, "batches": self.batches})


def run_benchmark(name: str, executable: str, folder: str, timeout: float) -> tuple[CaseOutcome, Measurement | None]:
    """Runs one benchmark; no measurement where it failed. `folder` is for what the runtime writes."""
    path = os.path.join(folder, "measured")
    outcome = CaseRunner(executable, timeout, environment={RESULT_VARIABLE: path}).run(name)
    if not outcome.has_passed:
        return outcome, None
    with open(path, encoding="ascii") as file:
        batch, *samples = map(int, file.read().split())
    return outcome, measure(name, batch, samples)


def measure(name: str, batch: int, samples: Sequence[int]) -> Measurement:
    """`samples` are the nanoseconds of batches of `batch` calls each."""
    times = sorted(sample / batch for sample in samples)
    quarter = len(times) // 4
    spread = (times[-1 - quarter] - times[quarter]) / 2
    return Measurement(name, median(times), spread, times[0], times[-1], batch * len(times), len(times))


def table(measurements: Sequence[Measurement]) -> str:
    """Name, median, spread and calls in columns, without a line break at the end."""
    rows = [("benchmark", "ns a call", "±", "fastest", "calls")]
    rows += [(m.name, number(m.median_ns), f"{100 * m.spread_ns / m.median_ns if m.median_ns else 0:.1f} %",
              number(m.min_ns), f"{m.calls:,}") for m in measurements]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:],
                                                                                                   strict=True))])
                     for row in rows)


def number(ns: float) -> str:
    """Three digits at least, in groups."""
    return f"{ns:,.0f}" if ns >= 100 else f"{ns:,.2f}"
