"""Callbacks that raise."""

from __future__ import annotations

from time import perf_counter_ns
from typing import Any

from .base import Workload, expect


class Exceptions(Workload):
    """n times `call_soon` of a callback that raises, until all have run; the loop's exception handler counts."""

    name = "exceptions"
    title = "callbacks that raise, 1k"
    operations = 1_000

    def run(self, n: int) -> list[int]:
        loop = self.loop
        handled = 0

        def callback() -> None:
            raise ValueError("expected")

        # The loop and the context; rloop passes the context alone.
        def handle(*arguments: Any) -> None:
            nonlocal handled
            handled += isinstance(arguments[-1]["exception"], ValueError)

        loop.set_exception_handler(handle)
        start = perf_counter_ns()
        for _ in range(n):
            loop.call_soon(callback)
        loop.call_soon(loop.stop)
        loop.run_forever()
        elapsed = perf_counter_ns() - start
        loop.set_exception_handler(None)
        expect("exceptions handled", handled, n)
        return [elapsed]
