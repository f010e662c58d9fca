"""Listening sockets: the engine accepts connections, and a transport is made for each."""

from __future__ import annotations

import contextvars
import errno
import os
import socket
from asyncio import constants, log, trsock

from ._accepted_transport import AcceptedTransport, socket_like
from ._engine import AcceptorCore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any

_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Acceptor(AcceptorCore):
    """Accepts connections as long as the socket is watched.

    asyncio runs a task for each connection. An `Acceptor` calls `protocol_factory` at once, in a copy of the current
    context. If the server has a `context`, it copies that one, and the connection keeps the copy.
    """

    def __init__(
        self,
        loop: Any,  # noqa: ANN401 - our loop, of which private methods are used
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        sock: socket.socket,
        server: asyncio.AbstractServer | None,
        backlog: int,
        context: contextvars.Context | None,
    ) -> None:
        self._loop = loop
        self._protocol_factory = protocol_factory
        self._sock = sock
        self._server = server
        self._backlog = backlog
        self._context = context
        self._is_tcp = sock.proto == socket.IPPROTO_TCP
        self._is_unix = sock.family == socket.AF_UNIX  # computed once, because `family` takes as long as a system call

    def start(self) -> None:
        """Start to accept connections, unless the socket is closed. Loop's thread."""
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
            # The socket stays ready, and every attempt would fail until a descriptor is closed or memory is freed.
            self._loop._remove_reader(self._sock.fileno())
            self._loop.call_later(constants.ACCEPT_RETRY_DELAY, self.start)

    # Called by the engine.

    def _accepted(self, fd: int, peername: object, sockname: object) -> None:
        names = {"peername": peername, "sockname": sockname}
        if self._context is None:
            contextvars.copy_context().run(self._connect, fd, names, None)
        else:
            context = self._context.copy()
            context.run(self._connect, fd, names, context)

    def _connect(self, fd: int, names: dict[str, object], context: contextvars.Context | None) -> None:
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
            AcceptedTransport(loop, fd, self._sock, self._is_unix, names, protocol, self._server, context)
        except BaseException as exc:
            if not taken:
                os.close(fd)
            if isinstance(exc, SystemExit | KeyboardInterrupt):
                raise
            if loop.get_debug():
                failure = {"message": "Error on transport creation for incoming connection", "exception": exc}
                if protocol is not None:
                    failure["protocol"] = protocol
                loop.call_exception_handler(failure)

    def _log_connection(self, fd: int, address: object) -> None:
        connection = socket_like(self._sock, fd)
        try:
            log.logger.debug("%r got a new connection from %r: %r", self._server, address, connection)
        finally:
            connection.detach()  # the transport owns the descriptor
