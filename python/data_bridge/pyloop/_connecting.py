"""`loop.create_connection` and `loop.create_unix_connection`: the engine connects, and no socket object is made.

asyncio's own methods serve connections with options that few programs use.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import socket
import types
from asyncio import base_events

from . import _asyncio_internals as internals
from ._engine import _connect, _socket_error, _socket_names, _use_connection
from ._socket_methods import SocketMethods
from ._transport_factory import from_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from typing import Any, TypeVar

    _Protocol = TypeVar("_Protocol", bound=asyncio.BaseProtocol)

_socket_class = socket.socket


class SocketKind:
    """What distinguishes sockets: the arguments of `socket.socket`."""

    # No NamedTuple: to make one takes 0.2 ms, which the first loop of a process would wait for.
    __slots__ = ("family", "proto", "type")

    def __init__(self, family: int, kind: int, proto: int) -> None:
        self.family = family
        self.type = kind
        self.proto = proto


_INET = SocketKind(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
_INET6 = SocketKind(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP)
_UNIX = SocketKind(socket.AF_UNIX, socket.SOCK_STREAM, 0)
_TLS_OPTIONS = frozenset(("server_hostname", "ssl_handshake_timeout", "ssl_shutdown_timeout"))
_KINDS_OF_ADDRESSES = {(kind.family, kind.type, kind.proto): kind for kind in (_INET, _INET6)}


class Connecting(SocketMethods):
    """The methods of a loop that connect streams. They belong to the loop's thread."""

    async def create_connection(
        self,
        protocol_factory: Callable[[], _Protocol],
        host: Any = None,  # noqa: ANN401 - asyncio takes str, bytes and None
        port: Any = None,  # noqa: ANN401 - and for the port, int, too
        *,
        ssl: Any = None,  # noqa: ANN401 - a context or a bool
        family: int = 0,
        local_addr: tuple[str, int] | None = None,
        **options: Any,
    ) -> tuple[asyncio.Transport, _Protocol]:
        """Connect to a TCP server: see `asyncio.loop.create_connection`."""
        usual = type(host) is str and local_addr is None
        if usual and (not (ssl or options) or _is_usual_tls(ssl, options, host)) and self._connects_itself():
            if ssl:
                options["ssl"] = ssl
                if options.get("server_hostname") is None:
                    options["server_hostname"] = host
            kind = _INET6 if ":" in host else _INET
            if not family or family == kind.family:
                address = (host, port) if kind is _INET else (host, port, 0, 0)
                if connection := _connect(self, kind.family, address):
                    fd, names = connection
                    names = names or await self._names(fd, address)
                    return await self._use_connection(protocol_factory, kind, fd, names, options)
            return await self._connect_to_any(protocol_factory, host, port, family, options)
        options.update(ssl=ssl, family=family, local_addr=local_addr)
        return await super().create_connection(protocol_factory, host, port, **options)

    async def create_unix_connection(
        self,
        protocol_factory: Callable[[], _Protocol],
        path: Any = None,  # noqa: ANN401 - asyncio takes str, bytes, a path object and None
        *,
        ssl: Any = None,  # noqa: ANN401 - a context or a bool
        **options: Any,
    ) -> tuple[asyncio.Transport, _Protocol]:
        """Connect to a Unix socket: see `asyncio.loop.create_unix_connection`."""
        usual = not (ssl or options) or _is_usual_tls(ssl, options, options.get("server_hostname"))
        if usual and path is not None and self._connects_itself():
            path = os.fspath(path)
            if connection := _connect(self, _UNIX.family, path):
                fd, names = connection
                names = names or await self._names(fd, path)
                if ssl:
                    options["ssl"] = ssl
                return await self._use_connection(protocol_factory, _UNIX, fd, names, options)
        return await super().create_unix_connection(protocol_factory, path, ssl=ssl, **options)

    def _connects_itself(self) -> bool:
        # Programs replace the class of sockets, or a loop's method, to connect in another way: through a proxy, or not
        # at all in a test. In debug mode asyncio's method logs the connection.
        return (
            not self._debug
            and base_events.socket.socket is _socket_class  # type: ignore[attr-defined]
            and type(self).sock_connect is SocketMethods.sock_connect
            and "sock_connect" not in vars(self)
            and _transport_class() is not None
        )

    async def _connect_to_any(
        self, protocol_factory: Callable[[], _Protocol], host: str, port: object, family: int, tls: dict[str, Any]
    ) -> tuple[asyncio.Transport, _Protocol]:
        infos = await self._ensure_resolved((host, port), family=family, type=socket.SOCK_STREAM, loop=self)
        if not infos:
            raise OSError("getaddrinfo() returned empty list")
        errors = []
        for *arguments, _, address in infos:
            connection = sock = None
            kind = _KINDS_OF_ADDRESSES.get(tuple(arguments))
            try:
                if kind is not None and (connection := _connect(self, kind.family, address)):
                    names = connection[1] or await self._names(connection[0], address)
                else:
                    sock = await self._connect_sock([], (*arguments, "", address))
            except OSError as error:
                errors.append(error)
                continue
            if connection and kind is not None:
                return await self._use_connection(protocol_factory, kind, connection[0], names, tls)
            made: tuple[asyncio.Transport, _Protocol]
            made = await self._create_connection_transport(
                sock, protocol_factory, **{"ssl": None, "server_hostname": None, **tls}
            )
            return made
        try:
            raise _only_error(errors)
        finally:
            del errors  # their tracebacks refer to this frame

    async def _names(self, fd: int, address: object) -> tuple[Any, Any]:
        try:
            await self._sock_wait(fd, self._sock_wait_writable(fd))
            if error := _socket_error(self, fd):
                raise OSError(error, f"Connect call failed {address}")
            return _socket_names(self, fd)
        except BaseException:
            os.close(fd)
            raise

    async def _use_connection(
        self,
        protocol_factory: Callable[[], _Protocol],
        kind: SocketKind,
        fd: int,
        names: tuple[Any, Any],
        tls: dict[str, Any],
    ) -> tuple[asyncio.Transport, _Protocol]:
        context = contextvars.copy_context() if internals.CONNECTIONS_HAVE_CONTEXTS else None
        try:
            if self._transport_at(fd) is not None:
                self._ensure_fd_no_transport(fd)
            protocol = protocol_factory()
            waiter: Any = self.create_future() if tls else None
            uses: Any = _tls_protocol(self, protocol, waiter, **tls) if tls else protocol
        except BaseException:
            os.close(fd)
            raise
        transport: Any = _use_connection(self, _transport_class(), kind, kind is _UNIX, fd, names, uses, context)
        if tls:
            transport = uses._app_transport
        try:
            # The transport has scheduled connection_made(), which comes first.
            await (waiter if tls else _iteration())
        except BaseException:
            transport.close()
            waiter = uses = None  # the exception's traceback would keep them, and they the exception
            raise
        return transport, protocol


def _is_usual_tls(ssl: object, options: Iterable[str], server_hostname: object) -> bool:
    # asyncio refuses all else: no name of the server, contexts of other kinds, options for TLS without TLS.
    if not (ssl and server_hostname and _TLS_OPTIONS.issuperset(options) and from_module("_tls", "protocol_class")):
        return False
    is_context = from_module("_openssl", "is_context")
    return is_context is not None and (ssl is True or is_context(ssl))


def _tls_protocol(
    loop: Connecting,
    protocol: asyncio.BaseProtocol,
    waiter: asyncio.Future[None],
    *,
    ssl: object,
    server_hostname: str,
    **timeouts: float | None,
) -> Any:  # noqa: ANN401 - asyncio's class is private
    sslcontext = None if ssl is True else ssl
    protocol_class = from_module("_tls", "protocol_class")(sslcontext)
    return protocol_class(loop, protocol, sslcontext, waiter, False, server_hostname, **timeouts)


def _transport_class() -> Any:  # noqa: ANN401 - instead of a socket, a SocketKind suffices
    return from_module("_accepted_transport", "AcceptedTransport")


def _only_error(errors: list[OSError]) -> OSError:
    # As in asyncio: the first error if all have the same text, else one that has all texts.
    texts = [str(error) for error in errors]
    return errors[0] if len(set(texts)) == 1 else OSError(f"Multiple exceptions: {', '.join(texts)}")


@types.coroutine
def _iteration() -> Generator[None, None, None]:
    yield
