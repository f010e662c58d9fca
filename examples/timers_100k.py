"""A hundred thousand timers: half of them are cancelled, the others must run in order and never early.

Prints how many ran, how many were cancelled, and how many broke the rules.
"""

import asyncio
import random

TIMERS = 100_000


async def main() -> None:
    """Schedule timers over half a second in random order and watch them run."""
    loop = asyncio.get_running_loop()
    generator = random.Random(2026)
    ran: list[float] = []
    early = 0

    def fire(when: float) -> None:
        nonlocal early
        early += loop.time() < when
        ran.append(when)

    start = loop.time() + 0.5
    handles = []
    for _ in range(TIMERS):
        when = start + generator.random() / 2
        handles.append(loop.call_at(when, fire, when))
    for handle in handles[::2]:
        handle.cancel()

    finished = asyncio.Event()
    loop.call_at(start + 0.6, finished.set)
    await finished.wait()
    print(f"ran {len(ran)}, cancelled {sum(handle.cancelled() for handle in handles)}")
    print(f"early {early}, in order {ran == sorted(ran)}")


if __name__ == "__main__":
    asyncio.run(main())
