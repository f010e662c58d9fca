"""Programs with signal handlers of the loop's; each prints what happened."""

import asyncio
import os
import signal
import socket
import sys
import threading
from typing import Any

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import finish_with, send, send_soon, wakeup_fd


def handler_with_arguments() -> None:
    """The loop waits."""
    loop = new_event_loop()
    loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "called", 1)
    send_soon(signal.SIGUSR1)
    loop.run_forever()
    loop.close()


def busy_loop() -> None:
    """The loop never waits."""
    loop = new_event_loop()

    def spin() -> None:
        loop.call_soon(spin)

    spin()
    loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "called")
    send_soon(signal.SIGUSR1)
    loop.run_forever()
    loop.close()


def signal_before_the_run() -> None:
    """The loop does not run yet."""
    loop = new_event_loop()
    loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "called")
    send(signal.SIGUSR1)
    print("not yet")
    loop.run_forever()
    loop.close()


def several_signals() -> None:
    """Three come together."""
    loop = new_event_loop()
    seen: list[str] = []

    def note(name: str) -> None:
        seen.append(name)
        if len(seen) == 3:
            loop.stop()

    for name in ("SIGUSR1", "SIGUSR2", "SIGTERM"):
        loop.add_signal_handler(getattr(signal, name), note, name)
    for name in ("SIGUSR1", "SIGUSR2", "SIGTERM"):
        loop.call_later(0.01, send, getattr(signal, name))
    loop.run_forever()
    loop.close()
    print(sorted(seen))


def handler_for_interrupts() -> None:
    """Set, called and removed."""
    loop = new_event_loop()
    loop.add_signal_handler(signal.SIGINT, finish_with, loop, "graceful")
    send_soon(signal.SIGINT)
    loop.run_forever()
    print(loop.remove_signal_handler(signal.SIGINT), signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    loop.close()


def replaced_handler() -> None:
    """Set twice."""
    loop = new_event_loop()
    loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "old")
    loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "new")
    loop.call_soon(send, signal.SIGUSR1)
    loop.run_forever()
    loop.close()


def removed_handler() -> None:
    """Removed before, while and after it is set."""
    loop = new_event_loop()
    print(loop.remove_signal_handler(signal.SIGUSR1))
    loop.add_signal_handler(signal.SIGUSR1, print)
    print(loop.remove_signal_handler(signal.SIGUSR1), signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL)
    print(loop.remove_signal_handler(signal.SIGUSR1))
    loop.close()


def closed_loop() -> None:
    """Closed with a handler."""
    loop = new_event_loop()
    loop.add_signal_handler(signal.SIGUSR1, print)
    loop.close()
    print(signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL, wakeup_fd())


def wrong_arguments() -> None:
    """Every sort of them; their errors are printed."""
    loop = new_event_loop()

    async def coroutine_function() -> None:
        pass

    coroutine = coroutine_function()
    signals: tuple[Any, ...] = ("SIGUSR1", 1000, -1, signal.SIGKILL, signal.SIGSTOP)
    wrong: list[tuple[Any, Any]] = [(signum, print) for signum in signals]
    for signum, callback in [*wrong, (signal.SIGUSR1, coroutine_function), (signal.SIGUSR1, coroutine)]:
        try:
            loop.add_signal_handler(signum, callback)
        except Exception as error:
            print(type(error).__name__, error)
    coroutine.close()
    for signum in signals[:2]:
        try:
            loop.remove_signal_handler(signum)
        except Exception as error:
            print(type(error).__name__, error)
    print(wakeup_fd())
    loop.close()


def exception_in_a_handler() -> None:
    """The exception handler prints its name and the context's keys."""
    loop = new_event_loop()

    def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        finish_with(loop, type(context["exception"]).__name__, sorted(context))

    loop.set_exception_handler(report)
    loop.add_signal_handler(signal.SIGUSR1, lambda: 1 / 0)
    loop.call_soon(send, signal.SIGUSR1)
    loop.run_forever()
    loop.close()


def python_handler_set_later() -> None:
    """A handler of Python's beside the loop's."""
    loop = new_event_loop()
    seen: list[str] = []

    def note(text: str) -> None:
        seen.append(text)
        loop.call_later(0.05, loop.stop)

    loop.add_signal_handler(signal.SIGUSR1, note, "loop")
    signal.signal(signal.SIGUSR1, lambda _signum, _frame: seen.append("python"))
    loop.call_soon(send, signal.SIGUSR1)
    loop.call_later(60, loop.stop)
    loop.run_forever()
    loop.close()
    print(sorted(seen))


def loop_outside_the_main_thread() -> None:
    """It refuses a handler, and runs."""

    def run() -> None:
        loop = new_event_loop()
        try:
            loop.add_signal_handler(signal.SIGUSR1, print)
        except RuntimeError as error:
            print("main thread" in str(error))
        loop.call_soon(print, "runs")
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    print(signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL)


def wakeup_fd_without_handlers() -> None:
    """Before, between and after run and close."""
    loop = new_event_loop()
    print(wakeup_fd())
    loop.run_until_complete(asyncio.sleep(0.01))
    print(wakeup_fd())
    loop.close()
    print(wakeup_fd())


def wakeup_fd_of_the_user() -> None:
    """Set before the run, in use, and there after it."""
    left, right = socket.socketpair()
    left.setblocking(False)
    right.setblocking(False)
    signal.signal(signal.SIGUSR1, lambda _signum, _frame: None)
    signal.set_wakeup_fd(right.fileno())
    loop = new_event_loop()

    async def main() -> None:
        send_soon(signal.SIGUSR1, 0.05)
        await asyncio.sleep(0.3)

    loop.run_until_complete(main())
    print(wakeup_fd() == right.fileno())
    loop.close()
    print(wakeup_fd() == right.fileno(), left.recv(10) == bytes([signal.SIGUSR1]))
    signal.set_wakeup_fd(-1)
    left.close()
    right.close()


def handler_of_a_runner() -> None:
    """During a run and after it."""
    before = signal.getsignal(signal.SIGINT)

    async def main() -> bool:
        return signal.getsignal(signal.SIGINT) is before

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(runner.run(main()))
    print(signal.getsignal(signal.SIGINT) is before, wakeup_fd())


def signal_before_the_handler() -> None:
    """It comes in the callback that then sets the loop's handler."""
    loop = new_event_loop()
    signal.signal(signal.SIGUSR1, lambda *_: print("old"))

    def main() -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        loop.add_signal_handler(signal.SIGUSR1, print, "new")
        loop.call_later(0.1, loop.stop)

    loop.call_soon(main)
    loop.run_forever()
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
