"""What the engine calls in Python by name: a protocol for each kind of object it calls, and who implements it.

The package never imports this module at run time. mypy checks the assignments below each group of protocols;
`tests/abi/test_calls_from_java.py` compares names and numbers of arguments with the Java sources. The other direction,
what Python calls in the engine, is `_engine.pyi`; what PyLoop's Python code uses of asyncio is in `_seams`. Methods
of TLS connections are declared in `_engine_calls_of_tls`, those that are asyncio's in `_engine_calls_of_asyncio`.

Unless a method says otherwise, the engine calls it with the GIL, in the thread that runs the loop, and in whatever
context is current; it ignores the result. An exception leaves through the Python method that called into the engine.
Where a method is called during an iteration, there is no such caller: SystemExit and KeyboardInterrupt end
`run_forever`, any other exception goes to `LoopCalls._io_failed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ._accepted_transport import AcceptedTransport
from ._acceptor import Acceptor
from ._datagram_transport import DatagramTransport
from ._loop import PyLoop
from ._pipe_transports import ReadPipeTransport, WritePipeTransport
from ._stream_transport import StreamTransport, TransportSocket

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Iterable
    from contextvars import Context

    from _typeshed import FileDescriptorLike, ReadableBuffer


class LoopCalls(Protocol):
    """What the engine calls on a loop."""

    def _asyncio_call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Do what `call_soon` was called for, in debug mode or with unusual arguments; the result is `call_soon`'s."""

    def _asyncio_call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Do the same for `call_soon_threadsafe`, in the thread of its caller."""

    def _asyncio_call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Do the same for `call_later`, also if `delay` is no int or float or the loop has a clock of its own."""

    def _asyncio_call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Do the same for `call_at`, also if `when` is no int or float."""

    def _asyncio_create_future(self) -> asyncio.Future[Any]:
        """Return the result of `create_future`, in debug mode and for a closed loop."""

    def _asyncio_create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: object = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        """Return the result of `create_task`, in debug mode, with a task factory or with unusual arguments."""

    def _asyncio_handle(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Return the handle that `_add_reader` or `_add_writer` registers, in debug mode."""

    def _fileno(self, fileobj: FileDescriptorLike) -> int:
        """Return the descriptor of what a reader or writer is added or removed for, if that is no valid descriptor.

        Raises ValueError if it has none.
        """

    def _schedule_in_debug_mode(self, items: tuple[Any, ...], name: str) -> list[asyncio.Handle]:
        """Return the result of `call_soon_batch` or `call_soon_threadsafe_batch`, whichever is `name`, in debug mode.

        Each of the `items` is a callable or a tuple that begins with one. In the thread of the caller.
        """

    def _run_in_debug_mode(self, handle: asyncio.Handle) -> None:
        """Run a handle, and log if it takes long; called for each handle in debug mode. An exception ends the run."""

    def _inherited_run_once(self) -> None:
        """Run an iteration by the method of asyncio's class, which is replaced. An exception ends the run."""

    def _wait_cooperatively(self, seconds: float | None) -> None:
        """Wait until the descriptor of the poller is readable, or for a time, and let greenlets of the thread run.

        Called in place of a wait of the engine, if `_waits_cooperatively` is set. An exception ends the run.
        """

    def _callback_failed(self, handle: asyncio.Handle, exception: BaseException) -> None:
        """Report what a callback has raised, unless it was SystemExit or KeyboardInterrupt, to the exception handler.

        Called in the loop's own context, after the callback's was left. An exception ends the run.
        """

    def _io_handle(self, transport: StreamTransport | DatagramTransport, context: Context) -> asyncio.Handle:
        """Return a handle that lets a transport read and write in `context`.

        Called per readiness in debug mode and while `asyncio.Handle._run` is replaced; also when a program looks at
        `loop._ready`.
        """

    def _io_failed(
        self, transport: StreamTransport | DatagramTransport | WritePipeTransport, exception: BaseException
    ) -> None:
        """Report what code of a transport or its protocol raised during an iteration. An exception ends the run."""


class AcceptorCalls(Protocol):
    """What the engine calls on what accepts connections."""

    def _lacks_resources(self, error: OSError) -> None:
        """Deal with a connection that cannot be accepted before a descriptor is closed or memory is freed.

        From the listening socket's reader handle, which reports an exception, as it does for the other two.
        """

    def _log_connection(self, transport: AcceptedTransport) -> None:
        """Log a new connection, in debug mode; the transport has no protocol yet. In the connection's context."""

    def _report_failure(self, error: BaseException, protocol: asyncio.BaseProtocol | None) -> None:
        """Report, in debug mode, why a connection has got no transport. In the connection's context.

        `protocol` is None if the factory has failed. `error` is neither SystemExit nor KeyboardInterrupt.
        """


class StreamCalls(Protocol):
    """What the engine calls on a transport of a stream socket."""

    def _asyncio_pause_reading(self) -> None:
        """Do what `pause_reading` was called for, in debug mode or without an engine."""

    def _asyncio_resume_reading(self) -> None:
        """Do what `resume_reading` was called for, in debug mode or without an engine."""

    def _asyncio_set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Raise the TypeError for `set_protocol` with unusual arguments, which this receives as they are."""

    def _asyncio_write(self, data: ReadableBuffer) -> None:
        """Do what `write` was called for: the transport is ending or has ended, or an argument is of a wrong type."""

    def _asyncio_writelines(self, list_of_data: Iterable[ReadableBuffer]) -> None:
        """Do what `writelines` was called for: the transport is ending or detached, or the arguments are unusual."""

    def _extra_info(self, *arguments: Any, **keywords: Any) -> object:
        """Return the result of `get_extra_info`, called with these arguments.

        There is no dict yet, an argument is unusual, or a program has replaced asyncio's method, which is called then.
        """

    def _refuse_lines(self, lines: tuple[Any, ...]) -> None:
        """Raise the TypeError for `writelines` with items that have no buffer, or write those that count."""

    def _stay_open(self) -> None:
        """Stop to read at the end of the stream, since the protocol's `eof_received` has returned a true value."""

    def _close_slowly(self) -> None:
        """Do what `close` was called for: there is no engine any more, or the loop is closed."""

    def _lose_connection(self) -> None:
        """Schedule `connection_lost(None)`; called by `close` when nothing is left to send."""

    def _fail(self, error: BaseException, message: str) -> None:
        """End the connection because of `error`, never SystemExit or KeyboardInterrupt, which is being handled.

        Called while reading, in the context of reading; when a callback has ended; or by a method that writes.
        """

    def _all_sent(self) -> None:
        """Go on when the last byte was sent; called only if the transport is ending or `_empty_waiter` is set.

        In the context in which writing blocked; when a callback has ended, or by a method that writes, if it did not.
        """

    def _write_failed(self, error: OSError) -> None:
        """End the connection because sending failed after the socket had been full; in the context of writing."""


class TransportSocketCalls(Protocol):
    """What the engine calls on the socket that a transport shows, in any thread, with the caller's context."""

    def _asyncio_family(self) -> object:
        """Return what asyncio's `family` is: it is asked for first, or the socket's class or a method is replaced."""

    def _asyncio_fileno(self) -> int:
        """Do the same for `fileno()`."""

    def _asyncio_getpeername(self) -> object:
        """Do the same for `getpeername()`, also for a socket of a family that the engine does not know."""

    def _refuse_family(self, *value: object) -> None:
        """Raise the AttributeError for setting `family` to a value, or without one for deleting it."""


class AcceptedStreamCalls(StreamCalls, Protocol):
    """What the engine also calls on the transport of an accepted connection."""

    def _schedule_start(self) -> None:
        """Schedule `connection_made` and the beginning of reading by `call_soon`, which is not the engine's.

        In the connection's context. Called in debug mode, and if a subclass or a program has replaced `call_soon`.
        """

    def _close_socket(self) -> None:
        """Close the socket object that a program has asked for, at the end of the connection."""

    def _end_waiter(self) -> None:
        """Let `loop.sendfile()` fail, because the connection has ended."""


class DatagramCalls(Protocol):
    """What the engine calls on a transport of a datagram socket."""

    def _asyncio_sendto(self, data: ReadableBuffer, addr: object = None) -> None:
        """Do what `sendto` was called for, with the same arguments, because the engine does not send this itself."""

    def _send_foreign(self, data: bytes, addr: object) -> bool:
        """Send a datagram that waited, to an address that only the socket module understands.

        Return False if the socket is full, for the engine to try again; True also after an error, which the callee
        deals with. In the context of writing.
        """

    def _fail(self, error: BaseException, message: str) -> None:
        """End the transport because what was received cannot be made objects, as `StreamCalls._fail` does."""

    def _all_sent(self) -> None:
        """End the transport, which is closing: the last datagram was sent. In the context of writing."""


class ReadPipeCalls(Protocol):
    """What the engine calls on a transport that reads a pipe: from the loop's reader handle, which reports errors."""

    def _read_ended(self) -> None:
        """Close the transport, since the pipe is at its end."""

    def _read_failed(self, error: OSError | MemoryError) -> None:
        """End the transport because reading failed."""


class WritePipeCalls(Protocol):
    """What the engine calls on a transport that writes a pipe."""

    def _asyncio_write(self, data: ReadableBuffer) -> None:
        """Do what `write` was called for: the transport is ending or has ended, or an argument is of a wrong type."""

    def _await_writable(self) -> None:
        """Make the loop call `_write_ready` when the pipe is writable again; called when it is full.

        By a method that writes, or when a callback has ended.
        """

    def _fail(self, error: OSError, message: str) -> None:
        """End the transport because of `error`, as `StreamCalls._fail` does; nothing was waiting for the pipe."""

    def _all_sent(self) -> None:
        """Continue after the pipe was full: all is written. Called from the loop's writer handle, as the next is."""

    def _write_failed(self, error: OSError) -> None:
        """End the transport because writing failed after the pipe was full."""


LOOP: type[LoopCalls] = PyLoop
ACCEPTOR: type[AcceptorCalls] = Acceptor
STREAM: type[StreamCalls] = StreamTransport
TRANSPORT_SOCKET: type[TransportSocketCalls] = TransportSocket
ACCEPTED_STREAM: type[AcceptedStreamCalls] = AcceptedTransport
DATAGRAM: type[DatagramCalls] = DatagramTransport
READ_PIPE: type[ReadPipeCalls] = ReadPipeTransport
WRITE_PIPE: type[WritePipeCalls] = WritePipeTransport

if TYPE_CHECKING:
    # A class that extends one of asyncio's without a stub passes for any protocol; but mypy compares what bases define.

    class _Stream(StreamTransport, StreamCalls): ...

    class _TransportSocket(TransportSocket, TransportSocketCalls): ...

    class _AcceptedStream(AcceptedTransport, AcceptedStreamCalls): ...

    class _Datagram(DatagramTransport, DatagramCalls): ...

    class _ReadPipe(ReadPipeTransport, ReadPipeCalls): ...

    class _WritePipe(WritePipeTransport, WritePipeCalls): ...
