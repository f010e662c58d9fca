"""A pool of processes in a loop, in a storm of collections.

Arguments: the start method, and what a forkserver loads before it forks.
"""

import asyncio
import concurrent.futures
import multiprocessing
import sys
import warnings

import data_bridge.pyloop as pyloop
from behaviour.forks.programs import loops_in_workers
from support.garbage_storms import Storm


async def main(method: str, *preloaded: str) -> list[tuple[str, int]]:
    """What the workers return."""
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context(method)
    context.set_forkserver_preload(list(preloaded))  # of nothing else: by default, of this module
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, loops_in_workers.work, n) for n in range(4)))


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # of the parent's threads: the storm's and the pool's
    with Storm():
        print(pyloop.run(main(*sys.argv[1:])))
