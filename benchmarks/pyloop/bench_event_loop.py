"""Compares event loops without servers: asyncio, uvloop, rloop and others, and PyLoop; cold, warm, and their memory.

    python benchmarks/pyloop/bench_event_loop.py [--quick | --full] [--loaded] [--suites cold,loop]
        [--loops asyncio,pyloop] [--workloads callbacks_10k]

The same as `python -m benchmarks run --suites cold,memory,loop`. benchmarks/README.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.__main__ import measured
from benchmarks.catalogue import SECTIONS
from benchmarks.harness.run import add_arguments, status


def main() -> int:
    """Measure; the status is 1 if asyncio or PyLoop is missing or failed."""
    parser = argparse.ArgumentParser(description="Compare event loops on small workloads.")
    add_arguments(parser, SECTIONS, ("cold", "memory", "loop"))
    return status(measured(parser.parse_args()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
