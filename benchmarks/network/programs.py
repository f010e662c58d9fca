"""The measured programs as the driver sees them: servers, which are loaded, and clients, which load a peer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness.failures import FailedError
from benchmarks.harness.loops import BASE
from benchmarks.network.certificate import certificate_path
from benchmarks.network.load_generator import limit_command, tls_limit_command
from benchmarks.network.processes import JsonProcess, RunTime, process_seconds, run_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.contestants import Contestant
    from benchmarks.network.load_generator import LoadGenerator
    from benchmarks.network.peers import Peer
    from benchmarks.network.scenarios import Load, Scenario

    Window = dict[str, Any]

START_SECONDS = 20.0
ANSWER_SECONDS = 30.0
LEAST_SHARE = 0.03
"""A worker that has used less than this part of the mean has not served: it has only looked at the clock."""


class Program:
    """The process of one contestant in one scenario."""

    def __init__(self, name: str, command: Sequence[str], cpu: int | None, environment: dict[str, str]) -> None:
        self.name = name
        self.process = JsonProcess(command, cpu, environment)
        self.ready: dict[str, Any] = {}

    def wait(self) -> None:
        """Until it is ready."""
        self.ready = self.process.read(START_SECONDS)

    def run_time(self) -> RunTime:
        """What its process and the thread of its loop have used; with workers, all of them together."""
        times = self.run_times()
        return RunTime(*(sum(getattr(each, field) for each in times) for field in ("process", "loop", "waited")))

    def run_times(self) -> list[RunTime]:
        """That of each of its processes."""
        return [run_time(pid, tid) for pid, tid in self.ready.get("workers", [(self.process.pid, self.ready["tid"])])]

    def ask(self, line: str, seconds: float = 0) -> dict[str, Any]:
        """One line to it, one from it."""
        return ask(self.process, line, seconds)

    def close(self) -> None:
        """End it."""
        self.process.close()


class Server(Program):
    """A server. It is loaded from outside; see `LoadGenerator`."""

    def __init__(self, contestant: Contestant, scenario: Scenario, directory: Path, cpu: int | None) -> None:
        path = str(directory / f"{contestant.name}.sock") if scenario.transport == "unix" else None
        if path:
            Path(path).unlink(missing_ok=True)
        command = self._command(contestant, scenario, directory, path)
        super().__init__(contestant.name, command, cpu, contestant.environment)

    @staticmethod
    def _command(contestant: Contestant, scenario: Scenario, directory: Path, path: str | None) -> Sequence[str]:
        size = max(load.size for load in scenario.full)
        tls = str(certificate_path(directory, scenario.certificate)) if scenario.transport == "tls" else None
        if contestant.loop is None:
            assert scenario.limit is not None
            if tls is not None:
                return tls_limit_command(scenario.limit, size, tls, scenario.tls_version)
            return limit_command(scenario.limit, size, path)
        command = [*python_command("server.py", contestant, scenario), "--size", str(size)]
        command += ["--path", path] if path else []
        command += ["--certificate", tls] if tls else []
        command += ["--workers", str(scenario.workers)] if scenario.workers else []
        command += ["--tls-version", scenario.tls_version] if scenario.tls_version else []
        return command + (["--busy"] if scenario.busy else [])

    def handshakes(self) -> tuple[int, int]:
        """TLS handshakes so far, and how many of them resumed a session."""
        counts = self.ask("handshakes")
        return counts["handshakes"], counts["resumed_handshakes"]


class LoadedServer(Server):
    """A server and its part of the load generator."""

    def __init__(
        self,
        contestant: Contestant,
        scenario: Scenario,
        directory: Path,
        cpu: int | None,
        generator: LoadGenerator,
        *,
        verify: bool,
    ) -> None:
        super().__init__(contestant, scenario, directory, cpu)
        self._scenario = scenario
        self._generator = generator
        self._verify = verify

    def open(self, load: Load) -> None:
        """Connect to it."""
        words = {"address": self.ready["address"], **self._scenario.words(load, verify=self._verify)}
        self._generator.open(self.name, words)

    def run(self, seconds: float) -> Window:
        """Load it, and see that each of its workers has taken part."""
        before = self.run_times() if self._scenario.workers else []
        window = self._generator.run(self.name, seconds)
        if before:
            used = [after.process - earlier.process for after, earlier in zip(self.run_times(), before, strict=True)]
            if min(used) < LEAST_SHARE * sum(used) / len(used):
                raise FailedError(f"of {len(used)} workers one has used {min(used) / sum(used):.0%} of the time of all")
        return window

    def disconnect(self) -> None:
        """Close the connections."""
        self._generator.disconnect(self.name)


class DrivenServer(Server):
    """A server that a client of `clients.CLIENTS` loads, on asyncio's own loop whatever the server has."""

    def __init__(
        self, contestant: Contestant, scenario: Scenario, directory: Path, cpu: int | None, driver_cpu: int | None
    ) -> None:
        super().__init__(contestant, scenario, directory, cpu)
        self._kind = scenario.driver
        self._driver_cpu = driver_cpu
        self._driver: JsonProcess | None = None

    def open(self, load: Load) -> None:
        """Connect to it."""
        if self._driver is None:
            script = str(Path(__file__).with_name("client.py"))
            command = [sys.executable, script, BASE, str(self._kind), str(self.ready["address"])]
            self._driver = JsonProcess(command, self._driver_cpu, {})
            self._driver.read(START_SECONDS)
        ask(self._driver, f"open {load.connections}")

    def run(self, seconds: float) -> Window:
        """Load it."""
        assert self._driver is not None
        before = process_seconds(self._driver.pid)
        window = ask(self._driver, f"run {seconds}", seconds)
        return window | {"client_cpu": process_seconds(self._driver.pid) - before}

    def disconnect(self) -> None:
        """Close the connections."""
        assert self._driver is not None
        ask(self._driver, "close")

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()
        super().close()


class Client(Program):
    """A client and its peer, which is the same for all."""

    def __init__(
        self, contestant: Contestant, scenario: Scenario, directory: Path, cpu: int | None, peer: Peer
    ) -> None:
        command = [*python_command("client.py", contestant, scenario), str(peer.port)]
        if scenario.transport == "tls" and not contestant.plain:
            command += ["--certificate", str(certificate_path(directory, scenario.certificate))]
        super().__init__(contestant.name, command, cpu, contestant.environment)
        self._peer = peer

    def open(self, load: Load) -> None:
        """Connect it."""
        self.ask(f"open {load.connections}")

    def run(self, seconds: float) -> Window:
        """Let it make requests. As with servers, `client_cpu` is what the other side used."""
        before = self._peer.cpu_seconds()
        window = self.ask(f"run {seconds}", seconds)
        return window | {"client_cpu": self._peer.cpu_seconds() - before}

    def disconnect(self) -> None:
        """Close its connections."""
        self.ask("close")


def ask(process: JsonProcess, line: str, seconds: float = 0) -> dict[str, Any]:
    """One line to a program, one from it, which may take so much longer than usual."""
    process.write(line)
    return process.read(ANSWER_SECONDS + seconds)


def python_command(script: str, contestant: Contestant, scenario: Scenario) -> list[str]:
    """A measured program in Python with its loop and kind."""
    assert contestant.loop is not None
    layer = ["--layer", contestant.layer] if contestant.layer else []
    return [sys.executable, str(Path(__file__).with_name(script)), *layer, contestant.loop, scenario.program]
