"""Requests for memory that the limit of the address space refuses: each raises MemoryError where it was made."""

import asyncio
import resource
import socket
from collections.abc import Awaitable
from typing import Any

from support.chosen_loop import new_event_loop
from support.process_figures import mapped_bytes
from survival.overload.programs.limits import nothing_left
from survival.overload.programs.protocols import Echo

HUGE = 1 << 42
reports: list[dict[str, Any]] = []


class Greedy(asyncio.BufferedProtocol):
    """Asks for a buffer that no memory holds."""

    def __init__(self) -> None:
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")

    def get_buffer(self, sizehint: int) -> bytearray:
        return bytearray(HUGE)

    def buffer_updated(self, nbytes: int) -> None:
        raise AssertionError

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


async def refused(awaitable: Awaitable[object]) -> bool:
    try:
        await awaitable
    except MemoryError:
        return True
    return False


async def ask(server: asyncio.Server, left: socket.socket, right: socket.socket) -> None:
    loop = asyncio.get_running_loop()

    def read_too_much() -> None:
        loop.remove_reader(left)
        bytes(HUGE)

    right.send(b"data")
    assert await refused(loop.sock_recv(left, HUGE))
    assert await refused(loop.run_in_executor(None, bytes, HUGE))
    assert await loop.sock_recv(left, 100) == b"data"
    # In a callback, a timer and a reader.
    loop.call_soon(bytes, HUGE)
    loop.call_later(0.001, bytes, HUGE)
    loop.add_reader(left, read_too_much)
    right.send(b"more")
    while len(reports) < 3:
        await asyncio.sleep(0.001)
    assert await loop.sock_recv(left, 100) == b"more"
    # A protocol that has no memory to receive into loses its connection and no other.
    _, greedy = await loop.create_connection(Greedy, *server.sockets[0].getsockname())
    assert isinstance(await greedy.lost, MemoryError)
    assert len(reports) == 4
    assert {type(context["exception"]) for context in reports} == {MemoryError}, reports
    reports.clear()
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"still served\n")
    assert await reader.readline() == b"still served\n"
    writer.close()
    await writer.wait_closed()


async def ask_again_and_again() -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: reports.append(context))
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    left, right = socket.socketpair()
    left.setblocking(False)
    await loop.run_in_executor(None, int)
    with left, right, nothing_left():
        for _ in range(20):
            await ask(server, left, right)
        await asyncio.sleep(0.01)
    server.close()
    await loop.shutdown_default_executor()


def main() -> None:
    """The engine is loaded before the address space is limited."""
    new_event_loop().close()
    resource.setrlimit(resource.RLIMIT_AS, (mapped_bytes() + (2 << 30), resource.RLIM_INFINITY))
    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(ask_again_and_again(), 100))
    loop.close()
    print("refused")


if __name__ == "__main__":
    main()
