"""Listening sockets: the engine accepts, and each connection becomes a transport."""

from __future__ import annotations

import contextvars
import errno
import os
import socket
from asyncio import constants, log, trsock
from typing import TYPE_CHECKING, Any

from ._accepted_transport import AcceptedTransport, socket_like
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
        self._is_tcp = sock.proto == socket.IPPROTO_TCP
        self._is_unix = sock.family == socket.AF_UNIX  # once: `family` takes as long as a call of the kernel

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
            self._accept(self._sock.fileno(), self._backlog, self._is_tcp, self._loop)
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

    def _accepted(self, fd: int, peername: object, sockname: object) -> None:
        contextvars.copy_context().run(self._connect, fd, {"peername": peername, "sockname": sockname})

    def _connect(self, fd: int, names: dict[str, object]) -> None:
        loop = self._loop
        protocol = None
        taken = False
        try:
            if loop._debug:
                self._log_connection(fd, names["peername"])
            protocol = self._protocol_factory()
            if loop._transport_at(fd) is not None:
                loop._ensure_fd_no_transport(fd)
            taken = True
            AcceptedTransport(loop, fd, self._sock, self._is_unix, names, protocol, self._server)
        except BaseException as exc:
            if not taken:
                os.close(fd)
            if isinstance(exc, SystemExit | KeyboardInterrupt):
                raise
            if loop.get_debug():
                context = {"message": "Error on transport creation for incoming connection", "exception": exc}
                if protocol is not None:
                    context["protocol"] = protocol
                loop.call_exception_handler(context)

    def _log_connection(self, fd: int, address: object) -> None:
        connection = socket_like(self._sock, fd)
        try:
            log.logger.debug("%r got a new connection from %r: %r", self._server, address, connection)
        finally:
            connection.detach()  # the descriptor is the transport's
