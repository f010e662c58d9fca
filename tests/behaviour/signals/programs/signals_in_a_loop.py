"""Signals that come while a loop runs; each program prints what happened."""

import asyncio
import pathlib
import signal
import sys
from collections.abc import ItemsView
from types import FrameType

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import early_wakes, send_soon, was_prompt


def handler_in_a_blocked_run() -> None:
    """It schedules the end of the run."""
    loop = new_event_loop()

    def handler(signum: int, _frame: FrameType | None) -> None:
        print("handler", signum == signal.SIGUSR1, was_prompt())
        loop.call_soon_threadsafe(loop.call_later, 0.05, finish)

    def finish() -> None:
        print("still running", loop.is_running())
        loop.stop()

    signal.signal(signal.SIGUSR1, handler)
    send_soon(signal.SIGUSR1)
    loop.run_forever()
    loop.close()


def handler_that_only_notes() -> None:
    """It does nothing to the loop."""
    noted: list[bool] = []
    signal.signal(signal.SIGUSR1, lambda _signum, _frame: noted.append(was_prompt()))

    async def main() -> str:
        send_soon(signal.SIGUSR1, 0.1)
        await asyncio.sleep(0.6)
        return "complete"

    loop = new_event_loop()
    print(loop.run_until_complete(main()), noted)
    loop.close()


def handler_that_raises() -> None:
    """The loop is used again."""

    def handler(_signum: int, _frame: FrameType | None) -> None:
        raise ZeroDivisionError("in the handler")

    signal.signal(signal.SIGUSR1, handler)
    loop = new_event_loop()
    send_soon(signal.SIGUSR1)
    try:
        loop.run_forever()
    except ZeroDivisionError as error:
        print(error, was_prompt(), loop.is_running())
    loop.call_soon(print, "usable")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()


def storm() -> None:
    """A signal every millisecond."""
    count = 0

    def handler(_signum: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1

    signal.signal(signal.SIGALRM, handler)

    loop = new_event_loop()
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    early = loop.run_until_complete(early_wakes(20))
    signal.setitimer(signal.ITIMER_REAL, 0)
    loop.close()
    print("early", early, "signals", count > 20)


def ignored() -> None:
    """By the process."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)

    async def main() -> str:
        send_soon(signal.SIGUSR1, 0.05)
        await asyncio.sleep(0.3)
        return "complete"

    loop = new_event_loop()
    print(loop.run_until_complete(main()))
    loop.close()


def default_action() -> None:
    """It ends the process."""
    loop = new_event_loop()
    send_soon(signal.SIGTERM)
    loop.run_forever()


def actions_before_and_after() -> None:
    """Print what differs after a run and after the close."""

    def actions() -> ItemsView[int | str, object]:
        facts: dict[int | str, object] = {number: signal.getsignal(number) for number in signal.valid_signals()}
        for line in pathlib.Path("/proc/self/status").read_text().splitlines():
            name, _, mask = line.partition(":")
            if name in ("SigBlk", "SigIgn"):
                # The two signals that are not valid belong to the C library, which sets them up with the first thread.
                facts[name] = tuple(number for number in signal.valid_signals() if int(mask, 16) >> (number - 1) & 1)
        return facts.items()

    before = actions()
    loop = new_event_loop()
    loop.call_soon(loop.stop)
    loop.run_forever()
    print(before ^ actions())
    loop.close()
    print(before ^ actions())


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
