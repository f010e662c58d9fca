"""Many threads that enter Java: all are released, with their memory, and what ends in them may be Java's."""

from collections.abc import Callable

import pytest

PRELUDE = """
import asyncio, gc, os, sys, threading, time, weakref, _thread
from data_bridge.pyloop import new_event_loop
from support.garbage_storms import collect_java_garbage
def resident_megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
loop = new_event_loop()
loop.run_until_complete(asyncio.sleep(0.001))
"""


def test_five_hundred_live_threads(run_clean: Callable[..., str]) -> None:
    """Java collects garbage with them, and forgets them."""
    code = """
def live(count):
    seen, leave = [], threading.Event()
    def enter_and_wait():
        loop.call_soon_threadsafe(seen.append, threading.get_ident())
        leave.wait()
        loop.call_soon_threadsafe(seen.append, threading.get_ident())
    threads = [threading.Thread(target=enter_and_wait) for _ in range(count)]
    for thread in threads:
        thread.start()
    while len(seen) < count:
        loop.run_until_complete(asyncio.sleep(0.001))
    collected = collect_java_garbage()
    gc.collect()
    leave.set()
    for thread in threads:
        thread.join()
    loop.run_until_complete(asyncio.sleep(0.001))
    assert len(seen) == 2 * count and len(set(seen)) == count, len(seen)
    return collected, collect_java_garbage(), resident_megabytes()
*collected, first = live(500)
print(collected)
*collected, second = live(500)
print(collected)
if second > first + 15:  # 500 that stay would take as much with 30 KiB each
    print("grown from", first, "to", second)
loop.close()
"""
    assert run_clean(PRELUDE + code) == "[True, True]\n" * 2


USES = {
    "call": "loop.call_soon_threadsafe(count)",
    "loop": """
own = new_event_loop()
own.call_soon(count)
own.call_soon(own.stop)
own.run_forever()
own.close()
""",
}


@pytest.mark.parametrize("use", USES)
def test_fifteen_thousand_threads_one_after_the_other(run_clean: Callable[..., str], use: str) -> None:
    """They get the identifiers and the stacks of those before them again."""
    code = f"""
seen, identifiers = 0, set()
def count():
    global seen
    seen += 1
def enter():
    identifiers.add(threading.get_ident())
    exec(USE, globals())
    done.release()
USE = compile({USES[use]!r}, "use", "exec")
done = threading.Semaphore(0)
def start_and_wait(total):
    for number in range(total):
        _thread.start_new_thread(enter, ())
        done.acquire()
        if number % 100 == 0:
            loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(asyncio.sleep(0))
start_and_wait(3_000)
before = resident_megabytes()
start_and_wait(12_000)
grown = resident_megabytes() - before
print(seen, len(identifiers) < 1000, collect_java_garbage())
if grown > 6:  # half a kilobyte per thread
    print("grown by", grown)
loop.close()
"""
    assert run_clean(PRELUDE + code, timeout=170) == "15000 True True\n"


def test_objects_of_java_end_in_other_threads(run_clean: Callable[..., str]) -> None:
    """As thread-locals, as the last reference, in threads that Java has never seen, and in raw ones."""
    code = """
ended = []
class Token:
    def __del__(self):
        ended.append(threading.get_ident())
        if not loop.is_closed():
            loop.call_soon_threadsafe(int)  # enters Java in the middle of a thread's end
def objects():
    closed = new_event_loop()
    kept = [closed.call_soon(print, Token()), closed.call_later(60, print, Token()), closed.create_future(), closed]
    closed.close()
    return [*kept, loop.call_soon(id, Token()), loop.call_later(3600, int, Token()), Token()]
local = threading.local()
given = []
def as_thread_local():
    local.objects = given.pop()
def as_last_reference():
    own = given.pop()
    own.clear()
def in_a_cycle():
    own = given.pop()
    own.append(own)
def join_raw(function):
    done = _thread.allocate_lock()
    done.acquire()
    def run():
        function()
        done.release()
    _thread.start_new_thread(run, ())
    done.acquire()
def join(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
for _ in range(40):
    for start in (join, join_raw):
        for function in (as_thread_local, as_last_reference, in_a_cycle):
            given.append(objects())
            start(function)
    loop.run_until_complete(asyncio.sleep(0))
join(gc.collect)
loop.close()  # with the handles of timers that have no other reference
gc.collect()
print(len(ended), threading.get_ident() in ended, len(set(ended)) > 1, collect_java_garbage())
"""
    # Five tokens in each of 240 lists.
    assert run_clean(PRELUDE + code, options=("-W", "error"), timeout=170) == "1200 True True True\n"
