"""One thread is kept in Python code inside Java, at the place that an argument names; others use every part."""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from data_bridge.pyloop import new_event_loop
from support import workloads

if TYPE_CHECKING:
    from data_bridge.pyloop import PyLoop  # would load the engine in the main thread

held, release = threading.Event(), threading.Event()
left, right = socket.socketpair()
right.setblocking(False)
loop: "PyLoop"


def hold() -> None:
    """Stay here until the main thread has used everything."""
    held.set()
    release.wait()
    loop.stop()


async def holding() -> None:
    """As a task."""
    hold()


class Holding:
    """As a finaliser."""

    def __int__(self) -> int:
        return 0

    def __del__(self) -> None:
        hold()


class Protocol(asyncio.Protocol):
    """As a protocol."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, _data: bytes) -> None:
        hold()
        self.transport.abort()


async def receiving() -> None:
    """Give the protocol a connection."""
    await loop.connect_accepted_socket(Protocol, right.dup())
    right.detach()


def in_a_reader() -> None:
    """Make the descriptor readable."""

    def read() -> None:
        loop.remove_reader(right)
        hold()

    left.send(b"x")
    loop.add_reader(right, read)


def in_an_exception_handler() -> None:
    """Let a callback fail."""
    loop.set_exception_handler(lambda *_: hold())
    loop.call_soon(int, "x")


def in_a_protocol() -> None:
    """Send it something."""
    loop.create_task(receiving())
    left.send(b"x")


PLACES: dict[str, Callable[[], object]] = {
    "callback": lambda: loop.call_soon(hold),
    "timer": lambda: loop.call_later(0, hold),
    "callback of a batch": lambda: loop.call_soon_batch([hold]),
    "reader": in_a_reader,
    "task": lambda: loop.create_task(holding()),
    "finaliser of an argument": lambda: loop.call_soon(int, Holding()).cancel(),
    "exception handler": in_an_exception_handler,
    "protocol": in_a_protocol,
}


def run(place: str) -> None:
    """Run a loop that is held at that place."""
    global loop
    loop = new_event_loop()
    PLACES[place]()
    loop.run_forever()
    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()


async def use_everything() -> None:
    """Run every workload."""
    for workload in workloads.WORKLOADS.values():
        await workload()


def main() -> None:
    """Print "no deadlock" in the end."""
    thread = threading.Thread(target=run, args=sys.argv[1:])
    thread.start()
    held.wait()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(use_everything())
    for _ in range(10):
        loop.call_soon_threadsafe(int)
    release.set()
    thread.join()
    left.close()
    print("no deadlock")


if __name__ == "__main__":
    main()
