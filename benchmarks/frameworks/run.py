"""Runs one of the small programs on one framework and prints [nanoseconds].

    python run.py MODULE LOOP PROGRAM COUNT

MODULE is one beside this file, LOOP a loop of `harness.loops`, or "" where the framework has none but its own. The
program runs once with a tenth of the count, untimed, so that what is made at the first use is not in the figure. It
times itself, without the start and the end of the framework.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.harness.loops import LOOPS


def main(module: str, loop: str, program: str, count: str) -> None:
    """Warm up, measure, print."""
    programs = importlib.import_module(f"benchmarks.frameworks.{module}")
    factory = LOOPS[loop].create if loop else None
    programs.run(program, max(int(count) // 10, 1), factory)
    print([programs.run(program, int(count), factory)])


if __name__ == "__main__":
    main(*sys.argv[1:])
