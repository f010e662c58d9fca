"""The TLS protocol of connections that ask for kernel TLS: `ssl.OP_ENABLE_KTLS`."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl

from . import _asyncio_internals as internals
from ._stream_transport import StreamTransport
from ._tls_protocol import SSLTransport, TlsProtocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    NativeSendfile = Callable[[Any, Any, int, int | None], Coroutine[Any, Any, int]]

_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class KernelTlsTransport(SSLTransport):
    """The `asyncio.Transport` above TLS, through which the kernel can send files. See its base."""

    @property
    def _sendfile_compatible(self) -> Any:  # noqa: ANN401 - asyncio's enum is private
        protocol = self._ssl_protocol
        native = protocol is not None and protocol._kernel_encrypts
        return internals.SendfileMode.TRY_NATIVE if native else internals.SendfileMode.FALLBACK

    async def _send_file(self, native: NativeSendfile, file: object, offset: int, count: int | None) -> int:
        sent: int = await self._ssl_protocol._send_file(native, file, offset, count)
        return sent


class KernelTlsProtocol(TlsProtocol):
    """A `TlsProtocol` whose OpenSSL sends to the socket itself during the handshake, and then lets the kernel encrypt.

    If the kernel does not do it for this connection, everything is as in the base from the end of the handshake on.
    Otherwise what the program writes goes to the transport below as it is, and OpenSSL sends alerts, which must not
    overtake it. What is received is decrypted by OpenSSL, as in the base.
    """

    _transport_class = KernelTlsTransport

    _socket_fd = -1
    """The descriptor that OpenSSL sends to, a duplicate of the transport's; OpenSSL closes it. -1 if there is none."""
    _kernel_encrypts = False
    _shutdown_waits = False
    _shutdown_timeout_handle: asyncio.TimerHandle | None  # asyncio's
    _file_task: asyncio.Task[int] | None = None
    _backlog_sent: asyncio.Future[None] | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Start the handshake."""
        # What OpenSSL sends must not overtake what was written before an upgrade to TLS.
        if isinstance(transport, StreamTransport) and not transport.get_write_buffer_size():
            self._share_socket(transport.get_extra_info("socket"))
        super().connection_made(transport)

    def _share_socket(self, sock: Any) -> None:  # noqa: ANN401 - asyncio's `TransportSocket`
        if sock.family not in _FAMILIES:
            return
        try:
            fd = os.dup(sock.fileno())
        except OSError:  # no descriptor is left
            return
        shared = False
        try:
            shared = self._send_to_socket(fd)
        finally:
            if shared:
                self._socket_fd = fd
            else:
                os.close(fd)

    def _stop_sharing(self) -> None:
        if self._socket_fd >= 0:
            if not self._loop.is_closed():
                self._loop.remove_writer(self._socket_fd)
            self._socket_fd = -1
            self._kernel_encrypts = False
            self._send_to_transport()

    def connection_lost(self, exc: BaseException | None) -> None:
        """End everything that waits for the connection."""
        if self._file_task is not None:
            self._loop._remove_writer(self._transport._sock_fd)  # the descriptor is closed next
            self._file_task.cancel()
            self._transport._reset_empty_waiter()  # the task ends that has waited
        self._stop_sharing()
        super().connection_lost(exc)

    # OpenSSL's calls end with SSLWantWriteError, which asyncio does not expect, if the socket is full.

    def _on_handshake_complete(self, handshake_exc: Any) -> None:  # noqa: ANN401 - an exception or its class
        if self._socket_fd >= 0:
            if isinstance(handshake_exc, ssl.SSLWantWriteError):
                self._when_writable(self._do_handshake)
                return
            if handshake_exc is None:
                self._kernel_encrypts = self._kernel_sends()
                if not self._kernel_encrypts:
                    self._stop_sharing()
        super()._on_handshake_complete(handshake_exc)

    def _on_shutdown_complete(self, shutdown_exc: BaseException | None) -> None:
        if self._socket_fd >= 0 and isinstance(shutdown_exc, ssl.SSLWantWriteError):
            self._when_writable(self._do_shutdown)
        else:
            super()._on_shutdown_complete(shutdown_exc)

    def _when_writable(self, go_on: Callable[[], None]) -> None:
        self._loop.add_writer(self._socket_fd, self._is_writable, go_on)

    def _is_writable(self, go_on: Callable[[], None]) -> None:
        self._loop.remove_writer(self._socket_fd)
        if not self._transport.is_closing():
            go_on()

    # The shutdown waits until everything else is sent.

    def _do_shutdown(self) -> None:
        self._shutdown_waits = self._socket_fd >= 0 and not self._eof_received and self._is_sending()
        if not self._shutdown_waits:
            super()._do_shutdown()
        elif self._shutdown_timeout_handle is not None and self._has_peer_closed():
            # asyncio's shutdown is over by now, and nothing limits the time that the rest takes.
            self._shutdown_timeout_handle.cancel()
            self._shutdown_timeout_handle = None

    def _has_peer_closed(self) -> bool:
        try:
            while self._sslobj.read(self.max_size):
                pass  # too late for the program
        except (*internals.SSL_AGAIN_ERRORS, ssl.SSLError):  # the shutdown reports errors
            return False
        return True

    def _is_sending(self) -> bool:
        below = self._transport
        below.set_write_buffer_limits(0)  # it calls resume_writing() when nothing is left
        return bool(self._sends_file or below.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Continue after the transport below was paused."""
        super().resume_writing()
        if self._backlog_sent is not None and not self._write_backlog and not self._backlog_sent.done():
            self._backlog_sent.set_result(None)
        if self._shutdown_waits:
            self._do_shutdown()

    # While a file is sent, what the program writes waits in the backlog.

    def _do_write(self) -> None:
        if not self._sends_file:
            super()._do_write()

    async def _send_file(self, native: NativeSendfile, file: object, offset: int, count: int | None) -> int:
        if self._file_task is not None:
            raise RuntimeError("sendfile is in progress")
        task = self._loop.create_task(self._send_file_in_order(native, file, offset, count))
        self._file_task = task
        try:
            sent: int = await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if self._transport is None and not (caller is not None and caller.cancelling()):
                raise ConnectionError("Connection closed by peer") from None
            raise
        finally:
            self._file_task = None
        return sent

    async def _send_file_in_order(self, native: NativeSendfile, file: object, offset: int, count: int | None) -> int:
        while self._write_backlog:
            self._backlog_sent = self._loop.create_future()
            await self._backlog_sent
        if self._state is not internals.WRAPPED:
            raise ConnectionError("Connection closed by peer")  # asyncio's words, also if the program has closed it
        self._sends_file = True
        try:
            return await native(self._transport, file, offset, count)
        finally:
            self._sends_file = False
            if self._transport is not None:
                self._go_on_after_file()

    def _go_on_after_file(self) -> None:
        self._write_or_fail()
        if self._shutdown_waits:
            self._do_shutdown()
