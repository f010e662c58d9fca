"""Comparing a run with an earlier one: has PyLoop become slower?

Times of two runs cannot be compared when the machine differs from one to the other. So PyLoop is compared with asyncio
in each round of each run, and the two sets of ratios with each other.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benchmarks.harness import result
from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.harness.run import RESULTS, add_arguments, perform
from benchmarks.harness.statistics import chance, holm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.harness.section import Section

LEAST_SLOWDOWN = 0.1
MOST_CHANCE = 0.01
SAME = ("python", "processor", "cores")
"""What both runs must have in common."""


@dataclass(frozen=True)
class Change:
    """How a row differs from the baseline."""

    title: str
    slowdown: float
    """Of PyLoop compared with asyncio: 0.1 is 10 % slower than in the baseline."""
    chance: float
    """That so much comes about although nothing has changed, given how many rows are compared."""

    def significant(self, least: float) -> bool:
        """Whether it is a regression."""
        return self.slowdown >= least and self.chance <= MOST_CHANCE


def changes(baseline: result.Result, current: result.Result) -> list[Change]:
    """Of every row that both have with times of asyncio and PyLoop."""
    before = {_key(row): _relative(row) for row in baseline["rows"] if _comparable(row)}
    pairs = [
        (row["title"], before[_key(row)], _relative(row))
        for row in current["rows"]
        if _comparable(row) and _key(row) in before
    ]
    chances = holm([chance(then, now) for _, then, now in pairs])
    return [
        Change(title, math.exp(fmean(now) - fmean(then)) - 1, probability)
        for (title, then, now), probability in zip(pairs, chances, strict=True)
    ]


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("suite", "section", "load", "workload", "metric"))


def _comparable(row: dict[str, Any]) -> bool:
    both = all(name in row["contestants"] for name in (BASE, SUBJECT))
    # Of latencies the tail depends on what else the machine does; their p50 is comparable.
    return both and row["comparison"] == "ratio" and row["metric"] in ("mean", "p50", "cpu")


def _relative(row: dict[str, Any]) -> list[float]:
    """Logarithms of PyLoop's time divided by asyncio's, round by round."""
    own, other = (row["contestants"][name]["rounds"] for name in (SUBJECT, BASE))
    return [math.log(mine / theirs) for mine, theirs in zip(own, other, strict=True)]


def differences(baseline: result.Result, current: result.Result) -> list[str]:
    """What the two runs do not have in common."""
    pairs = [(name, baseline["metadata"][name], current["metadata"][name]) for name in SAME]
    return [f"{name}: {then} in the baseline, {now} now" for name, then, now in pairs if then != now]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command line of `compare`."""
    parser = commands.add_parser(
        "compare", help="compare with an earlier result; the status is 1 if PyLoop has become slower"
    )
    parser.add_argument("baseline", type=Path, help="result of the earlier run")
    parser.add_argument("current", type=Path, nargs="?", help="result of the later run; without it, one is made now")
    parser.add_argument(
        "--least", type=float, default=LEAST_SLOWDOWN, help="slowdown that counts, as a part; default 0.1"
    )
    parser.add_argument("--anyway", action="store_true", help="compare runs of different machines or Pythons, too")


def main(options: argparse.Namespace, sections: Sequence[Section], sample_control: Callable[[], float]) -> int:
    """Compare and print; the status is 1 for a regression, 2 if nothing can be said."""
    try:
        before = result.read(options.baseline)
        now = result.read(options.current) if options.current else measure(before, sections, sample_control)
    except result.ResultError as error:
        print(f"cannot compare: {error}", file=sys.stderr)
        return 2
    if now is None:
        return 2
    if unlike := differences(before, now):
        print("The runs differ.", *unlike, sep="\n  ")
        if not options.anyway:
            print("cannot compare: make a baseline here, or add --anyway", file=sys.stderr)
            return 2
    if void := [name for name, each in (("baseline", before), ("current run", now)) if each["control"]["void"]]:
        print(f"cannot compare: the {' and the '.join(void)} is void, its control changed: run again", file=sys.stderr)
        return 2
    found = changes(before, now)
    if not found:
        print("cannot compare: the runs have no row in common", file=sys.stderr)
        return 2
    return report(found, options.least)


def measure(
    before: result.Result, sections: Sequence[Section], sample_control: Callable[[], float]
) -> result.Result | None:
    """Run what the baseline has, with asyncio and PyLoop alone."""
    parser = argparse.ArgumentParser()
    add_arguments(parser, sections, ())
    measured = dict.fromkeys((f"{row['suite']}/{row['section']}", row["workload"]) for row in before["rows"])
    arguments = ["--loops", f"{BASE},{SUBJECT}", "--output", str(RESULTS / "compared.json")]
    arguments += ["--suites", ",".join(dict.fromkeys(section for section, _ in measured))]
    arguments += ["--workloads", ",".join(dict.fromkeys(workload for _, workload in measured))]
    arguments += [] if before["settings"]["kind"] == "standard" else [f"--{before['settings']['kind']}"]
    rounds = {timing["rounds"] for timing in before["settings"]["sections"].values()}
    arguments += ["--rounds", str(max(rounds))] if len(rounds) == 1 else []
    return perform(parser.parse_args(arguments), sections, sample_control)


def report(found: Sequence[Change], least: float) -> int:
    """Print every row; the status is 1 if one is a regression."""
    for change in sorted(found, key=lambda each: -each.slowdown):
        mark = "SLOWER" if change.significant(least) else ""
        print(f"{change.title:40} {change.slowdown:+7.1%}   p = {change.chance:<8.2g} {mark}".rstrip())
    slower = [change for change in found if change.significant(least)]
    if slower:
        print(f"{len(slower)} of {len(found)} rows are slower than the baseline by {least:.0%} or more.")
        return 1
    print(f"No row of {len(found)} is significantly slower than the baseline by {least:.0%} or more.")
    return 0
