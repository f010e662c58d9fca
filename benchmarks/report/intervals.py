"""Confidence intervals of medians, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from benchmarks.harness import statistics

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        """From figures of rounds."""
        return cls.of_json(statistics.interval(values)) if values else None


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
