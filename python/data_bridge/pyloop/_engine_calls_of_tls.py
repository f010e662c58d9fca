"""What the engine calls on the objects of TLS connections.

`_engine_calls` declares its other calls of PyLoop's own methods in the same way, and says what applies to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ._tls_protocol import SSLTransport, TlsProtocol

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class TlsCalls(Protocol):
    """What the engine calls on a TLS protocol."""

    def _asyncio_do_read(self) -> None:
        """Do what `_do_read` was called for, since the engine does not serve the connection or the loop is closed."""

    def _asyncio_process_outgoing(self) -> None:
        """Do the same for `_process_outgoing`."""

    def _asyncio_do_handshake(self) -> None:
        """Do the same for `_do_handshake`, also if OpenSSL has reported an error, which this raises or deals with."""

    def _asyncio_do_shutdown(self) -> None:
        """Do the same for `_do_shutdown`."""

    def _asyncio_do_flush(self) -> None:
        """Do the same for `_do_flush`."""

    def _asyncio_eof_received(self) -> bool | None:
        """Do the same for `eof_received`, also in debug mode, in which it logs, and before and after an open state."""

    def _asyncio_set_state(self, new_state: object) -> None:
        """Raise RuntimeError, because the state `new_state` cannot follow the present one."""

    def _write_or_fail(self) -> None:
        """Encrypt what waits in the backlog before the shutdown, while reading is paused."""

    def _do_write(self) -> None:
        """Encrypt what waits in the backlog, after something was read or when more waits there."""

    def _keep(self, data: bytes, offset: int) -> None:
        """Put `data` from `offset` on into the backlog, because it cannot be encrypted or sent now."""

    def _write_with_ssl(self, data: ReadableBuffer) -> int:
        """Write with the `SSLObject`, which raises the exception for an error of OpenSSL; return how many bytes."""

    def _is_closed_by_peer(self) -> bool:
        """Return whether the peer has closed TLS, or raise the exception for the error that OpenSSL has reported."""

    def _closed_by_peer(self) -> None:
        """Call `eof_received` and start the shutdown."""

    def _read_into_unusual(self, buffer: object) -> None:
        """Do what asyncio does with a `buffer` that is empty or cannot be written to: most often, raise."""

    def _read_soon(self) -> None:
        """Schedule `_do_read`: the protocol's buffer was full."""

    def _records_failed(self, error: Exception) -> None:
        """End the connection because of `error`, which is being handled."""


class TlsTransportCalls(Protocol):
    """What the engine calls on the transport above TLS."""

    def _asyncio_is_closing(self) -> bool:
        """Do what `is_closing` was called for, unless this transport and the one below are open."""

    def _asyncio_resume_reading(self) -> None:
        """Do what `resume_reading` was called for, since reading is paused or the protocol is asyncio's own."""

    def _asyncio_write(self, data: ReadableBuffer) -> None:
        """Do what `write` was called for: the transport is not open, or the argument is of a wrong type."""


TLS: type[TlsCalls] = TlsProtocol
TLS_TRANSPORT: type[TlsTransportCalls] = SSLTransport

if TYPE_CHECKING:
    # As in `_engine_calls`: mypy compares what bases define.

    class _Tls(TlsProtocol, TlsCalls): ...

    class _TlsTransport(SSLTransport, TlsTransportCalls): ...
