"""Compares event loops as servers: asyncio, uvloop, rloop and PyLoop, and how far they are from the limit.

    python benchmarks/network/bench_network.py [--quick] [--loops asyncio,pyloop] [--scenarios protocol,streams]

Needs the load generator, `make loadgen`. Prints a table per load as soon as it is measured and writes all figures as
JSON. See benchmarks/README.md for what is measured and how.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import resource
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.harness import metadata
from benchmarks.harness.command_line import ProgressLine, names, positive
from benchmarks.harness.loops import LOOPS
from benchmarks.network import tables
from benchmarks.network.catalogue import GROUPS, SCENARIOS
from benchmarks.network.certificate import NoCertificateError, make_certificates
from benchmarks.network.contestants import CONTESTANTS, REFERENCE, Contestant
from benchmarks.network.figures import summarise
from benchmarks.network.measurement import Session, Timing
from benchmarks.network.peers import missing_peer
from benchmarks.network.processes import FailedError, processors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.network.catalogue import Plan
    from benchmarks.network.scenarios import Load

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "results" / "latest.io.json"
FULL = Timing(rounds=7, window=0.3, warmup=0.5)
QUICK = Timing(rounds=3, window=0.2, warmup=0.4)
QUICK_SCENARIOS = [name for name, scenario in SCENARIOS.items() if scenario.quick]


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare event loops as servers.")
    parser.add_argument("--quick", action="store_true", help="fewer scenarios, loads and rounds: a minute")
    parser.add_argument(
        "--loops", type=names(CONTESTANTS), default=list(CONTESTANTS), help=f"of {', '.join(CONTESTANTS)}"
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--scenarios", type=names(SCENARIOS), help=f"of {', '.join(SCENARIOS)}")
    chosen.add_argument(
        "--group", type=names(GROUPS), help=f"scenarios with the loads that belong to {', '.join(GROUPS)}"
    )
    parser.add_argument("--sizes", type=sizes, help="only loads of these sizes in bytes")
    parser.add_argument("--connections", type=sizes, help="only loads with these numbers of connections")
    parser.add_argument("--rounds", type=positive, help=f"default {FULL.rounds}, quick {QUICK.rounds}")
    parser.add_argument(
        "--window",
        type=float,
        help=f"seconds, longer with many connections; default {FULL.window}, quick {QUICK.window}",
    )
    parser.add_argument("--warmup", type=float, help="warm-up of a server in seconds; default 0.5, quick 0.4")
    parser.add_argument("--verify", action="store_true", help="compare every byte that comes back; costs the client")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="JSON file to write")
    return parser.parse_args(arguments)


def sizes(text: str) -> list[int]:
    """An argparse type: a comma-separated list of whole numbers above zero."""
    return [positive(number) for number in text.split(",")]


def timing_of(options: argparse.Namespace) -> Timing:
    """Rounds and times: those of the kind of run, unless given."""
    timing = QUICK if options.quick else FULL
    if options.rounds is not None:
        timing = replace(timing, rounds=options.rounds)
    if options.window is not None:
        timing = replace(timing, window=options.window)
    if options.warmup is not None:
        timing = replace(timing, warmup=options.warmup)
    return timing


def plan_of(options: argparse.Namespace) -> Plan:
    """Scenarios and their loads."""
    if options.group is not None:
        plan = [entry for name in options.group for entry in GROUPS[name]]
    else:
        chosen = options.scenarios or (QUICK_SCENARIOS if options.quick else list(SCENARIOS))
        plan = [(each, (options.quick and each.quick) or each.full) for each in map(SCENARIOS.__getitem__, chosen)]

    def wanted(load: Load) -> bool:
        return (options.sizes is None or load.size in options.sizes) and (
            options.connections is None or load.connections in options.connections
        )

    plan = [(scenario, tuple(filter(wanted, loads))) for scenario, loads in plan]
    return [(scenario, loads) for scenario, loads in plan if loads]


def without_missing(plan: Plan, directory: Path) -> tuple[Plan, dict[str, str]]:
    """Leave out scenarios that need what is not installed, and say so."""
    missing: dict[str, str] = {}
    if any(scenario.transport == "tls" for scenario, _ in plan):
        try:
            make_certificates(directory)
        except NoCertificateError as error:
            missing |= {scenario.name: str(error) for scenario, _ in plan if scenario.transport == "tls"}
    for scenario, _ in plan:
        absent = [package for package in scenario.packages if not installed(package)]
        if absent:
            missing[scenario.name] = f"the package {absent[0]} is not installed"
        elif reason := missing_peer(scenario.peer):
            missing[scenario.name] = reason
    return [entry for entry in plan if entry[0].name not in missing], missing


def installed(module: str) -> bool:
    """Whether it could be imported."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def admitted(chosen: Sequence[str]) -> tuple[list[Contestant], dict[str, str]]:
    """The contestants whose loop is installed, and why others are not."""
    contestants, missing = [], {}
    for contestant in (CONTESTANTS[name] for name in chosen):
        modules = [LOOPS[contestant.loop].module] if contestant.loop is not None else []
        absent = [module for module in (*modules, contestant.layer) if module and not installed(module)]
        if absent and contestant.required:
            raise FailedError(f"{contestant.name}: the module {absent[0]} is not installed")
        if absent:
            missing[contestant.name] = f"the module {absent[0]} is not installed"
        else:
            contestants.append(contestant)
    return contestants, missing


def allow_many_files() -> None:
    """A thousand connections to each of several servers are more than the usual soft limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; the status is 1 if asyncio or PyLoop failed anywhere."""
    options = parse_arguments(arguments)
    timing = timing_of(options)
    allow_many_files()
    others = metadata.OtherProcesses()
    progress = ProgressLine()
    begun = time.monotonic()
    cells = []
    with tempfile.TemporaryDirectory() as directory:
        try:
            contestants, missing = admitted(options.loops)
            plan, skipped = without_missing(plan_of(options), Path(directory))
            reference = REFERENCE if any(each.name == REFERENCE for each in contestants) else contestants[0].name
            session = Session(contestants, timing, Path(directory), progress, verify=options.verify)
            try:
                for cell in session.run(plan):
                    cells.append(summarise(cell, reference))
                    progress.clear()
                    print(tables.render(cells[-1], reference), end="\n\n", flush=True)
            finally:
                progress.clear()
                session.close()
        except FailedError as error:
            print(f"cannot go on: {error}", file=sys.stderr)
            return 1
    result = {
        "format": 1,
        "metadata": {**metadata.collect(), "other_processes": others.cores_used()},
        "settings": {
            "quick": options.quick,
            "verify": options.verify,
            "pinned": processors()[0] is not None,
            **asdict(timing),
        },
        "seconds": round(time.monotonic() - begun, 1),
        "reference": reference,
        "loops": session.versions,
        "missing": missing | skipped,
        "cells": cells,
    }
    if len(cells) > 1 and (overview := tables.overview(cells)):
        print(overview, end="\n\n")
    print(*tables.notes(result), sep="\n")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{result['seconds']:.0f} s; all figures: {options.output.name}")
    return int(any(CONTESTANTS[name].required for cell in cells for name in cell["failures"]))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
