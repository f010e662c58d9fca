"""Pools of processes and of threads under a loop: all start methods, workers that die, and shutdown in time."""

import sys

import pytest

from support.loop_kinds import LoopKind
from support.signal_programs import expect

POOL = """
import concurrent.futures, math, multiprocessing, warnings
# Python 3.12 warns of a fork in a process with threads.
warnings.simplefilter("ignore", DeprecationWarning)

def children():
    return multiprocessing.active_children()
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_process_pool(kind: LoopKind, method: str) -> None:
    """Results, exceptions and the loop's freedom meanwhile; the workers are gone afterwards."""
    expect(
        kind,
        POOL
        + f"""
async def main():
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context({method!r})
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
        # A child of the loop's own beside the workers.
        child = await asyncio.create_subprocess_exec("sh", "-c", "exit 3")
        print(await child.wait(), len(children()))

if __name__ == "__main__":
    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(main(), 100))
    loop.close()
    print(children())
""",
        "raised True\n3 2\n[]\n",
    )


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_worker_that_is_killed(kind: LoopKind, method: str) -> None:
    """Waiting for the pool raises an error; the loop, and another pool, go on."""
    expect(
        kind,
        POOL
        + f"""
async def main():
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context({method!r})
    for _ in range(2):
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            pid = await loop.run_in_executor(pool, os.getpid)
            waiting = [loop.run_in_executor(pool, time.sleep, 1000) for _ in range(4)]
            await asyncio.sleep(0.05)
            for child in children():
                os.kill(child.pid, signal.SIGKILL)
            results = await asyncio.gather(*waiting, return_exceptions=True)
            print({{type(result).__name__ for result in results}})
    return await loop.run_in_executor(None, int, "5")

loop = new_event_loop()
print(loop.run_until_complete(asyncio.wait_for(main(), 100)))
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
print(children(), threading.active_count())
""",
        "{'BrokenProcessPool'}\n{'BrokenProcessPool'}\n5\n[] 1\n",
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the time limit of the shutdown is new in 3.12")
def test_shutdown_with_enough_time_warns_of_nothing(kind: LoopKind) -> None:
    expect(
        kind,
        """
import warnings
warnings.simplefilter("error")
async def main():
    loop = asyncio.get_running_loop()
    jobs = [loop.run_in_executor(None, time.sleep, 0.05) for _ in range(20)]
    await loop.shutdown_default_executor(timeout=60)
    return [job.done() for job in jobs] == [True] * 20, await asyncio.gather(*jobs) == [None] * 20
loop = new_event_loop()
print(*loop.run_until_complete(main()), threading.active_count())
loop.close()
""",
        "True True 1\n",
    )


def test_runner_shuts_the_pool_down_and_leaves_no_thread(kind: LoopKind) -> None:
    expect(
        kind,
        """
finished = []
async def main():
    loop = asyncio.get_running_loop()
    for number in range(50):
        loop.run_in_executor(None, lambda number=number: (time.sleep(0.01), finished.append(number)))
    await asyncio.sleep(0.01)
for _ in range(3):
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
    print(len(finished), threading.active_count())
""",
        "50 1\n100 1\n150 1\n",
    )


def test_pool_of_threads_that_all_call_back(kind: LoopKind) -> None:
    """Two hundred threads at once, which give the loop work while they have some; none is lost."""
    expect(
        kind,
        """
import concurrent.futures
async def main():
    loop = asyncio.get_running_loop()
    count, all_there = 0, threading.Barrier(200)
    def add():
        nonlocal count
        count += 1
    def job(number):
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
""",
        "True 20000 1\n",
    )
