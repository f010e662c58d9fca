"""Runs every workload while finalisers that call the engine run from collections at every allocation."""

import contextvars
import gc
import warnings
from typing import Any

from data_bridge.pyloop import new_event_loop
from support import workloads

finalised = 0
limit = 0
variable: contextvars.ContextVar[object] = contextvars.ContextVar("variable")
loop = new_event_loop()


class EntersJava:
    """In a cycle, so that only the collector finds it; what its finaliser calls allocates, and so may collect again."""

    def __init__(self) -> None:
        self.cycle = self

    def __del__(self) -> None:
        global finalised
        finalised += 1
        if not loop.is_closed():
            # Cancelled, since callbacks that run would allocate, be collected, and schedule ever more.
            loop.call_soon(variable.set, EntersJava).cancel()
            loop.call_later(0.001, int).cancel()
            loop.call_soon_threadsafe(int).cancel()
            loop.create_future()
            loop.call_soon_batch([int])[0].cancel()
            repr(loop.call_soon(int))


def sow(phase: str, _info: dict[str, Any]) -> None:
    """After a collection: make garbage for the next one."""
    if phase == "stop" and finalised < limit and not loop.is_closed():
        EntersJava()


def main() -> None:
    """Assert for each workload that finalisers ran, and print "done"."""
    global limit, loop
    warnings.simplefilter("ignore", ResourceWarning)
    loop.close()
    gc.collect()
    gc.freeze()  # the modules: collections are of what the workloads make
    gc.callbacks.append(sow)
    for name, workload in workloads.WORKLOADS.items():
        before, limit = finalised, finalised + 2000
        loop = new_event_loop()
        EntersJava()
        gc.set_threshold(1)
        loop.run_until_complete(workload())
        gc.set_threshold(700)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        assert finalised - before > 10, (name, finalised - before)
    gc.callbacks.clear()
    print("done")


if __name__ == "__main__":
    main()
