"""The Java heap is filled with what is scheduled, and works again as soon as that is gone."""

import asyncio
import collections
import itertools
import sys
from collections.abc import Callable
from typing import Any

from data_bridge.pyloop import PyLoop, new_event_loop
from support import workloads
from support.process_figures import kibibytes
from support.scenarios import run_scenario

loop: PyLoop = new_event_loop()
ran = 0


def count() -> None:
    """The callback of every handle."""
    global ran
    ran += 1


def fill_with(schedule: Callable[[Any], None], handle: asyncio.Handle) -> str | bool:
    """Schedule the same handle again and again, so that it is Java's heap that fills and not Python's."""
    try:
        collections.deque(map(schedule, itertools.repeat(handle, 60_000_000)), maxlen=0)
    except MemoryError as error:
        return "Java heap" in str(error)
    return "never full"


def fill_with_callbacks() -> str | bool:
    """Ready handles."""
    return fill_with(loop._enqueue, asyncio.Handle(count, (), loop))


def fill_with_timers() -> str | bool:
    """Timers of the next hour."""
    return fill_with(loop._enqueue_timer, asyncio.TimerHandle(loop.time() + 3600, count, (), loop))


def use_everything() -> None:
    """Run every workload."""
    for workload in workloads.WORKLOADS.values():
        loop.run_until_complete(workload())


def peak_megabytes() -> int:
    """Peak resident memory, in MiB."""
    return kibibytes("VmHWM") >> 10


def close() -> None:
    """End the loop and its threads."""
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def full_twice(kind: str) -> None:
    """Print whether each was refused, and whether the process stayed small."""
    fill = {"callbacks": fill_with_callbacks, "timers": fill_with_timers}[kind]
    for _ in range(2):
        print(fill())
        loop._ready.clear()
        use_everything()
    print(peak_megabytes() < 512 or peak_megabytes())
    close()


def runs_what_it_has() -> None:
    """Print whether all callbacks ran that were accepted."""
    print(fill_with_callbacks())
    scheduled = loop._ready_count()
    while loop._ready_count():
        loop._run_once()
    print(ran == scheduled)
    use_everything()
    close()


def another_loop_runs() -> None:
    """The other one may be refused what it needs until the first is closed."""
    global loop
    print(fill_with_timers())
    full = loop
    other: PyLoop | None = None
    for _ in range(100):
        try:
            other = new_event_loop()
            other.run_until_complete(workloads.callbacks())
        except MemoryError:
            pass
        if other is not None:
            other.close()
    full.close()
    loop = new_event_loop()
    use_everything()
    close()
    print("works")


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
