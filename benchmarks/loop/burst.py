"""A burst of callbacks that hits an idle loop."""

from __future__ import annotations

from time import perf_counter_ns

from .base import Workload, expect

IDLE_SECONDS = 0.001


class Burst(Workload):
    """A loop that has been idle for a millisecond schedules n callbacks from one callback and runs them.

    Timed from the first `call_soon` to the end of the last callback, all inside the running loop; the idle
    time before is not counted.
    """

    name = "burst_10k"
    title = "burst, 10k, idle loop"
    operations = 10_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = start = end = 0

        def callback() -> None:
            nonlocal count
            count += 1

        def finish() -> None:
            nonlocal end
            end = perf_counter_ns()
            loop.stop()

        def burst() -> None:
            nonlocal start
            start = perf_counter_ns()
            for _ in range(n):
                loop.call_soon(callback)
            loop.call_soon(finish)

        loop.call_later(IDLE_SECONDS, burst)
        loop.run_forever()
        expect("callbacks run", count, n)
        return [end - start]
