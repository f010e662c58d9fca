"""Callbacks that another thread schedules in three patterns."""

from __future__ import annotations

import threading
import time
from statistics import fmean
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .base import Workload, expect
from .threads import IDLE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence


class MixedPatterns(Workload):
    """Mean latency of `call_soon_threadsafe`, from just before the call to the start of the callback.

    A third of the n callbacks in each pattern. `immediate`: each call follows at once when the callback of the one
    before has run; `delayed`: the loop is idle for a millisecond before each call; `burst`: all calls follow each other
    without waiting.
    """

    name = "mixed_patterns"
    title = "from a thread"
    operations = 300
    unit = "us"
    metrics = ("immediate", "delayed", "burst")

    def figure(self, samples: Sequence[float], metric: str) -> float:
        # `run` returns one latency of each pattern in turn, so any number of runs can be joined.
        return fmean(samples[self.metrics.index(metric) :: len(self.metrics)])

    def run(self, n: int) -> list[int]:
        loop = self.loop
        each = n // len(self.metrics)
        latencies: dict[str, list[int]] = {pattern: [] for pattern in self.metrics}
        done = threading.Semaphore(0)

        def callback(pattern: str, posted: int) -> None:
            latencies[pattern].append(perf_counter_ns() - posted)
            done.release()

        def post() -> None:
            for pattern in self.metrics:
                for _ in range(each):
                    if pattern == "delayed":
                        time.sleep(IDLE_SECONDS)
                    loop.call_soon_threadsafe(callback, pattern, perf_counter_ns())
                    if pattern != "burst":
                        done.acquire()
            for _ in range(each):
                done.acquire()
            loop.call_soon_threadsafe(loop.stop)

        thread = threading.Thread(target=post)
        loop.call_soon(thread.start)
        loop.run_forever()
        thread.join()
        for pattern, found in latencies.items():
            expect(f"{pattern} callbacks run", len(found), each)
        return [latency for together in zip(*latencies.values(), strict=True) for latency in together]
