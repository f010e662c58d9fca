"""Runs a program on a loop, in this process, and returns what it observed. For the main thread: strands use signals."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from fuzz.recorder import READY, PlantedBase, PlantedError, PlantedExit, Recorder, normal, text
from fuzz.strands import STRANDS

if TYPE_CHECKING:
    from types import FrameType

    from fuzz.program import Op, Program
    from fuzz.recorder import Lanes
    from fuzz.strand import Strand

LoopFactory = Any
TIME_LIMIT = 20.0
MOST_RETURNS = 300


class HangError(BaseException):
    """Raised out of a loop that does not come to an end."""


class _Log(logging.Handler):
    """Records what asyncio logs: the first lines, as a multiset."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.WARNING)
        self.recorder = recorder

    def emit(self, record: logging.LogRecord) -> None:
        line = normal(record.getMessage().partition("\n")[0])
        self.recorder._lanes["log"].append((record.levelname, line))


def _on_alarm(_number: int, _frame: FrameType | None) -> None:
    raise HangError("the time limit of a program")


def run(program: Program, new_event_loop: LoopFactory, time_limit: float = TIME_LIMIT) -> Lanes:
    """Run in a fresh context. Garbage is collected at the end and at no other time."""
    recorder = Recorder()
    log = _Log(recorder)
    logger = logging.getLogger("asyncio")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(log)
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: _unraisable(recorder, unraisable)
    handler = signal.signal(signal.SIGALRM, _on_alarm)
    collecting = gc.isenabled()
    gc.disable()
    descriptors = len(os.listdir("/proc/self/fd"))
    try:
        signal.setitimer(signal.ITIMER_REAL, time_limit)
        contextvars.Context().run(_Run(program, recorder).run, new_event_loop)
        gc.collect()
        recorder.add("end", "descriptors", len(os.listdir("/proc/self/fd")) - descriptors)
    except HangError:
        recorder.add("end", "hang")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        gc.collect()
        if collecting:
            gc.enable()
        logger.removeHandler(log)
        logger.propagate = propagate
        sys.unraisablehook = hook
    return recorder.lanes()


def _unraisable(recorder: Recorder, unraisable: Any) -> None:
    recorder._lanes["log"].append(("unraisable", text(unraisable.exc_value)))


class _Run:
    """One program on one loop."""

    def __init__(self, program: Program, recorder: Recorder) -> None:
        self.program = program
        self.recorder = recorder

    def run(self, new_event_loop: LoopFactory) -> None:
        loop = new_event_loop()
        try:
            self._configure(loop)
            main = loop.create_task(self._main(loop), name="main")
            self._run_until_done(loop, main)
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
        self.recorder.add("end", loop.is_running(), loop.is_closed())
        for function in (loop.call_soon, loop.call_soon_threadsafe):
            try:
                function(print)
            except RuntimeError as exc:
                self.recorder.add("end", text(exc))

    def _configure(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_debug(self.program.debug)
        loop.slow_callback_duration = 1000
        if self.program.eager and sys.version_info >= (3, 12):
            loop.set_task_factory(asyncio.eager_task_factory)
        if self.program.handler == "record":
            loop.set_exception_handler(lambda _loop, context: self.recorder.handle_exception(context))
        elif self.program.handler == "raise":
            loop.set_exception_handler(self._raise)

    def _raise(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        raise PlantedError(f"in the handler: {context.get('exception')}")

    def _run_until_done(self, loop: asyncio.AbstractEventLoop, main: asyncio.Task[None]) -> None:
        for _ in range(MOST_RETURNS):
            if main.done():
                break
            try:
                loop.run_until_complete(main)
            except (RuntimeError, PlantedBase, PlantedExit) as exc:
                self.recorder.add(READY, "loop returns", text(exc))

    async def _main(self, loop: asyncio.AbstractEventLoop) -> None:
        tasks = []
        for number, strand in enumerate(self.program.strands):
            lane = f"{number} {strand.kind}"
            runner = STRANDS[strand.kind](loop, self.recorder, lane)
            tasks.append(asyncio.create_task(self._strand(runner, strand, lane), name=lane))
        for task in tasks:
            await task

    async def _strand(self, runner: Strand, strand: Op, lane: str) -> None:
        try:
            await runner.run(strand)
        except Exception as exc:
            self.recorder.add(f"{lane} result", text(exc))
