"""TLS connections: an `SSLProtocol` on top of a transport."""

from __future__ import annotations

from asyncio import streams

from . import _asyncio_internals as internals
from . import _kernel_tls, _openssl
from ._stream_transport import StreamTransport
from ._transport_factory import from_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    import socket
    import ssl
    from typing import Any


def protocol_class(sslcontext: ssl.SSLContext | None) -> Any:  # noqa: ANN401 - asyncio's class is private
    """Return the class of TLS protocols: the engine's if it can use Python's OpenSSL, else asyncio's."""
    if _openssl.why_not() is not None:
        return internals.SSLProtocol
    wants_kernel = _kernel_tls.is_wanted(sslcontext)
    name = ("_kernel_tls_protocol", "KernelTlsProtocol") if wants_kernel else ("_tls_protocol", "TlsProtocol")
    return from_module(*name) or internals.SSLProtocol


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
    ssl_protocol = protocol_class(sslcontext)(
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


async def start_tls(
    loop: Any,  # noqa: ANN401 - our loop
    transport: Any,  # noqa: ANN401 - any transport that says that it is compatible
    protocol: asyncio.BaseProtocol,
    sslcontext: ssl.SSLContext,
    *,
    server_side: bool,
    server_hostname: str | None,
    ssl_handshake_timeout: float | None,
    ssl_shutdown_timeout: float | None,
) -> asyncio.Transport:
    """Do what asyncio's `start_tls` does once it has checked the arguments, with the class of `protocol_class`."""
    waiter = loop.create_future()
    ssl_protocol = protocol_class(sslcontext)(
        loop,
        protocol,
        sslcontext,
        waiter,
        server_side,
        server_hostname,
        call_connection_made=False,
        ssl_handshake_timeout=ssl_handshake_timeout,
        ssl_shutdown_timeout=ssl_shutdown_timeout,
    )
    transport.pause_reading()  # nothing may be received before the handshake begins
    if server_side:
        _move_received(protocol, ssl_protocol._incoming)
    transport.set_protocol(ssl_protocol)
    made = loop.call_soon(ssl_protocol.connection_made, transport)
    resumed = loop.call_soon(transport.resume_reading)
    try:
        await waiter
    except BaseException:
        transport.close()
        made.cancel()
        resumed.cancel()
        del waiter  # the exception's traceback would keep it, and it the exception
        raise
    upgraded: asyncio.Transport = ssl_protocol._app_transport
    return upgraded


def _move_received(protocol: asyncio.BaseProtocol, incoming: ssl.MemoryBIO) -> None:
    """Let TLS have what a stream has received and not read: the peer need not wait before it starts the handshake.

    Newer versions of asyncio do this (gh-142352); in others these bytes are lost to the handshake.
    """
    is_stream = isinstance(protocol, streams.StreamReaderProtocol)
    reader: Any = getattr(protocol, "_stream_reader", None) if is_stream else None
    if reader is not None:
        incoming.write(reader._buffer)
        reader._buffer.clear()
