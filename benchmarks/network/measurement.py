"""One run: every scenario with every contestant, in short windows, interleaved round by round."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.network.certificate import certificate_path
from benchmarks.network.load_generator import LoadGenerator
from benchmarks.network.peers import PEERS
from benchmarks.network.processes import FailedError, processors
from benchmarks.network.programs import Client, DrivenServer, LoadedServer
from benchmarks.network.scenarios import LARGE_BYTES, load_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.network.contestants import Contestant
    from benchmarks.network.peers import Peer
    from benchmarks.network.scenarios import Load, Scenario

    Progress = Callable[[int, int, str], None]
    Window = dict[str, Any]

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
    peer: str | None
    """As in the scenario."""
    windows: dict[str, list[Window]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


class Session:
    """Owns the load generator and takes turns between the measured programs."""

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
        self._cpu, self._other_cpu = processors()
        self._generator = LoadGenerator(self._other_cpu)
        self._peer: Peer | None = None
        self._programs: dict[str, LoadedServer | DrivenServer | Client] = {}
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
            with self._running(scenario) as failures:
                for number, load in enumerate(loads):
                    yield self._measure(scenario, load, failures, first=number == 0)

    @contextmanager
    def _running(self, scenario: Scenario) -> Iterator[dict[str, str]]:
        """Start all programs at once; those that do not start are failures of all cells."""
        failures: dict[str, str] = {}
        fitting = [each for each in self._contestants if scenario.admits(each)]
        try:
            if scenario.peer is not None:
                with noting_failure(failures, *fitting):
                    tls = scenario.transport == "tls"
                    certificate = certificate_path(self._directory, scenario.certificate) if tls else None
                    self._peer = PEERS[scenario.peer](certificate, self._other_cpu)
            for contestant in fitting:
                if contestant.name not in failures:
                    with noting_failure(failures, contestant):
                        self._programs[contestant.name] = self._start(contestant, scenario)
            for contestant in fitting:
                if contestant.name in self._programs:
                    with noting_failure(failures, contestant):
                        self._wait(contestant)
            yield failures
        finally:
            for program in self._programs.values():
                program.close()
            self._programs.clear()
            if self._peer is not None:
                self._peer.close()
                self._peer = None

    def _start(self, contestant: Contestant, scenario: Scenario) -> LoadedServer | DrivenServer | Client:
        cpu = self._cpu if scenario.pinned else None
        if self._peer is not None:
            return Client(contestant, scenario, self._directory, cpu, self._peer)
        if scenario.driver is not None:
            return DrivenServer(contestant, scenario, self._directory, cpu, self._other_cpu)
        return LoadedServer(contestant, scenario, self._directory, cpu, self._generator, verify=self._verify)

    def _wait(self, contestant: Contestant) -> None:
        program = self._programs[contestant.name]
        try:
            program.wait()
        except FailedError:
            self._programs.pop(contestant.name).close()
            raise
        self.versions.setdefault(contestant.name, {key: program.ready.get(key) for key in ("version", "engine")})

    def _measure(self, scenario: Scenario, load: Load, failures: dict[str, str], *, first: bool) -> Cell:
        title = load_title(scenario, load)
        cell = Cell(scenario.name, title, load, scenario.busy, scenario.peer, failures=dict(failures))
        active: list[Contestant] = []
        handshakes: dict[str, tuple[int, int]] = {}
        for contestant in self._contestants:
            if contestant.name in self._programs and (not contestant.environment or load.size >= LARGE_BYTES):
                self._progress(self._done, self._steps, f"{title}: warm-up, {contestant.name}")
                with self._noting_failure(cell, contestant, active):
                    active.append(contestant)
                    self._prepare(scenario, load, contestant, first=first)
                    handshakes[contestant.name] = self._handshakes(scenario, contestant)
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
                self._check_handshakes(scenario, contestant, handshakes[contestant.name])
                self._programs[contestant.name].disconnect()
        return cell

    def _handshakes(self, scenario: Scenario, contestant: Contestant) -> tuple[int, int]:
        """What the server has counted, where it matters: handshakes, and those of them that resumed a session."""
        program = self._programs[contestant.name]
        return program.handshakes() if scenario.resumed is not None and isinstance(program, LoadedServer) else (0, 0)

    def _check_handshakes(self, scenario: Scenario, contestant: Contestant, before: tuple[int, int]) -> None:
        """All handshakes since then must have been of the kind that is measured."""
        after = self._handshakes(scenario, contestant)
        count, resumed = (now - then for now, then in zip(after, before, strict=True))
        if resumed != (count if scenario.resumed else 0):
            raise FailedError(f"{resumed} of {count} handshakes resumed a session")

    @contextmanager
    def _noting_failure(self, cell: Cell, contestant: Contestant, active: list[Contestant]) -> Iterator[None]:
        """Takes a contestant out of the cell: half a set of rounds would not be comparable."""
        name = contestant.name
        try:
            yield
        except FailedError as error:
            process = self._programs[name].process
            reason = f"{error}; {process.last_error()}".rstrip("; ")
            cell.failures[name] = reason if process.alive() else f"died: {reason}"
            cell.windows.pop(name, None)
            active.remove(contestant)

    @contextmanager
    def _others_paused(self, name: str, scenario: Scenario) -> Iterator[None]:
        """Programs whose threads compute would take the processor from each other."""
        others = [each.process for other, each in self._programs.items() if other != name and scenario.busy]
        for process in others:
            process.pause()
        try:
            yield
        finally:
            for process in others:
                process.resume()

    def _prepare(self, scenario: Scenario, load: Load, contestant: Contestant, *, first: bool) -> None:
        program = self._programs[contestant.name]
        if not program.process.alive():
            program.close()
            program = self._programs[contestant.name] = self._start(contestant, scenario)
            program.wait()
            first = True
        seconds = self._timing.warmup * contestant.warmup
        with self._others_paused(contestant.name, scenario):
            program.open(load)
            program.run(seconds if first else seconds / 3)

    def _window(self, name: str, scenario: Scenario, seconds: float) -> Window:
        program = self._programs[name]
        with self._others_paused(name, scenario):
            before = program.run_time()
            window = program.run(seconds)
            after = program.run_time()
        if not window["requests"]:
            raise FailedError("no request was answered")
        return window | {
            "process_cpu": after.process - before.process,
            "loop_cpu": after.loop - before.loop,
            "waited": after.waited - before.waited,
        }


@contextmanager
def noting_failure(failures: dict[str, str], *contestants: Contestant) -> Iterator[None]:
    """What does not start leaves out those who need it."""
    try:
        yield
    except FailedError as error:
        failures |= dict.fromkeys((each.name for each in contestants), str(error))
