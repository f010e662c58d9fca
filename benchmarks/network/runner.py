"""Servers and clients in turn: each has a window of load while the others rest."""

from __future__ import annotations

import resource
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.harness.contestants import LIMIT
from benchmarks.harness.failures import FailedError
from benchmarks.harness.section import Runner, Timing
from benchmarks.network.certificate import certificate_path, make_certificates
from benchmarks.network.line import Served
from benchmarks.network.load_generator import LoadGenerator
from benchmarks.network.peers import PEERS
from benchmarks.network.processes import processors
from benchmarks.network.programs import Client, DrivenServer, LoadedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.contestants import Contestant
    from benchmarks.network.peers import Peer
    from benchmarks.network.scenarios import Load, Scenario

    Window = dict[str, Any]

FEW_CONNECTIONS = 300
"""Up to here every connection is served so often in a window that its first, cold time does not matter."""
CLIENT_BOUND = 0.95
"""With more than this part of its processor in use, the load generator, or the peer of a client, may be what limits."""
SMALL_WAIT = 0.05
"""With more than this part of the time spent ready to run, but not running, requests/s are too low."""


def seconds_of(timing: Timing, load: Load) -> float:
    """How long a window is under this load.

    While the other loops have their turn, the memory of idle connections leaves the processor's caches. No server
    in use has that, so it must not weigh more the more connections there are.
    """
    return timing.sample_ms / 1000 * max(1.0, load.connections / FEW_CONNECTIONS)


class NetworkRunner(Runner[Served]):
    """Owns the load generator and the programs of one scenario at a time, which all its loads share."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._directory = tempfile.TemporaryDirectory()
        self._cpu, self._other_cpu = processors()
        allow_many_files()
        self._generator = LoadGenerator(self._other_cpu)
        self._scenario: Scenario | None = None
        self._peer: Peer | None = None
        self._programs: dict[str, LoadedServer | DrivenServer | Client] = {}
        self._refused: dict[str, str] = {}
        """Who did not start in this scenario, and why."""
        self._windows: dict[str, list[Window]] = {}
        self._handshakes: dict[str, tuple[int, int]] = {}

    def prepare(self, line: Served, contestant: Contestant) -> dict[str, Any]:
        """Start what is not running yet, connect, and load for a while."""
        if line.scenario is not self._scenario:
            self._begin(line.scenario)
        name = contestant.name
        program = self._programs.get(name)
        first = program is None
        if program is not None and not program.process.alive():
            program.close()
            del self._programs[name]
            first = True
        if first:
            program = self._start(line.scenario, contestant)
        assert program is not None
        self._windows[name] = []
        seconds = self._timing.warmup_max_ms / 1000 * contestant.warmup / (1 if first else 3)
        with self._telling(name), self._others_paused(name):
            program.open(line.load)
            warmup = program.run(seconds)
            self._handshakes[name] = self._count_handshakes(name)
        return {"seconds": round(seconds, 3), "operations": warmup["requests"]}

    def sample(self, line: Served, contestant: Contestant) -> list[float]:
        """One window: processor time, requests a second, median and 99th percentile of latencies."""
        name = contestant.name
        program = self._programs[name]
        with self._telling(name), self._others_paused(name):
            before = program.run_time()
            window = program.run(seconds_of(self._timing, line.load))
            after = program.run_time()
            if not window["requests"]:
                raise FailedError("no request was answered")
        # All threads count, unless one of them computes on purpose, or compiles: the limit runs on a JVM.
        loop_only = line.scenario.busy or name == LIMIT
        cpu = after.loop - before.loop if loop_only else after.process - before.process
        window |= {"cpu": cpu, "waited": after.waited - before.waited}
        self._windows[name].append(window)
        nanoseconds = [window[metric] * 1e3 for metric in ("p50_us", "p99_us")]
        return [cpu / window["requests"] * 1e9, window["requests"] / window["seconds"], *nanoseconds]

    def finish(self, line: Served, contestant: Contestant) -> list[str]:
        """Disconnect; the remarks say what else than the program may have been the limit."""
        name = contestant.name
        with self._telling(name):
            self._check_handshakes(line.scenario, name)
            self._programs[name].disconnect()
        windows = self._windows[name]
        remarks = []
        if median(window["client_cpu"] / window["seconds"] for window in windows) > CLIENT_BOUND:
            remarks.append("peer-bound" if line.scenario.peer else "client-bound")
        if (waited := median(window["waited"] / window["seconds"] for window in windows)) > SMALL_WAIT:
            remarks.append(f"waited {waited:.0%}")
        if lost := sum(window["lost"] for window in windows):
            remarks.append(f"{lost} datagrams lost")
        return remarks

    def close(self) -> None:
        self._end()
        self._generator.close()
        self._directory.cleanup()

    def _begin(self, scenario: Scenario) -> None:
        """Programs that computed while others are measured would disturb them, so those of the last one end."""
        self._end()
        self._scenario = scenario
        directory = Path(self._directory.name)
        if scenario.transport == "tls" and not certificate_path(directory, scenario.certificate).exists():
            make_certificates(directory)

    def _end(self) -> None:
        for program in self._programs.values():
            program.close()
        self._programs.clear()
        self._refused.clear()
        if self._peer is not None:
            self._peer.close()
            self._peer = None
        self._scenario = None

    def _start(self, scenario: Scenario, contestant: Contestant) -> LoadedServer | DrivenServer | Client:
        if contestant.name in self._refused:
            raise FailedError(self._refused[contestant.name])
        try:
            program = self._program(scenario, contestant)
            self._programs[contestant.name] = program
            program.wait()
        except FailedError as error:
            self._refused[contestant.name] = str(error)
            if started := self._programs.pop(contestant.name, None):
                started.close()
            raise
        return program

    def _program(self, scenario: Scenario, contestant: Contestant) -> LoadedServer | DrivenServer | Client:
        directory = Path(self._directory.name)
        cpu = self._cpu if scenario.pinned else None
        if scenario.driver is not None:
            return DrivenServer(contestant, scenario, directory, cpu, self._other_cpu)
        if scenario.peer is None:
            verify = self._timing.verify
            return LoadedServer(contestant, scenario, directory, cpu, self._generator, verify=verify)
        if self._peer is None:
            certificate = certificate_path(directory, scenario.certificate) if scenario.transport == "tls" else None
            self._peer = PEERS[scenario.peer](certificate, self._other_cpu)
        return Client(contestant, scenario, directory, cpu, self._peer)

    def _count_handshakes(self, name: str) -> tuple[int, int]:
        """What the server has counted, where it matters: handshakes, and those of them that resumed a session."""
        program = self._programs[name]
        assert self._scenario is not None
        if self._scenario.resumed is None or not isinstance(program, LoadedServer):
            return 0, 0
        return program.handshakes()

    def _check_handshakes(self, scenario: Scenario, name: str) -> None:
        """All handshakes since then must have been of the kind that is measured."""
        before, after = self._handshakes[name], self._count_handshakes(name)
        count, resumed = (now - then for now, then in zip(after, before, strict=True))
        if resumed != (count if scenario.resumed else 0):
            raise FailedError(f"{resumed} of {count} handshakes resumed a session")

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        """Adds what a program said before it failed."""
        try:
            yield
        except FailedError as error:
            process = self._programs[name].process
            reason = f"{error}; {process.last_error()}".rstrip("; ")
            raise FailedError(reason if process.alive() else f"died: {reason}") from error

    @contextmanager
    def _others_paused(self, name: str) -> Iterator[None]:
        """Programs whose threads compute would take the processor from each other."""
        busy = self._scenario is not None and self._scenario.busy
        others = [each.process for other, each in self._programs.items() if other != name and busy]
        for process in others:
            process.pause()
        try:
            yield
        finally:
            for process in others:
                process.resume()


def allow_many_files() -> None:
    """A thousand connections to each of several servers are more than the usual soft limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
