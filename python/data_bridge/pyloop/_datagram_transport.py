"""The transport of datagram sockets: asyncio's own, with an engine in front that receives and sends."""

from __future__ import annotations

import warnings

from . import _asyncio_internals as internals
from ._engine import DatagramCore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable
    from typing import Any


class UnsentDatagrams:
    """The value of `_buffer` for asyncio's code: a view of the datagrams that the engine still has to send."""

    def __init__(self, transport: DatagramTransport) -> None:
        self._transport = transport

    def __len__(self) -> int:
        return self._transport._unsent_count()

    def append(self, datagram: tuple[bytes, object]) -> None:
        """Queue a datagram with its address, because the socket takes no more."""
        self._transport._append(*datagram)

    def clear(self) -> None:
        """Drop the datagrams."""
        self._transport._drop_unsent()


class DatagramTransport(DatagramCore, internals.SelectorDatagramTransport):  # type: ignore[misc]
    """An `asyncio.DatagramTransport` over a UDP or Unix socket. All methods belong to the loop's thread.

    The engine receives all waiting datagrams together and delivers them one after the other. While reading is paused,
    received datagrams wait. They are lost when the transport is closed, as they would be in the kernel.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        address: object = None,
        waiter: asyncio.Future[None] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(loop, sock, protocol, address, waiter, extra)
        is_connected = bool(self._extra["peername"])
        self._attach(
            loop, sock, sock.fileno(), sock.family, is_connected, address or None, internals.BUFFERED_DATAGRAM_HEADER
        )

    _asyncio_sendto = internals.SelectorDatagramTransport.sendto

    @property
    def _buffer(self) -> UnsentDatagrams:
        return UnsentDatagrams(self)

    @_buffer.setter
    def _buffer(self, buffer: object) -> None:
        pass  # asyncio's own buffer, which is not used

    @property
    def _buffer_size(self) -> int:
        return self._unsent_size()

    @_buffer_size.setter
    def _buffer_size(self, size: int) -> None:
        pass  # asyncio counts here; the engine has its own count

    def get_write_buffer_size(self) -> int:
        """Return how many bytes the kernel has not taken yet, as asyncio of this version counts them."""
        return self._unsent_size()

    def _call_connection_lost(self, exc: BaseException | None) -> None:
        self._detach()
        super()._call_connection_lost(exc)

    def __del__(self, _warn: Callable[..., object] = warnings.warn) -> None:
        try:
            super().__del__(_warn)
        finally:
            self._detach()

    # Called by the engine.

    def _fail(self, error: BaseException, message: str) -> None:
        internals.fatal_error(self, error, message)

    def _all_sent(self) -> None:
        self._call_connection_lost(None)

    def _send_foreign(self, data: bytes, addr: object) -> bool:
        """Send to an address that only the socket module understands. Return False if the socket takes no more."""
        try:
            self._sock.sendto(data, addr)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as exc:
            self._protocol.error_received(exc)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as exc:
            self._fatal_error(exc, "Fatal write error on datagram transport")
        return True
