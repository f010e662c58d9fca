"""The cost of one iteration of the loop."""

from __future__ import annotations

from time import perf_counter_ns

from .base import Workload, expect


class Iterations(Workload):
    """A callback that schedules itself n times: each run is one iteration with one ready callback.

    A loop need not look for I/O in every iteration; how long it may put that off is a trade of latency for
    throughput that this workload does not see.
    """

    name = "loop_overhead"
    title = "self-rescheduling chain, 10k"
    operations = 10_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = 0

        def step() -> None:
            nonlocal count
            count += 1
            if count < n:
                loop.call_soon(step)
            else:
                loop.stop()

        start = perf_counter_ns()
        loop.call_soon(step)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("iterations", count, n)
        return [elapsed]
