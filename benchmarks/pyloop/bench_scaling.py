"""How the speed of callbacks and timers changes with their number, on asyncio, PyLoop and other loops.

    python benchmarks/pyloop/bench_scaling.py [--quick | --full] [--loops asyncio,pyloop]

Prints a table for each kind of work: for each size the throughput of each loop, and how much faster than asyncio PyLoop
and the best rival are. The same figures as `python -m benchmarks run --suites loop/scaling`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.catalogue import SECTIONS
from benchmarks.harness.run import RESULTS, add_arguments, perform, status
from benchmarks.harness.scaling import render_scaling
from benchmarks.loop.control import asyncio_callbacks

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the status is 1 if asyncio or PyLoop is missing or failed."""
    parser = argparse.ArgumentParser(description="Compare event loops at different numbers of callbacks and timers.")
    add_arguments(parser, SECTIONS, ("loop/scaling",))
    parser.set_defaults(output=RESULTS / "latest.scaling.json")
    options = parser.parse_args(arguments)
    with asyncio_callbacks() as sample:
        found = perform(options, SECTIONS, sample)
    if found is not None:
        print()
        print(render_scaling(found))
    return status(found)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
