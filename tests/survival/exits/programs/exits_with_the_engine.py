"""Ways to end a program, and things to leave behind; globals are alive when the interpreter ends."""

import _thread
import asyncio
import atexit
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

T = TypeVar("T")

loop: asyncio.AbstractEventLoop
last: "WritesInTheEnd"


async def sleep() -> str:
    """Wait for a timer."""
    await asyncio.sleep(0.01)
    return "done"


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it on a new loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(coroutine)


def after_a_run() -> None:
    """Fall off the end."""
    run(sleep())


def exit_code_after_a_run() -> None:
    """Exit after it."""
    run(sleep())
    sys.exit(3)


def exit_in_a_callback() -> None:
    """Exit out of a run."""
    global loop
    loop = new_event_loop()
    loop.call_soon(sys.exit, 3)
    loop.run_forever()


def immediate_exit_in_a_callback() -> None:
    """Exit without finalisation."""
    global loop
    loop = new_event_loop()
    loop.call_soon(os._exit, 3)
    loop.run_forever()


def loop_left_open() -> None:
    """With a timer."""
    global loop
    loop = new_event_loop()
    loop.call_later(60, print)


def loop_in_a_cycle() -> None:
    """For the last collection."""
    loop = new_event_loop()
    loop.self = loop  # type: ignore[attr-defined]


def loop_in_a_cycle_collected_at_once() -> None:
    """For the next allocation."""
    loop = new_event_loop()
    loop.self = loop  # type: ignore[attr-defined]
    gc.collect()
    gc.set_threshold(1)
    del loop


def loop_of_a_daemon_thread() -> None:
    """It runs when the main thread ends."""
    _thread.start_new_thread(new_event_loop().run_forever, ())
    time.sleep(0.1)


def thread_that_runs_longer() -> None:
    """It prints when the main thread has ended."""
    threading.Thread(target=lambda: print(run(asyncio.sleep(0.1, "late")))).start()


def first_loop_in_a_thread() -> None:
    """The main thread has none."""
    thread = threading.Thread(target=lambda: print(run(sleep())))
    thread.start()
    thread.join()


def run_in_atexit() -> None:
    """The first run."""
    atexit.register(lambda: print(run(sleep())))


def second_run_in_atexit() -> None:
    """And one before."""
    run(sleep())
    atexit.register(lambda: print(run(sleep())))


class RunsInTheEnd:
    """Its finaliser runs a loop."""

    loop: asyncio.AbstractEventLoop

    def __del__(self) -> None:
        self.loop.call_soon(int)
        self.loop.run_forever()


def loop_used_when_modules_are_gone() -> None:
    """The finaliser runs with what `sys` holds."""
    sys.last = RunsInTheEnd()  # type: ignore[attr-defined]
    sys.last.loop = new_event_loop()  # type: ignore[attr-defined]


class WritesInTheEnd:
    """Its finaliser runs a loop that writes."""

    loop: asyncio.AbstractEventLoop
    write: Callable[[int, bytes], int]

    def __del__(self) -> None:
        self.loop.call_soon(self.write, 1, b"ran")
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()


def loop_used_after_atexit() -> None:
    """The finaliser runs with what this module holds."""
    global last
    last = WritesInTheEnd()
    last.loop = new_event_loop()
    last.write = os.write


def keyboard_interrupt() -> None:
    """Nobody catches it."""
    new_event_loop().close()
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    run(asyncio.sleep(30))


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
