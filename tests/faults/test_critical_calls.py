"""No call of C is made as critical without a reason, and none of them leads back into Java.

An upcall from inside a critical call ends the process ("wrong thread state for upcall"). On CPython 3.11 any allocation
of a collected object runs the collector, and with it finalisers, inside the call.
"""

import re
from collections.abc import Callable

import pytest
from java_sources import SOURCES

#: For each: it blocks nowhere, runs no code, frees nothing and allocates nothing on any supported version.
CRITICAL = {"PyThreadState_Get": "returns a thread-local or global variable"}

_COMMENTED = re.compile(r"/// *(?P<reason>\S[^\n]*)\n[^\n;]*CFunction\.critical\(\s*\"[^(\"]*?(?P<symbol>\w+)\(")

needs_sources = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the Java sources are not beside the tests: they are read for what they bind"
)


@needs_sources
def test_critical_calls_are_these_and_have_their_reason_written_above() -> None:
    commented: dict[str, str] = {}
    count = 0
    for path in SOURCES.rglob("*.java"):
        code = path.read_text(encoding="utf-8")
        count += len(re.findall(r"\bCFunction\.critical\(", code))
        commented.update({match["symbol"]: match["reason"] for match in _COMMENTED.finditer(code)})
    assert set(commented) == set(CRITICAL)
    assert count == len(commented), "a critical call without a comment above it"


@needs_sources
def test_the_linkers_option_is_used_in_one_place() -> None:
    files = [path.name for path in SOURCES.rglob("*.java") if "Option.critical" in path.read_text(encoding="utf-8")]
    assert files == ["NativeLinker.java"]


FINALISERS = """
import asyncio, contextvars, gc, warnings
import fault_workloads
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
for name, workload in fault_workloads.WORKLOADS.items():
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
