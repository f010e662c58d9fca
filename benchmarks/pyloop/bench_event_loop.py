"""Compares event loops without servers: asyncio, uvloop, rloop and others, and PyLoop; cold, warm, and their memory.

    python benchmarks/pyloop/bench_event_loop.py [--quick | --full] [--loaded] [--suites cold,loop]
        [--loops asyncio,pyloop] [--workloads callbacks_10k]

The same as `python -m benchmarks run --suites cold,memory,loop`. benchmarks/README.md says what is measured and how.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.__main__ import run

if __name__ == "__main__":
    try:
        sys.exit(run(None, "Compare event loops on small workloads.", ("cold", "memory", "loop")))
    except KeyboardInterrupt:
        sys.exit(130)
