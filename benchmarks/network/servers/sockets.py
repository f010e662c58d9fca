"""A server on the loop's own socket functions: `sock_accept`, `sock_recv`, `sock_sendall`."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from benchmarks.network.servers.settings import Address, Settings, listening_socket, port_of

if TYPE_CHECKING:
    import asyncio

RECV_BYTES = 256 * 1024

_tasks: set[asyncio.Task[None]] = set()


async def echo(loop: asyncio.AbstractEventLoop, client: socket.socket) -> None:
    """Serve one connection."""
    with client:
        while data := await loop.sock_recv(client, RECV_BYTES):
            await loop.sock_sendall(client, data)


async def accept(loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
    """Serve every connection in a task of its own."""
    while True:
        client, _ = await loop.sock_accept(listener)
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        keep(loop.create_task(echo(loop, client)))


def keep(task: asyncio.Task[None]) -> None:
    """Loops know their tasks weakly."""
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def start_echo(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve echoes."""
    listener = listening_socket(settings)
    keep(loop.create_task(accept(loop, listener)))
    return port_of(listener)
