"""Serves for minutes: millions of messages, every byte compared, then many connects and closes. Does anything leak?

    python benchmarks/network/soak.py [--messages 24000000] [--connections-closed 1000000] [--loop pyloop]

Needs the load generator, `make loadgen`. The status is 1 if a byte was wrong, a connection failed or a server has more
descriptors than before. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.harness import metadata
from benchmarks.harness.admission import admit
from benchmarks.harness.command_line import positive
from benchmarks.harness.contestants import CONTESTANTS
from benchmarks.harness.failures import FailedError
from benchmarks.harness.loops import SUBJECT
from benchmarks.harness.metadata import version_text
from benchmarks.harness.progress import ProgressLine
from benchmarks.network.load_generator import LoadGenerator
from benchmarks.network.plan import SCENARIOS
from benchmarks.network.processes import processors
from benchmarks.network.programs import Server
from benchmarks.network.runner import allow_many_files
from benchmarks.network.scenarios import KIB, Load, Scenario, load_title, size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.harness.contestants import Contestant

WINDOW_SECONDS = 0.5
WARMUP_SECONDS = 10.0
STEADY_SECONDS = 0.5
LONGEST_SETTLING_SECONDS = 10.0

ECHO = SCENARIOS["protocol"]
PIPELINED = replace(ECHO, depth=16)
CHURN = SCENARIOS["churn"]
ECHO_LOADS = (
    (PIPELINED, Load(100, 10)),
    (ECHO, Load(100, 100)),
    (ECHO, Load(KIB, 10)),
    (PIPELINED, Load(100, 100)),
    (ECHO, Load(100, 1000)),
    (PIPELINED, Load(KIB, 100)),
    (PIPELINED, Load(100, 1000)),
    (ECHO, Load(KIB, 1000)),
    (PIPELINED, Load(10 * KIB, 10)),
    (ECHO, Load(10 * KIB, 100)),
)
"""Loads take turns, and the connections of all stay open meanwhile. In 16 messages of 10 KiB writes are partial."""
CHURN_LOADS = ((CHURN, Load(100, 50)),)


@dataclass(frozen=True)
class Observation:
    """What a server process holds while no client is connected."""

    descriptors: int
    threads: int
    rss_mib: float
    allocated_blocks: int
    """Of Python's own memory, after a garbage collection."""


class Phase:
    """A server under its loads, and what became of it."""

    def __init__(self, name: str, loads: Sequence[tuple[Scenario, Load]], least: int) -> None:
        self.name = name
        self.loads = {f"{scenario.depth}-{load.size}-{load.connections}": (scenario, load) for scenario, load in loads}
        self.least = least
        """Requests to be made, all turns together; the last turn is finished."""
        self.requests: Counter[int] = Counter()
        """By size."""
        self.seconds = 0.0
        self.before: Observation | None = None
        self.after: Observation | None = None
        self.failure = ""
        self.complaint = ""
        """The last line the server wrote on standard error."""

    def run(self, contestant: Contestant, progress: ProgressLine) -> dict[str, Any]:
        """Warm up, look at the server, load it, look again; returns what the server said of itself."""
        server_cpu, client_cpu = processors()
        generator = LoadGenerator(client_cpu)
        scenario, _ = next(iter(self.loads.values()))
        with tempfile.TemporaryDirectory() as directory:
            server = Server(contestant, scenario, Path(directory), server_cpu)
            try:
                server.wait()
                progress(0, 1, f"{self.name}: warm-up")
                self._load(generator, server, None)
                self.before = observe(server)
                self._load(generator, server, progress)
                self.after = observe(server)
            except FailedError as error:
                self.failure = str(error) if server.process.alive() else f"died: {error}"
            finally:
                self.complaint = server.process.last_error()
                generator.close()
                server.process.close()
        return server.ready

    def _load(self, generator: LoadGenerator, server: Server, progress: ProgressLine | None) -> None:
        """All loads in turn until there were enough requests; without progress it is the warm-up, and none count."""
        for name, (scenario, load) in self.loads.items():
            words = scenario.words(load, verify=True)
            generator.open(name, {"address": server.ready["address"], **words})
        if progress is None:
            for name in self.loads:
                generator.run(name, WARMUP_SECONDS / len(self.loads))
        else:
            self._take_turns(generator, progress)
        # Here the client closes first, and the port numbers stay occupied for a minute; they are few. With churn the
        # server closes first and it has the state TIME_WAIT, so that the client never runs out of port numbers.
        for name in self.loads:
            generator.disconnect(name)

    def _take_turns(self, generator: LoadGenerator, progress: ProgressLine) -> None:
        begun = time.monotonic()
        while self.requests.total() < self.least:
            for name, (scenario, load) in self.loads.items():
                done = min(self.requests.total(), self.least)
                tenths = 10 * done // self.least * 10
                title = load_title(scenario, load)
                progress(done, self.least, f"{self.name}, {tenths} %: {done:,} of {self.least:,}; {title}")
                window = generator.run(name, WINDOW_SECONDS)
                if not window["requests"]:
                    raise FailedError(f"{title}: no request was answered")
                self.requests[load.size] += window["requests"]
                self.seconds = time.monotonic() - begun
                if self.requests.total() >= self.least:
                    break


def observe(server: Server) -> Observation:
    """Look at a server once it has closed what its clients have closed."""
    pid = server.process.pid
    wait_until_steady(pid)
    blocks = server.ask("report")["allocated_blocks"]
    try:
        threads, rss_mib = parse_status(Path(f"/proc/{pid}/status").read_text())
        return Observation(count_descriptors(pid), threads, rss_mib, blocks)
    except OSError:
        raise FailedError("died") from None


def wait_until_steady(pid: int) -> None:
    """Until the number of descriptors has not changed for a while."""
    count, since = -1, time.monotonic()
    deadline = since + LONGEST_SETTLING_SECONDS
    while (now := time.monotonic()) < deadline and now - since < STEADY_SECONDS:
        if (current := count_descriptors(pid)) != count:
            count, since = current, now
        time.sleep(0.05)


def count_descriptors(pid: int) -> int:
    """The open descriptors of a process."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        raise FailedError("died") from None


def parse_status(text: str) -> tuple[int, float]:
    """Threads, and MiB of memory in use, of /proc/PID/status."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(fields["Threads"]), int(fields["VmRSS"].split()[0]) / 1024


def wrong_bytes(failures: Iterable[str]) -> int:
    """How many wrong bytes the load generator found before it gave up."""
    found = (re.search(r"(\d+) wrong bytes", failure) for failure in failures)
    return sum(int(match[1]) for match in found if match)


def problems(phases: Sequence[Phase]) -> list[str]:
    """Why the status is not 0."""
    lines = [f"{phase.name}: {phase.failure}" for phase in phases if phase.failure]
    for phase in phases:
        if phase.before and phase.after and phase.after.descriptors > phase.before.descriptors:
            more = phase.after.descriptors - phase.before.descriptors
            lines.append(f"{phase.name}: {more} descriptors more than before")
    return lines


def render(phases: Sequence[Phase]) -> str:
    """The table."""
    lines = []
    for phase in phases:
        sizes = ", ".join(f"{size_text(size)}: {count:,}" for size, count in sorted(phase.requests.items()))
        lines.append(f"{phase.name:<22}{phase.requests.total():>12,}  in {phase.seconds:.0f} s; {sizes}")
    lines.append(f"{'wrong bytes':<22}{wrong_bytes(phase.failure for phase in phases):>12,}")
    for phase in phases:
        lines += ["", f"{'server of ' + phase.name:<30}{'before':>12}{'after':>12}{'change':>12}"]
        lines += [
            observation_line("open descriptors", phase, "descriptors", "d"),
            observation_line("threads", phase, "threads", "d"),
            observation_line("RSS, MiB", phase, "rss_mib", ".1f"),
            observation_line("Python's allocated blocks", phase, "allocated_blocks", "d"),
        ]
    return "\n".join(lines)


def observation_line(title: str, phase: Phase, field: str, form: str) -> str:
    """One figure before and after; dashes for what was not reached."""
    values = [getattr(seen, field) if seen else None for seen in (phase.before, phase.after)]
    texts = ["-" if value is None else f"{value:,{form}}" for value in values]
    before, after = values
    texts.append("-" if before is None or after is None else f"{after - before:+,{form}}")
    return f"  {title:<28}" + "".join(f"{text:>12}" for text in texts)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    loops = [name for name, contestant in CONTESTANTS.items() if contestant.is_loop]
    parser = argparse.ArgumentParser(description="Serve for minutes and see whether anything is wrong or leaks.")
    parser.add_argument("--messages", type=positive, default=24_000_000, help="to be echoed; default 24000000")
    parser.add_argument(
        "--connections-closed", type=positive, default=1_000_000, help="connects and closes; default 1000000"
    )
    parser.add_argument("--loop", choices=loops, default=SUBJECT, help=f"default {SUBJECT}")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print; the status is 1 if anything was wrong or leaked."""
    options = parse_arguments(arguments)
    allow_many_files()
    progress = ProgressLine()
    phases = [
        Phase("messages", ECHO_LOADS, options.messages),
        Phase("connects and closes", CHURN_LOADS, options.connections_closed),
    ]
    begun = time.monotonic()
    try:
        contestant = CONTESTANTS[options.loop]
        _, missing = admit([contestant])
        if missing:
            raise FailedError(missing[options.loop])
        ready = [phase.run(contestant, progress) for phase in phases]
    except FailedError as error:
        print(f"cannot go on: {error}", file=sys.stderr)
        return 1
    finally:
        progress.clear()
    about = metadata.collect()
    # A server that did not start has not said its version.
    loop = version_text(options.loop, {"version": "", "engine": None, **ready[0]})
    print(f"{loop}, {about['implementation']} {about['python']}\n")
    print(render(phases), end="\n\n")
    for phase in phases:
        if phase.complaint:
            print(f"{phase.name}: the server wrote: {phase.complaint}")
    found = problems(phases)
    for problem in found:
        print(f"FAILED: {problem}")
    print(f"{time.monotonic() - begun:.0f} s in all, every byte compared: {'FAILED' if found else 'passed'}")
    return int(bool(found))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
