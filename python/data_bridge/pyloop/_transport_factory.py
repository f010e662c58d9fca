"""Where asyncio's loop makes its transports, and the loop's part in them."""

from __future__ import annotations

from asyncio import events
from typing import TYPE_CHECKING, Any

from . import _asyncio_internals as internals
from ._stream_transport import StreamTransport

if TYPE_CHECKING:
    import asyncio
    import contextvars
    import socket
    import ssl

    class _Loop(asyncio.SelectorEventLoop, internals.LoopInternals): ...
else:
    _Loop = object


class TransportFactory(_Loop):
    """Makes transports with the engine in them; asyncio's methods for connections and servers call this."""

    def _make_socket_transport(
        self,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[None] | None = None,
        *,
        extra: dict[str, Any] | None = None,
        server: asyncio.AbstractServer | None = None,
    ) -> StreamTransport:
        self._ensure_fd_no_transport(sock)
        return StreamTransport(self, sock, protocol, waiter, extra, server)

    def _make_ssl_transport(
        self,
        rawsock: socket.socket,
        protocol: asyncio.BaseProtocol,
        sslcontext: ssl.SSLContext,
        waiter: asyncio.Future[None] | None = None,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        extra: dict[str, Any] | None = None,
        server: asyncio.AbstractServer | None = None,
        **timeouts: Any,
    ) -> asyncio.Transport:
        self._ensure_fd_no_transport(rawsock)
        ssl_protocol = internals.SSLProtocol(
            self, protocol, sslcontext, waiter, server_side, server_hostname, **timeouts
        )
        StreamTransport(self, rawsock, ssl_protocol, extra=extra, server=server)
        transport: asyncio.Transport = ssl_protocol._app_transport
        return transport

    # Called by the engine.

    def _io_handle(self, transport: StreamTransport, context: contextvars.Context) -> asyncio.Handle:
        return events.Handle(transport._read_ready, (), self, context)

    def _io_failed(self, transport: StreamTransport, exception: BaseException) -> None:
        self.call_exception_handler(
            {"message": f"Exception in callback of {transport!r}", "exception": exception, "transport": transport}
        )
