"""In which process a sample of a workload is taken, and after what."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.harness.failures import FailedError
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
        request = {"workload": line.name, "limits": self._limits}
        warmup: dict[str, Any] = self._request(contestant, "prepare", **request)["warmup"]
        return warmup

    def sample(self, line: Workload, contestant: Contestant) -> list[float]:
        samples: list[float] = self._request(contestant, "sample")["samples"]
        return samples

    def finish(self, line: Workload, contestant: Contestant) -> tuple[str, ...]:
        self._request(contestant, "finish")
        return ()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _request(self, contestant: Contestant, command: str, **arguments: object) -> dict[str, Any]:
        assert contestant.loop is not None
        client = self._clients.setdefault(contestant.name, WorkerClient(contestant.loop))
        try:
            return client.request(command, **arguments)
        except FailedError:
            # What a failed loop leaves behind, such as one that cannot be closed, must not fail the next lines too.
            client.close()
            raise
