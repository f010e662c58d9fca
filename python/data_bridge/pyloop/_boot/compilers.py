"""Brings the JVM to rest before a fork that is made inside a callback.

The child of such a fork must go back through the Java code that called the callback, if only to end by `sys.exit()`.
That works, although the JVM is dead there, unless the code needs one of the JVM's threads: a garbage collection, or a
lock that a compiler thread held at the moment of the fork, and the child would wait for ever. So no compilation may be
under way or begin, and there has to be room on the Java heap.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import time
from typing import TYPE_CHECKING

from . import vm_flags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NAMES = ("C1 CompilerThre", "C2 CompilerThre")  # as the kernel cuts them
_LONGEST_WAIT = 10.0
_STEP = 0.002
_QUIET_STEPS = 3


class Compilers:
    """The compilers of the JVM in `library`."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._enabled: ctypes.c_bool | None = None
        self._resting = False

    def rest(self) -> None:
        """If this thread runs a callback of ours, let compilations finish, allow no new ones, and empty the heap.

        A compilation takes milliseconds, seldom a second; after ten the fork goes ahead all the same.
        """
        collect_garbage = getattr(asyncio._get_running_loop(), "_collect_java_garbage", None)
        if collect_garbage is None:
            return
        collect_garbage()
        self._enabled = self._enabled or vm_flags.bool_flag(ctypes.CDLL(str(self._library)), "UseCompiler")
        if self._enabled is not None and self._enabled.value:
            self._enabled.value = False
            self._resting = True
        _wait_until_idle(list(_compiler_threads()))

    def resume(self) -> None:
        """Allow compilations again, in the parent after the fork."""
        if self._resting and self._enabled is not None:
            self._resting = False
            self._enabled.value = True


def _wait_until_idle(threads: list[str]) -> None:
    deadline = time.monotonic() + _LONGEST_WAIT
    quiet, before = 0, _activity(threads)
    while quiet < _QUIET_STEPS and time.monotonic() < deadline:
        time.sleep(_STEP)
        now = _activity(threads)
        quiet = quiet + 1 if now == before else 0
        before = now


def _compiler_threads() -> Iterator[str]:
    for thread in os.listdir("/proc/self/task"):
        if _read(thread, "comm").startswith(_NAMES):
            yield thread


def _activity(threads: Iterable[str]) -> list[str]:
    """Return how long and how often the threads have run, and the time of day for one that only waits for a processor.

    On a busy machine such a thread looks idle, and may hold a lock.
    """
    return [str(time.monotonic()) if _is_runnable(thread) else _read(thread, "schedstat") for thread in threads]


def _is_runnable(thread: str) -> bool:
    # The state follows the name, which is in brackets.
    return _read(thread, "stat").rpartition(")")[2].split()[:1] == ["R"]


def _read(thread: str, name: str) -> str:
    try:
        with open(f"/proc/self/task/{thread}/{name}", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""  # the thread has ended, or the kernel keeps no such account
