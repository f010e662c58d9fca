"""The methods with which asyncio's loop makes transports and servers.

The module of a transport is imported with the first transport of its kind, because importing all of them takes half as
long as loading the engine. Where it cannot be read by then, asyncio's own transport is made.
"""

from __future__ import annotations

import contextvars
import functools
import importlib
import socket
from asyncio import constants, events

from . import _asyncio_internals as internals

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Callable
    from typing import Any

    from ._datagram_transport import DatagramTransport
    from ._pipe_transports import WritePipeTransport
    from ._stream_transport import StreamTransport

    class _Loop(asyncio.SelectorEventLoop, internals.LoopInternals): ...
else:
    _Loop = object

_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


def from_module(module: str, name: str) -> Any:  # noqa: ANN401 - a class or a function
    """Return what a module of the package has under a name.

    Return None if the module is not loaded and cannot be read: the process has no descriptor left, or has changed its
    root directory or its user.
    """
    try:
        return _imported(module, name)
    except (ModuleNotFoundError, OSError):
        return None


# Connections ask for the same few names again and again, and an import takes a microsecond also when nothing is left to
# import. A failure is not kept: the next connection tries again.
@functools.cache
def _imported(module: str, name: str) -> Any:  # noqa: ANN401 - a class or a function
    return getattr(importlib.import_module("." + module, __package__), name)


def _if_given(context: contextvars.Context | None) -> dict[str, Any]:
    """Return the keyword argument that only asyncio of 3.15 and newer takes, and gives."""
    return {} if context is None else {"context": context}


class TransportFactory(_Loop):
    """Makes the engine's transports. asyncio's methods for connections and servers call these methods."""

    def _start_serving(
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        sock: socket.socket,
        sslcontext: ssl.SSLContext | None = None,
        server: asyncio.AbstractServer | None = None,
        backlog: int = 100,
        ssl_handshake_timeout: float | None = constants.SSL_HANDSHAKE_TIMEOUT,
        ssl_shutdown_timeout: float | None = constants.SSL_SHUTDOWN_TIMEOUT,
        context: contextvars.Context | None = None,
    ) -> None:
        timeouts = (ssl_handshake_timeout, ssl_shutdown_timeout)
        if internals.is_socket(sock) and sock.family in _FAMILIES:
            if sslcontext is None:
                if acceptor := from_module("_acceptor", "Acceptor"):
                    acceptor(self, protocol_factory, sock, server, backlog, context).start()
                    return
            elif tls_server := from_module("_tls_server", "TlsServer"):
                tls_server(self, protocol_factory, sock, sslcontext, server, backlog, timeouts, context).start()
                return
        super()._start_serving(protocol_factory, sock, sslcontext, server, backlog, *timeouts, **_if_given(context))

    def _make_socket_transport(
        self,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[None] | None = None,
        *,
        extra: dict[str, Any] | None = None,
        server: asyncio.AbstractServer | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Transport:
        self._ensure_fd_no_transport(sock)
        transport: asyncio.Transport
        if stream_transport := from_module("_stream_transport", "StreamTransport"):
            transport = stream_transport(self, sock, protocol, waiter, extra, server, context)
        else:
            transport = super()._make_socket_transport(
                sock, protocol, waiter, extra=extra, server=server, **_if_given(context)
            )
        return transport

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
        ssl_handshake_timeout: float | None = constants.SSL_HANDSHAKE_TIMEOUT,
        ssl_shutdown_timeout: float | None = constants.SSL_SHUTDOWN_TIMEOUT,
        context: contextvars.Context | None = None,
    ) -> asyncio.Transport:
        self._ensure_fd_no_transport(rawsock)
        options: dict[str, Any] = {
            "server_side": server_side,
            "server_hostname": server_hostname,
            "extra": extra,
            "server": server,
        }
        transport: asyncio.Transport
        if make := from_module("_tls", "make_tls_transport"):
            options.update(timeouts=(ssl_handshake_timeout, ssl_shutdown_timeout), context=context)
            transport = make(self, rawsock, protocol, sslcontext, waiter, **options)
        else:
            options.update(ssl_handshake_timeout=ssl_handshake_timeout, ssl_shutdown_timeout=ssl_shutdown_timeout)
            options.update(_if_given(context))
            transport = super()._make_ssl_transport(rawsock, protocol, sslcontext, waiter, **options)
        return transport

    async def start_tls(
        self,
        transport: Any,  # noqa: ANN401 - any transport; asyncio asks whether it is compatible
        protocol: asyncio.BaseProtocol,
        sslcontext: ssl.SSLContext,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
    ) -> asyncio.Transport | None:
        """Upgrade a transport to TLS. Return the new transport, which `protocol` uses from now on."""
        upgrade = super().start_tls
        is_context = from_module("_openssl", "is_context")
        is_ours = getattr(transport, "_start_tls_compatible", False) and is_context and is_context(sslcontext)
        if is_ours and (start_tls := from_module("_tls", "start_tls")):
            upgrade = functools.partial(start_tls, self)
        return await upgrade(
            transport,
            protocol,
            sslcontext,
            server_side=server_side,
            server_hostname=server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout,
            ssl_shutdown_timeout=ssl_shutdown_timeout,
        )

    async def _sendfile_native(
        self,
        transp: Any,  # noqa: ANN401 - a transport that says that it is compatible
        file: Any,  # noqa: ANN401 - any file object
        offset: int,
        count: int | None,
    ) -> int:
        native = super()._sendfile_native
        send_file = getattr(transp, "_send_file", None)  # that of a TLS transport
        sent: int = await (
            native(transp, file, offset, count) if send_file is None else send_file(native, file, offset, count)
        )
        return sent

    def _make_datagram_transport(
        self,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        address: object = None,
        waiter: asyncio.Future[None] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> asyncio.BaseTransport:
        self._ensure_fd_no_transport(sock)
        has_engine = sock.family in _FAMILIES
        own_class = from_module("_datagram_transport", "DatagramTransport") if has_engine else None
        transport_class = own_class or internals.SelectorDatagramTransport
        transport: asyncio.BaseTransport = transport_class(self, sock, protocol, address, waiter, extra)
        return transport

    def _make_read_pipe_transport(
        self,
        pipe: Any,  # noqa: ANN401 - any file object
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[None] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> asyncio.ReadTransport:
        make = from_module("_pipe_transports", "ReadPipeTransport") or internals.UnixReadPipeTransport
        transport: asyncio.ReadTransport = make(self, pipe, protocol, waiter, extra)
        return transport

    def _make_write_pipe_transport(
        self,
        pipe: Any,  # noqa: ANN401 - any file object
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[None] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> asyncio.WriteTransport:
        make = from_module("_pipe_transports", "WritePipeTransport") or internals.UnixWritePipeTransport
        transport: asyncio.WriteTransport = make(self, pipe, protocol, waiter, extra)
        return transport

    # Called by the engine.

    def _io_handle(
        self, transport: StreamTransport | DatagramTransport, context: contextvars.Context
    ) -> asyncio.Handle:
        return events.Handle(transport._read_ready, (), self, context)

    def _io_failed(
        self, transport: StreamTransport | DatagramTransport | WritePipeTransport, exception: BaseException
    ) -> None:
        handle = events.Handle(transport._read_ready, (), self, contextvars.copy_context())
        self.call_exception_handler(internals.callback_failure(handle, exception))
