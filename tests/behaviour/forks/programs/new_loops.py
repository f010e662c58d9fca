"""Loops of their own in forked children; each program prints how the children ended."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable

from behaviour.forks.programs.children import in_child, only_expected_warnings, use
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario


def use_a_new_loop() -> int:
    """`use` in a runner."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(use())


def child_then_parent() -> None:
    """The parent's loop runs afterwards."""
    loop = new_event_loop()
    print(in_child(use_a_new_loop))
    print(loop.run_until_complete(use()))
    loop.close()


def forked_by_a_callback() -> None:
    """The parent's loop runs meanwhile."""

    async def parent() -> int:
        print(in_child(use_a_new_loop))
        return await use()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(runner.run(parent()))


def no_running_loop() -> None:
    """In a child that is forked by a task."""

    def child() -> int:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return 3
        return 0

    async def parent() -> int:
        return in_child(child)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(runner.run(parent()))


def ways_to_leave() -> None:
    """By the end of the program, `os._exit`, another program, and a signal."""
    loop = new_event_loop()

    def leave(how: Callable[[], object]) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            how()
            sys.exit(4)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    print(leave(lambda: None))
    print(leave(lambda: os._exit(5)))
    print(leave(lambda: os.execvp("sh", ["sh", "-c", "exit 6"])))
    print(leave(lambda: os.kill(os.getpid(), signal.SIGTERM)))
    loop.close()


def child_that_crashes(name: str) -> None:
    """By a signal that nobody handles."""
    loop = new_event_loop()

    def crash() -> int:
        os.kill(os.getpid(), signal.Signals[name])
        return 0

    print(signal.Signals(-in_child(crash)).name)
    loop.close()


def fork_before_the_first_loop() -> None:
    """Three children, then the parent."""

    def run() -> int:
        loop = new_event_loop()
        try:
            return loop.run_until_complete(use())
        finally:
            loop.close()

    print([in_child(run) for _ in range(3)], run())


def square(number: int) -> int:
    """On a new loop, in a worker."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(asyncio.sleep(0, number * number))


def multiprocessing_by_fork() -> None:
    """A pool of two workers."""
    loop = new_event_loop()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(square, range(5)))
        pool.close()
        pool.join()
    loop.close()


def types_of_loops(how: str) -> None:
    """Of the parent, a child, and a child's child, with PyLoop "by name" or "installed"."""
    import data_bridge.pyloop as pyloop

    if how == "installed":
        pyloop.install()

    async def loop_type() -> str:
        return type(asyncio.get_running_loop()).__name__

    def run() -> int:
        print((asyncio if how == "installed" else pyloop).run(loop_type()))
        return 0

    run()
    print(in_child(run))
    print(in_child(lambda: in_child(run)))


def fork_in_a_task(ending: str) -> None:
    """The child ends with status 3 at once."""

    async def main() -> int:
        pid = os.fork()
        if pid == 0:
            if ending == "os._exit":
                os._exit(3)
            elif ending == "sys.exit":
                sys.exit(3)
            os.execvp("sh", ["sh", "-c", "exit 3"])
        await asyncio.sleep(0.01)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    loop = new_event_loop()
    print(loop.run_until_complete(main()))
    loop.close()


def child_returns_through_the_loop() -> None:
    """After few and after many callbacks, with timers and I/O pending."""
    loop = new_event_loop()
    left, _right = socket.socketpair()
    loop.add_reader(left, int)
    loop.call_later(3600, int)
    pids: list[int] = []

    def fork() -> None:
        pids.append(os.fork())
        loop.call_soon(loop.stop)

    for count in (0, 1_000, 50_000):
        for _ in range(count):
            loop.call_soon(int)
        loop.call_soon(fork)
        loop.run_forever()
        pid = pids.pop()
        if pid == 0:
            os._exit(6)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    loop.close()


if __name__ == "__main__":
    only_expected_warnings()
    run_scenario(globals(), sys.argv[2:])
