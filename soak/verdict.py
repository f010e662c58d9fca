"""Is it flat? The samples after the warm-up are cut into three windows, and the medians of the windows are compared.

A median, because a single sample can be high for good reasons: a compiler at work, a cache that was just filled. The
first quarter of the time is warm-up: pools, caches and compiled code take their size in it.

What belongs to the loop (descriptors, threads, asyncio's and PyLoop's objects, references to callbacks) is exactly
as many as before, since all that a turn opens is closed before a sample is taken: its bound is zero. Of Python's other
objects and memory the limit allows for caches that fill late, and it is small compared with the thousands of operations
per second: one byte kept per operation would exceed it within the hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .sampling import Sample

MIB = 1 << 20
WARM_UP = 0.25
WINDOWS = 3

ALLOWED_BLOCKS = 3000
ALLOWED_OBJECTS = 300
"""Of one type that is not the loop's: modules loaded late, caches of the standard library."""
ALLOWED_RSS = 16 * MIB
ALLOWED_RSS_SHORT = 64 * MIB
"""In a short run: pools and caches of every kind are filled in its first minutes."""
LONG_ENOUGH = 600.0

# What the loop makes and unmakes. A class defined by a workload counts, too.
_OF_THE_LOOP = ("asyncio.", "_asyncio.", "data_bridge.", "socket.", "_socket.", "_ssl.", "ssl.", "select.", "soak.")
_OF_THE_LOOP_TOO = frozenset(
    ("builtins.coroutine", "builtins.Context", "_contextvars.Context", "subprocess.Popen", "threading.Thread")
)


@dataclass(frozen=True)
class Finding:
    """One figure in its windows, and whether it was flat."""

    title: str
    medians: tuple[float, ...]
    allowed: float

    @property
    def growth(self) -> float:
        """From the first window to the last."""
        return self.medians[-1] - self.medians[0]

    @property
    def flat(self) -> bool:
        """Whether it has grown by no more than is allowed."""
        return self.growth <= self.allowed


def judge(samples: Sequence[Sample]) -> list[Finding]:
    """Return what was found for every figure; those of types and watched objects only where there is growth."""
    later = samples[round(len(samples) * WARM_UP) :]

    def finding(title: str, figure: Callable[[Sample], float], allowed: float) -> Finding:
        size = len(later) / WINDOWS
        windows = [later[round(number * size) : round((number + 1) * size)] for number in range(WINDOWS)]
        return Finding(title, tuple(median(map(figure, window)) for window in windows), allowed)

    rss = ALLOWED_RSS if samples[-1].seconds >= LONG_ENOUGH else ALLOWED_RSS_SHORT
    found = [
        finding("memory in use, MiB", lambda sample: sample.rss / MIB, rss / MIB),
        finding("open descriptors", lambda sample: sample.descriptors, 0),
        finding("threads", lambda sample: sample.threads, 0),
        finding("Python's allocated blocks", lambda sample: sample.blocks, ALLOWED_BLOCKS),
        finding("objects of the loop", _objects_of_the_loop, 0),
        finding("all objects", lambda sample: sum(sample.objects.values()), ALLOWED_BLOCKS),
    ]
    found += [finding(f"references: {name}", partial(_references, name), 0) for name in sorted(samples[-1].references)]
    by_type = [
        finding(f"objects: {name}", partial(_objects, name), 0 if of_the_loop(name) else ALLOWED_OBJECTS)
        for name in sorted(samples[-1].objects)
    ]
    return found + [one for one in by_type if one.growth > 0]


def _objects_of_the_loop(sample: Sample) -> int:
    return sum(count for name, count in sample.objects.items() if of_the_loop(name))


def _references(name: str, sample: Sample) -> int:
    return sample.references.get(name, 0)


def _objects(name: str, sample: Sample) -> int:
    return sample.objects.get(name, 0)


def of_the_loop(name: str) -> bool:
    """Tell whether objects of this type are made and unmade by the load."""
    return name.startswith(_OF_THE_LOOP) or name in _OF_THE_LOOP_TOO


def render(found: Sequence[Finding]) -> str:
    """The table."""
    lines = [f"{'':<46}{'first third':>14}{'second':>14}{'last':>14}{'growth':>10}{'allowed':>10}"]
    for finding in found:
        medians = "".join(f"{value:>14,.1f}" for value in finding.medians)
        mark = "" if finding.flat else "  NOT FLAT"
        lines.append(f"{finding.title:<46}{medians}{finding.growth:>+10,.1f}{finding.allowed:>10,.0f}{mark}")
    return "\n".join(lines)
