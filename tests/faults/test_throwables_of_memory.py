"""A Java heap that is too small: calls raise MemoryError, and the loop works on once there is room again."""

from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

# The smallest that the engine starts in, more or less: 24 bytes per timer and 8 per ready callback have to fit.
TINY = "-Xms5m -Xmx5m"

PROGRAM = """
import asyncio, fault_workloads
from data_bridge.pyloop import new_event_loop
loop = new_event_loop()
refused = 0
def fill(schedule, least, most):
    global refused
    for count in range(most):
        try:
            schedule()
        except MemoryError as error:
            assert "Java heap" in str(error), error
            refused += 1
            break
    assert count > least, (count, least)
"""


@pytest.mark.parametrize(
    ("schedule", "least"),
    [("loop.call_later(1000, int)", 20_000), ("loop.call_soon(int)", 50_000)],
    ids=["timers", "callbacks"],
)
def test_heap_full_of_what_is_scheduled(run_clean: RunClean, schedule: str, least: int) -> None:
    code = f"""{PROGRAM}
for _ in range(3):
    fill(lambda: {schedule}, {least}, 3_000_000)
    loop.stop()
    loop.run_forever()
    loop.close()
    loop = new_event_loop()
print(refused)
for workload in fault_workloads.WORKLOADS.values():
    loop.run_until_complete(workload())
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
print("done")
"""
    assert run_clean(code, PYLOOP_JVM_OPTIONS=TINY) == "3\ndone\n"


def test_many_loops(run_clean: RunClean) -> None:
    """Small objects fill the heap, too, and are given back."""
    code = f"""{PROGRAM}
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
loops = []
try:
    for _ in range(4000):
        loops.append(new_event_loop())
except (MemoryError, OSError):
    pass
for each in loops:
    each.close()
loops.clear()
for workload in fault_workloads.WORKLOADS.values():
    loop.run_until_complete(workload())
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
print("done")
"""
    assert run_clean(code, PYLOOP_JVM_OPTIONS=TINY) == "done\n"
