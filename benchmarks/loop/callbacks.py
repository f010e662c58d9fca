"""Callbacks scheduled on a stopped loop, then run: the cost of `call_soon` and of its dispatch."""

from __future__ import annotations

from time import perf_counter_ns

from .base import Workload, expect, short


class Callbacks(Workload):
    """n times `call_soon(callback)`, then `run_forever` until all have run; both parts are timed.

    The callback is a Python function that adds one to a counter: the least that can be checked.
    """

    def __init__(self, operations: int) -> None:
        self.name = f"callbacks_{short(operations)}"
        self.title = f"callbacks, {short(operations)}"
        self.operations = self.parameter = operations

    def run(self, n: int) -> list[int]:
        loop = self.loop
        count = 0

        def callback() -> None:
            nonlocal count
            count += 1

        start = perf_counter_ns()
        for _ in range(n):
            loop.call_soon(callback)
        loop.call_soon(loop.stop)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("callbacks run", count, n)
        return [elapsed]


class CallbacksWithArgument(Workload):
    """As `Callbacks`, with one positional argument that the callback adds to the counter."""

    name = "callbacks_arg"
    title = "callbacks, 10k, 1 argument"
    operations = 10_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        total = 0

        def callback(amount: int) -> None:
            nonlocal total
            total += amount

        start = perf_counter_ns()
        for _ in range(n):
            loop.call_soon(callback, 3)
        loop.call_soon(loop.stop)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("sum of the arguments", total, 3 * n)
        return [elapsed]
