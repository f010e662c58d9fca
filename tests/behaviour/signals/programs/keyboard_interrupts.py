"""Programs that are interrupted; each prints how."""

import asyncio
import signal
import socket
import sys
import threading
import time

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import send_soon, was_prompt


def blocked_run() -> None:
    """The loop waits for nothing, and is used again."""
    loop = new_event_loop()
    send_soon(signal.SIGINT)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        print("interrupted", was_prompt(), loop.is_running())
    loop.call_soon(print, "usable")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()


def wait_for_a_timer() -> None:
    """The loop waits for an hour."""
    loop = new_event_loop()
    loop.call_later(3600, print, "never")
    send_soon(signal.SIGINT)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        print("interrupted", was_prompt())
    loop.close()


def main_task_of_a_runner() -> None:
    """It sleeps."""

    async def main() -> None:
        send_soon(signal.SIGINT)
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print("cancelled", was_prompt())
            raise

    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())
    except KeyboardInterrupt:
        print("interrupted", was_prompt())


def wait_for_a_thread() -> None:
    """The main task of a runner waits for a thread."""

    async def main() -> None:
        release = threading.Event()
        send_soon(signal.SIGINT)
        try:
            await asyncio.to_thread(release.wait, 3600)
        finally:
            release.set()

    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())
    except KeyboardInterrupt:
        print("interrupted", was_prompt())


def busy_with_python() -> None:
    """The loop never waits."""
    loop = new_event_loop()

    def spin() -> None:
        loop.call_soon(spin)

    spin()
    send_soon(signal.SIGINT)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        print("interrupted", was_prompt())
    loop.close()


def busy_with_c() -> None:
    """The loop never waits, and runs no code of Python's."""
    loop = new_event_loop()
    left, right = socket.socketpair()
    right.send(b"never read")
    loop.add_reader(left, int)
    send_soon(signal.SIGINT)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        print("interrupted", was_prompt())
    loop.close()
    left.close()
    right.close()


def nobody_catches_it() -> None:
    """Under a runner."""

    async def main() -> None:
        send_soon(signal.SIGINT)
        await asyncio.sleep(3600)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())


def loop_in_another_thread() -> None:
    """The main thread sleeps."""
    loop = new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    send_soon(signal.SIGINT)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("interrupted", was_prompt(), loop.is_running())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
