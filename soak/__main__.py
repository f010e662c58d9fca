"""`python -m soak`: runs, prints the table, and exits with status 1 if anything was wrong or has grown.

`--loop asyncio` is for comparison. It does fail: a signal's byte is lost while other threads keep its self-pipe full.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .runner import Runner
from .sampling import write_csv
from .verdict import judge, render
from .workloads import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .workload import Workload


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes loops of this kind."""
    if name == "asyncio":
        return asyncio.SelectorEventLoop
    from data_bridge.pyloop import PyLoop

    return PyLoop


def soak(loop: str, seconds: float, *, output: Path | None = None, workloads: Iterable[type[Workload]] = ALL) -> int:
    """Run the workloads and print what was found; return the exit status."""
    outcome = Runner(workloads, seconds, seed=1).run(loop_factory(loop))
    if output is not None:
        write_csv(output, outcome.samples)
    print(f"\n{'answers compared':<46}{outcome.answers.total():>14,}")
    for name, count in outcome.answers.items():
        print(f"  {name:<44}{count:>14,}")
    found = judge(outcome.samples)
    print(f"\nmedians after the warm-up, of {len(outcome.samples)} samples\n{render(found)}\n")
    failures = [
        f"{one.title} grew by {one.growth:,.1f}, allowed are {one.allowed:,.0f}" for one in found if not one.flat
    ]
    failures += [f"wrong: {problem}" for problem in outcome.problems]
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"{loop}, Python {platform.python_version()}, {outcome.samples[-1].seconds:.0f} s: ", end="")
    print("FAILED" if failures else "every answer right, everything flat")
    return int(bool(failures))


def positive(text: str) -> float:
    """A number of seconds."""
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m soak", description="Is anything wrong or growing under mixed load?"
    )
    parser.add_argument("--seconds", type=positive, default=3600.0, help="default 3600")
    parser.add_argument("--loop", choices=("pyloop", "asyncio"), default="pyloop", help="default pyloop")
    parser.add_argument("--output", type=Path, metavar="FILE.csv", help="write the samples, a line each")
    options = parser.parse_args(arguments)
    return soak(options.loop, options.seconds, output=options.output)


if __name__ == "__main__":
    sys.exit(main())
