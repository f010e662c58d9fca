"""What programs about signals share. Each runs in a process of its own: signals are process-wide."""

import asyncio
import os
import signal
import threading
import time

# Generous, since a busy machine may stop a process for seconds.
PROMPT = 5.0

_sent = 0.0


def send(signum: int) -> None:
    """Send this process a signal."""
    os.kill(os.getpid(), signum)


def send_soon(signum: int, delay: float = 0.3) -> None:
    """Send this process a signal from another thread, after so many seconds."""

    def wait_and_send() -> None:
        global _sent
        time.sleep(delay)
        _sent = time.monotonic()
        send(signum)

    threading.Thread(target=wait_and_send, daemon=True).start()


def was_prompt() -> bool:
    """Tell whether what `send_soon` sent last was sent just now."""
    return time.monotonic() - _sent < PROMPT


def finish_with(loop: asyncio.AbstractEventLoop, *texts: object) -> None:
    """Print and stop the loop."""
    print(*texts)
    loop.stop()


async def early_wakes(sleeps: int) -> int:
    """Sleep 20 ms that many times; return how often a sleep ended too early."""
    early = 0
    for _ in range(sleeps):
        start = time.monotonic()
        await asyncio.sleep(0.02)
        early += time.monotonic() < start + 0.02
    return early


def wakeup_fd() -> int:
    """Python's wakeup descriptor, or -1."""
    fd = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    return fd
