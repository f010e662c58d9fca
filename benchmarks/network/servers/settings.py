"""Where and how a server listens, and the types of this package."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    import ssl

HOST = "127.0.0.1"
BACKLOG = 4096
"""As large as the number of connections that are made at once: a dropped one is tried again after a second."""


@dataclass(frozen=True)
class Settings:
    """The command line of a server."""

    size: int
    """Bytes of a message, where the server must know that."""
    path: str | None = None
    """Of the Unix socket, if it is to be one."""
    tls: ssl.SSLContext | None = None
    certificate: str | None = None
    """The file of which `tls` was made, for servers that make a context themselves."""
    port: int = 0
    """0 for one of the system's choice."""
    shared: bool = False
    """Whether other processes listen at the same port, so that the kernel divides the connections among them."""


Address = int | str
Start = Callable[["asyncio.AbstractEventLoop", Settings], Awaitable[Address]]


async def listen(
    loop: asyncio.AbstractEventLoop, settings: Settings, protocol: Callable[[], asyncio.BaseProtocol]
) -> Address:
    """Serve a protocol at a port of the system's choice, or at the path."""
    if settings.path is not None:
        await loop.create_unix_server(protocol, settings.path, backlog=BACKLOG, ssl=settings.tls)
        return settings.path
    server = await loop.create_server(protocol, HOST, 0, backlog=BACKLOG, ssl=settings.tls)
    return port_of(server.sockets[0])


def listening_socket(settings: Settings) -> socket.socket:
    """A socket for servers that want to be given one."""
    # asyncio switches Nagle's algorithm off only for sockets that name their protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if settings.shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((HOST, settings.port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port a socket is bound to."""
    port: int = listener.getsockname()[1]
    return port
