"""The same small programs on several frameworks, each written as its documentation would have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cold.base import ColdMeasurement
from benchmarks.harness.loops import BASE, SUBJECT

if TYPE_CHECKING:
    from benchmarks.harness.contestants import Contestant

__all__ = ["FRAMEWORK_PROGRAMS", "FrameworkMeasurement"]

RUNNER = Path(__file__).with_name("run.py")


class FrameworkMeasurement(ColdMeasurement):
    """One program on one framework, in a process of its own; the time of all its operations together."""

    contestants = (BASE, "uvloop", "trio", "curio", "gevent", f"anyio+{SUBJECT}", SUBJECT)

    def __init__(self, name: str, title: str, count: int) -> None:
        super().__init__(f"frameworks_{name}", title, str(RUNNER), name, str(count))
        self.count = count

    def _names(self, contestant: Contestant) -> tuple[str, ...]:
        """The module with the programs, and the loop, if the framework runs on one."""
        return f"{contestant.framework or BASE}_programs", contestant.loop or ""


FRAMEWORK_PROGRAMS: dict[str, FrameworkMeasurement] = {
    measurement.name: measurement
    for measurement in (
        FrameworkMeasurement("spawn", "10k tasks, each awaited before the next", 10_000),
        FrameworkMeasurement("checkpoints", "10k checkpoints, which let others run", 10_000),
        FrameworkMeasurement("queue", "10k messages through two queues, to and fro", 10_000),
        FrameworkMeasurement("timers", "1k tasks that sleep for 1 ms at the same time", 1_000),
        FrameworkMeasurement("echo", "2k requests of 1 KiB over TCP, one connection", 2_000),
    )
}
"""In the order in which they run and are reported."""
