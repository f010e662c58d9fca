"""How a sample is taken: in which process, and after what. One class for each suite."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from benchmarks.harness.loops import LOOPS
from benchmarks.harness.worker_client import LoopFailedError, WorkerClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.cold import ColdMeasurement
    from benchmarks.harness.sampling import Limits


class Runner:
    """Takes samples of one loop at a time. Every method raises LoopFailedError if the loop fails."""

    def prepare(self, name: str, loop: str) -> dict[str, Any] | None:
        """Before the first round of a line; returns what a warm-up did, if there was one."""
        return None

    def sample(self, name: str, loop: str) -> list[float]:
        """One sample of one round."""
        raise NotImplementedError

    def finish(self, name: str, loop: str) -> None:
        """After the last round of a line."""

    def close(self) -> None:
        """After the last line."""


class ColdRunner(Runner):
    """Each sample in a process of its own, from its start."""

    def __init__(self, lines: Mapping[str, ColdMeasurement]) -> None:
        self._lines = lines

    def prepare(self, name: str, loop: str) -> None:
        # So that the files of the loop are in the page cache and compiled to bytecode, as after the first run of a day.
        self._lines[name].run(LOOPS[loop])

    def sample(self, name: str, loop: str) -> list[float]:
        return self._lines[name].run(LOOPS[loop])


class ShortRunner(Runner):
    """Each sample in a process of its own, after no more operations than `sampling` lets pass untimed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = asdict(replace(limits, warmup_min_ms=0, warmup_max_ms=0))

    def sample(self, name: str, loop: str) -> list[float]:
        with closing(WorkerClient(loop)) as client:
            client.request("prepare", workload=name, limits=self._limits)
            samples: list[float] = client.request("sample")["samples"]
            client.request("finish")
        return samples


class WarmRunner(Runner):
    """All samples of a loop in one process, each workload warmed up before its first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = asdict(limits)
        self._clients: dict[str, WorkerClient] = {}

    def prepare(self, name: str, loop: str) -> dict[str, Any]:
        warmup: dict[str, Any] = self._request(loop, "prepare", workload=name, limits=self._limits)["warmup"]
        return warmup

    def sample(self, name: str, loop: str) -> list[float]:
        samples: list[float] = self._request(loop, "sample")["samples"]
        return samples

    def finish(self, name: str, loop: str) -> None:
        self._request(loop, "finish")

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _request(self, loop: str, command: str, **arguments: object) -> dict[str, Any]:
        client = self._clients.setdefault(loop, WorkerClient(loop))
        try:
            return client.request(command, **arguments)
        except LoopFailedError:
            # What a failed loop leaves behind, such as one that cannot be closed, must not fail the next lines too.
            client.close()
            raise
