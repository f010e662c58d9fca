"""The control: the same work on asyncio again and again during a run. If it gets slower or faster, the machine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DRIFT = 0.15
"""A run in which the undisturbed control changed by more than this part is void: its figures do not belong together."""
DISTURBED = 1.2
"""A sample that took over so many times as long as an undisturbed one was disturbed, as by neighbours of a machine."""
PARTS = 3
REPETITIONS = 3
"""Of the work each time; the fastest counts, because what interrupts one is no property of the machine."""


class Control:
    """Takes a sample whenever it is asked to."""

    def __init__(self, name: str, sample: Callable[[], float]) -> None:
        """`sample` does the work once and returns nanoseconds."""
        self._name = name
        self._sample = sample
        self._samples: list[float] = []

    def take(self) -> None:
        """Sample."""
        self._samples.append(min(self._sample() for _ in range(REPETITIONS)))

    def verdict(self) -> dict[str, Any]:
        """The JSON of the samples."""
        return verdict(self._name, self._samples)


def verdict(name: str, samples: list[float]) -> dict[str, Any]:
    """What the samples say of the machine: whether it changed, and how often it was disturbed."""
    drift = drift_of(samples)
    return {
        "name": name,
        "drift": round(drift, 4),
        "void": drift > MOST_DRIFT,
        "disturbed": round(disturbed_part(samples), 4),
        "samples": samples,
    }


def drift_of(samples: list[float]) -> float:
    """How much slower the slowest third was than the fastest one, undisturbed; 0 for too few samples."""
    size = len(samples) // PARTS
    if size < PARTS:
        return 0.0
    thirds = [undisturbed(samples[part * size : (part + 1) * size]) for part in range(PARTS)]
    return max(thirds) / min(thirds) - 1


def undisturbed(samples: list[float]) -> float:
    """The lower quartile: what disturbs only ever adds time, and disturbs the two fastest of eight samples last."""
    return sorted(samples)[len(samples) // 4]


def disturbed_part(samples: list[float]) -> float:
    """The part of the samples that was disturbed."""
    if not samples:
        return 0.0
    least = undisturbed(samples)
    return sum(sample > DISTURBED * least for sample in samples) / len(samples)
