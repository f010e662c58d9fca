"""Medians and their confidence intervals, and whether two sets of figures differ by more than chance."""

from __future__ import annotations

import random
from itertools import combinations
from math import comb
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONFIDENCE = 0.95
EXACT_SPLITS = 20_000
"""Up to so many ways to split the figures, all are tried; above, so many by chance."""


def interval(values: Sequence[float]) -> dict[str, float]:
    """The median, and an interval that has the true median with at least the printed confidence.

    Its ends are figures themselves: the k-th lowest and the k-th highest, with the largest k for which the confidence
    reaches 95 %. It assumes nothing of the distribution but that figures are independent. Below six figures even all
    of them do not reach 95 %: then the ends are the lowest and the highest, with the confidence that they have.
    """
    ordered = sorted(values)
    n = len(ordered)
    k = 1
    while k + 1 <= n // 2 and _confidence(n, k + 1) >= CONFIDENCE:
        k += 1
    return {
        "median": median(ordered),
        "low": ordered[k - 1],
        "high": ordered[n - k],
        "confidence": round(max(_confidence(n, k), 0.0), 4),
    }


def _confidence(n: int, k: int) -> float:
    """That the median lies between the k-th lowest and the k-th highest of n: each is above it with even chance."""
    return 1.0 - sum(comb(n, below) for below in range(k)) / float(2 ** (n - 1))


def chance(before: Sequence[float], after: Sequence[float], seed: int = 0) -> float:
    """How likely a rise of the mean by as much is if both are drawn from the same: a permutation test."""
    together = [*before, *after]
    n, rise = len(after), fmean(after) - fmean(before)
    total = sum(together)

    def risen(sum_after: float) -> bool:
        return sum_after / n - (total - sum_after) / (len(together) - n) >= rise - 1e-12

    if comb(len(together), n) <= EXACT_SPLITS:
        return _part(risen(sum(split)) for split in combinations(together, n))
    draw = random.Random(seed)
    # The split that was observed is one of those that are possible: without it, chance could come out as nothing.
    return _part([True, *(risen(sum(draw.sample(together, n))) for _ in range(EXACT_SPLITS))])


def _part(answers: Iterable[bool]) -> float:
    counted = list(answers)
    return sum(counted) / len(counted)


def holm(chances: Sequence[float]) -> list[float]:
    """Chances that hold together: each is raised because so many were tried (Holm's method)."""
    raised = [0.0] * len(chances)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(chances[index] * (len(chances) - rank), 1.0))
        raised[index] = highest
    return raised
