"""Threads that keep a loop busy with callbacks, and a timer that the loop is to fire meanwhile."""

from __future__ import annotations

import threading
import time
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .base import Workload, expect

if TYPE_CHECKING:
    import asyncio

PERIOD_SECONDS = 0.001
MOST_WAITING = 10_000
"""Producers that are this far ahead of the loop pause: without a bound they would only measure memory."""


class Flood:
    """Threads that call `call_soon_threadsafe` without a pause on a loop that has a periodic timer of 1 ms."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: int) -> None:
        self.loop = loop
        self.threads = threads
        self.posted = [0] * threads
        self.count = self.end = 0
        self.lateness: list[int] = []
        self._most_callbacks: int | None = None
        self._most_ticks: int | None = None
        self._stopped = False

    def run(self, callbacks: int | None = None, ticks: int | None = None) -> int:
        """Run until so many callbacks have run, or the timer has fired so often; the time in ns until then."""
        self._most_callbacks, self._most_ticks = callbacks, ticks
        producers = [threading.Thread(target=self._post, args=(index,)) for index in range(self.threads)]
        self.loop.call_later(PERIOD_SECONDS, self._tick, perf_counter_ns())
        for producer in producers:
            self.loop.call_soon(producer.start)
        start = perf_counter_ns()
        self.loop.run_forever()
        for producer in producers:
            producer.join()
        # What was posted after the end must not be left to the next run, nor the timer.
        self.loop.call_later(2 * PERIOD_SECONDS, self.loop.stop)
        self.loop.run_forever()
        expect("callbacks run", self.count, sum(self.posted))
        return self.end - start

    def _post(self, index: int) -> None:
        most = None if self._most_callbacks is None else self._most_callbacks // self.threads
        while not self._stopped and self.posted[index] != most:
            if self.posted[index] * self.threads > self.count + MOST_WAITING:
                time.sleep(PERIOD_SECONDS)
            self.posted[index] += 1
            self.loop.call_soon_threadsafe(self._callback)

    def _callback(self) -> None:
        self.count += 1
        if self.count == self._most_callbacks:
            self._finish()

    def _tick(self, scheduled: int) -> None:
        now = perf_counter_ns()
        if self._stopped:
            return
        self.lateness.append(now - scheduled - int(PERIOD_SECONDS * 1e9))
        if len(self.lateness) == self._most_ticks:
            self._finish()
        else:
            self.loop.call_later(PERIOD_SECONDS, self._tick, perf_counter_ns())

    def _finish(self) -> None:
        self.end = perf_counter_ns()
        self._stopped = True
        self.loop.stop()


class Producers(Workload):
    """Threads call `call_soon_threadsafe` n times together without a pause; the loop has a timer each millisecond.

    Timed from the start of the loop, which starts the threads, to the last callback. All threads share the GIL.
    """

    operations = 10_000

    def __init__(self, threads: int) -> None:
        self.name = f"producers_{threads}"
        self.title = f"flood from {threads} thread{'s' * (threads > 1)}"
        self.threads = threads

    def run(self, n: int) -> list[int]:
        flood = Flood(self.loop, self.threads)
        elapsed = flood.run(callbacks=n)
        expect("callbacks run", flood.count, n)
        return [elapsed]


class ProducersLateness(Workload):
    """The same threads, until the timer has fired n times: how much later than asked it did.

    As with `TimerLateness`, a negative value is an early timer. So loops are compared by the difference.
    """

    operations = 20
    unit = "us"
    metrics = ("p50", "p99")
    comparison = "difference"

    def __init__(self, threads: int) -> None:
        self.name = f"producers_{threads}_lateness"
        self.title = f"timer lateness in a flood from {threads} thread{'s' * (threads > 1)}"
        self.threads = threads

    def run(self, n: int) -> list[int]:
        flood = Flood(self.loop, self.threads)
        flood.run(ticks=n)
        expect("timers fired", len(flood.lateness), n)
        return flood.lateness
