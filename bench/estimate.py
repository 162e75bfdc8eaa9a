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
    return geometric_mean([(ours, theirs)])


def geometric_mean(programs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Ratio:
    """The geometric mean of several programs' ratios, each measured as `ratio_of_rounds` says.

    Every program's rounds are drawn again on their own. Of one program it is its ratio.
    """
    ratios = [_ratios(ours, theirs) for ours, theirs in programs]
    source = random.Random(SEED)
    means = sorted(statistics.geometric_mean(statistics.median(source.choices(rounds, k=len(rounds))) for rounds in ratios)
                   for _ in range(RESAMPLES))
    tail = (1 - CONFIDENCE) / 2
    return Ratio(statistics.geometric_mean(map(statistics.median, ratios)),
                 means[int(tail * RESAMPLES)], means[int((1 - tail) * RESAMPLES) - 1])


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    if len(ours) != len(theirs) or not ours:
        raise ValueError("a ratio needs as many measurements of the one as of the other")
    return [a / b for a, b in zip(ours, theirs, strict=True)]
