"""Work handed to a thread of the default executor."""

from __future__ import annotations

from time import perf_counter_ns

from .base import Workload, expect


class Executor(Workload):
    """`await loop.run_in_executor(None, function)` n times, one after the other; the function adds one to a counter.

    Two hand-overs between threads, the executor's own queue and a future: the loop is the smaller part of it.
    """

    name = "executor"
    title = "executor round trip"
    operations = 500
    unit = "us"

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = 0

        def function() -> None:
            nonlocal count
            count += 1

        async def parent() -> int:
            start = perf_counter_ns()
            for _ in range(n):
                await loop.run_in_executor(None, function)
            return perf_counter_ns() - start

        elapsed = loop.run_until_complete(parent())
        expect("calls", count, n)
        return [elapsed]

    def tear_down(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        super().tear_down()
