"""Timers: fired, scheduled only, and cancelled."""

from __future__ import annotations

import random
from itertools import cycle, islice
from time import perf_counter_ns
from typing import TYPE_CHECKING, ClassVar

from .base import Workload, expect, short

if TYPE_CHECKING:
    import asyncio


class TimersFired(Workload):
    """n timers with delays of 0 to 9 ms; timed from the first `call_later` until the last has fired.

    The last timer is due after 9 ms, so no loop that keeps time can do 5000 of them in less than 1.8 us each.
    """

    delays: ClassVar[tuple[float, ...]] = tuple(milliseconds / 1000 for milliseconds in range(10))

    def __init__(self, operations: int) -> None:
        self.name = f"timers_{short(operations)}"
        self.title = f"timers, {short(operations)}, 0-9 ms"
        self.operations = self.parameter = operations

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = 0

        def fire() -> None:
            nonlocal count
            count += 1
            if count == n:
                loop.stop()

        start = perf_counter_ns()
        for delay in islice(cycle(self.delays), n):
            loop.call_later(delay, fire)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("timers fired", count, n)
        return [elapsed]


class TimersScheduled(Workload):
    """n times `call_later` with far deadlines in no order; scheduling alone is timed.

    Afterwards, untimed, every timer is cancelled and the loop runs a few iterations to drop them.
    """

    def __init__(self, operations: int) -> None:
        self.name = f"timers_scheduled_{short(operations)}"
        self.title = f"timers scheduled, {short(operations)}"
        self.operations = self.parameter = operations

    def set_up(self, loop: asyncio.AbstractEventLoop) -> None:
        super().set_up(loop)
        # Shuffled: deadlines that only grow are the easy case of a heap.
        self.delays = [1000 + index / 10 for index in range(self.operations)]
        random.Random(1).shuffle(self.delays)

    def run(self, n: int) -> list[int]:
        loop = self.loop
        delays = self.delays[:n]
        handles: list[asyncio.TimerHandle] = []
        fired = 0

        def fire() -> None:
            nonlocal fired
            fired += 1

        start = perf_counter_ns()
        for delay in delays:
            handles.append(loop.call_later(delay, fire))  # noqa: PERF401 - the reading programmers write
        elapsed = perf_counter_ns() - start
        expect("timers scheduled and alive", sum(not handle.cancelled() for handle in handles), n)
        for handle in handles:
            handle.cancel()
        self._drop_cancelled()
        expect("timers fired", fired, 0)
        return [elapsed]

    def _drop_cancelled(self) -> None:
        for _ in range(3):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()


class TimersCancelled(Workload):
    """`call_later(30, f)` followed by `cancel()`, n times, as a timeout that is not needed.

    Done inside the running loop, 100 pairs an iteration, so that the work a loop puts off until later (the
    removal of cancelled timers) is in the time too.
    """

    name = "timers_cancelled"
    title = "call_later + cancel"
    operations = 10_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        done = fired = 0

        def fire() -> None:
            nonlocal fired
            fired += 1

        def pairs() -> None:
            nonlocal done
            batch = min(100, n - done)
            for _ in range(batch):
                loop.call_later(30, fire).cancel()
            done += batch
            if done < n:
                loop.call_soon(pairs)
            else:
                loop.call_soon(loop.stop)

        start = perf_counter_ns()
        loop.call_soon(pairs)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("pairs done", done, n)
        expect("cancelled timers fired", fired, 0)
        return [elapsed]
