"""Medians and their confidence intervals, and whether two sets of figures differ by more than chance."""

from __future__ import annotations

from functools import cache
from math import comb
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.95


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


def chance(before: Sequence[float], after: Sequence[float]) -> float:
    """How likely later figures that rank as high are if both come from the same: the exact rank-sum test of Wilcoxon.

    Like the interval it assumes nothing of the distribution.
    """
    ordered = sorted([*before, *after])
    # Twice the mean rank of equal figures, which is a whole number.
    rank = {value: 2 * ordered.index(value) + ordered.count(value) + 1 for value in set(ordered)}
    observed = sum(rank[value] for value in after)
    ways = _rank_sums(tuple(rank[value] for value in ordered), len(after))
    return sum(number for total, number in ways.items() if total >= observed) / sum(ways.values())


@cache
def _rank_sums(ranks: tuple[int, ...], size: int) -> dict[int, int]:
    """In how many ways so many of the ranks have each sum."""
    ways: list[dict[int, int]] = [{0: 1}, *({} for _ in range(size))]
    for rank in ranks:
        for taken in range(size, 0, -1):
            for total, number in ways[taken - 1].items():
                ways[taken][total + rank] = ways[taken].get(total + rank, 0) + number
    return ways[size]


def holm(chances: Sequence[float]) -> list[float]:
    """Chances that hold together: each is raised because so many were tried (Holm's method)."""
    raised = [0.0] * len(chances)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(chances[index] * (len(chances) - rank), 1.0))
        raised[index] = highest
    return raised
