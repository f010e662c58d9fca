"""The transport of stream sockets: asyncio's own, behind a type of the engine that reads and writes."""

from __future__ import annotations

import socket
import sys
import warnings
from asyncio import trsock

from . import _asyncio_internals as internals
from ._engine import StreamCore, TransportSocketCore
from ._unsent_data import UnsentData

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import contextvars
    from collections.abc import Callable
    from typing import Any


class TransportSocket(TransportSocketCore):
    """What `get_extra_info("socket")` returns, an object that shows a socket and does not give it away. Any thread."""

    __slots__ = ()

    # Called by the engine.

    def _asyncio_family(self) -> Any:  # noqa: ANN401 - a number, if the family has no name
        return super(TransportSocketCore, self).family

    def _asyncio_fileno(self) -> int:
        return super(TransportSocketCore, self).fileno()

    def _asyncio_getpeername(self) -> Any:  # noqa: ANN401 - an address
        return super(TransportSocketCore, self).getpeername()

    def _refuse_family(self, *value: object) -> None:
        family: Any = vars(trsock.TransportSocket)["family"]
        if value:
            family.__set__(self, *value)
        else:
            family.__delete__(self)


class StreamTransport(StreamCore, internals.SelectorSocketTransport):  # type: ignore[misc]
    """An `asyncio.Transport` over a TCP or Unix socket. All methods belong to the loop's thread.

    Small writes that follow another one in the same callback are sent together when it ends. Any call that queries the
    transport or ends the connection sends them first, so that it sees the same state as in asyncio.
    """

    def __init__(
        self,
        loop: Any,  # noqa: ANN401 - our loop, of which private methods are used
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[None] | None = None,
        extra: dict[str, Any] | None = None,
        server: asyncio.AbstractServer | None = None,
        context: contextvars.Context | None = None,
    ) -> None:
        # Does what asyncio's constructor does in half the time, because a server runs this for every connection.
        internals.FlowControlMixin.__init__(self, extra, loop)
        fd = sock.fileno()
        self._sock = sock
        self._sock_fd = fd
        self._context = context  # of all callbacks, from 3.15 on; None means the context that is current at the time
        self._empty_waiter = None
        self._describe(sock)
        self.set_protocol(protocol)
        self._server = server
        if server is not None:
            internals.attach(server, self)
        is_tcp = sock.proto == socket.IPPROTO_TCP
        if is_tcp:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._attach(loop, sock, fd, not is_tcp and sock.family == socket.AF_UNIX)
        loop.call_soon(protocol.connection_made, self, context=context)
        loop.call_soon(self._add_reader, context=context)  # after connection_made() was called
        if waiter is not None:
            loop.call_soon(internals.set_result_unless_cancelled, waiter, None, context=context)

    def _describe(self, sock: socket.socket) -> None:
        extra = self._extra
        extra["socket"] = TransportSocket(sock)
        try:
            extra["sockname"] = sock.getsockname()
        except OSError:
            extra["sockname"] = None
        if "peername" not in extra:
            try:
                extra["peername"] = sock.getpeername()
            except OSError:
                extra["peername"] = None

    _read_ready_cb = _write_ready = None  # asyncio's; the engine does not need them
    _asyncio_pause_reading = internals.SelectorSocketTransport.pause_reading
    _asyncio_resume_reading = internals.SelectorSocketTransport.resume_reading
    _asyncio_set_protocol = internals.SelectorSocketTransport.set_protocol
    _asyncio_write = internals.SelectorSocketTransport.write
    _asyncio_writelines = internals.SelectorSocketTransport.writelines

    @property
    def _buffer(self) -> UnsentData:
        return UnsentData(self)

    @_buffer.setter
    def _buffer(self, buffer: object) -> None:
        pass  # asyncio's own buffer, which is not used

    @property
    def _buffer_size(self) -> int:
        return self._unsent()

    @_buffer_size.setter
    def _buffer_size(self, size: int) -> None:
        pass  # asyncio of 3.15 counts here; the engine has its own count

    def get_write_buffer_size(self) -> int:
        """Return how many bytes the kernel has not taken yet."""
        self._flush()
        return self._unsent()

    def write_eof(self) -> None:
        """Close the write end after flushing buffered data."""
        self._flush()
        super().write_eof()

    def _flush(self) -> None:
        if (error := self._send_deferred()) is not None:
            self._fail(error, "Fatal write error on socket transport")

    def _force_close(self, exc: BaseException | None) -> None:
        if not self._conn_lost:
            self._send_deferred()  # asyncio would have sent it in write(); an error changes nothing now
        super()._force_close(exc)

    def _call_connection_lost(self, exc: BaseException | None) -> None:
        self._detach()
        super()._call_connection_lost(exc)

    def __del__(self, _warn: Callable[..., object] = warnings.warn) -> None:
        try:
            super().__del__(_warn)
        finally:
            self._detach()

    # Called by the engine.

    def _extra_info(self, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401
        if "socket" in arguments[:1] or keywords.get("name") == "socket":
            self._flush()  # the caller may use the socket itself, after what was written
        return super(StreamCore, self).get_extra_info(*arguments, **keywords)

    def _stay_open(self) -> None:
        self._loop._remove_reader(self._sock_fd)  # the protocol may go on writing

    def _close_slowly(self) -> None:
        self._flush()
        internals.SelectorSocketTransport.close(self)

    def _lose_connection(self) -> None:
        self._loop.call_soon(self._call_connection_lost, None, context=self._context)

    def _fail(self, error: BaseException, message: str) -> None:
        internals.fatal_error(self, error, message)

    def _all_sent(self) -> None:
        if self._empty_waiter is not None:
            self._empty_waiter.set_result(None)
        if self._conn_lost:
            return  # resume_writing() has ended the connection
        if self._closing:
            self._call_connection_lost(None)
        elif self._eof:
            self._sock.shutdown(socket.SHUT_WR)

    def _refuse_lines(self, lines: tuple[Any, ...]) -> None:
        if internals.writelines_skips_false() and not all(lines):
            self.writelines([line for line in lines if line])
            return
        if sys.version_info < (3, 12):
            b"".join(lines)
        for line in lines:
            memoryview(line)

    def _write_failed(self, error: OSError) -> None:
        self._fail(error, "Fatal write error on socket transport")
        if self._empty_waiter is not None:
            self._empty_waiter.set_exception(error)
