"""Many threads that enter Java: all are released, with their memory, and what ends in them may be Java's."""

from collections.abc import Callable

PRELUDE = """
import asyncio, gc, os, sys, threading, time, weakref, _thread
from data_bridge.pyloop import new_event_loop
from garbage_storms import Storm, java_threads, java_threads_settle_at
def resident_megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
loop = new_event_loop()
loop.run_until_complete(asyncio.sleep(0.001))
at_first = java_threads()
"""


def test_five_hundred_live_threads(run_clean: Callable[..., str]) -> None:
    """Java knows each of them, collects garbage with them, and forgets them."""
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
    attached = java_threads() - at_first
    loop._collect_java_garbage()
    gc.collect()
    leave.set()
    for thread in threads:
        thread.join()
    loop.run_until_complete(asyncio.sleep(0.001))
    assert len(seen) == 2 * count and len(set(seen)) == count, len(seen)
    return attached, java_threads_settle_at(at_first) - at_first, resident_megabytes()
attached, left, first = live(500)
print(attached, left)
attached, left, second = live(500)
print(attached, left)
if second > first + 30:  # 500 that stay would take 47
    print("grown from", first, "to", second)
loop.close()
"""
    assert run_clean(PRELUDE + code) == "500 0\n500 0\n"


def test_fifteen_thousand_short_threads(run_clean: Callable[..., str]) -> None:
    code = """
seen = 0
def count():
    global seen
    seen += 1
def enter():
    loop.call_soon_threadsafe(count)
def start_and_join(total):
    for _ in range(total // 20):
        threads = [threading.Thread(target=enter) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    loop.run_until_complete(asyncio.sleep(0.001))
start_and_join(3_000)
before = resident_megabytes()
start_and_join(12_000)
grown = resident_megabytes() - before
print(seen, java_threads_settle_at(at_first) - at_first)
if grown > 15:  # a kilobyte and a quarter per thread
    print("grown by", grown)
loop.close()
"""
    assert run_clean(PRELUDE + code, timeout=170) == "15000 0\n"


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
left = java_threads_settle_at(at_first) - at_first
loop.close()  # with the handles of timers that have no other reference
gc.collect()
print(len(ended), threading.get_ident() in ended, len(set(ended)) > 1, left)
"""
    # Five tokens in each of 240 lists.
    assert run_clean(PRELUDE + code, options=("-W", "error"), timeout=170) == "1200 True True 0\n"
