"""One run: every scenario with every contestant, in short windows, interleaved round by round."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.io.load_generator import LoadGenerator, limit_command
from benchmarks.io.processes import FailedError, JsonProcess, RunTime, processors, run_time
from benchmarks.io.scenarios import LARGE_BYTES, load_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.io.contestants import Contestant
    from benchmarks.io.scenarios import Load, Scenario

    Progress = Callable[[int, int, str], None]
    Window = dict[str, Any]

START_SECONDS = 20.0

FEW_CONNECTIONS = 300
"""Up to here every connection is served so often in a window that its first, cold time does not matter."""


@dataclass(frozen=True)
class Timing:
    """How often and how long, in seconds."""

    rounds: int
    window: float
    """With more connections than `FEW_CONNECTIONS` so much longer: see `window_of`."""
    warmup: float
    """Of each server before the first load of a scenario, and a third of it before each further one.

    The load generator runs on a JVM; the time of all servers together is its own warm-up."""

    def window_of(self, load: Load) -> float:
        """How long a window is under this load.

        While the other loops have their turn, the memory of idle connections leaves the processor's caches. No server
        in use has that, so it must not weigh more the more connections there are.
        """
        return self.window * max(1.0, load.connections / FEW_CONNECTIONS)


@dataclass
class Cell:
    """One load of one scenario: what was measured, before any arithmetic."""

    scenario: str
    title: str
    load: Load
    busy: bool
    windows: dict[str, list[Window]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


class Server:
    """The server process of one contestant in one scenario."""

    def __init__(self, contestant: Contestant, scenario: Scenario, directory: Path, cpu: int | None) -> None:
        path = str(directory / f"{contestant.name}.sock") if scenario.transport == "unix" else None
        size = max(load.size for load in scenario.full)
        if contestant.loop is None:
            assert scenario.limit is not None
            command = limit_command(scenario.limit, size, path)
        else:
            script = str(Path(__file__).with_name("server.py"))
            command = [sys.executable, script, contestant.loop, scenario.server, "--size", str(size)]
            command += ["--path", path] if path else []
            command += ["--certificate", str(directory / "server.pem")] if scenario.transport == "tls" else []
            command += ["--busy"] if scenario.busy else []
        if path:
            Path(path).unlink(missing_ok=True)
        self.process = JsonProcess(command, cpu, contestant.environment)
        self.ready: dict[str, Any] = {}

    def wait(self) -> None:
        """Until it can be connected to."""
        self.ready = self.process.read(START_SECONDS)

    def run_time(self) -> RunTime:
        """What its process and the thread of its loop have used."""
        return run_time(self.process.pid, self.ready["tid"])


class Session:
    """Owns the load generator and takes turns between the servers."""

    def __init__(
        self,
        contestants: Sequence[Contestant],
        timing: Timing,
        directory: Path,
        progress: Progress,
        *,
        verify: bool = False,
    ) -> None:
        self._contestants = contestants
        self._timing = timing
        self._directory = directory
        self._progress = progress
        self._verify = verify
        self._server_cpu, client_cpu = processors()
        self._generator = LoadGenerator(client_cpu)
        self._servers: dict[str, Server] = {}
        self._done = 0
        self._steps = 1
        self.versions: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        """End the load generator."""
        self._generator.close()

    def run(self, plan: Sequence[tuple[Scenario, Sequence[Load]]]) -> Iterator[Cell]:
        """Measure; cells come as they are ready."""
        self._steps = sum(len(loads) for _, loads in plan) * (self._timing.rounds + 1)
        for scenario, loads in plan:
            with self._serving(scenario) as failures:
                for number, load in enumerate(loads):
                    yield self._measure(scenario, load, failures, first=number == 0)

    @contextmanager
    def _serving(self, scenario: Scenario) -> Iterator[dict[str, str]]:
        """Start all servers at once; those that do not start are failures of all cells."""
        failures: dict[str, str] = {}
        fitting = [each for each in self._contestants if each.loop is not None or scenario.limit is not None]
        try:
            for contestant in fitting:
                self._servers[contestant.name] = self._start(contestant, scenario)
            for contestant in fitting:
                server = self._servers[contestant.name]
                try:
                    server.wait()
                    self.versions.setdefault(
                        contestant.name, {key: server.ready.get(key) for key in ("version", "engine")}
                    )
                except FailedError as error:
                    failures[contestant.name] = str(error)
                    self._servers.pop(contestant.name).process.close()
            yield failures
        finally:
            for server in self._servers.values():
                server.process.close()
            self._servers.clear()

    def _start(self, contestant: Contestant, scenario: Scenario) -> Server:
        return Server(contestant, scenario, self._directory, self._server_cpu if scenario.pinned else None)

    def _measure(self, scenario: Scenario, load: Load, failures: dict[str, str], *, first: bool) -> Cell:
        title = load_title(scenario, load)
        cell = Cell(scenario.name, title, load, scenario.busy, failures=dict(failures))
        active: list[Contestant] = []
        for contestant in self._contestants:
            if contestant.name in self._servers and (not contestant.environment or load.size >= LARGE_BYTES):
                self._progress(self._done, self._steps, f"{title}: warm-up, {contestant.name}")
                with self._noting_failure(cell, contestant, active):
                    active.append(contestant)
                    self._prepare(scenario, load, contestant, first=first)
        self._done += 1
        for round_number in range(self._timing.rounds):
            self._progress(self._done, self._steps, f"{title}: round {round_number + 1} of {self._timing.rounds}")
            # Another one goes first in each round, so that none always runs in the wake of the same one.
            shift = round_number % max(len(active), 1)
            for contestant in active[shift:] + active[:shift]:
                with self._noting_failure(cell, contestant, active):
                    window = self._window(contestant.name, scenario, self._timing.window_of(load))
                    cell.windows.setdefault(contestant.name, []).append(window)
            self._done += 1
        for contestant in tuple(active):
            with self._noting_failure(cell, contestant, active):
                self._generator.disconnect(contestant.name)
        return cell

    @contextmanager
    def _noting_failure(self, cell: Cell, contestant: Contestant, active: list[Contestant]) -> Iterator[None]:
        """Takes a contestant out of the cell: half a set of rounds would not be comparable."""
        name = contestant.name
        try:
            yield
        except FailedError as error:
            server = self._servers[name]
            reason = f"{error}; {server.process.last_error()}".rstrip("; ")
            cell.failures[name] = reason if server.process.alive() else f"died: {reason}"
            cell.windows.pop(name, None)
            active.remove(contestant)

    @contextmanager
    def _others_paused(self, name: str, scenario: Scenario) -> Iterator[None]:
        """Servers whose threads compute would take the processor from each other."""
        others = [each.process for other, each in self._servers.items() if other != name and scenario.busy]
        for process in others:
            process.pause()
        try:
            yield
        finally:
            for process in others:
                process.resume()

    def _prepare(self, scenario: Scenario, load: Load, contestant: Contestant, *, first: bool) -> None:
        server = self._servers[contestant.name]
        if not server.process.alive():
            server.process.close()
            server = self._servers[contestant.name] = self._start(contestant, scenario)
            server.wait()
            first = True
        words = {"address": server.ready["address"], **scenario.words(load, verify=self._verify)}
        seconds = self._timing.warmup * contestant.warmup
        with self._others_paused(contestant.name, scenario):
            self._generator.open(contestant.name, words)
            self._generator.run(contestant.name, seconds if first else seconds / 3)

    def _window(self, name: str, scenario: Scenario, seconds: float) -> Window:
        server = self._servers[name]
        with self._others_paused(name, scenario):
            before = server.run_time()
            window = self._generator.run(name, seconds)
            after = server.run_time()
        if not window["requests"]:
            raise FailedError("no request was answered")
        return window | {
            "process_cpu": after.process - before.process,
            "loop_cpu": after.loop - before.loop,
            "waited": after.waited - before.waited,
        }
