"""How late, or early, timers fire on an idle loop."""

from __future__ import annotations

from time import perf_counter_ns

from .base import Workload, expect


class TimerLateness(Workload):
    """One timer at a time, delays of 1 to 10 ms, on a loop with nothing else to do.

    Lateness is the time from just before `call_later` to the start of the callback, less the delay asked for.
    A negative value is an early timer: wrong, not good, and it makes the mean smaller. So early timers are
    counted in a line of their own and no ratio is given.
    """

    name = "timer_lateness"
    title = "timer lateness"
    operations = 40
    unit = "us"
    metrics = ("mean", "p99", "max", "early")
    comparison = "none"

    def unit_of(self, metric: str) -> str:
        return "" if metric == "early" else self.unit

    def run(self, n: int) -> list[int]:
        loop = self.loop
        samples: list[int] = []

        def schedule() -> None:
            milliseconds = len(samples) % 10 + 1
            loop.call_later(milliseconds / 1000, fire, perf_counter_ns(), milliseconds * 1_000_000)

        def fire(scheduled: int, delay: int) -> None:
            samples.append(perf_counter_ns() - scheduled - delay)
            if len(samples) < n:
                schedule()
            else:
                loop.stop()

        loop.call_soon(schedule)
        loop.run_forever()
        expect("timers fired", len(samples), n)
        return samples


class TimerPrecision(TimerLateness):
    """As `TimerLateness`, but n timers scheduled at once, a tenth of them for each of 1 to 10 ms.

    Ten timers are due at about the same time, and each waits for the callbacks of those before it.
    """

    name = "timer_precision"
    title = "precision of 100 timers"
    operations = 100

    def run(self, n: int) -> list[int]:
        loop = self.loop
        samples: list[int] = []

        def fire(scheduled: int, delay: int) -> None:
            samples.append(perf_counter_ns() - scheduled - delay)
            if len(samples) == n:
                loop.stop()

        def schedule() -> None:
            for index in range(n):
                milliseconds = index % 10 + 1
                loop.call_later(milliseconds / 1000, fire, perf_counter_ns(), milliseconds * 1_000_000)

        loop.call_soon(schedule)
        loop.run_forever()
        expect("timers fired", len(samples), n)
        return samples
