"""Timers that fire at once: what a timer costs that need not be waited for."""

from __future__ import annotations

import time
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .base import Workload, expect
from .timers import TimersFired

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

AHEAD_SECONDS = 0.005
BLOCKED_SECONDS = 0.007


class TimersCompleted(Workload):
    """A chain: each timer has a delay of zero and schedules the next one, n times.

    A loop may treat a delay of zero as `call_soon`.
    """

    name = "timers_completed"
    title = "completed timers, delay 0"
    operations = 10_000

    def scheduler(self) -> Callable[[Callable[[], None]], asyncio.TimerHandle]:
        """What schedules the next timer."""
        return lambda callback: self.loop.call_later(0, callback)

    def run(self, n: int) -> list[int]:
        loop = self.loop
        schedule = self.scheduler()
        count = 0

        def fire() -> None:
            nonlocal count
            count += 1
            if count < n:
                schedule(fire)
            else:
                loop.stop()

        start = perf_counter_ns()
        schedule(fire)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("timers fired", count, n)
        return [elapsed]


class TimersOverdue(TimersCompleted):
    """As `TimersCompleted`, with `call_at` and a deadline that passed a second before the first timer."""

    name = "timers_overdue"
    title = "completed timers, already due"

    def scheduler(self) -> Callable[[Callable[[], None]], asyncio.TimerHandle]:
        when = self.loop.time() - 1
        return lambda callback: self.loop.call_at(when, callback)


class TimersOf100Microseconds(TimersFired):
    """As `TimersFired`, with delays of 100 us: scheduling the timers takes longer than they wait.

    A loop whose clock counts milliseconds rounds the delay to zero, so it fires them early, and some do not use a timer
    at all.
    """

    delays = (0.0001,)

    def __init__(self) -> None:
        super().__init__(1_000)
        self.name = "timers_100us"
        self.title = "timers, 1k, 100 us"


class DueBatch(Workload):
    """n timers with the same deadline, which passes while a callback blocks the loop.

    Timed from the end of that callback to the last timer. That includes what a loop does between them: some collect
    all timers that are due before they run the first.
    """

    name = "due_batch_5k"
    title = "draining 5k due timers"
    operations = 5_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = start = end = 0

        def fire() -> None:
            nonlocal count, end
            count += 1
            if count == n:
                end = perf_counter_ns()
                loop.stop()

        def block() -> None:
            nonlocal start
            when = loop.time() + AHEAD_SECONDS
            for _ in range(n):
                loop.call_at(when, fire)
            time.sleep(BLOCKED_SECONDS)
            start = perf_counter_ns()

        loop.call_soon(block)
        loop.run_forever()
        expect("timers fired", count, n)
        return [end - start]
