"""The private names of asyncio that PyLoop relies on, in one place. A test looks for each on every Python version."""

from __future__ import annotations

import _socket
import collections
import functools
import selectors
import socket
import sys
from asyncio import (
    base_events,
    constants,
    events,
    format_helpers,
    futures,
    selector_events,
    sslproto,
    transports,
    unix_events,
)

from . import _start  # noqa: F401 - where Python is too new it looks for these names first

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, MutableMapping
    from typing import Any, Protocol

    from _typeshed import FileDescriptorLike

    class ScheduledHandle(Protocol):
        """The slots of `asyncio.Handle`."""

        _callback: Callable[..., object] | None
        _args: tuple[Any, ...] | None
        _source_traceback: list[Any] | None

    class LoopInternals:
        """Attributes of asyncio's selector loop that are used or replaced."""

        _debug: bool
        _csock: socket.socket
        _ssock: socket.socket
        _current_handle: asyncio.Handle | None
        _scheduled: list[asyncio.TimerHandle]
        _signal_handlers: dict[int, asyncio.Handle]
        _transports: MutableMapping[int, asyncio.BaseTransport]

        def _check_callback(self, callback: object, method: str) -> None: ...
        def _check_closed(self) -> None: ...
        def _check_running(self) -> None: ...
        def _check_thread(self) -> None: ...
        async def _connect_sock(self, exceptions: list[Any], addr_info: tuple[Any, ...]) -> socket.socket: ...
        async def _create_connection_transport(self, *args: Any) -> Any: ...  # noqa: ANN401
        async def _ensure_resolved(self, address: Any, **options: Any) -> list[Any]: ...  # noqa: ANN401
        def _ensure_fd_no_transport(self, fd: FileDescriptorLike) -> None: ...
        def _make_socket_transport(self, *args: Any, **kwargs: Any) -> Any: ...  # noqa: ANN401
        def _make_ssl_transport(self, *args: Any, **kwargs: Any) -> Any: ...  # noqa: ANN401
        def _start_serving(self, protocol_factory: Any, sock: Any, *args: Any, **kwargs: Any) -> None: ...  # noqa: ANN401
        def _process_self_data(self, data: bytes) -> None: ...
        async def _sendfile_native(self, transp: Any, file: Any, offset: int, count: int | None) -> int: ...  # noqa: ANN401
else:

    class LoopInternals:
        """Empty at run time: asyncio's classes have the attributes that this declares for the type checker."""

        __slots__ = ()


def is_socket(sock: object) -> bool:
    """Return whether an object is exactly of the class `socket.socket`, and that class is Python's, not gevent's."""
    return type(sock) is socket.socket and isinstance(sock, _socket.socket)


def file_descriptor(fileobj: FileDescriptorLike) -> int:
    """Return the descriptor of a file object or descriptor; raise ValueError as asyncio does."""
    fd: int = selectors._fileobj_to_fd(fileobj)  # type: ignore[attr-defined]
    return fd


def callback_failure(handle: asyncio.Handle, exception: BaseException) -> dict[str, Any]:
    """Return what `Handle._run` would pass to the exception handler."""
    failed: Any = handle
    debug = {"debug": failed._loop.get_debug()} if sys.version_info >= (3, 13) else {}
    source = format_helpers._format_callback_source(failed._callback, failed._args, **debug)
    context = {"message": f"Exception in callback {source}", "exception": exception, "handle": handle}
    if failed._source_traceback:
        context["source_traceback"] = failed._source_traceback
    return context


ThreadSafeHandle: Any = getattr(events, "_ThreadSafeHandle", None)
"""The class of the handles of `call_soon_threadsafe` from 3.14 on: cancelling one waits for its running callback."""


def drop_own_frames(handle: asyncio.Handle) -> None:
    """Remove the frame of the caller, who has made the handle, from its source traceback."""
    traceback = handle._source_traceback  # type: ignore[attr-defined]
    if traceback:
        # The constructor of a thread-safe handle adds its own frame, too.
        own = 2 if ThreadSafeHandle is not None and isinstance(handle, ThreadSafeHandle) else 1
        del traceback[-own:]


def warn_of_slow_callback(handle: asyncio.Handle, seconds: float) -> None:
    """Log the warning that asyncio logs in debug mode."""
    logger = base_events.logger  # type: ignore[attr-defined]
    logger.warning("Executing %s took %.3f seconds", base_events._format_handle(handle), seconds)  # type: ignore[attr-defined]


CONNECTIONS_HAVE_CONTEXTS = sys.version_info >= (3, 15)
"""Whether all callbacks of a connection run in one context, which methods of the loop get by keyword: from 3.15 on."""


FlowControlMixin: Any = transports._FlowControlMixin
SelectorSocketTransport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
"""asyncio's own stream transport, which is a `_FlowControlMixin` and an `asyncio.Transport`."""
_GET_EXTRA_INFO = transports.BaseTransport.get_extra_info


def get_extra_info_is_asyncios() -> bool:
    """Return whether no program has replaced the method `get_extra_info` of transports, as test suites do."""
    return transports.Transport.get_extra_info is _GET_EXTRA_INFO


SelectorDatagramTransport: Any = selector_events._SelectorDatagramTransport  # type: ignore[attr-defined]
"""asyncio's own datagram transport."""
UnixReadPipeTransport: Any = unix_events._UnixReadPipeTransport  # type: ignore[attr-defined]
"""asyncio's own transport that reads a pipe, which is an `asyncio.ReadTransport`."""
UnixWritePipeTransport: Any = unix_events._UnixWritePipeTransport  # type: ignore[attr-defined]
"""asyncio's own transport that writes a pipe, which is a `_FlowControlMixin` and an `asyncio.WriteTransport`."""
SSLProtocol: Any = sslproto.SSLProtocol
SSLProtocolTransport: Any = sslproto._SSLProtocolTransport
"""asyncio's own transport above TLS, which is a `_FlowControlMixin` and an `asyncio.Transport`."""
UNWRAPPED: Any = sslproto.SSLProtocolState.UNWRAPPED
"""The state of an `SSLProtocol` before the handshake."""
WRAPPED: Any = sslproto.SSLProtocolState.WRAPPED
"""Its state between the handshake and the shutdown."""
STATE_INIT: Any = sslproto.AppProtocolState.STATE_INIT
"""The state of the protocol above it before `connection_made`."""
STATE_CON_MADE: Any = sslproto.AppProtocolState.STATE_CON_MADE
"""Its state afterwards."""
water_marks: Any = sslproto.add_flowcontrol_defaults
"""Computes a high-water and a low-water mark in bytes from two that can be None, and a default in KiB."""
SendfileMode: Any = constants._SendfileMode
"""How `loop.sendfile` sends to a transport."""
SSL_AGAIN_ERRORS: Any = getattr(sslproto, "SSLAgainErrors", ())
"""What an `SSLObject` raises that can go on later. Missing where the module `ssl` is."""
set_result_unless_cancelled: Any = futures._set_result_unless_cancelled  # type: ignore[attr-defined]

SERVER_KNOWS_TRANSPORTS = base_events.Server._attach.__code__.co_argcount > 1  # type: ignore[attr-defined]
"""Whether a server's `_attach` and `_detach` take the transport: from Python 3.13 on."""


def attach(server: Any, transport: object) -> None:  # noqa: ANN401
    """Register a connection with its server, which takes the transport from Python 3.13 on."""
    if SERVER_KNOWS_TRANSPORTS:
        server._attach(transport)
    else:
        server._attach()


def fatal_error(transport: Any, error: BaseException, message: str) -> None:  # noqa: ANN401
    """Call `transport._fatal_error` as asyncio's transports do: while `error` is being handled, which logging shows."""
    before = error.__traceback__
    try:
        raise error
    except BaseException:
        transport._fatal_error(error, message)
    finally:
        # The transport keeps the error until connection_lost(). A traceback with this frame would refer to both of
        # them, a cycle that reference counting cannot free.
        error.__traceback__ = before


BUFFERED_DATAGRAM_HEADER = 8 if sys.version_info >= (3, 13) else 0
"""How many bytes asyncio adds per buffered datagram to the size of its write buffer."""


@functools.cache
def writelines_skips_false() -> bool:
    """Return whether asyncio's `writelines` skips items that are false, whatever their type, as in 3.14.10."""
    transport: Any = SelectorSocketTransport.__new__(SelectorSocketTransport)
    transport._eof = False
    transport._empty_waiter = None
    transport._conn_lost = 0
    transport._buffer = collections.deque()
    transport._sock = None  # for its finaliser
    try:
        transport.writelines([None])
    except TypeError:
        return False
    return True
