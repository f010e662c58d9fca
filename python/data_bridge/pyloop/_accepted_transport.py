"""The transport of accepted and of client connections, which makes its `socket.socket` on demand."""

from __future__ import annotations

import contextlib
import socket
import warnings
from asyncio import transports

from . import _asyncio_internals as internals
from ._engine import AcceptedCore
from ._stream_transport import StreamTransport, TransportSocket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


_EXTRA: Any = transports.BaseTransport._extra  # type: ignore[attr-defined]


def socket_like(listener: socket.socket, fd: int | None) -> socket.socket:
    """Return a socket object for `fd`, or an unconnected one if that is None, of the same kind as `listener`."""
    return socket.socket(listener.family, listener.type | socket.SOCK_NONBLOCK, listener.proto, fd)


class AcceptedTransport(AcceptedCore, StreamTransport):
    """A `StreamTransport` of a descriptor without a socket object. The engine makes it, without a constructor.

    Most protocols never use the socket object. Making it takes as long as reading and answering a request, so it is
    made on its first use. All methods belong to the loop's thread.
    """

    @property
    def _extra(self) -> dict[str, Any]:
        try:
            made: dict[str, Any] = _EXTRA.__get__(self)
        except AttributeError:
            shown = TransportSocket(self._sock or self._closed_socket())
            made = {"socket": shown, "peername": self._peername(), "sockname": self._sockname}
            _EXTRA.__set__(self, made)  # where the engine looks first
        return made

    @property
    def _sock(self) -> socket.socket | None:  # type: ignore[override]
        if self._ended:
            return None
        if self._socket_made is None:
            self._socket_made = socket_like(self._like, self._sock_fd)
        return self._socket_made

    def _has_extra(self) -> bool:
        try:
            _EXTRA.__get__(self)
        except AttributeError:
            return False
        return True

    def _closed_socket(self) -> socket.socket:
        closed = socket_like(self._like, None)
        closed.close()
        return closed

    def __del__(self, _warn: Callable[..., object] = warnings.warn) -> None:
        if not self._ended:
            with contextlib.suppress(OSError):  # the program has closed the descriptor, or a file has its number now
                super().__del__(_warn)

    # Called by the engine.

    def _extra_info(self, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401
        if 0 < len(arguments) <= 2 and not keywords and internals.get_extra_info_is_asyncios():
            name = arguments[0]
            if name == "peername":
                return self._peername()
            if name == "sockname":
                return self._sockname
            if name != "socket" and type(name) is str and not self._has_extra():
                # Streams ask for "sslcontext", which is no reason to make the socket object.
                return arguments[1] if len(arguments) == 2 else None
        return super()._extra_info(*arguments, **keywords)

    def _schedule_start(self) -> None:
        self._loop.call_soon(self._protocol.connection_made, self, context=self._context)
        self._loop.call_soon(self._add_reader, context=self._context)

    def _close_socket(self) -> None:
        if self._socket_made is not None:
            self._socket_made.close()

    def _end_waiter(self) -> None:
        if self._empty_waiter is not None:
            self._empty_waiter.set_exception(ConnectionError("Connection is closed by peer"))
