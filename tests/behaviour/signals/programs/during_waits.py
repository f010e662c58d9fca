"""Signals raised in C, so that no Python code runs between one and what the loop does next."""

import asyncio
import ctypes
import functools
import signal
import sys
import time
from types import FrameType
from typing import Any

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import send, send_soon, was_prompt

raise_in_c = ctypes.CDLL(None)["raise"]


class Interrupt(KeyboardInterrupt):
    """Leaves a run, as a KeyboardInterrupt does."""


def interrupt(signum: int, _frame: FrameType | None) -> None:
    """A handler."""
    raise Interrupt(signum)


def make_late(loop: asyncio.AbstractEventLoop) -> None:
    """As on a busy machine: all timers come due at once."""
    loop.call_later(0.01, time.sleep, 0.2)


def chain(loop: asyncio.AbstractEventLoop) -> functools.partial[Any]:
    """A callback that schedules itself, all of it C code if call_soon is."""
    link: functools.partial[Any] = functools.partial(int)
    link.__setstate__((loop.call_soon, (link,), {}, {}))  # type: ignore[attr-defined]
    return link


def python_handlers(*names: str) -> None:
    """One handler after the other, while the loop waits."""
    loop = new_event_loop()
    for name in names:
        noted: list[tuple[str, bool]] = []

        def handler(signum: int, _frame: FrameType | None, noted: list[tuple[str, bool]] = noted) -> None:
            noted.append((signal.Signals(signum).name, was_prompt()))
            loop.call_soon_threadsafe(loop.stop)

        signal.signal(signal.Signals[name], handler)
        send_soon(signal.Signals[name], 0.1)
        loop.run_forever()
        print(noted)
    loop.close()


def exceptions_of_a_blocked_run(*names: str) -> None:
    """One after the other, while the loop waits."""
    loop = new_event_loop()
    for name in names:
        signal.signal(signal.Signals[name], interrupt)
        send_soon(signal.Signals[name], 0.1)
        try:
            loop.run_forever()
        except Interrupt as error:
            print(signal.Signals(error.args[0]).name, was_prompt(), loop.is_running())
        print(loop.run_until_complete(asyncio.sleep(0.001, "usable")))
    loop.close()


def before_the_wait(*names: str) -> None:
    """The last callback before a wait raises the signal."""
    loop = new_event_loop()
    for name in names:
        signal.signal(signal.Signals[name], interrupt)
        loop.call_soon(raise_in_c, int(signal.Signals[name]))
        timer = loop.call_later(60, print, "too late")
        start = time.monotonic()
        try:
            loop.run_forever()
        except Interrupt as error:
            print(signal.Signals(error.args[0]).name, time.monotonic() - start < 30)
        timer.cancel()
    loop.close()


def before_the_run() -> None:
    """The first callback unblocks the signal."""
    signal.signal(signal.SIGUSR1, interrupt)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    send(signal.SIGUSR1)
    unblock = ctypes.CDLL(None).pthread_sigmask
    empty = (ctypes.c_ubyte * 128)()
    loop = new_event_loop()
    loop.call_soon(unblock, signal.SIG_SETMASK, empty, None)
    loop.call_later(60, print, "too late")
    start = time.monotonic()
    try:
        loop.run_forever()
    except Interrupt:
        print("interrupted", time.monotonic() - start < 30)
    loop.close()


def busy_with_c_only(*names: str) -> None:
    """One after the other, while the loop never waits."""
    loop = new_event_loop()
    loop.call_soon(chain(loop))
    for name in names:
        signal.signal(signal.Signals[name], interrupt)
        send_soon(signal.Signals[name], 0.1)
        try:
            loop.run_forever()
        except Interrupt as error:
            print(signal.Signals(error.args[0]).name, was_prompt())
    loop.close()


def in_the_middle_of_a_queue() -> None:
    """Print whether every callback ran once, in order, around runs that were left."""
    signal.signal(signal.SIGUSR1, interrupt)
    loop = new_event_loop()
    results: list[int] = []
    interrupts = 0
    for number in range(5000):
        loop.call_soon(loop.call_soon, results.append, number)
        if number % 500 == 250:
            loop.call_soon(raise_in_c, int(signal.SIGUSR1))
            loop.call_soon(loop.call_soon, raise_in_c, int(signal.SIGUSR1))
    loop.call_soon(loop.call_soon, loop.call_soon, loop.call_soon, loop.stop)  # type: ignore[arg-type]
    while len(results) < 5000:
        try:
            loop.run_forever()
        except Interrupt:
            interrupts += 1
    print(results == list(range(5000)), interrupts > 1)
    loop.close()


def tasks_and_timers(late: str) -> None:
    """Print whether one or two runs were left, and whether the tasks have ended well."""
    signal.signal(signal.SIGUSR1, interrupt)
    loop = new_event_loop()

    async def worker(number: int) -> int:
        await asyncio.sleep(0.05 * (number % 3))
        return number

    async def main() -> int:
        return sum(await asyncio.gather(*map(worker, range(300))))

    task = loop.create_task(main())
    loop.call_soon(raise_in_c, int(signal.SIGUSR1))
    loop.call_later(0.02, raise_in_c, int(signal.SIGUSR1))
    if late == "late":
        make_late(loop)
    interrupts = 0
    while not task.done():
        try:
            loop.run_until_complete(task)
        except Interrupt:
            interrupts += 1
    # On a slow machine both signals may be there before anybody looks.
    print(interrupts in (1, 2), task.result() == sum(range(300)))
    loop.close()


def after_a_callback_in_c() -> None:
    """Among callbacks, and among timers that are due together."""
    signal.signal(signal.SIGUSR1, interrupt)
    loop = new_event_loop()

    def note(text: str) -> None:
        print(text)

    def run() -> None:
        try:
            loop.run_forever()
        except Interrupt:
            print("interrupted")

    loop.call_soon(note, "before")
    loop.call_soon(raise_in_c, int(signal.SIGUSR1))
    loop.call_soon(note, "after")
    loop.call_soon(loop.stop)
    run()
    run()
    loop.call_later(0.01, raise_in_c, int(signal.SIGUSR1))
    make_late(loop)
    for _ in range(50):
        loop.call_later(0.02, int)
    loop.call_later(0.02, note, "timer")
    loop.call_later(0.03, loop.stop)
    run()
    run()
    loop.close()


def error_of_a_handler() -> None:
    """The exception handler prints whether it gets the handle, and the error."""

    def fail(_signum: int, _frame: FrameType | None) -> None:
        raise ValueError("from the handler")

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        print(type(context["handle"]).__name__ == "Handle", repr(context["exception"]))

    signal.signal(signal.SIGUSR1, fail)
    loop = new_event_loop()
    loop.set_exception_handler(report)
    loop.call_soon(raise_in_c, int(signal.SIGUSR1))
    loop.call_soon(print, "goes on")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
