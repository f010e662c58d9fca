"""First loops of a process, in threads."""

import asyncio
import sys
import threading
from collections.abc import Callable

import data_bridge.pyloop as pyloop
from support.scenarios import run_scenario


async def sleep() -> str:
    """Wait for a timer."""
    await asyncio.sleep(0.01)
    return "done"


def run_in_threads(count: int, function: Callable[[], object]) -> None:
    """Call the function in as many threads at once."""
    threads = [threading.Thread(target=function) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_a_small_stack() -> None:
    """Print what a run in such a thread, and one in the main thread, returns."""
    threading.stack_size(256 << 10)
    run_in_threads(1, lambda: print(pyloop.run(sleep())))
    print(pyloop.run(sleep()))


def in_twenty_threads() -> None:
    """Print whether all have run."""
    results: list[str] = []
    run_in_threads(20, lambda: results.append(pyloop.run(sleep())))
    print(results == ["done"] * 20)


def in_eight_threads_at_once() -> None:
    """Print how many have run, and the types of their loops."""
    barrier = threading.Barrier(8)
    found: list[type] = []

    async def loop_type() -> type:
        return type(asyncio.get_running_loop())

    def start() -> None:
        barrier.wait()
        found.append(pyloop.run(loop_type()))

    run_in_threads(8, start)
    print(len(found), {loop_type.__name__ for loop_type in found}, len(set(found)))


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
