"""Many threads that enter Java; all are released, with their memory."""

import _thread
import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from typing import Any

from data_bridge.pyloop import new_event_loop
from support.garbage_storms import collect_java_garbage
from support.process_figures import resident_megabytes
from support.scenarios import run_scenario

loop = new_event_loop()


def five_hundred_live_threads() -> None:
    """Print for two rounds whether Java's garbage was collected with them alive, and after."""

    def live(count: int) -> tuple[bool, bool, float]:
        seen: list[int] = []
        leave = threading.Event()

        def enter_and_wait() -> None:
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
        assert len(seen) == 2 * count, len(seen)
        assert len(set(seen)) == count, len(set(seen))
        return collected, collect_java_garbage(), resident_megabytes()

    *collected, first = live(500)
    print(collected)
    *collected, second = live(500)
    print(collected)
    if second > first + 15:  # 500 that stay would take as much with 30 KiB each
        print("grown from", first, "to", second)
    loop.close()


def fifteen_thousand_one_after_the_other(use: str) -> None:
    """Print how many calls have come, and whether threads had the identifiers of those before them."""
    seen = 0
    identifiers: set[int] = set()
    done = threading.Semaphore(0)

    def count() -> None:
        nonlocal seen
        seen += 1

    def call() -> None:
        loop.call_soon_threadsafe(count)

    def run_a_loop() -> None:
        own = new_event_loop()
        own.call_soon(count)
        own.call_soon(own.stop)
        own.run_forever()
        own.close()

    def enter() -> None:
        identifiers.add(threading.get_ident())
        {"call": call, "loop": run_a_loop}[use]()
        done.release()

    def start_and_wait(total: int) -> None:
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


ended: list[int] = []
local = threading.local()
given: list[list[Any]] = []


class Token:
    """Notes the thread in which it ends."""

    def __del__(self) -> None:
        ended.append(threading.get_ident())
        if not loop.is_closed():
            loop.call_soon_threadsafe(int)  # enters Java in the middle of a thread's end


def objects() -> list[Any]:
    """Handles with five tokens in all, of an open and of a closed loop."""
    closed = new_event_loop()
    kept: list[Any] = [closed.call_soon(print, Token()), closed.call_later(60, print, Token())]
    kept += [closed.create_future(), closed]
    closed.close()
    return [*kept, loop.call_soon(id, Token()), loop.call_later(3600, int, Token()), Token()]  # type: ignore[arg-type]


def as_thread_local() -> None:
    """The objects end with the thread."""
    local.objects = given.pop()


def as_last_reference() -> None:
    """The objects end in the thread."""
    own = given.pop()
    own.clear()


def in_a_cycle() -> None:
    """The objects end in a collection."""
    own = given.pop()
    own.append(own)


def join_raw(function: Callable[[], None]) -> None:
    """Call the function in a thread that `threading` does not know."""
    done = _thread.allocate_lock()
    done.acquire()

    def run() -> None:
        function()
        done.release()

    _thread.start_new_thread(run, ())
    done.acquire()


def join(function: Callable[[], object]) -> None:
    """Call the function in a thread."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def objects_end_in_other_threads() -> None:
    """Print how many tokens have ended, and whether in this thread and in others."""
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


if __name__ == "__main__":
    loop.run_until_complete(asyncio.sleep(0.001))
    run_scenario(globals(), sys.argv[1:])
