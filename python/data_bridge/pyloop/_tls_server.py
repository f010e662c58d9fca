"""TLS on the connections that a server accepts, and the limit of handshakes that are under way."""

from __future__ import annotations

import weakref

from ._acceptor import Acceptor, report_failure
from ._tls import protocol_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    import socket
    import ssl
    from collections.abc import Callable
    from typing import Any


class TlsServer(Acceptor):
    """Accepts connections, which get TLS. All methods belong to the loop's thread.

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
        factory = _ProtocolFactory(self, loop, protocol_factory, sslcontext, timeouts)
        super().__init__(loop, factory, sock, server, backlog, context)

    def pause(self) -> None:
        """Accept no connections until `resume` is called."""
        self.is_full = True
        if self._sock.fileno() >= 0:
            self._loop._remove_reader(self._sock.fileno())

    def resume(self) -> None:
        """Accept connections again, unless the loop or the socket is closed."""
        self.is_full = False
        if not self._loop.is_closed():
            self.start()


class _ProtocolFactory:
    """Makes the TLS protocols of accepted connections, and counts their handshakes.

    It does not keep its server alive, which refers to it: reference counting frees a server that is closed.
    """

    def __init__(
        self,
        server: TlsServer,
        loop: Any,  # noqa: ANN401 - our loop, of which private methods are used
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        sslcontext: ssl.SSLContext,
        timeouts: tuple[float | None, float | None],
    ) -> None:
        self._server = weakref.ref(server)
        self._paused: TlsServer | None = None  # the loop does not refer to a server that it does not watch
        self._loop = loop
        self._protocol_factory = protocol_factory
        self._sslcontext = sslcontext
        self._timeouts = timeouts
        self._limit: int = loop._handshake_limit
        self._handshakes = 0

    def __call__(self) -> asyncio.BaseProtocol:
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
        if self._handshakes == self._limit and (server := self._server()) is not None:
            self._paused = server
            server.pause()

    def handshake_ended(self, error: BaseException | None, protocol: asyncio.BaseProtocol) -> None:
        """Count a handshake no more. In debug mode, report why it has failed, as asyncio does."""
        self._handshakes -= 1
        if self._handshakes == self._limit - 1 and (server := self._paused) is not None:
            self._paused = None
            server.resume()
        if error is not None and self._loop.get_debug():
            report_failure(self._loop, error, protocol)


class _Handshake:
    """The `waiter` of a TLS protocol: it counts the handshake until the protocol resolves or drops it."""

    __slots__ = ("_protocol", "_server")

    def __init__(self, server: _ProtocolFactory, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol
        self._server: _ProtocolFactory | None = server
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
