"""asyncio's `SSLProtocol` behind a type of the engine, which encrypts and decrypts."""

from __future__ import annotations

import ssl

from . import _asyncio_internals as internals
from ._engine import TlsCore, TlsTransportCore
from ._stream_transport import StreamTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _typeshed import ReadableBuffer


_READ, _WRITE = ssl.SSLObject.read, ssl.SSLObject.write


def _suits(context: ssl.SSLContext, wrapped: object) -> bool:
    """Return whether nothing but `_ssl` has to see what a connection reads and writes."""
    return (
        type(wrapped) is ssl.SSLObject
        and len(vars(wrapped)) == 1
        and ssl.SSLObject.read is _READ
        and ssl.SSLObject.write is _WRITE
        and context._msg_callback is None  # type: ignore[attr-defined]
    )


class TlsTransport(TlsTransportCore, internals.SSLProtocolTransport):  # type: ignore[misc]
    """The `asyncio.Transport` above TLS. All methods belong to the loop's thread."""

    _asyncio_write = internals.SSLProtocolTransport.write


class TlsProtocol(TlsCore, internals.SSLProtocol):  # type: ignore[misc]
    """asyncio's `SSLProtocol`, of whose methods the engine has those that run for every read and write.

    Where the engine cannot serve a connection, everything is asyncio's: if the context has an `sslobject_class` or a
    `_msg_callback`, if `wrap_bio` returns something else, or a program has replaced methods of `ssl.SSLObject`.
    """

    _transport_class = TlsTransport
    _app_transport: TlsTransport | None
    _app_transport_created: bool

    def __init__(self, loop: Any, app_protocol: Any, sslcontext: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        # asyncio's constructor allocates a buffer of `max_size` bytes, which is 0 in a new object.
        super().__init__(loop, app_protocol, sslcontext, *args, **kwargs)
        suits = _suits(self._sslcontext, self._sslobj)
        self._attach(loop, self._sslobj._sslobj if suits else None)

    _asyncio_do_read = internals.SSLProtocol._do_read
    _asyncio_process_outgoing = internals.SSLProtocol._process_outgoing

    def _get_app_transport(self) -> TlsTransport:
        if self._app_transport is None:
            if self._app_transport_created:
                raise RuntimeError("Creating _SSLProtocolTransport twice")
            self._app_transport = self._transport_class(self._loop, self)
            self._app_transport_created = True
        return self._app_transport

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Start the handshake."""
        if isinstance(transport, StreamTransport):
            self._receive_from(transport)
        super().connection_made(transport)

    # Plain data waits in the backlog while the transport below is paused. asyncio's backlog is empty then.

    def resume_writing(self) -> None:
        """Continue after the transport below was paused."""
        super().resume_writing()
        if self._write_backlog and not self._ssl_writing_paused:
            self._do_write()

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

    def _do_flush(self) -> None:
        if self._app_reading_paused and self._write_backlog:  # else `_do_read` writes it
            try:
                self._do_write()
            except Exception as error:
                self._fatal_error(error, "Fatal error on SSL protocol")
        super()._do_flush()

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
        if not count:
            self._closed_by_peer()

    def _read_soon(self) -> None:
        self._loop.call_soon(self._do_read)

    def _records_failed(self, error: Exception) -> None:
        internals.fatal_error(self, error, "Fatal error on SSL protocol")
