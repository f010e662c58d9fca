"""Runs the workloads in turns, looks at the process between them, and notes everything that goes wrong."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from . import sampling
from .workload import PROMPTLY, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LONGEST_TURN = 10.0
_SHORTEST_TURN = 0.1
_TURNS = 40
_PROGRESS_SECONDS = 10.0
_MOST_PROBLEMS = 20
_LEAST_SAMPLES = 12
"""However slow the machine is: fewer would not do for a verdict."""
_NO_LIFE_SIGN_SECONDS = 300


@dataclass
class Outcome:
    """What a soak has seen."""

    samples: list[sampling.Sample] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """Compared, by workload."""
    problems: list[str] = field(default_factory=list)
    """Wrong answers, hangs, and what nobody should have had to report."""

    def problem(self, text: str) -> None:
        """Note something that went wrong, and say so at once."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(text)
            print(f"WRONG: {text}", file=sys.stderr, flush=True)


class Runner:
    """One soak in this process, in the main thread."""

    def __init__(self, workloads: Iterable[type[Workload]], seconds: float, seed: int) -> None:
        self._workloads = [workload() for workload in workloads]
        self._seconds = seconds
        self._turn_seconds = min(max(seconds / _TURNS, _SHORTEST_TURN), _LONGEST_TURN)
        self._random = Random(seed)
        self._samples = sampling.Samples()
        self.outcome = Outcome()

    def run(self, make_loop: Callable[[], asyncio.AbstractEventLoop]) -> Outcome:
        """Soak a new loop."""
        warnings.simplefilter("error", ResourceWarning)
        sys.unraisablehook = lambda unraisable: self.outcome.problem(f"unraisable: {unraisable.exc_value!r}")
        threading.excepthook = lambda failed: self.outcome.problem(f"a thread ended by {failed.exc_value!r}")
        with asyncio.Runner(loop_factory=make_loop) as runner:
            runner.get_loop().set_exception_handler(self._on_exception)
            runner.run(self._soak())
        faulthandler.cancel_dump_traceback_later()
        gc.collect()  # what warns of something unclosed does so now
        self.outcome.samples = self._samples.take_out()
        return self.outcome

    async def _soak(self) -> None:
        for workload in self._workloads:
            await workload.open(asyncio.get_running_loop())
        begun = said = time.monotonic()
        elapsed, count = 0.0, 0
        while elapsed < self._seconds or count < _LEAST_SAMPLES:
            # Should the loop itself hang, all threads are shown and the process ends.
            faulthandler.dump_traceback_later(_NO_LIFE_SIGN_SECONDS, exit=True)
            await self._turn()
            await sampling.settle()
            elapsed = time.monotonic() - begun
            sample = self._sample(elapsed)
            self._samples.append(sample)
            count += 1
            if time.monotonic() - said >= _PROGRESS_SECONDS:
                said = time.monotonic()
                print(self._progress_line(sample), flush=True)
            del sample
        for workload in self._workloads:
            await workload.close()

    async def _turn(self) -> None:
        end = time.monotonic() + self._turn_seconds
        await asyncio.gather(*(self._drive(workload, end) for workload in self._workloads))

    async def _drive(self, workload: Workload, end: float) -> None:
        """Do rounds until the turn is over, at least one."""
        while True:
            try:
                async with asyncio.timeout(PROMPTLY):
                    self.outcome.answers[workload.name] += await workload.round(self._random)
            except Exception as error:
                text = "".join(traceback.format_exception(error))
                self.outcome.problem(f"{workload.name}: {text}")
                return
            if time.monotonic() >= end:
                return

    def _sample(self, elapsed: float) -> sampling.Sample:
        watched: dict[str, object] = {"the loop": asyncio.get_running_loop()}
        for workload in self._workloads:
            watched.update(workload.watched)
        return sampling.take(elapsed, self.outcome.answers.total(), watched)

    def _progress_line(self, sample: sampling.Sample) -> str:
        return (
            f"{sample.seconds:7.0f} s{sample.answers:>14,} answers, {len(self.outcome.problems)} wrong; "
            f"{sample.rss >> 20} MiB, {sample.descriptors} descriptors, {sample.threads} threads, "
            f"{sample.blocks:,} blocks, {sum(sample.objects.values()):,} objects"
        )

    def _on_exception(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        taken = [workload.took_over(context) for workload in self._workloads]
        if not any(taken):
            self.outcome.problem(f"reported to the exception handler: {context}")
