"""Figures for pyperf, whose commands show, compare and draw them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import result
from benchmarks.harness.contestants import CONTESTANTS

if TYPE_CHECKING:
    import argparse

SECONDS = {"ns": ("second", 1e-9), "bytes": ("byte", 1.0)}
"""By our unit: pyperf's, and the factor."""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command line of `pyperf`."""
    parser = commands.add_parser("pyperf", help="write the figures of one contestant as a file of pyperf")
    parser.add_argument("result", type=Path)
    parser.add_argument("--contestant", choices=CONTESTANTS, required=True)
    parser.add_argument("--output", type=Path, required=True, help="file to write, with the end .json")


def main(options: argparse.Namespace) -> int:
    """Write the file; the status is 2 if it cannot be."""
    try:
        import pyperf
    except ImportError:
        print("pyperf is not installed: `pip install pyperf` installs it", file=sys.stderr)
        return 2
    try:
        found = result.read(options.result)
    except result.ResultError as error:
        print(error, file=sys.stderr)
        return 2
    benchmarks = []
    for row in found["rows"]:
        cell = row["contestants"].get(options.contestant)
        if cell is None or row["unit"] not in SECONDS or row["load"] != "quiet" or min(cell["rounds"]) <= 0:
            continue
        unit, factor = SECONDS[row["unit"]]
        about = {"name": f"{row['suite']}/{row['section']}: {row['title']}", "unit": unit}
        runs = [pyperf.Run([figure * factor], metadata=about, collect_metadata=False) for figure in cell["rounds"]]
        benchmarks.append(pyperf.Benchmark(runs))
    if not benchmarks:
        print(f"the result has no times of {options.contestant}", file=sys.stderr)
        return 2
    pyperf.BenchmarkSuite(benchmarks).dump(str(options.output), replace=True)
    return 0
