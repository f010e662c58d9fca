"""Measures the way to a loop that has run: import, making it, one callback.

    python first_loop.py MODULE FACTORY [MODULE IMPORTED BEFORE]...

Prints [nanoseconds]. It imports nothing but what Python has loaded before: all other imports belong to the time.
"""

import sys
from time import perf_counter_ns


def main(module: str, factory: str, *imported_before: str) -> None:
    """Measure and print."""
    for name in imported_before:
        __import__(name)
    start = perf_counter_ns()
    loop = getattr(__import__(module, fromlist=[factory]), factory)()
    loop.call_soon(loop.stop)
    loop.run_forever()
    elapsed = perf_counter_ns() - start
    loop.close()
    print([elapsed])


main(*sys.argv[1:])
