"""Where the time of one callback goes: the parts of what `Callbacks` measures as a whole."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter_ns
from typing import NamedTuple

from .base import Workload, expect


class Parts(NamedTuple):
    """What n callbacks took, in nanoseconds."""

    calls: int
    scheduling: int
    iteration: int


class CallbackPart(Workload):
    """One part of n callbacks that are scheduled and then run."""

    operations = 10_000

    def parts(self, n: int) -> Parts:
        """Call, schedule and run the same callback n times; what running takes longer than calling is the iteration."""
        loop = self.loop
        count = 0

        def callback() -> None:
            nonlocal count
            count += 1

        times = [perf_counter_ns()]
        for _ in range(n):
            callback()
        times.append(perf_counter_ns())
        for _ in range(n):
            loop.call_soon(callback)
        times.append(perf_counter_ns())
        loop.call_soon(loop.stop)
        loop.run_forever()
        times.append(perf_counter_ns())
        expect("calls", count, 2 * n)
        called, scheduled, ran = (end - start for start, end in pairwise(times))
        return Parts(called, scheduled, ran - called)


class CallbackCall(CallbackPart):
    """The calls alone. They are the same Python code in every process, so loops are not compared in it."""

    name = "callback_call"
    title = "the callback itself"
    comparison = "none"

    def run(self, n: int) -> list[int]:
        return [self.parts(n).calls]


class CallbackScheduling(CallbackPart):
    """`call_soon`."""

    name = "callback_scheduling"
    title = "call_soon"

    def run(self, n: int) -> list[int]:
        return [self.parts(n).scheduling]


class CallbackIteration(CallbackPart):
    """All that `run_forever` does except calling: contexts, the queue, and freeing the handles."""

    name = "callback_iteration"
    title = "the iteration: contexts, the queue, freeing"

    def run(self, n: int) -> list[int]:
        return [self.parts(n).iteration]
