"""Runs inside the child process of an overload test: limits, and what must be as before.

This file is put in front of each program, behind refused_calls.py.
"""

import gc
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.process_figures import count_descriptors, resident_bytes  # noqa: F401 - for the programs

# The numbers of system calls on x86-64, all a loop could use for the purpose.
ACCEPT = (43, 288)
SEND = (44, 46, 307, 20)


def threads() -> int:
    """The number of threads that Python has started."""
    return threading.active_count()


@contextmanager
def nothing_left() -> Iterator[None]:
    """Check that there are as many descriptors and threads afterwards as before; those that go may need a moment."""
    before = count_descriptors(), threads()
    yield
    deadline = time.monotonic() + 30
    while (count_descriptors(), threads()) != before and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    assert (count_descriptors(), threads()) == before, ((count_descriptors(), threads()), before)


@contextmanager
def no_free_descriptor() -> Iterator[None]:
    """Leave no file descriptor free: every call that makes one fails with EMFILE."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 2, hard))
    fillers = []
    try:
        while True:
            fillers.append(os.dup(0))
    except OSError:
        pass
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)


def in_thread(function: Callable[[], object]) -> None:
    """Run the function in a thread of its own and raise what it raised."""
    errors: list[BaseException] = []

    def run_function() -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run_function)
    thread.start()
    thread.join()
    if errors:
        raise errors.pop()
