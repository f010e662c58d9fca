"""The private names of asyncio that PyLoop relies on, in one place; a test looks for each on every Python version."""

from __future__ import annotations

import collections
import inspect
import selectors
import sys
from asyncio import base_events, events, format_helpers, futures, selector_events, sslproto, transports, unix_events
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable, MutableMapping

    from _typeshed import FileDescriptorLike

    class ScheduledHandle(Protocol):
        """The slots of `asyncio.Handle`."""

        _callback: Callable[..., object] | None
        _args: tuple[Any, ...] | None
        _source_traceback: list[Any] | None

    class LoopInternals:
        """Attributes of asyncio's selector loop that are used or replaced."""

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
        def _ensure_fd_no_transport(self, fd: FileDescriptorLike) -> None: ...
        def _start_serving(self, protocol_factory: Any, sock: Any, *args: Any, **kwargs: Any) -> None: ...  # noqa: ANN401
        def _process_self_data(self, data: bytes) -> None: ...
else:

    class LoopInternals:
        """Nothing at run time: asyncio's classes have what this declares for the type checker."""

        __slots__ = ()


LOOP_ATTRIBUTES = (
    *("_csock", "_ssock", "_current_handle", "_ready", "_scheduled", "_selector", "_signal_handlers"),
    *("_check_callback", "_check_closed", "_check_running", "_check_thread"),
    *("_ensure_fd_no_transport", "_make_datagram_transport", "_make_socket_transport", "_make_ssl_transport"),
    *("_make_read_pipe_transport", "_make_write_pipe_transport", "_start_serving", "_transports"),
    *("_process_self_data", "_run_once", "_write_to_self"),
    *("_add_reader", "_add_writer", "_remove_reader", "_remove_writer", "_timer_handle_cancelled"),
    *("_closed", "_debug", "_stopping"),
)
"""What `LoopInternals` declares and what the engine's own type replaces, on an instance of asyncio's loop."""

HANDLE_SLOTS = ("_args", "_callback", "_cancelled", "_context", "_loop", "_repr", "_source_traceback")
TIMER_HANDLE_SLOTS = ("_scheduled", "_when")


def file_descriptor(fileobj: FileDescriptorLike) -> int:
    """Return the descriptor of a file object or descriptor; raise ValueError as asyncio does."""
    fd: int = selectors._fileobj_to_fd(fileobj)  # type: ignore[attr-defined]
    return fd


def callback_failure(handle: asyncio.Handle, exception: BaseException) -> dict[str, Any]:
    """Return the context for the exception handler that `Handle._run` would make."""
    failed: Any = handle
    source = format_helpers._format_callback_source(failed._callback, failed._args)
    context = {"message": f"Exception in callback {source}", "exception": exception, "handle": handle}
    if failed._source_traceback:
        context["source_traceback"] = failed._source_traceback
    return context


def drop_last_frame(handle: asyncio.Handle) -> None:
    """Shorten the source traceback of a handle by the caller's own frame."""
    traceback = handle._source_traceback  # type: ignore[attr-defined]
    if traceback:
        del traceback[-1]


def warn_of_slow_callback(handle: asyncio.Handle, seconds: float) -> None:
    """Log what asyncio logs in debug mode."""
    logger = base_events.logger  # type: ignore[attr-defined]
    logger.warning("Executing %s took %.3f seconds", base_events._format_handle(handle), seconds)  # type: ignore[attr-defined]


HAS_THREAD_SAFE_HANDLE = hasattr(events, "_ThreadSafeHandle")
"""From 3.14 on, cancelling a handle of `call_soon_threadsafe` waits for its callback."""

FlowControlMixin: Any = transports._FlowControlMixin
SelectorSocketTransport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
"""asyncio's own stream transport, which is a `_FlowControlMixin` and an `asyncio.Transport`."""
SelectorDatagramTransport: Any = selector_events._SelectorDatagramTransport  # type: ignore[attr-defined]
"""asyncio's own datagram transport."""
UnixReadPipeTransport: Any = unix_events._UnixReadPipeTransport  # type: ignore[attr-defined]
"""asyncio's own transport that reads a pipe, which is an `asyncio.ReadTransport`."""
UnixWritePipeTransport: Any = unix_events._UnixWritePipeTransport  # type: ignore[attr-defined]
"""asyncio's own transport that writes a pipe, which is a `_FlowControlMixin` and an `asyncio.WriteTransport`."""
SSLProtocol: Any = sslproto.SSLProtocol
set_result_unless_cancelled: Any = futures._set_result_unless_cancelled  # type: ignore[attr-defined]

_SERVER_KNOWS_TRANSPORTS = len(inspect.signature(base_events.Server._attach).parameters) > 1  # type: ignore[attr-defined]


def attach(server: Any, transport: object) -> None:  # noqa: ANN401
    """Tell a server of a connection; since Python 3.13 it wants to know the transport."""
    if _SERVER_KNOWS_TRANSPORTS:
        server._attach(transport)
    else:
        server._attach()


def detach(server: Any, transport: object) -> None:  # noqa: ANN401
    """Tell a server that a connection has ended."""
    if _SERVER_KNOWS_TRANSPORTS:
        server._detach(transport)
    else:
        server._detach()


def fatal_error(transport: Any, error: BaseException, message: str) -> None:  # noqa: ANN401
    """End a connection because of an error, as asyncio's transports do: while it is being handled."""
    try:
        raise error
    except BaseException:
        transport._fatal_error(error, message)


BUFFERED_DATAGRAM_HEADER = 8 if sys.version_info >= (3, 13) else 0
"""What asyncio adds for each datagram to the size of what is buffered."""

TRANSPORT_ATTRIBUTES = (
    *("_add_reader", "_buffer", "_call_connection_lost", "_closing", "_conn_lost", "_empty_waiter", "_eof"),
    *("_fatal_error", "_force_close", "_maybe_pause_protocol", "_maybe_resume_protocol", "_paused", "_protocol"),
    *("_protocol_connected", "_read_ready", "_read_ready__on_eof", "_sock", "_sock_fd"),
)
"""What the engine's stream transport uses or replaces, on an instance of asyncio's."""

DATAGRAM_TRANSPORT_ATTRIBUTES = (
    *("_add_reader", "_address", "_buffer", "_buffer_size", "_call_connection_lost", "_closing", "_conn_lost"),
    *("_extra", "_fatal_error", "_force_close", "_maybe_pause_protocol", "_maybe_resume_protocol", "_paused"),
    *("_protocol", "_read_ready", "_sendto_ready", "_sock", "_sock_fd"),
)
"""What the engine's datagram transport uses or replaces, on an instance of asyncio's."""

READ_PIPE_TRANSPORT_ATTRIBUTES = (
    *("_add_reader", "_call_connection_lost", "_closing", "_extra", "_fatal_error", "_fileno", "_loop", "_paused"),
    *("_pipe", "_protocol", "_read_ready", "max_size"),
)
"""What the engine's read pipe transport uses or replaces, on an instance of asyncio's."""

WRITE_PIPE_TRANSPORT_ATTRIBUTES = (
    *("_buffer", "_call_connection_lost", "_close", "_closing", "_conn_lost", "_extra", "_fatal_error", "_fileno"),
    *("_loop", "_maybe_pause_protocol", "_maybe_resume_protocol", "_pipe", "_protocol", "_read_ready", "_write_ready"),
)
"""What the engine's write pipe transport uses or replaces, on an instance of asyncio's."""


def _writelines_skips_false() -> bool:
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


WRITELINES_SKIPS_FALSE = _writelines_skips_false()
"""Whether asyncio passes over items of `writelines` that are false, whatever their type, as that of 3.14.10 does."""


def default_water_marks() -> tuple[int, int]:
    """Return the high and the low one that asyncio gives a transport, in bytes."""
    mixin = FlowControlMixin(loop=object())
    return mixin._high_water, mixin._low_water
