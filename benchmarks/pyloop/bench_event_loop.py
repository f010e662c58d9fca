"""Compares event loops: asyncio, uvloop, rloop and others, and PyLoop; cold, in short runs, and warm.

    python benchmarks/pyloop/bench_event_loop.py [--quick | --long] [--loaded] [--suites cold,short]
        [--loops asyncio,pyloop] [--workloads callbacks_10k]

Prints tables and writes all figures as JSON. See benchmarks/README.md for what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.cold import ColdMeasurement
from benchmarks.harness import metadata, table
from benchmarks.harness.command_line import ProgressLine, names, positive
from benchmarks.harness.load import LOADED, QUIET
from benchmarks.harness.load_effect import effects
from benchmarks.harness.loops import LOOPS
from benchmarks.harness.session import Session, admit
from benchmarks.harness.suites import SUITES, Suite, Timing
from benchmarks.harness.summary import Row, summarise
from benchmarks.harness.worker_client import LoopFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "results" / "latest.json"
LINES = list(dict.fromkeys(name for suite in SUITES.values() for name in suite.lines))


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare event loops on small workloads.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--quick", dest="kind", action="store_const", const="quick", help="few and short rounds")
    kind.add_argument("--long", dest="kind", action="store_const", const="long", help="many and long rounds")
    parser.set_defaults(kind="full")
    parser.add_argument(
        "--loaded", action="store_true", help="measure everything again while one process per processor computes"
    )
    parser.add_argument("--suites", type=names(SUITES), default=list(SUITES), help=f"of {', '.join(SUITES)}")
    parser.add_argument("--loops", type=names(LOOPS), default=list(LOOPS), help=f"of {', '.join(LOOPS)}")
    parser.add_argument("--workloads", type=names(LINES), default=LINES, help=f"of {', '.join(LINES)}")
    parser.add_argument("--rounds", type=positive, help="instead of the number of each suite")
    parser.add_argument("--sample-ms", type=float, help="shortest time of a sample, short and warm")
    parser.add_argument("--warmup-ms", type=float, help="longest warm-up per workload and loop, warm")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="JSON file to write")
    return parser.parse_args(arguments)


def timing_of(suite: Suite, options: argparse.Namespace) -> Timing:
    """Rounds and limits: those of the kind of run, unless given."""
    timing = suite.timings[options.kind]
    limits = timing.limits
    if options.sample_ms is not None:
        limits = replace(limits, sample_ms=options.sample_ms)
    if options.warmup_ms is not None:
        shortest = min(limits.warmup_min_ms, options.warmup_ms)
        limits = replace(limits, warmup_min_ms=shortest, warmup_max_ms=options.warmup_ms)
    return Timing(options.rounds or timing.rounds, limits)


class Run:
    """Collects the results of the suites, and prints the tables of each when it is measured."""

    def __init__(self, loops: Sequence[str], loads: Sequence[str], progress: ProgressLine) -> None:
        self._loops = list(loops)
        self._loads = loads
        self._progress = progress
        self.rows: list[Row] = []
        self.failures: list[dict[str, str]] = []
        self.warmups: list[dict[str, Any]] = []
        self.missing: dict[str, str] = {}

    def measure(self, suite: Suite, timing: Timing, chosen: Sequence[str]) -> None:
        """Run one suite."""
        lines = []
        for name, line in suite.lines.items():
            if name in chosen and isinstance(line, ColdMeasurement) and (package := line.absent()):
                self.missing[name] = f"the package {package} is not installed"
            elif name in chosen:
                lines.append(line)
        runner = suite.runner(timing.limits)
        session = Session(suite.name, runner, self._loops, timing.rounds, self._loads, self._progress)
        rows: list[Row] = []
        for observation in session.run(lines):
            rows += summarise(suite.name, observation)
            where = {"suite": suite.name, "load": observation.load, "workload": observation.line.name}
            self.failures += [{**where, "loop": loop, "error": text} for loop, text in observation.failures.items()]
            self.warmups += [{**where, "loop": loop, **done} for loop, done in observation.warmups.items()]
        self._progress.clear()
        self._show(suite, rows)
        self.rows += rows

    def _show(self, suite: Suite, rows: list[Row]) -> None:
        for load in self._loads:
            title = suite.title if load == QUIET else f"{suite.title}; one other process computes on each processor"
            shown = [row for row in rows if row["load"] == load]
            if shown:
                print(table.render(title, self._loops, shown), end="\n\n", flush=True)
        if found := effects(rows):
            print(table.render_effects(f"{suite.title}; quiet and loaded", found), end="\n\n", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; the status is 1 if asyncio or PyLoop is missing or failed."""
    options = parse_arguments(arguments)
    others = metadata.OtherProcesses()
    progress = ProgressLine()
    begun = time.monotonic()
    timings = {name: timing_of(SUITES[name], options) for name in options.suites}
    try:
        loops, missing = admit(options.loops)
        run = Run(list(loops), [QUIET, LOADED] if options.loaded else [QUIET], progress)
        for name, timing in timings.items():
            run.measure(SUITES[name], timing, options.workloads)
    except LoopFailedError as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    finally:
        progress.clear()
    result = {
        "format": 2,
        "metadata": {**metadata.collect(), "other_processes": others.cores_used()},
        "settings": {
            "kind": options.kind,
            "loaded": options.loaded,
            "suites": {name: asdict(timing) for name, timing in timings.items()},
        },
        "seconds": round(time.monotonic() - begun, 1),
        "loops": loops,
        "missing": missing | run.missing,
        "failures": run.failures,
        "rows": run.rows,
        "effects_of_load": effects(run.rows),
        "warmups": run.warmups,
    }
    print(*table.notes(result), sep="\n")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{result['seconds']:.0f} s; all figures: {options.output.name}")
    return int(any(LOOPS[entry["loop"]].required for entry in run.failures))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
