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
        self.limit: int = loop._handshake_limit
        self.handshakes = 0  # that are under way

    def __call__(self) -> asyncio.BaseProtocol:
        # This runs for every connection, so it calls few functions of Python.
        protocol = self._protocol_factory()
        handshake_timeout, shutdown_timeout = self._timeouts
        handshake = _Handshake(self, protocol)
        self.handshakes += 1
        if self.handshakes == self.limit:
            self._limit_reached()
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

    def _limit_reached(self) -> None:
        if (server := self._server()) is not None:
            self._paused = server
            server.pause()

    def resume(self) -> None:
        """Accept connections again if the limit had been reached."""
        if (server := self._paused) is not None:
            self._paused = None
            server.resume()

    def handshake_failed(self, error: BaseException, protocol: asyncio.BaseProtocol) -> None:
        """In debug mode, report why a handshake has failed, as asyncio does."""
        if self._loop.get_debug():
            report_failure(self._loop, error, protocol)


class _Handshake:
    """The `waiter` of a TLS protocol: a handshake that is counted until the protocol resolves or drops it."""

    __slots__ = ("_protocol", "_server")

    def __init__(self, server: _ProtocolFactory, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol
        self._server: _ProtocolFactory | None = server

    cancelled = staticmethod(bool)
    """Return False."""

    def set_result(self, _result: None) -> None:
        if (server := self._server) is not None:
            self._server = None
            server.handshakes -= 1
            if server.handshakes == server.limit - 1:
                server.resume()

    def set_exception(self, error: BaseException) -> None:
        if (server := self._server) is not None:
            self.set_result(None)
            server.handshake_failed(error, self._protocol)

    def __del__(self) -> None:
        if self._server is not None:  # the connection has ended before the handshake began
            self.set_result(None)
