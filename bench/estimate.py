"""Ratios of paired measurements, with an interval that says how sure they are."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 4000
CONFIDENCE = 0.95
SEED = 20240229


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios, and the ends of its 95 % interval."""

    median: float
    low: float
    high: float


def ratio_of_rounds(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Compares two programs that ran side by side in each round.

    Each round gives one ratio, so that what slowed a whole round down cancels. The interval is the percentile bootstrap
    of the median (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13), with a fixed seed: the same
    measurements give the same interval.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError("a ratio needs as many measurements of the one as of the other")
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    source = random.Random(SEED)
    medians = sorted(statistics.median(source.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    tail = (1 - CONFIDENCE) / 2
    return Ratio(statistics.median(ratios), medians[int(tail * RESAMPLES)], medians[int((1 - tail) * RESAMPLES) - 1])
