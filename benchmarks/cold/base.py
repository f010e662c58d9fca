"""The kinds of measurement that need a process of their own for every sample."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, ClassVar

from benchmarks.harness.failures import FailedError, clean_environment
from benchmarks.harness.loops import LOOPS
from benchmarks.harness.measured import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.contestants import Contestant

PROGRAM_SECONDS = 60.0


class ColdMeasurement(Measured):
    """A program that is given a loop, measures once, and prints a JSON list of figures, one for each metric."""

    unit = "ms"
    programs: ClassVar[Path] = Path(__file__).with_name("programs")

    def __init__(self, name: str, title: str, program: str, *arguments: str) -> None:
        self.name = name
        self.title = title
        self._program = self.programs / program
        self._arguments = arguments

    def run(self, contestant: Contestant) -> list[float]:
        """Start the program and wait for its figures; raises FailedError."""
        figures: list[float] = json.loads(self._output(contestant).splitlines()[-1])
        return figures

    def _output(self, contestant: Contestant) -> str:
        """What the program prints."""
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
        return finished.stdout

    def _names(self, contestant: Contestant) -> tuple[str, ...]:
        """What tells the program which loop: its module and the factory in it."""
        assert contestant.loop is not None
        loop = LOOPS[contestant.loop]
        return loop.module, loop.factory

    def figure(self, samples: Sequence[float], metric: str) -> float:
        return samples[self.metrics.index(metric)]


class WholeProcess(ColdMeasurement):
    """The time of a whole process, from before it is started until it has ended. It must print the expected text."""

    most_rounds = 7

    def __init__(
        self, name: str, title: str, program: str, *arguments: str, expected: str, packages: tuple[str, ...] = ()
    ) -> None:
        super().__init__(name, title, program, *arguments)
        self.packages = packages
        self._expected = expected

    def run(self, contestant: Contestant) -> list[float]:
        start = perf_counter_ns()
        output = self._output(contestant)
        elapsed = perf_counter_ns() - start
        if self._expected not in output:
            last = "".join(output.splitlines()[-1:])
            raise FailedError(f"{self._program.name}: expected {self._expected!r}, got {last[:200]!r}")
        return [elapsed]
