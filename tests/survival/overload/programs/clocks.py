"""Timers, timeouts and threads that wake the loop, while the clocks say what no clock says.

Arguments: the kind of loop; then "steps" if the wall clock steps, or what the monotonic clock must have passed.
"""

import asyncio
import contextlib
import random
import sys
import threading
import time

from support.chosen_loop import new_event_loop


def check_clock(expected: str) -> None:
    """The clocks are as the test wants them, or it would show nothing."""
    if expected == "steps":
        looks = [time.time() for _ in range(10)]
        assert max(looks) - min(looks) > 7000
    else:
        assert time.monotonic() > float(expected)


async def use_timers() -> float:
    """Use the clock in every way; return how long it took by the clock of the loop."""
    loop = asyncio.get_running_loop()
    assert abs(loop.time() - time.monotonic()) < 60
    ran: list[tuple[float, float]] = []
    choice = random.Random(6)
    base = loop.time()
    whens = [base + choice.random() for _ in range(500)]
    for when in whens:
        loop.call_at(when, lambda when: ran.append((when, loop.time() - when)), when)
    far = loop.call_later(1e9, print, "far")
    for _ in range(20):
        start = time.monotonic()
        await asyncio.sleep(0.01)
        # A float of a clock that is far from 0 has a resolution of its own.
        assert time.monotonic() - start >= 0.01 - 1e-6
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(loop.create_future(), 0.05)
    assert await loop.run_in_executor(None, time.sleep, 0.05) is None  # type: ignore[func-returns-value]
    woken = loop.create_future()
    threading.Timer(0.05, loop.call_soon_threadsafe, (woken.set_result, None)).start()
    await woken
    while len(ran) < len(whens):
        await asyncio.sleep(0.01)
    far.cancel()
    assert [when for when, _ in ran] == sorted(whens)
    assert all(late >= -1e-6 for _, late in ran)
    await loop.shutdown_default_executor()
    return loop.time() - base


def main() -> None:
    """Print whether it took as long as it may; a step of an hour would be more."""
    check_clock(sys.argv[2])
    loop = new_event_loop()
    took = loop.run_until_complete(use_timers())
    loop.close()
    print(1 <= took < 1000)


if __name__ == "__main__":
    main()
