"""A line of the tables of servers and clients: one load of one scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.contestants import LIMIT
from benchmarks.harness.measured import Measured
from benchmarks.network import certificate
from benchmarks.network.load_generator import JAR
from benchmarks.network.peers import missing_peer
from benchmarks.network.scenarios import LARGE_BYTES, load_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.contestants import Contestant
    from benchmarks.harness.measured import Better
    from benchmarks.network.scenarios import Load, Scenario


class Served(Measured):
    """Requests that are answered. Processor time is that of the measured program, of all its threads, per request."""

    metrics = ("cpu", "rate", "p50", "p99")
    unit = "us"

    def __init__(self, scenario: Scenario, load: Load) -> None:
        self.scenario = scenario
        self.load = load
        self.name = f"{scenario.name}_{load.size}x{load.connections}"
        self.title = load_title(scenario, load)
        self.packages = scenario.packages

    @property
    def group(self) -> str:
        return self.scenario.name

    def admits(self, contestant: Contestant) -> bool:
        fitting = contestant.name == LIMIT or (contestant.loop is not None and contestant.framework is None)
        return fitting and self.scenario.admits(contestant) and self._large_enough(contestant)

    def _large_enough(self, contestant: Contestant) -> bool:
        return not contestant.environment or self.load.size >= LARGE_BYTES

    def obstacle(self) -> str | None:
        if not JAR.exists():
            return "the load generator is not built: `make loadgen` builds it"
        if self.scenario.transport == "tls" and (reason := certificate.obstacle()):
            return reason
        return super().obstacle() or missing_peer(self.scenario.peer)

    def figure(self, samples: Sequence[float], metric: str) -> float:
        return samples[self.metrics.index(metric)]

    def unit_of(self, metric: str) -> str:
        return "/s" if metric == "rate" else self.unit

    def better(self, metric: str) -> Better:
        return "higher" if metric == "rate" else "lower"

    def shown(self, metric: str) -> bool:
        return metric in ("cpu", "rate")

    def title_of(self, metric: str) -> str:
        names = {"cpu": "CPU/request", "rate": "requests"}
        return f"{self.title}: {names.get(metric, metric)}"
