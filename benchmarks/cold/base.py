"""The kinds of measurement that need a process of their own for every sample."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.failures import FailedError, clean_environment
from benchmarks.harness.loops import LOOPS
from benchmarks.harness.measured import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.contestants import Contestant

PROGRAMS = Path(__file__).with_name("programs")
PROGRAM_SECONDS = 60.0


class ColdMeasurement(Measured):
    """A program that is given a loop, measures once, and prints a JSON list of figures, one for each metric."""

    unit = "ms"

    def __init__(self, name: str, title: str, program: str, *arguments: str) -> None:
        self.name = name
        self.title = title
        self._program = PROGRAMS / program
        self._arguments = arguments

    def run(self, contestant: Contestant) -> list[float]:
        """Start the program and wait for its figures."""
        command = [sys.executable, str(self._program), *self._names(contestant), *self._arguments]
        try:
            finished = subprocess.run(
                command, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False, env=clean_environment()
            )
        except subprocess.TimeoutExpired:
            raise FailedError(f"{self._program.name} did not end within {PROGRAM_SECONDS:.0f} s") from None
        if finished.returncode:
            last = [line.strip() for line in finished.stderr.splitlines() if line.strip()][-1:]
            raise FailedError(f"{self._program.name}: exit status {finished.returncode} {''.join(last)[:200]}")
        figures: list[float] = json.loads(finished.stdout.splitlines()[-1])
        return figures

    def _names(self, contestant: Contestant) -> tuple[str, ...]:
        """What tells the program which loop: its module and the factory in it."""
        assert contestant.loop is not None
        loop = LOOPS[contestant.loop]
        return loop.module, loop.factory

    def figure(self, samples: Sequence[float], metric: str) -> float:
        return samples[self.metrics.index(metric)]


class MemoryMeasurement(ColdMeasurement):
    """What a process holds; loops are compared by the difference, because most of it is Python's."""

    unit = "MiB"
    comparison = "difference"
    most_rounds = 3

    def __init__(self, name: str, title: str, program: str, metrics: tuple[str, ...]) -> None:
        super().__init__(name, title, program)
        self.metrics = metrics

    def unit_of(self, metric: str) -> str:
        return "" if metric == "threads" else self.unit
