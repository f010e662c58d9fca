"""In which process a sample of a workload is taken, and after what."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.harness.section import Runner, Timing
from benchmarks.loop.base import Workload
from benchmarks.loop.sampling import Limits
from benchmarks.loop.worker_client import WorkerClient

if TYPE_CHECKING:
    from benchmarks.harness.contestants import Contestant


class ShortRunner(Runner[Workload]):
    """Each sample in a process of its own, after no more operations than `sampling` lets pass untimed."""

    def __init__(self, timing: Timing) -> None:
        self._limits = asdict(Limits(timing.sample_ms, 0, 0))

    def sample(self, line: Workload, contestant: Contestant) -> list[float]:
        assert contestant.loop is not None
        with closing(WorkerClient(contestant.loop)) as client:
            client.request("prepare", workload=line.name, limits=self._limits)
            samples: list[float] = client.request("sample")["samples"]
            client.request("finish")
        return samples


class WarmRunner(Runner[Workload]):
    """All samples of a loop in one process, each workload warmed up before its first."""

    def __init__(self, timing: Timing) -> None:
        self._limits = asdict(Limits(timing.sample_ms, timing.warmup_min_ms, timing.warmup_max_ms))
        self._clients: dict[str, WorkerClient] = {}

    def prepare(self, line: Workload, contestant: Contestant) -> dict[str, Any]:
        assert contestant.loop is not None
        client = self._clients.setdefault(contestant.name, WorkerClient(contestant.loop))
        warmup: dict[str, Any] = client.request("prepare", workload=line.name, limits=self._limits)["warmup"]
        return warmup

    def sample(self, line: Workload, contestant: Contestant) -> list[float]:
        samples: list[float] = self._clients[contestant.name].request("sample")["samples"]
        return samples

    def finish(self, line: Workload, contestant: Contestant) -> tuple[str, ...]:
        self._clients[contestant.name].request("finish")
        return ()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
