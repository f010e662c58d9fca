"""How the speed of callbacks and timers changes with their number, on asyncio, PyLoop and other loops.

    python benchmarks/pyloop/bench_scaling.py [--quick | --full] [--loops asyncio,pyloop]

Prints a table for each kind of work: for each size the throughput of each loop, and how much faster than asyncio PyLoop
and the best rival are. The same figures as `python -m benchmarks run --suites loop/scaling`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.__main__ import measured
from benchmarks.catalogue import SECTIONS
from benchmarks.harness.run import RESULTS, add_arguments, status
from benchmarks.harness.scaling import render_scaling


def main() -> int:
    """Measure and print; the status is 1 if asyncio or PyLoop is missing or failed."""
    parser = argparse.ArgumentParser(description="Compare event loops at different numbers of callbacks and timers.")
    add_arguments(parser, SECTIONS, ("loop/scaling",))
    parser.set_defaults(output=RESULTS / "latest.scaling.json")
    found = measured(parser.parse_args())
    if found is not None:
        print()
        print(render_scaling(found))
    return status(found)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
