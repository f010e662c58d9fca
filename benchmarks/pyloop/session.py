"""One run: every workload on every loop, interleaved round by round."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from loops import LOOPS
from worker_client import LoopFailedError, WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sampling import Limits

    Progress = Callable[[int, int, str], None]


@dataclass
class Observations:
    """Everything that was measured in a run, before any arithmetic."""

    loops: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Versions of the loops that take part."""
    missing: dict[str, str] = field(default_factory=dict)
    """Rivals that cannot be imported or started here, with the reason."""
    samples: dict[str, dict[str, list[list[float]]]] = field(default_factory=dict)
    """By workload, loop and round."""
    warmups: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    failures: list[dict[str, str]] = field(default_factory=list)

    def failed(self, loop: str, workload: str, error: Exception) -> None:
        """Take the loop out of this workload: half a set of rounds would not be comparable."""
        self.failures.append({"loop": loop, "workload": workload, "error": str(error)})
        self.samples.get(workload, {}).pop(loop, None)


class Session:
    """Keeps one worker process per loop and takes turns between them."""

    def __init__(self, loops: Sequence[str], limits: Limits, rounds: int, progress: Progress) -> None:
        self._loops = loops
        self._limits = limits
        self._rounds = rounds
        self._progress = progress
        self._clients: dict[str, WorkerClient] = {}
        self._done = 0
        self._steps = 0

    def run(self, workloads: Sequence[str]) -> Observations:
        """Measure all the workloads; rivals that are not installed are left out and named."""
        observed = Observations()
        with ExitStack() as stack:
            for loop in self._loops:
                client = stack.enter_context(closing(WorkerClient(loop)))
                self._admit(client, observed)
            self._steps = len(workloads) * len(self._clients) * (self._rounds + 1)
            for workload in workloads:
                self._measure(workload, observed)
        return observed

    def _admit(self, client: WorkerClient, observed: Observations) -> None:
        try:
            observed.loops[client.loop] = client.request("describe")
            self._clients[client.loop] = client
        except LoopFailedError as error:
            if LOOPS[client.loop].required:
                raise LoopFailedError(f"{client.loop}: {error}") from error
            observed.missing[client.loop] = str(error)

    def _measure(self, workload: str, observed: Observations) -> None:
        active = list(self._clients)
        samples = observed.samples[workload] = {loop: [] for loop in active}
        warmups = observed.warmups[workload] = {}
        for loop in tuple(active):
            self._step(f"{workload}: warm-up, {loop}")
            try:
                reply = self._clients[loop].request("prepare", workload=workload, limits=asdict(self._limits))
                warmups[loop] = reply["warmup"]
            except LoopFailedError as error:
                observed.failed(loop, workload, error)
                active.remove(loop)
        for round_number in range(self._rounds):
            # Another loop goes first in each round, so that none always runs in the wake of the same one.
            shift = round_number % max(len(active), 1)
            for loop in active[shift:] + active[:shift]:
                self._step(f"{workload}: round {round_number + 1} of {self._rounds}, {loop}")
                try:
                    samples[loop].append(self._clients[loop].request("sample")["samples"])
                except LoopFailedError as error:
                    observed.failed(loop, workload, error)
                    active.remove(loop)
        for loop in active:
            try:
                self._clients[loop].request("finish")
            except LoopFailedError as error:
                observed.failed(loop, workload, error)

    def _step(self, what: str) -> None:
        self._progress(self._done, self._steps, what)
        self._done += 1
