"""Several loops at the same time, each in a thread of its own."""

from __future__ import annotations

import threading
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .base import Workload, expect

if TYPE_CHECKING:
    import asyncio


class LoopsInThreads(Workload):
    """Several loops run a chain of callbacks each, n callbacks together.

    Timed from the moment when all threads are there to the last callback. The threads share the GIL, so the time per
    callback cannot be less than with one loop; what is above that is the price of the hand-over.
    """

    operations = 20_000

    def __init__(self, loops: int) -> None:
        self.name = f"loops_in_threads_{loops}"
        self.title = f"chains on {loops} loops in threads"
        self.number = loops

    def set_up(self, loop: asyncio.AbstractEventLoop) -> None:
        super().set_up(loop)
        self._loops = [loop, *(type(loop)() for _ in range(self.number - 1))]

    def run(self, n: int) -> list[int]:
        each = n // self.number
        together = threading.Barrier(self.number)
        counts = [0] * self.number
        times: list[int] = []

        def work(index: int, loop: asyncio.AbstractEventLoop) -> None:
            def step() -> None:
                counts[index] += 1
                if counts[index] < each:
                    loop.call_soon(step)
                else:
                    loop.stop()

            loop.call_soon(step)
            together.wait()
            times.append(perf_counter_ns())
            loop.run_forever()
            times.append(perf_counter_ns())

        threads = [threading.Thread(target=work, args=entry) for entry in enumerate(self._loops)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect("callbacks run", sum(counts), n)
        return [max(times) - min(times)]

    def tear_down(self) -> None:
        for loop in self._loops[1:]:
            loop.close()
        del self._loops
        super().tear_down()
