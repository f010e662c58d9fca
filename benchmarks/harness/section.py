"""Lines that are measured in the same way, and how a sample of them is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.harness.contestants import Contestant
    from benchmarks.harness.measured import Measured

LineT = TypeVar("LineT", bound="Measured")
KINDS = ("quick", "standard", "full")
"""Kinds of run, from the shortest to the longest."""


class Runner(Generic[LineT]):
    """Takes samples of one contestant at a time. Every method raises FailedError if the contestant fails."""

    def prepare(self, line: LineT, contestant: Contestant) -> dict[str, Any] | None:
        """Before the first round of a line; returns what a warm-up did, if there was one."""
        return None

    def sample(self, line: LineT, contestant: Contestant) -> list[float]:
        """One sample of one round."""
        raise NotImplementedError

    def finish(self, line: LineT, contestant: Contestant) -> Sequence[str]:
        """After the last round of a line; returns remarks on the figures."""
        return ()

    def close(self) -> None:
        """After the last line."""


@dataclass(frozen=True)
class Timing:
    """How often and how long; a section uses what it has a use for. Milliseconds."""

    rounds: int
    sample_ms: float = 0
    """The shortest time of a sample."""
    warmup_min_ms: float = 0
    warmup_max_ms: float = 0
    verify: bool = False
    """Compare every byte that comes back, where bytes go over connections."""


@dataclass(frozen=True)
class Section:
    """Part of a suite: a table."""

    suite: str
    name: str
    """Of the part, in the result."""
    title: str
    lines: Mapping[str, Measured]
    runner: Callable[[Timing], Runner[Any]]
    timings: Mapping[str, Timing]
    """By kind of run."""
    seconds: Mapping[str, float]
    """About how long a sample takes, by kind of run: for the progress line alone."""
    brief: frozenset[str] | None = None
    """Names of the lines of a run that is not full; None for all."""
    extra: bool = False
    """Whether it belongs to its suite in full runs only; by its own name it can be chosen in all."""
    loadable: bool = True
    """Whether it is measured a second time in a loaded run."""

    @property
    def full_name(self) -> str:
        """Of the suite and the part."""
        return f"{self.suite}/{self.name}"

    def belongs(self, suites: Sequence[str], kind: str) -> bool:
        """Whether it is in a run of these suites and sections."""
        return self.full_name in suites or (self.suite in suites and (kind == "full" or not self.extra))

    def chosen(self, kind: str, names: Sequence[str] | None) -> list[Measured]:
        """The lines of a run: those named, or those that belong to the kind of run."""
        if names is not None:
            return [line for line in self.lines.values() if line.name in names or line.group in names]
        brief = self.brief if kind != "full" else None
        return [line for line in self.lines.values() if brief is None or line.name in brief]
