"""A Java heap that is full: calls raise MemoryError, and the loop works on once memory is free again."""

from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

PROGRAM = """
import asyncio, collections, itertools
from support import workloads
from data_bridge.pyloop import new_event_loop
loop = new_event_loop()
ran = 0
def count():
    global ran
    ran += 1
def fill_with(schedule, handle):
    # The same handle again and again, so that it is Java's heap that fills and not Python's.
    try:
        collections.deque(map(schedule, itertools.repeat(handle, 60_000_000)), maxlen=0)
    except MemoryError as error:
        return "Java heap" in str(error)
    return "never full"
def fill_with_callbacks():
    return fill_with(loop._enqueue, asyncio.Handle(count, (), loop))
def fill_with_timers():
    return fill_with(loop._enqueue_timer, asyncio.TimerHandle(loop.time() + 3600, count, (), loop))
def use_everything():
    for workload in workloads.WORKLOADS.values():
        loop.run_until_complete(workload())
def peak_megabytes():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM"))
"""


@pytest.mark.parametrize("kind", ["callbacks", "timers"])
def test_heap_full_of_what_is_scheduled(run_clean: RunClean, kind: str) -> None:
    code = f"""{PROGRAM}
for _ in range(2):
    print(fill_with_{kind}())
    loop._ready.clear()
    use_everything()
print(peak_megabytes() < 512 or peak_megabytes())
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
"""
    assert run_clean(code, timeout=120) == "True\nTrue\nTrue\n"


def test_loop_that_is_full_runs_what_it_has(run_clean: RunClean) -> None:
    code = f"""{PROGRAM}
print(fill_with_callbacks())
scheduled = loop._ready_count()
while loop._ready_count():
    loop._run_once()
print(ran == scheduled)
use_everything()
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
"""
    assert run_clean(code, timeout=120) == "True\nTrue\n"


def test_heap_filled_by_one_loop_while_another_runs(run_clean: RunClean) -> None:
    """The other one may be refused what it needs, and works as soon as the first is closed."""
    code = f"""{PROGRAM}
print(fill_with_timers())
full, loop = loop, None
for _ in range(100):
    try:
        loop = new_event_loop()
        loop.run_until_complete(workloads.callbacks())
    except MemoryError:
        pass
    if loop is not None:
        loop.close()
full.close()
loop = new_event_loop()
use_everything()
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
print("works")
"""
    assert run_clean(code, timeout=120) == "True\nworks\n"
