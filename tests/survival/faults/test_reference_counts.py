"""Reference counts are right to the bit: of constants, of types, under the allocator's checks, on debug builds.

That nothing grows by millions of callbacks is in tests/leaks; here are the words in memory and the unusual builds.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop
from support.project import TESTS
from support.python_builds import PythonBuild, builds

RunClean = Callable[..., str]
Run = Callable[..., subprocess.CompletedProcess[str]]

WORKLOADS = """
import asyncio, gc, sys
from support import workloads
from data_bridge.pyloop import new_event_loop
def run_workloads():
    for workload in workloads.WORKLOADS.values():
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(workload())
"""

WORDS = """
import ctypes
from data_bridge.pyloop import new_event_loop
loop = new_event_loop()
shared = {"None": None, "True": True, "False": False, "0": 0, "1": 1, "256": 256, "()": (), "b''": b""}
addresses = {name: id(value) for name, value in shared.items()}
results = [lambda *_: None, lambda *_: True, lambda *_: 1, lambda *_: False]
def batch():
    for i in range(125):
        loop.call_soon(results[i % 4], None, True, 256)
        loop.call_soon(results[i % 4], (), b"", 0, 1, False)
        loop.call_later(0, results[i % 4], None)
        loop.call_soon(results[i % 4], True).cancel()
    loop.call_later(0, loop.stop)
    loop.run_forever()
def words():
    return {name: ctypes.c_int64.from_address(address).value for name, address in addresses.items()}
for _ in range(100):
    batch()
before = words()
for _ in range(2000):  # 1,000,000 handles
    batch()
after = words()
loop.close()
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="constants are immortal from CPython 3.12 on")
def test_words_of_immortal_objects_do_not_change(run_clean: RunClean) -> None:
    """All 64 bits: CPython 3.14 has flags in the upper half."""
    assert run_clean(f"{WORDS}\nprint([name for name in shared if before[name] != after[name]])", timeout=150) == "[]\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="before CPython 3.12 constants are counted like all objects")
def test_counts_of_constants_stay(run_clean: RunClean) -> None:
    """A reference too many or too few per callback would be 125,000 at least."""
    assert run_clean(f"{WORDS}\nprint([n for n in shared if abs(before[n] - after[n]) > 1000])", timeout=150) == "[]\n"


def test_types_get_back_the_references_of_their_instances(run_clean: RunClean) -> None:
    code = """
import asyncio, gc, sys
from data_bridge import pyloop
from data_bridge.pyloop import _engine
class Loop(pyloop.PyLoop):
    pass
types = {name: value for name, value in vars(_engine).items() if isinstance(value, type)}
types["PyLoop"], types["Loop"] = pyloop.PyLoop, Loop
async def main():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    await writer.wait_closed()
    server.close()
def use():
    for loop_class in (pyloop.PyLoop, Loop):
        with asyncio.Runner(loop_factory=loop_class) as runner:
            kept = [runner.get_loop().call_soon(int), runner.get_loop().call_later(60, int)]
            runner.run(main())
def counts():
    gc.collect()
    return {name: sys.getrefcount(value) for name, value in types.items()}
for _ in range(10):
    use()
before = counts()
for _ in range(50):
    use()
after = counts()
print(len(types) >= 6, {name: after[name] - before[name] for name in types if abs(after[name] - before[name]) > 5})
"""
    assert run_clean(code) == "True {}\n"


def test_subclasses_and_their_instances_die(run_clean: RunClean) -> None:
    code = """
import asyncio, gc, weakref
from data_bridge import pyloop
def use(n):
    class Loop(pyloop.PyLoop):
        __slots__ = ("extra",)
        def __init__(self):
            super().__init__()
            self.extra = self
    loop = Loop()
    loop.attribute = [loop]
    loop.run_until_complete(asyncio.sleep(0.001))
    loop.close()
    return weakref.ref(Loop), weakref.ref(loop)
references = [reference for n in range(20) for reference in use(n)]
gc.collect()
print([reference() for reference in references if reference() is not None])
"""
    assert run_clean(code) == "[]\n"


def test_checks_of_the_allocator(run_clean: RunClean) -> None:
    """Guard bytes around every block, traces of every allocation, and a collection whenever one is possible."""
    code = f"""{WORKLOADS}
import tracemalloc
gc.set_threshold(1)
run_workloads()
print(tracemalloc.is_tracing(), gc.get_threshold()[0])
"""
    options = ("-X", "tracemalloc=3")
    assert run_clean(code, options=options, PYTHONMALLOC="debug") == "True 1\n"


def test_a_debug_build_is_left_to_count_itself(run_clean: RunClean) -> None:
    """A build is taken for a debug build by a function of `sys`; here every count goes through C because of it."""
    code = f"sys = __import__('sys'); sys.gettotalrefcount = lambda: 0\n{WORKLOADS}\nrun_workloads(); print('done')"
    assert run_clean(code) == "done\n"


DEBUG_BUILDS = [build for build in builds() if build.debug]


@pytest.mark.skipif(not DEBUG_BUILDS, reason="no debug build (python3.x-dbg or python3.xd) is installed")
@pytest.mark.parametrize("build", DEBUG_BUILDS, ids=str)
def test_total_of_all_references_on_a_debug_build(run: Run, build: PythonBuild) -> None:
    code = f"""{WORKLOADS}
loop = new_event_loop()
def batch():
    for _ in range(250):
        loop.call_soon(int)
        loop.call_soon(divmod, 5, 3)
        loop.call_later(0, int)
        loop.call_soon(int).cancel()
    loop.call_later(0, loop.stop)
    loop.run_forever()
for _ in range(5):
    batch()
before = sys.gettotalrefcount()
for _ in range(20):
    batch()
drift = sys.gettotalrefcount() - before
loop.close()
run_workloads()
print(abs(drift) < 1000, "of 20,000 callbacks")
"""
    package = Path(data_bridge.pyloop.__path__[0])
    result = run(code, python=build.executable, PYTHONPATH=f"{package.parents[1]}:{TESTS}")
    assert (result.returncode, result.stdout) == (0, "True of 20,000 callbacks\n"), result
