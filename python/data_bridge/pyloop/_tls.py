"""TLS connections: an `SSLProtocol` on top of a transport."""

from __future__ import annotations

from . import _asyncio_internals as internals
from . import _openssl
from ._stream_transport import StreamTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    import socket
    import ssl
    from typing import Any


def protocol_class() -> Any:
    """Return the class of TLS protocols: the engine's if it can use Python's OpenSSL, else asyncio's."""
    if _openssl.why_not() is not None:
        return internals.SSLProtocol
    from ._tls_protocol import TlsProtocol

    return TlsProtocol


def make_tls_transport(
    loop: asyncio.AbstractEventLoop,
    sock: socket.socket,
    protocol: asyncio.BaseProtocol,
    sslcontext: ssl.SSLContext,
    waiter: asyncio.Future[None] | None,
    *,
    server_side: bool,
    server_hostname: str | None,
    extra: dict[str, Any] | None,
    server: asyncio.AbstractServer | None,
    timeouts: tuple[float | None, float | None],
    context: contextvars.Context | None,
) -> asyncio.Transport:
    """Make the transport of a TLS connection over a connected socket.

    `timeouts` are those of the handshake and of the shutdown, in seconds; None means asyncio's defaults. The result is
    the transport that `protocol` sees. `waiter` is resolved when the handshake has ended. In the loop's thread.
    """
    handshake_timeout, shutdown_timeout = timeouts
    ssl_protocol = protocol_class()(
        loop,
        protocol,
        sslcontext,
        waiter,
        server_side,
        server_hostname,
        ssl_handshake_timeout=handshake_timeout,
        ssl_shutdown_timeout=shutdown_timeout,
    )
    StreamTransport(loop, sock, ssl_protocol, extra=extra, server=server, context=context)
    transport: asyncio.Transport = ssl_protocol._app_transport
    return transport
