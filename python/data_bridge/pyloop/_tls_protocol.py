"""asyncio's `SSLProtocol` behind a type of the engine, which encrypts and decrypts."""

from __future__ import annotations

import _ssl
import collections
import ssl
from asyncio import constants

from . import _asyncio_internals as internals
from ._engine import TlsCore, TlsTransportCore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _typeshed import ReadableBuffer


_ORIGINAL = tuple(vars(ssl.SSLObject).get(name) for name in ("do_handshake", "read", "unwrap", "write"))
# A program may have replaced them before its first TLS connection.
_ARE_OF_SSL = all(getattr(method, "__globals__", None) is vars(ssl) for method in _ORIGINAL)
_message_callback = _ssl._SSLContext._msg_callback.__get__  # type: ignore[attr-defined]  # the property of `ssl` takes longer


def _suits(context: ssl.SSLContext, wrapped: Any) -> bool:  # noqa: ANN401 - what `wrap_bio` returned
    """Return whether nothing but `_ssl` has to see what a connection reads and writes."""
    cls: Any = ssl.SSLObject
    return (
        type(wrapped) is cls
        and (cls.do_handshake, cls.read, cls.unwrap, cls.write) == _ORIGINAL
        and _ARE_OF_SSL
        and len(vars(wrapped)) == 1
        and _message_callback(context) is None
    )


_READ_MARKS = internals.water_marks(None, None, constants.FLOW_CONTROL_HIGH_WATER_SSL_READ)
_WRITE_MARKS = internals.water_marks(None, None, constants.FLOW_CONTROL_HIGH_WATER_SSL_WRITE)


class SSLTransport(TlsTransportCore, internals.SSLProtocolTransport):  # type: ignore[misc]
    """The `asyncio.Transport` above TLS. All methods belong to the loop's thread.

    The name contains `SSL` because programs recognise asyncio's transports by that, CPython's tests among them.
    """

    _asyncio_is_closing = internals.SSLProtocolTransport.is_closing
    _asyncio_resume_reading = internals.SSLProtocolTransport.resume_reading
    _asyncio_write = internals.SSLProtocolTransport.write


class TlsProtocol(TlsCore, internals.SSLProtocol):  # type: ignore[misc]
    """asyncio's `SSLProtocol`, of whose methods the engine has those that run for every read and write.

    Where the engine cannot serve a connection, everything is asyncio's: if the context has an `sslobject_class` or a
    `_msg_callback`, if `wrap_bio` returns something else, or a program has replaced methods of `ssl.SSLObject`.
    """

    _transport_class = SSLTransport
    _app_transport: SSLTransport | None

    # What asyncio's constructor assigns, as long as it has not changed.
    _app_transport_created = False
    _conn_lost = 0
    _ssl_buffer = b""
    _ssl_buffer_view = memoryview(b"")

    def __init__(
        self,
        loop: Any,  # noqa: ANN401 - our loop
        app_protocol: Any,  # noqa: ANN401 - any protocol
        sslcontext: Any,  # noqa: ANN401 - a context, or None for the default
        waiter: Any,  # noqa: ANN401 - a future, or what has its methods
        server_side: bool = False,
        server_hostname: str | None = None,
        call_connection_made: bool = True,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
    ) -> None:
        """Do what asyncio's constructor does in half the time, because a server runs this for every connection."""
        handshake_timeout = constants.SSL_HANDSHAKE_TIMEOUT if ssl_handshake_timeout is None else ssl_handshake_timeout
        shutdown_timeout = constants.SSL_SHUTDOWN_TIMEOUT if ssl_shutdown_timeout is None else ssl_shutdown_timeout
        if not sslcontext or handshake_timeout <= 0 or shutdown_timeout <= 0:
            names = {"ssl_handshake_timeout": ssl_handshake_timeout, "ssl_shutdown_timeout": ssl_shutdown_timeout}
            side = server_side, server_hostname, call_connection_made
            # It makes a context, or raises. It allocates a buffer of `max_size` bytes, which is 0 in a new object.
            super().__init__(loop, app_protocol, sslcontext, waiter, *side, **names)
        else:
            self._server_side = server_side
            self._server_hostname = server_hostname if server_hostname and not server_side else None
            self._sslcontext = sslcontext
            self._extra = {"sslcontext": sslcontext}
            self._write_backlog = collections.deque()
            self._write_buffer_size = 0
            self._waiter = waiter
            self._loop = loop
            self._set_app_protocol(app_protocol)
            self._transport = None
            self._ssl_handshake_timeout = handshake_timeout
            self._ssl_shutdown_timeout = shutdown_timeout
            self._incoming, self._outgoing = incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            self._state = internals.UNWRAPPED
            self._app_state = internals.STATE_INIT if call_connection_made else internals.STATE_CON_MADE
            self._sslobj = sslcontext.wrap_bio(
                incoming, outgoing, server_side=server_side, server_hostname=self._server_hostname
            )
            self._incoming_high_water, self._incoming_low_water = _READ_MARKS
            self._outgoing_high_water, self._outgoing_low_water = _WRITE_MARKS
            self._app_transport = self._transport_class(loop, self)
            self._app_transport_created = True
        context: Any = self._sslcontext
        wrapped: Any = self._sslobj
        # `_ssl` remembers that the file of the keys cannot be written, and raises that after its own handshake.
        handshakes = context.keylog_filename is None
        self._attach(loop, wrapped._sslobj if _suits(context, wrapped) else None, handshakes, bool(self._server_side))

    _asyncio_do_flush = internals.SSLProtocol._do_flush
    _asyncio_do_handshake = internals.SSLProtocol._do_handshake
    _asyncio_do_read = internals.SSLProtocol._do_read
    _asyncio_do_shutdown = internals.SSLProtocol._do_shutdown
    _asyncio_eof_received = internals.SSLProtocol.eof_received
    _asyncio_process_outgoing = internals.SSLProtocol._process_outgoing
    _asyncio_set_state = internals.SSLProtocol._set_state

    def _get_app_transport(self) -> SSLTransport:
        if self._app_transport is None:
            if self._app_transport_created:
                raise RuntimeError("Creating _SSLProtocolTransport twice")
            self._app_transport = self._transport_class(self._loop, self)
            self._app_transport_created = True
        return self._app_transport

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Start the handshake."""
        self._receive_from(transport)
        self._transport = transport
        self._start_handshake()

    # Plain data waits in the backlog while the transport below is paused. asyncio's backlog is empty then.

    def resume_writing(self) -> None:
        """Continue after the transport below was paused."""
        super().resume_writing()
        if self._write_backlog and not self._ssl_writing_paused:
            self._write_or_fail()

    def _do_write(self) -> None:
        backlog = self._write_backlog
        while backlog and not (self._ssl_writing_paused and self._state is internals.WRAPPED):
            data = backlog[0]
            count = self._write_records(data)
            if not count and len(data):
                break
            self._write_buffer_size -= min(count, len(data))
            if count < len(data):
                backlog[0] = memoryview(data)[count:]
            else:
                del backlog[0]
        self._process_outgoing()

    def _write_or_fail(self) -> None:
        # After an error it is not known what of the backlog was sent.
        try:
            self._do_write()
        except Exception as error:
            self._fatal_error(error, "Fatal error on SSL protocol")

    # Called by the engine.

    def _keep(self, data: bytes, offset: int) -> None:
        rest = memoryview(data)[offset:] if offset else data
        self._write_backlog.append(rest)
        self._write_buffer_size += len(rest)

    def _write_with_ssl(self, data: ReadableBuffer) -> int:
        try:
            count: int = self._sslobj.write(data)
        except internals.SSL_AGAIN_ERRORS:
            return 0
        return count

    def _is_closed_by_peer(self) -> bool:
        try:
            return not self._sslobj.read(self.max_size)
        except internals.SSL_AGAIN_ERRORS:
            return False

    def _closed_by_peer(self) -> None:
        self._call_eof_received()
        self._start_shutdown()

    def _read_into_unusual(self, buffer: Any) -> None:  # noqa: ANN401 - what get_buffer() returned
        try:
            count = self._sslobj.read(len(buffer), buffer)
        except internals.SSL_AGAIN_ERRORS:
            return
        if count:
            self._read_soon()  # there may be more
            self._app_protocol.buffer_updated(count)
        else:
            self._closed_by_peer()

    def _read_soon(self) -> None:
        self._loop.call_soon(self._do_read)

    def _records_failed(self, error: Exception) -> None:
        internals.fatal_error(self, error, "Fatal error on SSL protocol")
