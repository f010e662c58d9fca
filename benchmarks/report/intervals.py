"""Confidence intervals of medians, and what they say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.98
"""That of the intervals that are computed here; what a run brings along keeps its own."""


@dataclass(frozen=True)
class Interval:
    """A median and the interval that holds the true one with some confidence."""

    median: float
    low: float
    high: float

    @classmethod
    def of_json(cls, entry: dict[str, Any] | None) -> Interval | None:
        """What a run says, if it compared."""
        return cls(entry["median"], entry["low"], entry["high"]) if entry else None

    @classmethod
    def of_values(cls, values: Sequence[float]) -> Interval | None:
        """From order statistics: no distribution is assumed. With too few values all of them are inside."""
        if not values:
            return None
        ordered = sorted(values)
        left_out = _left_out(len(ordered))
        return cls(median(ordered), ordered[left_out], ordered[-1 - left_out])


def _left_out(count: int) -> int:
    """How many values may be left out at each end. How many are below the median is a binomial number."""
    outside, left_out = 0.0, 0
    while left_out < (count - 1) // 2:
        outside += math.comb(count, left_out) / 2.0**count
        following = outside + math.comb(count, left_out + 1) / 2.0**count
        if 1 - 2 * following < CONFIDENCE:
            break
        left_out += 1
    return left_out


class Verdict(Enum):
    """What an interval says of PyLoop."""

    AHEAD = "ahead"
    NOISE = "within noise"
    BEHIND = "behind"


def of_ratio(interval: Interval) -> Verdict:
    """Above 1 is better."""
    if interval.low > 1:
        return Verdict.AHEAD
    return Verdict.BEHIND if interval.high < 1 else Verdict.NOISE


def of_difference(interval: Interval, better: str) -> Verdict:
    """Above 0 is more, which is better or not."""
    if interval.low <= 0 <= interval.high:
        return Verdict.NOISE
    return Verdict.AHEAD if (interval.low > 0) == (better == "higher") else Verdict.BEHIND
