"""The loop's methods for sockets, in forms that can be put into tables of tests."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from support.loop_kinds import Loop

Receive = Callable[[Loop, socket.socket], Coroutine[Any, Any, bytes]]


async def recv(loop: Loop, sock: socket.socket) -> bytes:
    return await loop.sock_recv(sock, 4096)


async def recv_into(loop: Loop, sock: socket.socket) -> bytes:
    buffer = bytearray(4096)
    size = await loop.sock_recv_into(sock, buffer)
    return bytes(buffer[:size])


async def recvfrom(loop: Loop, sock: socket.socket) -> bytes:
    data, _address = await loop.sock_recvfrom(sock, 4096)
    assert isinstance(data, bytes)
    return data


async def recvfrom_into(loop: Loop, sock: socket.socket) -> bytes:
    buffer = bytearray(4096)
    size, _address = await loop.sock_recvfrom_into(sock, buffer)
    return bytes(buffer[:size])


RECEIVE: tuple[Receive, ...] = (recv, recv_into, recvfrom, recvfrom_into)


def calls(loop: Loop, sock: Any, file: Any = None) -> dict[str, Callable[[], Coroutine[Any, Any, Any]]]:
    """Every method with a socket and otherwise valid arguments, by name."""
    return {
        "sock_recv": lambda: loop.sock_recv(sock, 10),
        "sock_recv_into": lambda: loop.sock_recv_into(sock, bytearray(10)),
        "sock_recvfrom": lambda: loop.sock_recvfrom(sock, 10),
        "sock_recvfrom_into": lambda: loop.sock_recvfrom_into(sock, bytearray(10)),
        "sock_sendall": lambda: loop.sock_sendall(sock, b"data"),
        "sock_sendto": lambda: loop.sock_sendto(sock, b"data", ("127.0.0.1", 1)),
        "sock_connect": lambda: loop.sock_connect(sock, ("127.0.0.1", 1)),
        "sock_accept": lambda: loop.sock_accept(sock),
        "sock_sendfile": lambda: loop.sock_sendfile(sock, file),
    }


NAMES = (
    *("sock_recv", "sock_recv_into", "sock_recvfrom", "sock_recvfrom_into", "sock_sendall", "sock_sendto"),
    *("sock_connect", "sock_accept", "sock_sendfile"),
)
"""The keys of `calls`."""


async def waiting(coroutine: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """A task that has come as far as waiting for the socket."""
    task = asyncio.create_task(coroutine)
    for _ in range(5):
        await asyncio.sleep(0)
    await asyncio.sleep(0.005)
    assert not task.done()
    return task


async def cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel a task and see it end so."""
    task.cancel()
    outcomes = await asyncio.gather(task, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError]


def fill(sock: socket.socket) -> int:
    """Send until the kernel takes no more; return how many bytes it took."""
    sent = 0
    try:
        while True:
            sent += sock.send(b"." * 65536)
    except BlockingIOError:
        return sent


def nonblocking(family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A new socket that does not block."""
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    return sock


def listening(backlog: int = 10) -> socket.socket:
    """A TCP socket that listens on a free port and does not block."""
    sock = nonblocking()
    sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    return sock
