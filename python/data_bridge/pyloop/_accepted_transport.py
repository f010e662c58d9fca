"""The transport of an accepted connection, which makes its `socket.socket` on demand."""

from __future__ import annotations

import os
import socket
import warnings
from asyncio import trsock

from . import _asyncio_internals as internals
from ._stream_transport import StreamTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    from collections.abc import Callable
    from typing import Any

_HIGH_WATER, _LOW_WATER = internals.default_water_marks()


def socket_like(listener: socket.socket, fd: int | None) -> socket.socket:
    """Return a socket object for `fd`, a connection that `listener` has accepted; if it is None, an unconnected one."""
    return socket.socket(listener.family, listener.type | socket.SOCK_NONBLOCK, listener.proto, fd)


class AcceptedTransport(StreamTransport):
    """A `StreamTransport` of a descriptor that a server has accepted.

    Most protocols never use the socket object. Making it takes as long as reading and answering a request, so it is
    made on its first use. All methods belong to the loop's thread.
    """

    _extra_made: dict[str, Any] | None = None
    _socket_made: socket.socket | None = None
    _ended = False

    def __init__(
        self,
        loop: Any,  # noqa: ANN401 - our loop, of which private methods are used
        fd: int,
        like: socket.socket,
        is_unix: bool,
        names: dict[str, Any],
        protocol: asyncio.BaseProtocol,
        server: asyncio.AbstractServer | None,
        context: contextvars.Context | None,
    ) -> None:
        """Take over `fd`, a connection of the same kind as `like`. `names` are its `peername` and `sockname`."""
        # The assignments of the inherited constructors, except those of fields that the engine initialises.
        self._loop = loop
        self._sock_fd = fd
        self._like = like
        self._names = names
        self._protocol_paused = False
        self._high_water = _HIGH_WATER
        self._low_water = _LOW_WATER
        self._context = context
        self._empty_waiter = None
        self.set_protocol(protocol)
        self._server = server
        if server is not None:
            internals.attach(server, self)
        self._attach(loop, None, fd, is_unix)
        loop.call_soon(protocol.connection_made, self, context=context)
        loop.call_soon(self._add_reader, context=context)

    def get_extra_info(self, name: str, default: object = None) -> Any:  # noqa: ANN401
        """Return information about the transport or its socket, `default` if there is none of that name."""
        if self._extra_made is None and name in self._names:
            return self._names[name]
        return super().get_extra_info(name, default)

    @property
    def _extra(self) -> dict[str, Any]:
        if self._extra_made is None:
            self._extra_made = {"socket": trsock.TransportSocket(self._sock or self._closed_socket()), **self._names}
        return self._extra_made

    @property
    def _sock(self) -> socket.socket | None:  # type: ignore[override]
        if self._ended:
            return None
        if self._socket_made is None:
            self._socket_made = socket_like(self._like, self._sock_fd)
        return self._socket_made

    def _closed_socket(self) -> socket.socket:
        closed = socket_like(self._like, None)
        closed.close()
        return closed

    def _call_connection_lost(self, exc: BaseException | None) -> None:
        if self._socket_made is None:
            self._detach_to_close()
        else:
            self._detach()  # the program may have a duplicate of the socket, which would keep the registration alive
        try:
            if self._protocol_connected:
                self._protocol.connection_lost(exc)
        finally:
            self._ended = True
            if self._socket_made is None:
                os.close(self._sock_fd)
            else:
                self._socket_made.close()
            self._protocol = None
            self._loop = None
            if (server := self._server) is not None:
                internals.detach(server, self)
                self._server = None
        if self._empty_waiter is not None:
            self._empty_waiter.set_exception(ConnectionError("Connection is closed by peer"))

    def __del__(self, _warn: Callable[..., object] = warnings.warn) -> None:
        if not self._ended:
            super().__del__(_warn)
