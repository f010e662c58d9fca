"""Every way to end a program; globals are alive when the interpreter ends.

Arguments: the kind of loop, what to do before ("nothing", "silence" or "storm"), and the ending.
"""

import asyncio
import atexit
import logging
import os
import signal
import sys
import threading
import time

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

loop: asyncio.AbstractEventLoop
loops: list[asyncio.AbstractEventLoop]
handles: list[asyncio.TimerHandle]
runner: asyncio.Runner


def nothing() -> None:
    """Only the ending."""


def silence() -> None:
    """On a busy machine a callback can be slow, and development mode would say so."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)


def storm() -> None:
    """Garbage of both languages is collected from now on."""
    from support.garbage_storms import Storm

    Storm().start()


async def use() -> int:
    """Use timers and threads."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(10)))
    await loop.run_in_executor(None, int)
    return 3


def run() -> int:
    """`use` on a new loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(use())


def normal() -> None:
    """Fall off the end."""
    run()


def sys_exit() -> None:
    """Exit after a run."""
    sys.exit(run())


def sys_exit_in_a_callback() -> None:
    """Exit out of a run."""
    global loop
    loop = new_event_loop()
    loop.call_soon(sys.exit, 9)
    loop.run_forever()


def exception() -> None:
    """After a run."""
    raise LookupError(run())


def exception_of_a_task() -> None:
    """Out of a run."""
    global runner

    async def fail() -> None:
        raise LookupError(await use())

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(fail())


def keyboard_interrupt_in_a_callback() -> None:
    """Nobody catches it."""
    global loop
    loop = new_event_loop()
    loop.call_soon(os.kill, os.getpid(), signal.SIGINT)
    loop.call_later(60, loop.stop)
    try:
        loop.run_forever()
    finally:
        loop.close()


def keyboard_interrupt_that_is_caught() -> None:
    """Exit because of it."""
    global loop

    def interrupt() -> None:
        raise KeyboardInterrupt

    loop = new_event_loop()
    loop.call_soon(interrupt)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        loop.close()
        sys.exit(130)


def pending_tasks() -> None:
    """A runner cancels them as it closes."""
    global runner

    async def leave() -> int:
        tasks = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(100)]
        asyncio.get_running_loop().tasks = tasks  # type: ignore[attr-defined]
        await asyncio.sleep(0.001)
        return 4

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        code = runner.run(leave())
    sys.exit(code)


def pending_timers_of_a_stopped_loop() -> None:
    """The loop is closed at exit."""
    global loop, handles
    loop = new_event_loop()
    handles = [loop.call_later(3600, int) for _ in range(1000)]
    loop.call_soon(loop.stop)
    loop.run_forever()
    atexit.register(loop.close)
    sys.exit(5)


def daemon_threads_in_their_loops() -> None:
    """Four threads wait in the kernel."""
    global loops
    started = threading.Semaphore(0)

    def serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(started.release)
        loop.run_forever()

    loops = [new_event_loop() for _ in range(4)]
    for loop in loops:
        threading.Thread(target=serve, args=(loop,), daemon=True).start()
    for _ in loops:
        started.acquire()
    run()
    sys.exit(6)


def daemon_thread_in_a_busy_loop() -> None:
    """A thread runs callbacks all the time."""
    global loop

    def spin() -> None:
        loop.call_soon(spin)

    loop = new_event_loop()
    loop.call_soon(spin)
    threading.Thread(target=loop.run_forever, daemon=True).start()
    time.sleep(0.05)
    sys.exit(7)


def wrong_code() -> None:
    """Not the one that the test expects."""
    sys.exit(1)


def word_on_standard_error() -> None:
    """One that the test does not expect."""
    print(1, file=sys.stderr)


def word_on_standard_output() -> None:
    """One that the test does not expect."""
    print(1)


if __name__ == "__main__":
    globals()[sys.argv[2]]()
    run_scenario(globals(), sys.argv[3:])
