"""TLS connections: asyncio's `SSLProtocol` on top of the engine's stream transport.

`loop.start_tls` needs nothing of this: asyncio puts its `SSLProtocol` over the transport that is there.
"""

from __future__ import annotations

from . import _asyncio_internals as internals
from ._stream_transport import StreamTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    import socket
    import ssl
    from typing import Any


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
    ssl_protocol = internals.SSLProtocol(
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
