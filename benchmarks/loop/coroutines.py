"""Coroutines that give way to the loop, tasks, and what is built on tasks and timers."""

from __future__ import annotations

import asyncio
from time import perf_counter_ns

from .base import Workload, expect


class SleepZero(Workload):
    """One task awaits `asyncio.sleep(0)` n times; timed inside the task."""

    name = "sleep_zero"
    title = "await sleep(0)"
    operations = 20_000

    def set_up(self, loop: asyncio.AbstractEventLoop) -> None:
        super().set_up(loop)
        expect("iterations in 10 sleeps", loop.run_until_complete(self._iterations_in(10)), 10)

    def run(self, n: int) -> list[int]:
        count = 0

        async def sleeps() -> int:
            nonlocal count
            start = perf_counter_ns()
            for _ in range(n):
                await asyncio.sleep(0)
                count += 1
            return perf_counter_ns() - start

        elapsed = self.loop.run_until_complete(sleeps())
        expect("sleeps", count, n)
        return [elapsed]

    async def _iterations_in(self, sleeps: int) -> int:
        """How often the loop went round: a sleep(0) that does not give way would be no sleep at all."""
        iterations = 0

        def count_iteration() -> None:
            nonlocal iterations
            iterations += 1
            handle[0] = self.loop.call_soon(count_iteration)

        handle = [self.loop.call_soon(count_iteration)]
        for _ in range(sleeps):
            await asyncio.sleep(0)
        handle[0].cancel()
        return iterations


class Tasks(Workload):
    """One task creates a task with `loop.create_task` and awaits it, n times; timed inside the first."""

    name = "task_create_await"
    title = "task create + await"
    operations = 10_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = 0

        async def child() -> None:
            nonlocal count
            count += 1

        async def parent() -> int:
            start = perf_counter_ns()
            for _ in range(n):
                await loop.create_task(child())
            return perf_counter_ns() - start

        elapsed = loop.run_until_complete(parent())
        expect("tasks run", count, n)
        return [elapsed]


class Gather(Workload):
    """`asyncio.gather` of 10 coroutines that return at once, n / 10 times; the time is that of one of the 10."""

    name = "gather_10"
    title = "gather of 10, each"
    operations = 10_000
    together = 10

    def run(self, n: int) -> list[int]:
        count = 0

        async def child() -> None:
            nonlocal count
            count += 1

        async def parent() -> int:
            start = perf_counter_ns()
            for _ in range(n // self.together):
                await asyncio.gather(*[child() for _ in range(self.together)])
            return perf_counter_ns() - start

        elapsed = self.loop.run_until_complete(parent())
        expect("coroutines run", count, n)
        return [elapsed]


class Timeout(Workload):
    """`async with asyncio.timeout(30)` around one `sleep(0)`, n times: a timer that is scheduled and not needed."""

    name = "timeout_context"
    title = "timeout() around sleep(0)"
    operations = 5_000

    def run(self, n: int) -> list[int]:
        count = 0

        async def guarded() -> int:
            nonlocal count
            start = perf_counter_ns()
            for _ in range(n):
                async with asyncio.timeout(30):
                    await asyncio.sleep(0)
                    count += 1
            return perf_counter_ns() - start

        elapsed = self.loop.run_until_complete(guarded())
        expect("blocks done", count, n)
        return [elapsed]
