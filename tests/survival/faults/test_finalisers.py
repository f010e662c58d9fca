"""Finalisers that call the engine, from collections at every allocation: also from inside the engine's own calls of C.

On CPython 3.11 any allocation of a collected object may run the collector, and with it finalisers, at once.
"""

from collections.abc import Callable

FINALISERS = """
import asyncio, contextvars, gc, warnings
from support import workloads
from data_bridge.pyloop import new_event_loop
warnings.simplefilter("ignore", ResourceWarning)
finalised = 0
variable = contextvars.ContextVar("variable")
class EntersJava:
    # In a cycle, so that only the collector finds it; what it calls allocates, and so may collect again.
    def __init__(self):
        self.cycle = self
    def __del__(self):
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
def sow(phase, info):
    if phase == "stop" and finalised < limit and not loop.is_closed():
        EntersJava()
loop = new_event_loop()
loop.close()
limit = 0
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
"""


def test_finalisers_enter_java_from_collections_at_every_allocation(run_clean: Callable[..., str]) -> None:
    assert run_clean(FINALISERS) == "done\n"
