"""Threads started by `pthread_create`, by way of ctypes: they call into loops and run loops of their own.

The callback makes a new Python thread state each time, and the thread then ends without notice to Python.
"""

import asyncio
import ctypes
import functools
import sys
from collections.abc import Callable
from typing import Any

from support.scenarios import run_scenario

libc = ctypes.CDLL(None)
STARTED_BY_C = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
errors: list[BaseException] = []

Started = tuple[ctypes.c_ulong, object]


def start(function: Callable[[], object]) -> Started:
    """Call the function in a new thread of C's."""

    def guarded(_: object) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    callback = STARTED_BY_C(guarded)
    thread = ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(thread), None, callback, None) == 0
    return thread, callback


def join(started: Started) -> None:
    """Wait for the end of the thread."""
    assert libc.pthread_join(started[0], None) == 0


def calls_into_a_running_loop() -> None:
    """A hundred threads, one after the other, each with a call."""

    async def main() -> tuple[bool, list[BaseException]]:
        loop, seen, done = asyncio.get_running_loop(), list[int](), asyncio.Event()

        def call(number: int) -> None:
            loop.call_soon_threadsafe(seen.append, number)
            if number == 99:
                loop.call_soon_threadsafe(done.set)

        for number in range(100):
            started = start(functools.partial(call, number))
            await loop.run_in_executor(None, join, started)
        await done.wait()
        return seen == list(range(100)), errors

    from support.chosen_loop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(runner.run(main()))


def loops_of_their_own() -> None:
    """The kind of loop is imported in the first of these threads."""
    results: list[str] = []

    def use() -> None:
        from support.chosen_loop import new_event_loop

        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            results.append(runner.run(asyncio.sleep(0.001, "ran")))

    join(start(use))
    for started in [start(use) for _ in range(20)]:
        join(started)
    use()
    print(results == ["ran"] * 22, errors)


def loop_passed_from_thread_to_thread() -> None:
    """Fifty threads, and at last the main one, run the same loop."""
    from support.chosen_loop import new_event_loop

    loop = new_event_loop()
    loop.call_later(3600, int)
    seen: list[Any] = []

    def run(number: int) -> None:
        seen.append(loop.run_until_complete(asyncio.sleep(0, number)))

    for number in range(50):
        join(start(lambda number=number: run(number)))  # type: ignore[misc]
    run(50)
    loop.close()
    print(seen == list(range(51)), errors)


def thousands(use: str) -> None:
    """Print what is left of a kilobyte and a half per thread, which would be too much."""
    from data_bridge.pyloop import new_event_loop
    from support.garbage_storms import collect_java_garbage
    from support.process_figures import resident_megabytes

    loop = new_event_loop()
    uses: dict[str, Callable[[], object]] = {
        "call": lambda: loop.call_soon_threadsafe(int),
        "loop": lambda: new_event_loop().close(),
    }

    def start_and_join(count: int) -> None:
        for _ in range(count):
            join(start(uses[use]))
        loop.run_until_complete(asyncio.sleep(0.001))

    start_and_join(1_000)
    before = resident_megabytes()
    start_and_join(4_000)
    grown = resident_megabytes() - before
    print(errors, collect_java_garbage())
    if grown > 6:
        print("grown by", grown)
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
