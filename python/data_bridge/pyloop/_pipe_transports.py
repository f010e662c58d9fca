"""The transports of pipes and character devices: asyncio's own, behind types of the engine that read and write."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import warnings
from asyncio import log

from . import _asyncio_internals as internals
from ._engine import ReadPipeCore, WritePipeCore
from ._unsent_data import UnsentData

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any, Self


class ReadPipeTransport(ReadPipeCore, internals.UnixReadPipeTransport):  # type: ignore[misc]
    """An `asyncio.ReadTransport` over the read end of a pipe, a socket or a character device."""

    # Called by the engine.

    def _read_ended(self) -> None:
        if self._loop.get_debug():
            log.logger.info("%r was closed by peer", self)
        self._closing = True
        self._loop._remove_reader(self._fileno)
        self._loop.call_soon(self._protocol.eof_received)
        self._loop.call_soon(self._call_connection_lost, None)

    def _read_failed(self, error: OSError | MemoryError) -> None:
        internals.fatal_error(self, error, "Fatal read error on pipe transport")


class UnsentPipeData(UnsentData):
    """The value of `_buffer`, to which asyncio's code adds data that the pipe has not taken."""

    def __init__(self, transport: WritePipeTransport) -> None:
        super().__init__(transport)
        self._append = transport._append

    def __iadd__(self, data: Any) -> Self:  # noqa: ANN401 - what a bytearray accepts
        copy = bytearray()
        copy += data
        self._append(bytes(copy))
        return self


class WritePipeTransport(WritePipeCore, internals.UnixWritePipeTransport):  # type: ignore[misc]
    """An `asyncio.WriteTransport` over the write end of a pipe, a socket or a character device.

    Small writes that follow another one in the same callback are written together when it ends, if readers cannot
    distinguish one write from several. Any call that queries the transport or ends it writes them first, so that it
    sees the same state as in asyncio. All methods belong to the loop's thread.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pipe: Any,  # noqa: ANN401 - any file object
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[None] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(loop, pipe, protocol, waiter, extra)
        self._attach(loop, self._fileno, _is_byte_stream(self._fileno))

    _asyncio_write = internals.UnixWritePipeTransport.write

    @property
    def _buffer(self) -> UnsentPipeData:
        return UnsentPipeData(self)

    @_buffer.setter
    def _buffer(self, buffer: object) -> None:
        pass  # asyncio's own buffer, which is not used

    def __repr__(self) -> str:
        self._send_deferred()
        text: str = super().__repr__()
        return text

    def get_extra_info(self, name: str, *default: Any, **keywords: Any) -> Any:  # noqa: ANN401
        """Return information about the transport or its pipe, `default` if there is none of that name."""
        if name == "pipe":
            self._send_deferred()  # the caller may use the pipe itself, after what was written
        return super().get_extra_info(name, *default, **keywords)

    def get_write_buffer_size(self) -> int:
        """Return how many bytes the kernel has not taken yet."""
        self._send_deferred()
        return self._unsent()

    def is_closing(self) -> bool:
        """Return True if the transport is closing or closed, also if sending the last data closes it."""
        self._send_deferred()
        return self._closing

    def write_eof(self) -> None:
        """Close the transport after flushing buffered data."""
        self._send_deferred()
        super().write_eof()

    def abort(self) -> None:
        """Close the transport immediately; buffered data is lost."""
        self._send_deferred()
        super().abort()

    def _read_ready(self) -> None:
        was_closing = self._closing
        self._send_deferred()
        if self._closing == was_closing:  # otherwise sending has noticed the end
            super()._read_ready()

    def _call_connection_lost(self, exc: BaseException | None) -> None:
        self._detach()
        super()._call_connection_lost(exc)

    def __del__(self, _warn: Callable[..., object] = warnings.warn) -> None:
        try:
            super().__del__(_warn)  # its warning shows the state, which sends the data
        finally:
            self._detach()

    # Called by the engine.

    def _await_writable(self) -> None:
        self._loop._add_writer(self._fileno, self._write_ready)

    def _all_sent(self) -> None:
        self._loop._remove_writer(self._fileno)
        self._maybe_resume_protocol()
        if self._closing:
            self._loop._remove_reader(self._fileno)
            self._call_connection_lost(None)

    def _write_failed(self, error: OSError) -> None:
        self._loop._remove_writer(self._fileno)
        self._fail(error, "Fatal write error on pipe transport")

    def _fail(self, error: OSError, message: str) -> None:
        self._conn_lost += 1
        internals.fatal_error(self, error, message)


def _is_byte_stream(fd: int) -> bool:
    """Return whether readers cannot distinguish one write from several, unlike those of packets and many devices."""
    mode = os.fstat(fd).st_mode
    if stat.S_ISFIFO(mode):
        return not fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_DIRECT
    if stat.S_ISSOCK(mode):
        try:
            with socket.fromfd(fd, -1, -1) as twin:
                return twin.type == socket.SOCK_STREAM
        except OSError:  # no descriptor left
            return False
    return False
