"""Crashes in `crash_here`, which is called at the place in a program that an argument names.

Arguments: the kind of loop, the place, the crash, and what is done to the faulthandler: "" for nothing, "enable" or
"disable" just before the crash, or a file for its report from the start.
"""

import asyncio
import ctypes
import faulthandler
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable

from support.chosen_loop import new_event_loop

_, PLACE, CRASH, CHANGE = sys.argv[1:]
CHANGES: dict[str, Callable[[], object]] = {"": int, "enable": faulthandler.enable, "disable": faulthandler.disable}
if CHANGE not in CHANGES:
    faulthandler.enable(os.open(CHANGE, os.O_WRONLY | os.O_CREAT))


def crash() -> None:
    """A segmentation fault."""
    ctypes.string_at(0)


CRASHES: dict[str, Callable[[], object]] = {
    "segmentation fault": crash,
    "abort": os.abort,
    "Python's own fatal error": lambda: ctypes.pythonapi.Py_FatalError(b"evidence"),
    "overflow of the C stack": faulthandler._stack_overflow,  # type: ignore[attr-defined]
}


def crash_here(*_: object) -> None:
    """Say so and crash."""
    print("before", flush=True)
    CHANGES.get(CHANGE, int)()
    CRASHES[CRASH]()


loop = new_event_loop()
loop.call_later(50, os._exit, 3)
left, right = socket.socketpair()
left.setblocking(False)


class Protocol(asyncio.Protocol, asyncio.DatagramProtocol):
    """Crashes when it receives something."""

    def data_received(self, _data: bytes) -> None:
        crash_here()

    def datagram_received(self, _data: bytes, _address: object) -> None:
        crash_here()

    def connection_lost(self, _error: Exception | None) -> None:
        pass


async def in_a_task() -> None:
    """In this one."""
    crash_here()


async def in_a_callback() -> None:
    """In the next iteration."""
    loop.call_soon(crash_here)


async def in_a_reader() -> None:
    """When the socket is readable."""
    loop.add_reader(left, crash_here)
    right.send(b"x")


async def in_a_signal_handler() -> None:
    """Of the loop."""
    loop.add_signal_handler(signal.SIGUSR1, crash_here)
    os.kill(os.getpid(), signal.SIGUSR1)


async def in_data_received() -> None:
    """Of a protocol of a stream."""
    await loop.create_connection(Protocol, sock=left)
    right.send(b"x")


async def in_datagram_received() -> None:
    """Of a protocol that sends to itself."""
    transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=("127.0.0.1", 0))
    transport.sendto(b"x", transport.get_extra_info("sockname"))


async def in_data_received_of_a_pipe() -> None:
    """Of a protocol that reads a pipe."""
    read, write = os.pipe()
    await loop.connect_read_pipe(Protocol, os.fdopen(read, "rb", 0))
    os.write(write, b"x")


async def in_a_thread() -> None:
    """Beside the loop."""
    threading.Thread(target=crash_here).start()


async def in_an_executor() -> None:
    """In a thread of the loop's."""
    loop.run_in_executor(None, crash_here)


async def in_a_loop_in_a_thread() -> None:
    """In a callback of another loop."""

    async def late() -> None:
        asyncio.get_running_loop().call_soon(crash_here)
        await asyncio.sleep(50)

    def run_another_loop() -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(late())

    threading.Thread(target=run_another_loop).start()


async def main() -> None:
    """Go to the place, and wait for the crash."""
    place: Callable[[], Awaitable[None]] = globals()[PLACE]
    await place()
    await asyncio.sleep(50)


if __name__ == "__main__":
    loop.run_until_complete(main())
