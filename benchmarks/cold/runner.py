"""Each sample is a process of its own, from its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cold.base import ColdMeasurement
from benchmarks.harness.section import Runner, Timing

if TYPE_CHECKING:
    from benchmarks.harness.contestants import Contestant


class ColdRunner(Runner[ColdMeasurement]):
    """Runs the program of a line."""

    def __init__(self, _timing: Timing) -> None:
        pass

    def prepare(self, line: ColdMeasurement, contestant: Contestant) -> None:
        # So that the files of the loop are in the page cache and compiled to bytecode, as after the first run of a day.
        line.run(contestant)

    def sample(self, line: ColdMeasurement, contestant: Contestant) -> list[float]:
        return line.run(contestant)
