"""freezegun: time stands still while a loop runs, until the program moves it."""

import asyncio
import datetime
import sys
import time

from freezegun import freeze_time

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario


async def _turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _frozen() -> list[object]:
    loop = asyncio.get_running_loop()
    fired: list[object] = []
    with freeze_time("2012-01-14") as clock:
        begun = loop.time()
        loop.call_later(10, fired.append, "ten")
        waiting = asyncio.ensure_future(asyncio.sleep(60, "slept"))
        await _turns()
        assert (fired, loop.time() - begun) == ([], 0)
        clock.tick(11)
        fired.append(round(loop.time() - begun, 3))
        await _turns()
        clock.tick(datetime.timedelta(seconds=60))
        fired.append(await waiting)
    fired.append(abs(loop.time() - time.monotonic()) < 5)
    await asyncio.sleep(0.001)
    return fired


async def _real() -> list[bool]:
    loop = asyncio.get_running_loop()
    with freeze_time("2012-01-14", real_asyncio=True):
        begun = loop.time()
        await asyncio.wait_for(asyncio.sleep(0.02), 5)
        return [0.015 < loop.time() - begun < 10, datetime.datetime.now().year == 2012]


def ticked() -> None:
    """Timers follow the clock of the test, and afterwards the real one."""
    loop = new_event_loop()
    print(loop.run_until_complete(_frozen()))
    loop.close()


def made_while_frozen() -> None:
    """As a test does whose fixture makes the loop."""
    with freeze_time("2012-01-14") as clock:
        loop = new_event_loop()
        begun = loop.time()
        fired: list[int] = []
        loop.call_later(5, fired.append, 1)
        clock.move_to("2012-01-15")
        loop.run_until_complete(_turns())
        print(fired, loop.time() - begun)
    print(loop.run_until_complete(_frozen()))
    loop.close()


def ticking() -> None:
    """The frozen clock ticks by itself, so loops wait for their timers."""
    loop = new_event_loop()
    with freeze_time("2012-01-14", tick=True):
        begun = time.perf_counter()
        print(loop.run_until_complete(asyncio.sleep(0.02, "slept")), time.perf_counter() - begun < 10)
    loop.close()


def real_asyncio() -> None:
    """The loop's own clock is left alone."""
    loop = new_event_loop()
    print(loop.run_until_complete(_real()))
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
