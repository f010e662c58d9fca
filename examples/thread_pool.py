"""Blocking work in threads, while the loop goes on.

Prints the results, and that the loop was never held up by the threads.
"""

import asyncio
import hashlib
import threading
import time

JOBS = 40


def digest(number: int) -> str:
    """Compute for a while, outside the loop's thread."""
    data = str(number).encode() * 50_000
    return hashlib.sha256(data).hexdigest()


def wait_and_count(number: int, loop: asyncio.AbstractEventLoop, counter: "asyncio.Queue[int]") -> None:
    """Report from a thread to the loop, the only way that is allowed."""
    time.sleep(0.01)
    loop.call_soon_threadsafe(counter.put_nowait, number)


async def main() -> None:
    """Keep ticking while threads work."""
    loop = asyncio.get_running_loop()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticker = asyncio.create_task(tick())
    digests = await asyncio.gather(*(asyncio.to_thread(digest, number) for number in range(JOBS)))
    print(len(digests), "digests, all of them:", hashlib.sha256("".join(digests).encode()).hexdigest())

    counter: asyncio.Queue[int] = asyncio.Queue()
    threads = [threading.Thread(target=wait_and_count, args=(number, loop, counter)) for number in range(JOBS)]
    for thread in threads:
        thread.start()
    numbers = [await counter.get() for _ in range(JOBS)]
    for thread in threads:
        thread.join()
    print("reports from threads:", sorted(numbers) == list(range(JOBS)))

    ticker.cancel()
    print("loop kept ticking:", ticks > 0)


if __name__ == "__main__":
    asyncio.run(main())
