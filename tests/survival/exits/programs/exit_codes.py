"""Ends with a given exit code, and leaves behind what an argument names."""

import asyncio
import atexit
import os
import signal
import sys
import threading

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

# Global, so that they are alive when the interpreter ends.
loop = new_event_loop()
handle: asyncio.TimerHandle
other: asyncio.AbstractEventLoop


async def use_and_return(code: int) -> int:
    """Use timers and threads."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(10)))
    await loop.run_in_executor(None, int)
    return code


def closed_loop(code: str) -> None:
    """Nothing is left."""
    result = loop.run_until_complete(use_and_return(int(code)))
    loop.close()
    sys.exit(result)


def open_loop(code: str) -> None:
    """The loop is left."""
    sys.exit(loop.run_until_complete(use_and_return(int(code))))


def pending_work(code: str) -> None:
    """A callback and a timer are left."""
    global handle
    result = loop.run_until_complete(use_and_return(int(code)))
    loop.call_soon(int)
    handle = loop.call_later(3600, int)
    sys.exit(result)


def handle_and_loop_in_a_cycle(code: str) -> None:
    """Nothing but the collector finds them."""
    global loop
    result = loop.run_until_complete(use_and_return(int(code)))
    cycle: list[object] = [loop, loop.call_later(3600, int)]
    cycle.append(cycle)
    del cycle, loop
    sys.exit(result)


def second_loop(code: str) -> None:
    """One that has never run is left."""
    global other
    result = loop.run_until_complete(use_and_return(int(code)))
    other = new_event_loop()
    other.call_soon(int)
    loop.close()
    sys.exit(result)


def uncaught_exception() -> None:
    """An exception leaves the run."""

    async def fail() -> None:
        raise LookupError("uncaught")

    loop.run_until_complete(fail())


def daemon_thread() -> None:
    """A thread runs the loop when the main one ends."""
    started = threading.Event()
    loop.call_soon(started.set)
    threading.Thread(target=loop.run_forever, daemon=True).start()
    started.wait()
    sys.exit(12)


def exit_handler() -> None:
    """The loop runs at exit."""

    @atexit.register
    def finish() -> None:
        loop.call_soon(print, "at exit")
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()


def kill() -> None:
    """A callback kills the process."""
    loop.call_soon(os.kill, os.getpid(), signal.SIGKILL)
    loop.run_forever()


def crash() -> None:
    """A callback aborts in C."""
    loop.call_soon(os.abort)
    loop.run_forever()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
