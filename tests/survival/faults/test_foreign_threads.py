"""Threads that Python has not started, as those of other libraries: they call into loops and run loops of their own."""

from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

# `pthread_create` by ctypes. The callback makes a new Python thread state each time, and the thread then ends without
# telling anybody.
PRELUDE = """
import asyncio, ctypes, os, sys, threading
libc = ctypes.CDLL(None)
STARTED_BY_C = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
errors = []
def start(function):
    def guarded(_):
        try:
            function()
        except BaseException as error:
            errors.append(error)
    callback = STARTED_BY_C(guarded)
    thread = ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(thread), None, callback, None) == 0
    return thread, callback
def join(started):
    assert libc.pthread_join(started[0], None) == 0
def resident_megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
"""


def test_calls_into_a_running_loop(run_clean: Callable[..., str], kind: LoopKind) -> None:
    code = f"""
{kind.import_statement}
{PRELUDE}
async def main():
    loop, seen, done = asyncio.get_running_loop(), [], asyncio.Event()
    def call(number):
        loop.call_soon_threadsafe(seen.append, number)
        if number == 99:
            loop.call_soon_threadsafe(done.set)
    for number in range(100):
        started = start(lambda: call(number))
        await loop.run_in_executor(None, join, started)
    await done.wait()
    return seen == list(range(100)), errors
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    print(runner.run(main()))
"""
    assert run_clean(code) == "(True, [])\n"


def test_loops_of_their_own(run_clean: Callable[..., str], kind: LoopKind) -> None:
    """The first loop of the process among them, and several at once."""
    code = f"""
{PRELUDE}
results = []
def use():
    {kind.import_statement}
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        results.append(runner.run(asyncio.sleep(0.001, "ran")))
join(start(use))
for started in [start(use) for _ in range(20)]:
    join(started)
use()
print(results == ["ran"] * 22, errors)
"""
    assert run_clean(code) == "True []\n"


def test_loop_that_is_passed_from_thread_to_thread(run_clean: Callable[..., str], kind: LoopKind) -> None:
    code = f"""
{kind.import_statement}
{PRELUDE}
loop = new_event_loop()
loop.call_later(3600, int)
seen = []
for number in range(50):
    join(start(lambda: seen.append(loop.run_until_complete(asyncio.sleep(0, number)))))
seen.append(loop.run_until_complete(asyncio.sleep(0, 50)))
loop.close()
print(seen == list(range(51)), errors)
"""
    assert run_clean(code) == "True []\n"


@pytest.mark.parametrize("use", ["loop.call_soon_threadsafe(int)", "new_event_loop().close()"])
def test_thousands_one_after_the_other(run_clean: Callable[..., str], use: str) -> None:
    code = f"""
from data_bridge.pyloop import new_event_loop
from support.garbage_storms import collect_java_garbage
{PRELUDE}
loop = new_event_loop()
def use():
    {use}
def start_and_join(count):
    for _ in range(count):
        join(start(use))
    loop.run_until_complete(asyncio.sleep(0.001))
start_and_join(1_000)
before = resident_megabytes()
start_and_join(4_000)
grown = resident_megabytes() - before
print(errors, collect_java_garbage())
if grown > 6:  # a kilobyte and a half per thread
    print("grown by", grown)
loop.close()
"""
    assert run_clean(code) == "[] True\n"
