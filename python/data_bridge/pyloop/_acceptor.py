"""Listening sockets: the engine accepts, and each connection becomes a transport."""

from __future__ import annotations

import contextvars
import errno
import socket
from asyncio import constants, log, trsock
from typing import TYPE_CHECKING, Any

from ._native import AcceptorCore

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


class Acceptor(AcceptorCore):
    """Accepts connections as long as the socket is watched.

    asyncio runs a task for each connection; here `protocol_factory` is called at once, in a copy of the context.
    """

    def __init__(
        self,
        loop: Any,  # noqa: ANN401 - our loop, of which private methods are used
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        sock: socket.socket,
        server: asyncio.AbstractServer | None,
        backlog: int,
    ) -> None:
        self._loop = loop
        self._protocol_factory = protocol_factory
        self._sock = sock
        self._server = server
        self._backlog = backlog
        self._type = sock.type | socket.SOCK_NONBLOCK  # sockets of the engine do not block, and shall know it

    @staticmethod
    def suits(sock: socket.socket) -> bool:
        """Tell whether the engine can accept at this socket."""
        return type(sock) is socket.socket and sock.family in _FAMILIES

    def start(self) -> None:
        """Accept from now on, unless the socket is closed."""
        if self._sock.fileno() >= 0:
            self._loop._add_reader(self._sock.fileno(), self._accept_connections)

    def _accept_connections(self) -> None:
        try:
            self._accept(self._sock.fileno(), self._backlog)
        except OSError as exc:
            if exc.errno not in _OUT_OF_RESOURCES:
                raise
            self._loop.call_exception_handler(
                {
                    "message": "socket.accept() out of system resource",
                    "exception": exc,
                    "socket": trsock.TransportSocket(self._sock),
                }
            )
            # The socket stays ready, and every attempt would fail until somebody closes something.
            self._loop._remove_reader(self._sock.fileno())
            self._loop.call_later(constants.ACCEPT_RETRY_DELAY, self.start)

    # Called by the engine.

    def _accepted(self, fd: int, address: object) -> None:
        connection = socket.socket(self._sock.family, self._type, self._sock.proto, fd)
        if self._loop.get_debug():
            log.logger.debug("%r got a new connection from %r: %r", self._server, address, connection)
        contextvars.copy_context().run(self._connect, connection, address)

    def _connect(self, connection: socket.socket, address: object) -> None:
        protocol = None
        try:
            protocol = self._protocol_factory()
            self._loop._make_socket_transport(connection, protocol, extra={"peername": address}, server=self._server)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as exc:
            if self._loop.get_debug():
                context = {"message": "Error on transport creation for incoming connection", "exception": exc}
                if protocol is not None:
                    context["protocol"] = protocol
                self._loop.call_exception_handler(context)
