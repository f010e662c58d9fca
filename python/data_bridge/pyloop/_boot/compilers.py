"""Lets the JVM's compilers finish before a fork that is made inside a callback.

The child of such a fork must go back through the Java code that called the callback, if only to end by `sys.exit()`.
That works, although the JVM is dead there, unless a compiler thread held one of the JVM's locks at the moment of the
fork: the child would wait for it for ever. Compilers are idle once a program has warmed up, so there is seldom a wait.
"""

import asyncio
import os
import time
from collections.abc import Iterable, Iterator

_NAMES = ("C1 CompilerThre", "C2 CompilerThre")  # as the kernel cuts them
_LONGEST_WAIT = 2.0
_STEP = 0.002
_QUIET_STEPS = 3


def wait_until_idle() -> None:
    """If this thread runs a callback, wait until no compiler thread has run for a moment, but not for ever."""
    if asyncio._get_running_loop() is None:
        return
    threads = list(_compiler_threads())
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
