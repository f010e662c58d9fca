"""A run: the chosen sections one after the other, their tables as soon as they are measured, and the result."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import metadata, result, table
from benchmarks.harness.admission import admit
from benchmarks.harness.command_line import names, positive
from benchmarks.harness.contestants import CONTESTANTS
from benchmarks.harness.control import Control
from benchmarks.harness.failures import FailedError
from benchmarks.harness.load import LOADED, QUIET
from benchmarks.harness.load_effect import effects
from benchmarks.harness.progress import ProgressLine
from benchmarks.harness.session import Conditions, Session
from benchmarks.harness.summary import Row, summarise

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from benchmarks.harness.measured import Measured
    from benchmarks.harness.section import Section, Timing

RESULTS = Path(__file__).resolve().parents[1] / "results"
DEFAULT_OUTPUT = RESULTS / "latest.json"
DEFAULT_SEED = 20260112


def add_arguments(parser: argparse.ArgumentParser, sections: Sequence[Section], suites: Sequence[str]) -> None:
    """What can be chosen; `suites` is what is measured if nothing is."""
    known = list(dict.fromkeys(name for each in sections for name in (each.suite, each.full_name)))
    lines = {name: None for section in sections for line in section.lines.values() for name in (line.name, line.group)}
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--quick", dest="kind", action="store_const", const="quick", help="few and short rounds")
    kind.add_argument("--full", dest="kind", action="store_const", const="full", help="all lines, many rounds")
    parser.set_defaults(kind="standard")
    parser.add_argument(
        "--loaded", action="store_true", help="measure again while one process per processor computes (not servers)"
    )
    parser.add_argument("--suites", type=names(known), default=list(suites), help=f"of {', '.join(known)}")
    parser.add_argument("--loops", type=names(CONTESTANTS), help=f"of {', '.join(CONTESTANTS)}")
    parser.add_argument("--workloads", type=names(lines), metavar="NAMES", help="only these; `list` shows them")
    parser.add_argument("--rounds", type=positive, help="instead of the number of each section")
    parser.add_argument("--sample-ms", type=float, help="shortest time of a sample, and of a window of servers")
    parser.add_argument("--warmup-ms", type=float, help="longest warm-up per line and contestant")
    parser.add_argument("--verify", action="store_true", help="compare every byte that comes back; costs the client")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the order in which contestants take turns")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="JSON file to write")


def timing_of(section: Section, options: argparse.Namespace) -> Timing:
    """Rounds and limits: those of the kind of run, unless given."""
    timing = section.timings[options.kind]
    if options.rounds is not None:
        timing = replace(timing, rounds=options.rounds)
    if options.sample_ms is not None and timing.sample_ms:
        timing = replace(timing, sample_ms=options.sample_ms)
    if options.warmup_ms is not None:
        least = min(timing.warmup_min_ms, options.warmup_ms)
        timing = replace(timing, warmup_min_ms=least, warmup_max_ms=min(timing.warmup_max_ms, options.warmup_ms))
    return replace(timing, verify=options.verify)


class Run:
    """Measures the chosen sections."""

    def __init__(self, options: argparse.Namespace, sample_control: Callable[[], float]) -> None:
        self._options = options
        self._loads = [QUIET, LOADED] if options.loaded else [QUIET]
        self._progress = ProgressLine()
        self._control = Control("asyncio", sample_control)
        self._begun = time.monotonic()
        self._others = metadata.OtherProcesses()
        self.missing: dict[str, str] = {}
        self.rows: list[Row] = []
        self.failures: list[dict[str, str]] = []
        self.warmups: list[dict[str, Any]] = []

    def measure(self, sections: Sequence[Section]) -> dict[str, Any]:
        """All of it; returns the result. Raises FailedError if what must be there is not."""
        options = self._options
        chosen = [
            (section, self._possible(section)) for section in sections if section.belongs(options.suites, options.kind)
        ]
        chosen = [(section, lines) for section, lines in chosen if lines]
        wanted = [
            contestant
            for contestant in CONTESTANTS.values()
            if (options.loops is None or contestant.name in options.loops)
            and any(line.admits(contestant) for _, lines in chosen for line in lines)
        ]
        if not chosen and not self.missing:
            raise FailedError("there is nothing to measure: no line of the chosen suites has one of the chosen names")
        admitted, missing = admit(wanted)
        self.missing |= missing
        contestants = [contestant for contestant in wanted if contestant.name in admitted]
        conditions = Conditions(contestants, self._loads, options.seed, self._progress, self._control)
        timings = {each.full_name: timing_of(each, options) for each, _ in chosen}
        sessions = []
        for section, lines in chosen:
            session = Session(section, timings[section.full_name], lines, conditions)
            self._progress.expect(session.steps() * section.seconds[options.kind])
            sessions.append((section, session))
        try:
            for section, session in sessions:
                self._progress.weigh(section.seconds[options.kind])
                self._run(section, session)
            self._control.take()
        finally:
            self._progress.clear()
        return {
            "format": result.FORMAT,
            "metadata": {**metadata.collect(), "other_processes": self._others.cores_used()},
            "settings": {
                "kind": options.kind,
                "loaded": options.loaded,
                "seed": options.seed,
                "sections": {name: asdict(timing) for name, timing in timings.items()},
            },
            "seconds": round(time.monotonic() - self._begun, 1),
            "control": self._control.verdict(),
            "contestants": admitted,
            "missing": self.missing,
            "failures": self.failures,
            "rows": self.rows,
            "effects_of_load": effects(self.rows),
            "warmups": self.warmups,
        }

    def _possible(self, section: Section) -> list[Measured]:
        """The chosen lines that can be measured here; the others are said to be missing."""
        possible = []
        for line in section.chosen(self._options.kind, self._options.workloads):
            if reason := line.obstacle():
                self.missing[line.name] = reason
            else:
                possible.append(line)
        return possible

    def _run(self, section: Section, session: Session) -> None:
        rows: list[Row] = []
        for observation in session.run():
            rows += summarise(section, observation)
            where = {"suite": section.suite, "load": observation.load, "workload": observation.line.name}
            self.failures += [
                {**where, "contestant": name, "error": text} for name, text in observation.failures.items()
            ]
            self.warmups += [{**where, "contestant": name, **done} for name, done in observation.warmups.items()]
        self._progress.clear()
        for load in self._loads:
            title = section.title if load == QUIET else f"{section.title}; one other process computes on each processor"
            shown = [row for row in rows if row["load"] == load and row["shown"]]
            if shown:
                print(table.render(title, shown), end="\n\n", flush=True)
        if found := effects(rows):
            print(table.render_effects(f"{section.title}; quiet and loaded", found), end="\n\n", flush=True)
        self.rows += rows


def perform(
    options: argparse.Namespace, sections: Sequence[Section], sample_control: Callable[[], float]
) -> dict[str, Any] | None:
    """Run, print the notes, write the result; None if it could not start, which has been said then."""
    run = Run(options, sample_control)
    try:
        found = run.measure(sections)
    except FailedError as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return None
    print(*table.notes(found), sep="\n")
    result.write(found, options.output)
    print(f"{found['seconds']:.0f} s; all figures: {options.output.name}")
    return found


def status(found: dict[str, Any] | None) -> int:
    """Of the process: 1 if asyncio or PyLoop is missing or failed."""
    return int(found is None or any(CONTESTANTS[entry["contestant"]].required for entry in found["failures"]))
