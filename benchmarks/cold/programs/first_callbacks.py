"""Measures the first callbacks of a process: scheduled all at once on a new loop, then run.

    python first_callbacks.py MODULE FACTORY NUMBER

Prints [nanoseconds]; importing and making the loop are not counted.
"""

from __future__ import annotations

import asyncio  # noqa: F401 - here and not in the time, whatever the loop imports
import importlib
import sys
from time import perf_counter_ns


def main(module: str, factory: str, number: str) -> None:
    """Measure, check and print."""
    loop = getattr(importlib.import_module(module), factory)()
    count = 0

    def callback() -> None:
        nonlocal count
        count += 1

    start = perf_counter_ns()
    for _ in range(int(number)):
        loop.call_soon(callback)
    loop.call_soon(loop.stop)
    loop.run_forever()
    elapsed = perf_counter_ns() - start
    loop.close()
    if count != int(number):
        sys.exit(f"callbacks run: expected {number}, got {count}")
    print([elapsed])


main(*sys.argv[1:])
