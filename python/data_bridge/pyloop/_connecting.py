"""`loop.create_connection` and `loop.create_unix_connection`: the engine connects, and no socket object is made.

It serves plain connections to literal addresses and to paths. asyncio's own methods serve all others: those with TLS,
whose transport has a socket object anyway, those to names, and those with options that few programs use.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import socket
import types
from asyncio import base_events
from typing import NamedTuple

from . import _asyncio_internals as internals
from ._engine import _connect, _socket_error, _socket_names
from ._socket_methods import SocketMethods

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, TypeVar

    from ._accepted_transport import AcceptedTransport

    _Protocol = TypeVar("_Protocol", bound=asyncio.BaseProtocol)
    _Connection = tuple[int, tuple[Any, Any] | None]

_socket_class = socket.socket


class SocketKind(NamedTuple):
    """What distinguishes sockets: the arguments of `socket.socket`."""

    family: int
    type: int
    proto: int


_INET = SocketKind(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
_INET6 = SocketKind(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP)
_UNIX = SocketKind(socket.AF_UNIX, socket.SOCK_STREAM, 0)


class Connecting(SocketMethods, internals.LoopInternals):
    """The methods of a loop that connect streams. They belong to the loop's thread."""

    async def create_connection(  # type: ignore[override]
        self,
        protocol_factory: Callable[[], _Protocol],
        host: str | None = None,
        port: int | str | None = None,
        *,
        ssl: Any = None,  # noqa: ANN401 - a context or a bool
        family: int = 0,
        local_addr: tuple[str, int] | None = None,
        **options: Any,
    ) -> tuple[asyncio.Transport, _Protocol]:
        """Connect to a TCP server: see `asyncio.loop.create_connection`."""
        if not (ssl or options) and local_addr is None and type(host) is str and self._connects_itself():
            kind = _INET6 if ":" in host else _INET
            address = (host, port) if kind is _INET else (host, port, 0, 0)
            if (not family or family == kind.family) and (connection := _connect(self, kind.family, address)):
                return await self._use_connection(protocol_factory, kind, address, *connection)
        options.update(ssl=ssl, family=family, local_addr=local_addr)
        return await super().create_connection(protocol_factory, host, port, **options)

    async def create_unix_connection(  # type: ignore[override]
        self,
        protocol_factory: Callable[[], _Protocol],
        path: str | os.PathLike[str] | None = None,
        *,
        ssl: Any = None,  # noqa: ANN401 - a context or a bool
        **options: Any,
    ) -> tuple[asyncio.Transport, _Protocol]:
        """Connect to a Unix socket: see `asyncio.loop.create_unix_connection`."""
        if not (ssl or options) and path is not None and self._connects_itself():
            path = os.fspath(path)
            if connection := _connect(self, _UNIX.family, path):
                return await self._use_connection(protocol_factory, _UNIX, path, *connection)
        return await super().create_unix_connection(protocol_factory, path, ssl=ssl, **options)

    def _connects_itself(self) -> bool:
        # Programs replace the class of sockets, or a loop's method, to connect in another way: through a proxy, or not
        # at all in a test. In debug mode asyncio's method logs the connection.
        return (
            not self._debug
            and base_events.socket.socket is _socket_class  # type: ignore[attr-defined]
            and type(self).sock_connect is SocketMethods.sock_connect
            and "sock_connect" not in vars(self)
        )

    async def _use_connection(
        self,
        protocol_factory: Callable[[], _Protocol],
        kind: SocketKind,
        address: object,
        fd: int,
        names: tuple[Any, Any] | None,
    ) -> tuple[asyncio.Transport, _Protocol]:
        context = contextvars.copy_context() if internals.CONNECTIONS_HAVE_CONTEXTS else None
        try:
            if names is None:
                await self._sock_wait(fd, self._sock_wait_writable(fd))
                if error := _socket_error(self, fd):
                    raise OSError(error, f"Connect call failed {address}")
                names = _socket_names(self, fd)
            if self._transport_at(fd) is not None:
                self._ensure_fd_no_transport(fd)
            protocol = protocol_factory()
        except BaseException:
            os.close(fd)
            raise
        extra = {"peername": names[0], "sockname": names[1]}
        transport = _transport_class()(self, fd, kind, kind is _UNIX, extra, protocol, None, context)
        try:
            await _iteration()  # the transport has scheduled connection_made(), which comes first
        except BaseException:
            transport.close()
            raise
        return transport, protocol


@functools.cache
def _transport_class() -> type[AcceptedTransport]:
    from ._accepted_transport import AcceptedTransport

    return AcceptedTransport


@types.coroutine
def _iteration() -> Generator[None, None, None]:
    yield
