"""`loop.sock_recv` and its siblings: the system call is tried first, and again each time the socket is ready.

The coroutine itself makes the call, not a callback on its behalf. So no received data is lost if the coroutine is
cancelled at the last moment. All methods belong to the loop's thread.
"""

from __future__ import annotations

import asyncio
import socket

from ._asyncio_internals import is_socket
from ._engine import LARGEST_RECEIVE, _socket_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from _typeshed import ReadableBuffer, WriteableBuffer

    from ._asyncio_internals import LoopInternals

    class _Loop(asyncio.SelectorEventLoop, LoopInternals):
        """A loop with the methods of the engine."""

        def _sock_receive(self, fd: int, size: int, /) -> bytes | None: ...
        def _sock_send(self, fd: int, data: bytes | bytearray, /) -> int: ...
        def _sock_wait_readable(self, fd: int, /) -> asyncio.Future[None]: ...
        def _sock_wait_writable(self, fd: int, /) -> asyncio.Future[None]: ...
        def _transport_at(self, fd: int, /) -> asyncio.BaseTransport | None: ...
        def _sock_end_wait(self, fd: int, future: asyncio.Future[None], /) -> None: ...
else:
    _Loop = asyncio.SelectorEventLoop


_INTERNET = (socket.AF_INET, socket.AF_INET6)


class SocketMethods(_Loop):
    """The `sock_*` methods for non-blocking sockets of exactly the class `socket.socket`; asyncio's serve others."""

    async def sock_recv(self, sock: socket.socket, n: int) -> bytes:
        """Receive up to `n` bytes. The result is empty at the end of the stream."""
        if not _is_plain(sock) or type(n) is not int or not 0 < n <= LARGEST_RECEIVE:
            return await super().sock_recv(sock, n)
        while (data := self._sock_receive(fd := sock.fileno(), n)) is None:
            await self._sock_wait(fd, self._sock_wait_readable(fd))
        return data

    async def sock_sendall(self, sock: socket.socket, data: ReadableBuffer) -> None:
        """Send all of `data`."""
        if not _is_plain(sock) or not (type(data) is bytes or type(data) is bytearray):
            await super().sock_sendall(sock, data)
            return
        sent = self._sock_send(sock.fileno(), data)
        if sent < len(data):
            await super().sock_sendall(sock, memoryview(data)[sent:])

    async def sock_recv_into(self, sock: socket.socket, buf: WriteableBuffer) -> int:
        """Receive into a buffer. Return the number of bytes."""
        if not _is_plain(sock):
            return await super().sock_recv_into(sock, buf)
        count: int = await self._sock_call(self._sock_wait_readable, sock, sock.recv_into, buf)
        return count

    async def sock_recvfrom(self, sock: socket.socket, bufsize: int) -> tuple[bytes, Any]:
        """Receive a datagram of up to `bufsize` bytes. Return it with the address of its sender."""
        if not _is_plain(sock):
            return await super().sock_recvfrom(sock, bufsize)
        result: tuple[bytes, Any] = await self._sock_call(self._sock_wait_readable, sock, sock.recvfrom, bufsize)
        return result

    async def sock_recvfrom_into(self, sock: socket.socket, buf: WriteableBuffer, nbytes: int = 0) -> tuple[int, Any]:
        """Receive a datagram into a buffer. Return the number of bytes and the address of its sender."""
        if not _is_plain(sock):
            return await super().sock_recvfrom_into(sock, buf, nbytes)
        size = nbytes or len(buf)  # type: ignore[arg-type]
        result: tuple[int, Any] = await self._sock_call(self._sock_wait_readable, sock, sock.recvfrom_into, buf, size)
        return result

    async def sock_sendto(self, sock: socket.socket, data: ReadableBuffer, address: Any) -> int:  # noqa: ANN401
        """Send a datagram. Return the number of bytes."""
        if not _is_plain(sock):
            return await super().sock_sendto(sock, data, address)
        count: int = await self._sock_call(self._sock_wait_writable, sock, sock.sendto, data, address)
        return count

    async def sock_accept(self, sock: socket.socket) -> tuple[socket.socket, Any]:
        """Accept a connection. Return its socket, which is non-blocking, and the address of the peer."""
        if not _is_plain(sock):
            return await super().sock_accept(sock)
        connection, address = await self._sock_call(self._sock_wait_readable, sock, sock.accept)
        connection.setblocking(False)
        return connection, address

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:  # noqa: ANN401
        """Connect a socket."""
        if not _is_plain(sock):
            await super().sock_connect(sock, address)
            return
        is_internet = sock.family in _INTERNET
        if is_internet:
            (*_, address), *_ = await self._ensure_resolved(
                address, family=sock.family, type=sock.type, proto=sock.proto, loop=self
            )
        try:
            sock.connect(address)
        except (BlockingIOError, InterruptedError):
            fd = sock.fileno()
        else:
            return
        if is_internet and _socket_names(self, fd)[0] is not None:
            return  # the peer is on this machine
        await self._sock_wait(fd, self._sock_wait_writable(fd))
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, f"Connect call failed {address}")

    async def _sock_call(
        self,
        wait_ready: Callable[[int], asyncio.Future[None]],
        sock: socket.socket,
        call: Callable[..., Any],
        *arguments: object,
    ) -> Any:  # noqa: ANN401
        while True:
            try:
                return call(*arguments)
            except (BlockingIOError, InterruptedError):
                pass
            fd = sock.fileno()
            await self._sock_wait(fd, wait_ready(fd))

    async def _sock_wait(self, fd: int, ready: asyncio.Future[None]) -> None:
        try:
            await ready
        except BaseException:
            self._sock_end_wait(fd, ready)
            raise


def _is_plain(sock: socket.socket) -> bool:
    return is_socket(sock) and sock.gettimeout() == 0
