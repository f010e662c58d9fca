"""Listening sockets: the engine accepts connections and makes a transport of each."""

from __future__ import annotations

import socket
from asyncio import constants, log, trsock

from . import _asyncio_internals as internals
from ._accepted_transport import AcceptedTransport, socket_like
from ._engine import AcceptorCore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    from collections.abc import Callable
    from typing import Any


class Acceptor(AcceptorCore):
    """Accepts connections as long as the socket is watched. All methods belong to the loop's thread.

    asyncio runs a task for each connection. The engine calls `protocol_factory` at once, in a copy of the current
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
        self._make_protocol = protocol_factory
        self._sock = sock
        self._server = server
        self._context = context
        self._transport_class = AcceptedTransport
        self._most = backlog
        self._is_tcp = sock.proto == socket.IPPROTO_TCP
        self._is_unix = sock.family == socket.AF_UNIX
        self._server_knows_transports = internals.SERVER_KNOWS_TRANSPORTS

    is_full = False
    """Set while no connections are to be accepted."""

    def start(self) -> None:
        """Start to accept connections, unless the socket is closed or the server is full."""
        if self._sock.fileno() >= 0 and not self.is_full:
            self._loop._add_reader(self._sock.fileno(), self._accept)

    # Called by the engine.

    def _lacks_resources(self, error: OSError) -> None:
        self._loop.call_exception_handler(
            {
                "message": "socket.accept() out of system resource",
                "exception": error,
                "socket": trsock.TransportSocket(self._sock),
            }
        )
        # The socket stays ready, and every attempt would fail until a descriptor is closed or memory is freed.
        self._loop._remove_reader(self._sock.fileno())
        self._loop.call_later(constants.ACCEPT_RETRY_DELAY, self.start)

    def _log_connection(self, transport: AcceptedTransport) -> None:
        connection = socket_like(self._sock, transport._sock_fd)
        try:
            peer = transport._peername()
            log.logger.debug("%r got a new connection from %r: %r", self._server, peer, connection)
        finally:
            connection.detach()  # the transport owns the descriptor

    def _report_failure(self, error: BaseException, protocol: asyncio.BaseProtocol | None) -> None:
        report_failure(self._loop, error, protocol)


def report_failure(
    loop: asyncio.AbstractEventLoop, error: BaseException, protocol: asyncio.BaseProtocol | None
) -> None:
    """Report to the loop's exception handler that an accepted connection got no transport, as asyncio does."""
    failure = {"message": "Error on transport creation for incoming connection", "exception": error}
    if protocol is not None:
        failure["protocol"] = protocol
    loop.call_exception_handler(failure)
