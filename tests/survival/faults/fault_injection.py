"""Faults thrown inside the engine, at a chosen call between C and Java, and what has to work after one.

Java counts the calls in cells that are here, and throws when they say so; see FaultInjection.java.
"""

import asyncio
import contextlib
import ctypes
import functools
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from data_bridge.pyloop import new_event_loop
from support import workloads

#: At an entry from C, or when a downcall has returned.
PLACES = {"entry": 1, "return": 2}


@dataclass(frozen=True)
class JavaThrowable:
    """What Java throws, by its number there, and what Python sees of it."""

    number: int
    python_exception: str


THROWABLES = {
    "exception": JavaThrowable(0, "RuntimeError"),
    "stack overflow": JavaThrowable(1, "RecursionError"),
    "out of memory": JavaThrowable(2, "MemoryError"),
    "error": JavaThrowable(3, "RuntimeError"),
    "unprintable": JavaThrowable(4, "RuntimeError"),
}
_NEVER = 1 << 62
# A fault can lose a wakeup, so that a task waits for ever: the loop is then stopped from outside.
_PATIENCE = 0.3

_COUNTDOWN, _PLACE, _THROWABLE, _AGAIN = range(4)
_cells = (ctypes.c_int64 * 4)()

Workload = Callable[[], Coroutine[Any, Any, object]]


@contextlib.contextmanager
def armed(place: int, throwable: int, countdown: int, again: int = 0) -> Iterator[None]:
    """Let the countdown-th call of that kind throw, and with `again` every so-manyth from then on."""
    _cells[_COUNTDOWN] = 0
    _cells[_PLACE], _cells[_THROWABLE], _cells[_AGAIN] = place, throwable, again
    _cells[_COUNTDOWN] = countdown
    try:
        yield
    finally:
        _cells[_AGAIN] = 0
        _cells[_COUNTDOWN] = 0


def register_cells() -> None:
    """Tell the engine where to count."""
    from data_bridge.pyloop import _engine

    _engine._inject_faults(ctypes.addressof(_cells))


class Sweep:
    """Runs a workload again and again, with a fault at another call each time."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._left = 0
        #: How the workload ended, and what was given to the loop's exception handler.
        self.outcomes: Counter[str] = Counter()
        self.reported: Counter[str] = Counter()
        self.runs = 0
        self.thrown = 0
        #: How many loops could be made, and how many of them worked on after the fault.
        self.loops = 0
        self.same_loop = 0
        self.complaints: list[str] = []

    def calls(self, place: int) -> int:
        """How many calls of that kind the workload makes, with the making of its loop."""
        loop = self._run(place, 0, _NEVER)
        assert self.outcomes == {"done": 1}, self.outcomes
        assert loop is not None
        _close(loop)
        self.outcomes.clear()
        self.loops = 0
        return _NEVER - self._left

    def run(self, place: int, throwable: int, countdown: int, again: int = 0) -> None:
        """One run with a fault, then the same loop without."""
        self.runs += 1
        loop = self._run(place, throwable, countdown, again)
        self.thrown += again > 0 or self._left <= 0
        if loop is not None:
            try:
                _check_same_loop(loop)
                _close(loop)
                self.same_loop += 1
            except Exception as exception:
                self.complaints.append(f"{countdown}: {exception!r}")

    def report(self) -> dict[str, Any]:
        """What came of the runs."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def _run(self, place: int, throwable: int, countdown: int, again: int = 0) -> asyncio.AbstractEventLoop | None:
        loop = watchdog = None
        with armed(place, throwable, countdown, again):
            try:
                loop = new_event_loop()
                self.loops += 1
                loop.set_exception_handler(self._report)
                watchdog = loop.call_later(_PATIENCE if countdown < _NEVER else 30, loop.stop)
                loop.run_until_complete(self._workload())
                outcome = "done"
            except Exception as exception:
                stopped = str(exception) == "Event loop stopped before Future completed."
                outcome = "stopped" if stopped else type(exception).__name__
            self._left = _cells[_COUNTDOWN]
        if watchdog is not None:
            watchdog.cancel()
        self.outcomes[outcome] += 1
        return loop

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.reported[type(context.get("exception")).__name__] += 1


def _check_same_loop(loop: asyncio.AbstractEventLoop) -> None:
    """The loop on which a fault was thrown runs callbacks, timers and wakeups from threads."""
    # What was scheduled before the fault may be the end of the broken run, which stops the loop.
    for _ in range(2):
        loop.call_soon(loop.stop)
        loop.run_forever()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()

    async def check() -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=0.1)
        await asyncio.sleep(0.001)
        event = asyncio.Event()
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(event.set,))
        thread.start()
        await event.wait()
        thread.join()

    watchdog = loop.call_later(30.0, loop.stop)
    loop.run_until_complete(check())
    watchdog.cancel()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def _note(errors: list[dict[str, Any]], _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    errors.append(context)


def check_new_loops() -> None:
    """Run every workload, each on a loop made now, to its end."""
    for name, workload in workloads.WORKLOADS.items():
        loop = new_event_loop()
        errors: list[dict[str, Any]] = []
        loop.set_exception_handler(functools.partial(_note, errors))
        loop.run_until_complete(asyncio.wait_for(workload(), 30))
        _close(loop)
        assert not errors, (name, errors)
