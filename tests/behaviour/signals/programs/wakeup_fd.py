"""Python's one wakeup descriptor, wanted by a running loop and by somebody else at the same time."""

import asyncio
import signal
import socket
import sys
import time
from types import FrameType

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import send, send_soon, wakeup_fd, was_prompt

left, right = socket.socketpair()
left.setblocking(False)
right.setblocking(False)


def received() -> bytes:
    """What came to the user's descriptor."""
    try:
        return left.recv(100)
    except BlockingIOError:
        return b""


def set_during_the_run() -> None:
    """And left there."""

    async def main() -> None:
        signal.set_wakeup_fd(right.fileno())
        send_soon(signal.SIGUSR1, 0.05)
        await asyncio.sleep(0.3)
        print(received() == bytes([signal.SIGUSR1]), wakeup_fd() == right.fileno())

    loop = new_event_loop()
    loop.run_until_complete(main())
    print(wakeup_fd() == right.fileno())
    loop.run_until_complete(asyncio.sleep(0.01))
    print(wakeup_fd() == right.fileno())
    loop.close()
    print(wakeup_fd() == right.fileno())
    signal.set_wakeup_fd(-1)


def set_and_reset_during_the_run() -> None:
    """What was found is put back."""
    noted: list[bool] = []
    signal.signal(signal.SIGUSR1, lambda _signum, _frame: noted.append(was_prompt()))

    async def main() -> None:
        found = signal.set_wakeup_fd(right.fileno())
        await asyncio.sleep(0.01)
        signal.set_wakeup_fd(found, warn_on_full_buffer=False)
        send_soon(signal.SIGUSR1, 0.05)
        await asyncio.sleep(0.3)

    loop = new_event_loop()
    loop.run_until_complete(main())
    print(noted, wakeup_fd())
    loop.close()


def storm() -> None:
    """A hundred signals, for a descriptor set before the run."""
    signal.signal(signal.SIGUSR2, lambda _signum, _frame: None)
    signal.set_wakeup_fd(right.fileno())
    total = b""

    async def main() -> None:
        nonlocal total
        for number in (signal.SIGUSR1, signal.SIGUSR2) * 50:
            send(number)
            await asyncio.sleep(0)
            total += received()
        deadline = time.monotonic() + 30
        while len(total) < 100 and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
            total += received()

    loop = new_event_loop()
    loop.run_until_complete(main())
    loop.close()
    signal.set_wakeup_fd(-1)
    print(total == bytes([signal.SIGUSR1, signal.SIGUSR2]) * 50)


def in_trouble(trouble: str) -> None:
    """The user's descriptor is "full", or it is "closed" during the run."""
    noted: list[bool] = []
    loop = new_event_loop()

    def handler(_signum: int, _frame: FrameType | None) -> None:
        noted.append(was_prompt())
        loop.call_soon_threadsafe(int)

    signal.signal(signal.SIGUSR1, handler)
    signal.set_wakeup_fd(right.fileno(), warn_on_full_buffer=False)
    if trouble == "full":
        try:
            while True:
                right.send(b"x" * 1000)
        except BlockingIOError:
            pass

    async def main() -> str:
        if trouble == "closed":
            signal.set_wakeup_fd(-1)
            right.close()
        send_soon(signal.SIGUSR1, 0.1)
        await asyncio.sleep(0.3)
        return "complete"

    print(loop.run_until_complete(main()), noted)
    loop.close()
    signal.set_wakeup_fd(-1)


def two_loops() -> None:
    """The first has a handler, the second runs in between."""
    first, second = new_event_loop(), new_event_loop()
    noted: list[str] = []
    first.add_signal_handler(signal.SIGUSR1, noted.append, "handler")
    owned = wakeup_fd()
    second.run_until_complete(asyncio.sleep(0.01))
    print(wakeup_fd() == owned, owned >= 0)
    send(signal.SIGUSR1)
    first.run_until_complete(asyncio.sleep(0.05))
    print(noted, wakeup_fd() == owned)
    first.close()
    print(wakeup_fd())
    second.run_until_complete(asyncio.sleep(0.01))
    second.close()
    print(wakeup_fd())


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda _signum, _frame: None)
    run_scenario(globals(), sys.argv[2:])
