"""Compares event loops on small workloads: asyncio, uvloop, rloop and others, and PyLoop.

    python benchmarks/pyloop/bench_event_loop.py [--quick] [--loops asyncio,pyloop] [--workloads callbacks_10k]

Prints a table and writes all figures as JSON. See benchmarks/README.md for what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import metadata
import table
from command_line import ProgressLine, names, positive
from loops import LOOPS
from sampling import Limits
from session import Session
from summary import summarise
from worker_client import LoopFailedError
from workloads import WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "results" / "latest.json"
FULL = (7, Limits(sample_ms=60, warmup_min_ms=400, warmup_max_ms=1500))
QUICK = (3, Limits(sample_ms=15, warmup_min_ms=100, warmup_max_ms=400))


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare event loops on small workloads.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, shorter samples and warm-up")
    parser.add_argument("--loops", type=names(LOOPS), default=list(LOOPS), help=f"of {', '.join(LOOPS)}")
    parser.add_argument(
        "--workloads", type=names(WORKLOADS), default=list(WORKLOADS), help=f"of {', '.join(WORKLOADS)}"
    )
    parser.add_argument("--rounds", type=positive, help=f"default {FULL[0]}, quick {QUICK[0]}")
    parser.add_argument("--sample-ms", type=float, help="time per sample; default 60, quick 15")
    parser.add_argument(
        "--warmup-ms", type=float, help="longest warm-up per workload and loop; default 1500, quick 400"
    )
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="JSON file to write")
    return parser.parse_args(arguments)


def limits_of(options: argparse.Namespace) -> tuple[int, Limits]:
    """Rounds and limits: those of the kind of run, unless given."""
    rounds, limits = QUICK if options.quick else FULL
    if options.sample_ms is not None:
        limits = replace(limits, sample_ms=options.sample_ms)
    if options.warmup_ms is not None:
        shortest = min(limits.warmup_min_ms, options.warmup_ms)
        limits = replace(limits, warmup_min_ms=shortest, warmup_max_ms=options.warmup_ms)
    return options.rounds or rounds, limits


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; the status is 1 if asyncio or PyLoop is missing or failed."""
    options = parse_arguments(arguments)
    rounds, limits = limits_of(options)
    others = metadata.OtherProcesses()
    progress = ProgressLine()
    begun = time.monotonic()
    try:
        observed = Session(options.loops, limits, rounds, progress).run(options.workloads)
    except LoopFailedError as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    finally:
        progress.clear()
    result = {
        "format": 1,
        "metadata": {**metadata.collect(), "other_processes": others.cores_used()},
        "settings": {"quick": options.quick, "rounds": rounds, **asdict(limits)},
        "seconds": round(time.monotonic() - begun, 1),
        "loops": observed.loops,
        "missing": observed.missing,
        "failures": observed.failures,
        "rows": summarise(observed),
        "warmups": observed.warmups,
    }
    print(table.render(result), *table.notes(result), sep="\n")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{result['seconds']:.0f} s; all figures: {options.output.name}")
    return int(any(LOOPS[entry["loop"]].required for entry in observed.failures))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
