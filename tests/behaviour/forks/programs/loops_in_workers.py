"""What workers of multiprocessing do; those of spawn and forkserver import it by name."""

import asyncio
import warnings

import data_bridge.pyloop as pyloop


async def use(number: int) -> tuple[str, int]:
    """The class of the loop, and the status of a child, which is the number."""
    await asyncio.sleep(0.001)
    process = await asyncio.create_subprocess_exec("sh", "-c", f"exit {number}")
    return type(asyncio.get_running_loop()).__name__, await process.wait()


def work(number: int) -> tuple[str, int]:
    """`use` on a new loop, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # From 3.12 on Python speaks of the threads of a worker, which are those of executors, at its next fork.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        return pyloop.run(use(number))
