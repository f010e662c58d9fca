"""Python and Java call each other without end, in stacks of several sizes; then the loop works on."""

import asyncio
import sys
import warnings

from data_bridge.pyloop import PyLoop, new_event_loop
from support.scenarios import run_scenario
from survival.faults.programs.stacks import (
    closing,
    in_thread,
    name_of_error,
    nest_iterations,
    nest_task_factories,
    works,
)

WAYS = {"task factories": nest_task_factories, "iterations": nest_iterations}


def nest_and_work(way: str) -> list[object]:
    """Nest three times, then work: the names of the exceptions, and whether all was done."""

    def body(loop: PyLoop) -> list[object]:
        return [*(WAYS[way](loop) for _ in range(3)), works(loop)]

    found: list[object] = closing(body)
    return found


def nest(way: str, limit: str, *sizes: str) -> None:
    """Nest under that recursion limit of Python's in threads with stacks of so many KiB; 0 is the main thread."""
    sys.setrecursionlimit(int(limit))
    for size in map(int, sizes):
        print(in_thread(size, lambda: nest_and_work(way)))


def thread_too_small_for_a_loop() -> None:
    """Print how a run is refused there, and whether calls into a loop elsewhere arrive."""
    warnings.simplefilter("ignore")  # of a coroutine that never ran

    def body(loop: PyLoop) -> tuple[str, bool, bool]:
        numbers: list[int] = []
        refused = in_thread(112, lambda: name_of_error(lambda: loop.run_until_complete(asyncio.sleep(0))))
        in_thread(112, lambda: [loop.call_soon_threadsafe(numbers.append, number) for number in range(1000)])
        return refused, works(loop), numbers == list(range(1000))

    print(closing(body))


def around_the_margin() -> None:
    """From sizes in which no loop can run to those in which one can: print the two ends, and whether all are alike."""
    outcomes: dict[int, object] = {}
    for size in range(112, 400, 8):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loop = new_event_loop()

            def attempt(loop: PyLoop = loop) -> object:
                try:
                    return works(loop)
                except RecursionError:
                    return "RecursionError"

            outcomes[size] = in_thread(size, attempt)
            loop.close()
    print(outcomes[112], outcomes[392], set(outcomes.values()) == {"RecursionError", True})
    print(closing(works))


if __name__ == "__main__":
    closing(works)
    run_scenario(globals(), sys.argv[1:])
