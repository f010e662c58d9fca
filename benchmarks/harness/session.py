"""One section: every line with every contestant, interleaved round by round."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.harness import load as machine
from benchmarks.harness.failures import FailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.harness.contestants import Contestant
    from benchmarks.harness.control import Control
    from benchmarks.harness.measured import Measured
    from benchmarks.harness.progress import ProgressLine
    from benchmarks.harness.section import Runner, Section, Timing


@dataclass
class Observation:
    """All that was measured for one line of a table, before any arithmetic."""

    line: Measured
    load: str
    samples: dict[str, list[list[float]]] = field(default_factory=dict)
    """By contestant and round."""
    warmups: dict[str, dict[str, Any]] = field(default_factory=dict)
    remarks: dict[str, Sequence[str]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def failed(self, contestant: Contestant, error: Exception) -> None:
        """Take it out: half a set of rounds would not be comparable."""
        self.failures[contestant.name] = str(error)
        self.samples.pop(contestant.name, None)


@dataclass(frozen=True)
class Conditions:
    """What is the same for all sections of a run."""

    contestants: Sequence[Contestant]
    loads: Sequence[str]
    seed: int
    progress: ProgressLine
    control: Control


class Session:
    """Takes turns between the contestants."""

    def __init__(self, section: Section, timing: Timing, lines: Sequence[Measured], conditions: Conditions) -> None:
        self._section = section
        self._timing = timing
        self._lines = lines
        self._conditions = conditions
        self._loads = conditions.loads if section.loadable else conditions.loads[:1]
        self._random = random.Random(f"{conditions.seed} {section.full_name}")

    def steps(self) -> int:
        """How many samples and preparations there are."""
        return sum((self._rounds_of(line) + 1) * len(self._fitting(line)) for line in self._lines) * len(self._loads)

    def run(self) -> Iterator[Observation]:
        """Measure all the lines, each under one load after the other so that little time lies between them."""
        with closing(self._section.runner(self._timing)) as runner:
            for line in self._lines:
                for load in self._loads:
                    self._conditions.control.take()
                    observation = Observation(line, load)
                    with machine.put_on(load):
                        self._measure(runner, observation)
                    yield observation

    def _fitting(self, line: Measured) -> list[Contestant]:
        return [contestant for contestant in self._conditions.contestants if line.admits(contestant)]

    def _rounds_of(self, line: Measured) -> int:
        return min(self._timing.rounds, line.most_rounds or self._timing.rounds)

    def _measure(self, runner: Runner[Any], observation: Observation) -> None:
        line, samples = observation.line, observation.samples
        what = f"{self._section.suite}, {line.title}"
        if len(self._loads) > 1:
            what += f", {observation.load}"
        active = []
        for contestant in self._fitting(line):
            self._conditions.progress.step(f"{what}: preparation, {contestant.name}")
            try:
                if warmup := runner.prepare(line, contestant):
                    observation.warmups[contestant.name] = warmup
                active.append(contestant)
                samples[contestant.name] = []
            except FailedError as error:
                observation.failed(contestant, error)
        rounds = self._rounds_of(line)
        for number in range(rounds):
            # In another order in each round, so that none always runs in the wake of the same one.
            for contestant in self._random.sample(active, len(active)):
                self._conditions.progress.step(f"{what}: round {number + 1} of {rounds}, {contestant.name}")
                try:
                    samples[contestant.name].append(runner.sample(line, contestant))
                except FailedError as error:
                    observation.failed(contestant, error)
                    active.remove(contestant)
        for contestant in active:
            try:
                observation.remarks[contestant.name] = runner.finish(line, contestant)
            except FailedError as error:
                observation.failed(contestant, error)
