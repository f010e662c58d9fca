"""Pools of processes and of threads under a loop; each program prints what came of it.

Workers of spawn and forkserver import this module by its name.
"""

import asyncio
import concurrent.futures
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from multiprocessing.process import BaseProcess

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario


def children() -> list[BaseProcess]:
    """Those of multiprocessing."""
    return multiprocessing.active_children()


def ignore_warnings_of_forks() -> None:
    """Python 3.12 warns of a fork in a process with threads."""
    warnings.simplefilter("ignore", DeprecationWarning)


def process_pool(method: str) -> None:
    """Results, an exception, ticks of the loop meanwhile, and a child of the loop's own beside the workers."""
    ignore_warnings_of_forks()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            jobs = [loop.run_in_executor(pool, math.factorial, number) for number in range(100)]
            blocked = loop.run_in_executor(pool, time.sleep, 0.3)
            ticks = 0
            while not blocked.done():
                await asyncio.sleep(0.01)
                ticks += 1
            assert await asyncio.gather(*jobs) == [math.factorial(number) for number in range(100)]
            assert await loop.run_in_executor(pool, os.getpid) != os.getpid()
            try:
                await loop.run_in_executor(pool, divmod, 1, 0)
            except ZeroDivisionError:
                print("raised", ticks > 1)
            child = await asyncio.create_subprocess_exec("sh", "-c", "exit 3")
            print(await child.wait(), len(children()))

    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(main(), 100))
    loop.close()
    print(children())


def killed_workers(method: str) -> None:
    """Of two pools, one after the other; then the executor of threads."""
    ignore_warnings_of_forks()

    async def main() -> int:
        loop = asyncio.get_running_loop()
        context = multiprocessing.get_context(method)
        for _ in range(2):
            with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
                await loop.run_in_executor(pool, os.getpid)
                waiting = [loop.run_in_executor(pool, time.sleep, 1000) for _ in range(4)]
                await asyncio.sleep(0.05)
                for child in children():
                    assert child.pid is not None
                    os.kill(child.pid, signal.SIGKILL)
                results = await asyncio.gather(*waiting, return_exceptions=True)
                print({type(result).__name__ for result in results})
        return await loop.run_in_executor(None, int, "5")

    loop = new_event_loop()
    print(loop.run_until_complete(asyncio.wait_for(main(), 100)))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    print(children(), threading.active_count())


def shutdown_in_time() -> None:
    """Of the loop's executor, with warnings as errors."""
    warnings.simplefilter("error")

    async def main() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        jobs = [loop.run_in_executor(None, time.sleep, 0.05) for _ in range(20)]
        await loop.shutdown_default_executor(timeout=60)  # type: ignore[call-arg]  # new in 3.12
        return [job.done() for job in jobs] == [True] * 20, await asyncio.gather(*jobs) == [None] * 20

    loop = new_event_loop()
    print(*loop.run_until_complete(main()), threading.active_count())
    loop.close()


def pool_of_a_runner() -> None:
    """Of three runners, one after the other."""
    finished: list[int] = []

    def job(number: int) -> None:
        time.sleep(0.01)
        finished.append(number)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in range(50):
            loop.run_in_executor(None, job, number)
        await asyncio.sleep(0.01)

    for _ in range(3):
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())
        print(len(finished), threading.active_count())


def threads_that_call_back() -> None:
    """Two hundred at once."""

    async def main() -> tuple[bool, int]:
        loop = asyncio.get_running_loop()
        count, all_there = 0, threading.Barrier(200)

        def add() -> None:
            nonlocal count
            count += 1

        def job(number: int) -> int:
            all_there.wait(60)
            for _ in range(100):
                loop.call_soon_threadsafe(add)
            return number

        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            numbers = await asyncio.gather(*(loop.run_in_executor(pool, job, number) for number in range(200)))
        await asyncio.sleep(0)
        return numbers == list(range(200)), count

    loop = new_event_loop()
    print(*loop.run_until_complete(asyncio.wait_for(main(), 100)), threading.active_count())
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
