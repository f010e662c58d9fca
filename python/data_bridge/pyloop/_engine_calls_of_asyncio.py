"""What the engine calls of asyncio's methods, inherited ones or those of objects that a program brings.

They are what asyncio documents or, if private, what `_seams` lists; the engine calls them where asyncio does.
`_engine_calls` declares PyLoop's own methods in the same way, and says what applies to all.
"""

from __future__ import annotations

import _thread
import asyncio
import sys
from asyncio import base_events
from typing import TYPE_CHECKING, Any, Protocol

from . import _asyncio_internals as internals

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike, WriteableBuffer

    from ._accepted_transport import AcceptedTransport


class InheritedLoopCalls(Protocol):
    """What the engine calls on a loop of what asyncio or a subclass of PyLoop defines."""

    def time(self) -> float:
        """Return the time in seconds; called for timers if `time` is not the clock that the loop was made with."""

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future for `_sock_wait`: the subclass's, if it has such a method."""

    def _ensure_fd_no_transport(self, fd: FileDescriptorLike) -> None:
        """Raise RuntimeError if a transport that is not closing uses `fd`; called where any transport does.

        By `_sock_wait`, and for a connection that was accepted, in its context.
        """


class InheritedFlowCalls(Protocol):
    """What the engine calls on transports that write, when data that waits passes one of the marks."""

    def _maybe_pause_protocol(self) -> None:
        """Call the protocol's `pause_writing` if it is not paused; called by what writes, or at an iteration's end."""


class InheritedSocketCalls(InheritedFlowCalls, Protocol):
    """What the engine also calls on transports of sockets."""

    def _maybe_resume_protocol(self) -> None:
        """Call the protocol's `resume_writing` if that is due; called while it is paused, in the context of writing."""


class InheritedStreamCalls(InheritedSocketCalls, Protocol):
    """What the engine also calls on transports of stream sockets."""

    def _read_ready__on_eof(self) -> None:
        """Deal with the end of the stream, in debug mode; in the context of reading."""

    def close(self) -> None:
        """Close the transport: the peer has ended the stream, and the protocol does not stay open."""


if sys.version_info >= (3, 13):

    class ServerCalls(Protocol):
        """What the engine calls on the server of an accepted connection, in the connection's context."""

        def _attach(self, transport: AcceptedTransport) -> None:
            """Count a new connection. An exception goes to `Acceptor._report_failure`."""

        def _detach(self, transport: AcceptedTransport) -> None:
            """Count the end of a connection. The loop reports an exception."""

else:

    class ServerCalls(Protocol):
        """What the engine calls on the server of an accepted connection, in the connection's context."""

        def _attach(self) -> None:
            """Count a new connection. An exception goes to `Acceptor._report_failure`."""

        def _detach(self) -> None:
            """Count the end of a connection. The loop reports an exception."""


class HandleCalls(Protocol):
    """What the engine calls on a handle that is not its own, or whose fields somebody has changed."""

    def _run(self) -> None:
        """Run the callback in its context, and report what it raises. What leaves this method ends the run."""

    def cancel(self) -> None:
        """Cancel the callback: its reader or writer was removed or replaced. An exception is printed."""


class FutureCalls(Protocol):
    """What the engine calls on the future of `_sock_wait`."""

    def set_result(self, result: None, /) -> None:
        """End the waiting, for the descriptor is ready. The engine drops an exception: the future is done already."""


class LockCalls(Protocol):
    """What the engine calls, in any thread, on the locks of a handle of `call_soon_threadsafe`."""

    def acquire(self) -> object:
        """Wait for the lock, for `cancel` or `cancelled` in another thread while the callback runs."""

    def release(self) -> object:
        """Give the lock back. After a callback, in the loop's thread: an exception is printed."""


class BaseProtocolCalls(Protocol):
    """What the engine calls on any protocol of an accepted connection."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Hear of the end; `exc` is what ended it, if not the program or the peer. The loop reports an exception."""


class ProtocolCalls(Protocol):
    """What the engine calls on the protocol of a stream or a read pipe.

    On a stream, in the context of reading; an exception is a fatal error of the transport. On a pipe, from the loop's
    reader handle, which reports an exception.
    """

    def data_received(self, data: bytes) -> None:
        """Take what was received, never empty."""

    def eof_received(self) -> object:
        """Hear of the end of a stream; its transport stays open if the result is true."""


class BufferedProtocolCalls(Protocol):
    """What the engine calls on a protocol that has a buffer; contexts and exceptions as in `ProtocolCalls`."""

    def get_buffer(self, sizehint: int) -> WriteableBuffer:
        """Return a buffer to receive into, not empty; `sizehint` is -1."""

    def buffer_updated(self, nbytes: int) -> None:
        """Take `nbytes` bytes, at least one, which are in the buffer."""

    def eof_received(self) -> object:
        """Hear of the end; the transport stays open if the result is true."""


class DatagramProtocolCalls(Protocol):
    """What the engine calls on the protocol of a datagram transport."""

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ANN401 - as typeshed has it
        """Take a datagram and its sender's address; in the context of reading."""

    def error_received(self, exc: OSError) -> None:
        """Hear of an error of receiving or sending; in the context of reading, of writing, or of a caller of `sendto`.

        Only the last of them receives what this raises.
        """


class InheritedTlsCalls(Protocol):
    """What the engine calls on a TLS protocol, which asyncio's class would call on itself."""

    def buffer_updated(self, nbytes: int) -> None:
        """Read, if the connection is in a state for it: records are in the incoming BIO; `nbytes` is 0."""

    def _on_handshake_complete(self, handshake_exc: BaseException | None) -> None:
        """Begin to read and write, since the handshake is over; `handshake_exc` is None."""

    def _do_flush(self) -> None:
        """Read and write what is left, and begin the shutdown: the peer has ended the stream."""

    def _do_shutdown(self) -> None:
        """Take a step of the shutdown."""

    def _call_eof_received(self) -> None:
        """Call `eof_received` of the program's protocol, unless it has heard of the end."""

    def _on_shutdown_complete(self, shutdown_exc: BaseException | None) -> None:
        """Close the transport below, since the shutdown is over; `shutdown_exc` is None."""

    def _control_ssl_reading(self) -> None:
        """Pause or resume reading of the transport below; called when a water mark of the input is reached."""

    def _control_app_writing(self) -> None:
        """Call `pause_writing` or `resume_writing` of the program's protocol, when a water mark is reached."""


class TransportCalls(Protocol):
    """What the engine calls on the transport below TLS, if that is not one of its own or does not take data."""

    def write(self, data: bytes) -> None:
        """Write records, or do what is right after the end of the transport."""


INHERITED_BY_LOOP: type[InheritedLoopCalls] = asyncio.SelectorEventLoop  # type: ignore[assignment] # typeshed lacks one
INHERITED_BY_STREAM: type[InheritedStreamCalls] = internals.SelectorSocketTransport
INHERITED_BY_DATAGRAM: type[InheritedSocketCalls] = internals.SelectorDatagramTransport
INHERITED_BY_WRITE_PIPE: type[InheritedFlowCalls] = internals.UnixWritePipeTransport
SERVER: type[ServerCalls] = base_events.Server  # type: ignore[assignment] # typeshed does not have them
HANDLE: type[HandleCalls] = asyncio.Handle
TIMER_HANDLE: type[HandleCalls] = asyncio.TimerHandle
FUTURE: type[FutureCalls] = asyncio.Future
LOCK_OF_WAITERS: type[LockCalls] = _thread.LockType
LOCK_OF_HANDLE: type[LockCalls] = _thread.RLock
BASE_PROTOCOL: type[BaseProtocolCalls] = asyncio.BaseProtocol
PROTOCOL: type[ProtocolCalls] = asyncio.Protocol
BUFFERED_PROTOCOL: type[BufferedProtocolCalls] = asyncio.BufferedProtocol
DATAGRAM_PROTOCOL: type[DatagramProtocolCalls] = asyncio.DatagramProtocol
INHERITED_BY_TLS: type[InheritedTlsCalls] = internals.SSLProtocol
TRANSPORT: type[TransportCalls] = asyncio.Transport
