"""One suite: every line on every loop, interleaved round by round."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.harness import load as machine
from benchmarks.harness.loops import LOOPS
from benchmarks.harness.worker_client import LoopFailedError, WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.harness.measured import Measured
    from benchmarks.harness.runners import Runner

    Progress = Callable[[int, int, str], None]


@dataclass
class Observation:
    """All that was measured for one line of a table, before any arithmetic."""

    line: Measured
    load: str
    samples: dict[str, list[list[float]]] = field(default_factory=dict)
    """By loop and round."""
    warmups: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def failed(self, loop: str, error: Exception) -> None:
        """Take the loop out: half a set of rounds would not be comparable."""
        self.failures[loop] = str(error)
        self.samples.pop(loop, None)


def admit(loops: Sequence[str]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The loops that can be made here, with their versions, and why others cannot.

    Raises LoopFailedError if one of them must be there.
    """
    admitted, missing = {}, {}
    for loop in loops:
        with closing(WorkerClient(loop)) as client:
            try:
                admitted[loop] = client.request("describe")
            except LoopFailedError as error:
                if LOOPS[loop].required:
                    raise LoopFailedError(f"{loop}: {error}") from error
                missing[loop] = str(error)
    return admitted, missing


class Session:
    """Takes turns between the loops."""

    def __init__(
        self, suite: str, runner: Runner, loops: Sequence[str], rounds: int, loads: Sequence[str], progress: Progress
    ) -> None:
        self._suite = suite
        self._runner = runner
        self._loops = loops
        self._rounds = rounds
        self._loads = loads
        self._progress = progress
        self._done = 0
        self._steps = 0

    def run(self, lines: Sequence[Measured]) -> Iterator[Observation]:
        """Measure all the lines, each under one load after the other so that little time lies between them."""
        self._steps = sum(self._rounds_of(line) + 1 for line in lines) * len(self._loops) * len(self._loads)
        with closing(self._runner):
            for line in lines:
                for load in self._loads:
                    observation = Observation(line, load)
                    with machine.put_on(load):
                        self._measure(observation)
                    yield observation

    def _rounds_of(self, line: Measured) -> int:
        return min(self._rounds, line.most_rounds or self._rounds)

    def _measure(self, observation: Observation) -> None:
        line, samples = observation.line, observation.samples
        what = f"{self._suite}, {line.title}"
        if len(self._loads) > 1:
            what += f", {observation.load}"
        active = []
        for loop in self._loops:
            self._step(f"{what}: preparation, {loop}")
            try:
                if warmup := self._runner.prepare(line.name, loop):
                    observation.warmups[loop] = warmup
                active.append(loop)
                samples[loop] = []
            except LoopFailedError as error:
                observation.failed(loop, error)
        rounds = self._rounds_of(line)
        for round_number in range(rounds):
            # Another loop goes first in each round, so that none always runs in the wake of the same one.
            shift = round_number % max(len(active), 1)
            for loop in active[shift:] + active[:shift]:
                self._step(f"{what}: round {round_number + 1} of {rounds}, {loop}")
                try:
                    samples[loop].append(self._runner.sample(line.name, loop))
                except LoopFailedError as error:
                    observation.failed(loop, error)
                    active.remove(loop)
        for loop in active:
            try:
                self._runner.finish(line.name, loop)
            except LoopFailedError as error:
                observation.failed(loop, error)

    def _step(self, what: str) -> None:
        self._progress(self._done, self._steps, what)
        self._done += 1
