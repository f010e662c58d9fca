"""TLS on the connections that a server accepts, and the limit of handshakes that are under way."""

from __future__ import annotations

from ._acceptor import Acceptor
from ._tls import protocol_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    import socket
    import ssl
    from collections.abc import Callable
    from typing import Any


class TlsServer:
    """Makes the TLS protocols of accepted connections. All methods belong to the loop's thread.

    A handshake takes memory, and a client can leave it unfinished until the handshake times out. When as many are under
    way as the limit allows, the socket is not watched, and further connections wait in the kernel's queue.
    """

    def __init__(
        self,
        loop: Any,  # noqa: ANN401 - our loop, of which private methods are used
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        sock: socket.socket,
        sslcontext: ssl.SSLContext,
        server: asyncio.AbstractServer | None,
        backlog: int,
        timeouts: tuple[float | None, float | None],
        context: contextvars.Context | None,
    ) -> None:
        self._loop = loop
        self._protocol_factory = protocol_factory
        self._sock = sock
        self._sslcontext = sslcontext
        self._timeouts = timeouts
        self._limit: int = loop._handshake_limit
        self._handshakes = 0
        self._acceptor = Acceptor(loop, self._make_protocol, sock, server, backlog, context)

    def start(self) -> None:
        """Start to accept connections, unless the socket is closed."""
        self._acceptor.start()

    def _make_protocol(self) -> asyncio.BaseProtocol:
        protocol = self._protocol_factory()
        handshake_timeout, shutdown_timeout = self._timeouts
        handshake = _Handshake(self, protocol)
        tls_protocol: asyncio.BaseProtocol = protocol_class(self._sslcontext)(
            self._loop,
            protocol,
            self._sslcontext,
            handshake,
            True,
            None,
            ssl_handshake_timeout=handshake_timeout,
            ssl_shutdown_timeout=shutdown_timeout,
        )
        return tls_protocol

    def handshake_begins(self) -> None:
        """Count a handshake."""
        self._handshakes += 1
        if self._handshakes == self._limit:
            self._acceptor.is_full = True
            if self._sock.fileno() >= 0:
                self._loop._remove_reader(self._sock.fileno())

    def handshake_ended(self, error: BaseException | None, protocol: asyncio.BaseProtocol) -> None:
        """Count a handshake no more. In debug mode, report why it has failed, as asyncio does."""
        self._handshakes -= 1
        if self._handshakes == self._limit - 1:
            self._acceptor.is_full = False
            if not self._loop.is_closed():
                self._acceptor.start()
        if error is not None and self._loop.get_debug():
            self._acceptor._report_failure(error, protocol)


class _Handshake:
    """The `waiter` of a TLS protocol: it counts the handshake until the protocol resolves or drops it."""

    __slots__ = ("_protocol", "_server")

    def __init__(self, server: TlsServer, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol
        self._server: TlsServer | None = server
        server.handshake_begins()

    def cancelled(self) -> bool:
        return False

    def set_result(self, _result: None) -> None:
        self._end(None)

    def set_exception(self, error: BaseException) -> None:
        self._end(error)

    def __del__(self) -> None:
        self._end(None)  # the connection has ended before the handshake began

    def _end(self, error: BaseException | None) -> None:
        if (server := self._server) is not None:
            self._server = None
            server.handshake_ended(error, self._protocol)
