"""Misuse that once ended the process, or would have: each function must return.

`python -m survival.misuse.programs.former_crashes FUNCTION`, with tests/ on PYTHONPATH.
"""

import asyncio
import contextlib
import faulthandler
import gc
import os
import socket
import sys
import warnings
import weakref
from collections.abc import Iterable
from typing import Any

from data_bridge.pyloop import _engine, new_event_loop
from data_bridge.pyloop._acceptor import Acceptor
from support.scenarios import run_scenario

LARGE = 1 << 20
"""More bytes than a pipe or a socket takes at once."""

faulthandler.enable()
# Of any type, since the programs use what the types do not declare.
loop: Any = new_event_loop()
loop.set_exception_handler(lambda _loop, _context: None)
sock, peer = socket.socketpair()
sock.setblocking(False)
peer.setblocking(False)
blocks: list[bytearray] = []


class Stream(_engine.StreamCore):
    """A stream transport without the methods of asyncio's."""

    def _fail(self, _error: OSError, _message: str) -> None:
        pass


class Pipe(_engine.WritePipeCore):
    """A write pipe transport without the methods of asyncio's."""

    def _await_writable(self) -> None:
        pass

    def _fail(self, _error: OSError, _message: str) -> None:
        pass


def attached_stream(protocol: asyncio.BaseProtocol | None = None) -> Any:
    """Make a transport of the socket that never pauses its protocol."""
    transport: Any = Stream.__new__(Stream)
    transport._high_water = 1 << 30
    transport._protocol = protocol or asyncio.Protocol()
    transport._attach(loop, sock, sock.fileno(), True)
    return transport


def attached_pipe(cls: type[Pipe]) -> Any:
    """Make a transport of a new pipe that never pauses its protocol; the pipe's other end stays open."""
    _, writing = os.pipe()
    os.set_blocking(writing, False)
    transport: Any = cls.__new__(cls)
    transport._high_water = 1 << 30
    transport._attach(loop, writing, False)
    return transport


def run_iteration() -> None:
    """Run one iteration, without a wait."""
    loop.call_soon(int)
    loop._run_once()


def reuse_freed_memory(sizes: Iterable[int], times: int) -> None:
    """Allocate zeroed memory of these sizes, so that what was freed no longer holds its old content."""
    blocks.extend(bytearray(size) for size in sizes for _ in range(times))


def protocol_attribute_deleted() -> None:
    """Receive when there is no protocol."""
    transport = attached_stream()
    transport._add_reader()
    del transport._protocol
    peer.send(b"data")
    run_iteration()
    run_iteration()


def context_attribute_deleted() -> None:
    """Receive when there is no context to call the protocol in."""
    transport = attached_stream()
    transport._add_reader()
    del transport._read_context
    peer.send(b"data")
    run_iteration()
    run_iteration()


def attributes_of_handles_changed() -> None:
    """Set and delete the fields that hold a handle's context and arguments."""
    for name in ("_context_vars", "_inline_0", "_inline_1", "_inline_2"):
        handle = loop.call_soon(print, 1, 2, 3)
        with contextlib.suppress(AttributeError):
            setattr(handle, name, 5)
        with contextlib.suppress(AttributeError):
            delattr(handle, name)
        assert handle._args == (1, 2, 3)
        run_iteration()


def attributes_of_loops_changed() -> None:
    """Set and delete attributes with names of fields that a loop once had."""
    items = tuple(range(100))
    loop._roots = items
    loop._keywords = items
    loop.add_reader(sock, print)
    loop.create_future()
    del loop._roots, loop._keywords
    assert items == tuple(range(100))
    run_iteration()


def stream_detached_while_it_reads() -> None:
    """The protocol detaches the transport, which has something to write."""

    class Protocol(asyncio.Protocol):
        def data_received(self, _data: bytes) -> None:
            transport._detach()

    transport = attached_stream(Protocol())
    transport._add_reader()
    while not transport._unsent():
        transport.write(bytes(100_000))
    peer.recv(LARGE)
    peer.send(b"data")
    run_iteration()
    run_iteration()


def stream_detached_by_the_length_of_what_it_writes() -> None:
    """Both ways of writing ask for it."""

    class Data(bytes):
        def __len__(self) -> int:
            transport._detach()
            return 5

    transport = attached_stream()
    # Without an engine they call the methods of asyncio's, which are not there.
    with contextlib.suppress(AttributeError):
        transport.write(Data(b"hello"))
    with contextlib.suppress(AttributeError):
        transport.writelines([Data(b"hello")])


def pipe_detached_by_the_length_of_what_it_writes() -> None:
    """The pipe does not take all of it."""

    class Data(bytearray):
        def __len__(self) -> int:
            transport._detach()
            return super().__len__()

    transport = attached_pipe(Pipe)
    transport.write(Data(LARGE))


def pipe_detached_when_it_must_wait() -> None:
    """The method that asks for the pipe to become writable detaches the transport."""

    class DetachedPipe(Pipe):
        def _await_writable(self) -> None:
            self._detach()

    transport = attached_pipe(DetachedPipe)
    transport.write(bytearray(LARGE))


def loop_closed_while_it_accepts() -> None:
    """The first of five connections closes the loop."""

    def factory() -> asyncio.Protocol:
        loop.close()
        reuse_freed_memory([64], 1000)
        return asyncio.Protocol()

    server = socket.create_server(("127.0.0.1", 0))
    clients = [socket.create_connection(server.getsockname()) for _ in range(5)]
    server.setblocking(False)
    Acceptor(loop, factory, server, None, len(clients), None)._accept()


def loop_closed_while_a_buffer_is_given() -> None:
    """The protocol closes the loop and returns a buffer to receive into."""

    class Protocol(asyncio.BufferedProtocol):
        def get_buffer(self, _sizehint: int) -> bytearray:
            loop.close()
            reuse_freed_memory([80], 1000)
            return bytearray(100)

    transport = attached_stream()
    transport.set_protocol(Protocol())
    transport._add_reader()
    peer.send(b"data")
    transport._read_ready()


def use_handles_of_a_freed_loop(*handles: asyncio.Handle) -> None:
    """Cancel and show them, after the memory of their loop has been used for something else."""
    reuse_freed_memory(range(400, 700), 20)
    for handle in handles:
        handle.cancel()
    for handle in handles:
        repr(handle)
        getattr(handle, "_loop", None)


def loop_freed_unclosed_because_the_warning_is_an_error() -> None:
    """asyncio's `__del__` raises before it closes the loop."""
    global loop
    warnings.simplefilter("error", ResourceWarning)
    sys.unraisablehook = lambda _arguments: None
    handle, timer = loop.call_soon(print), loop.call_later(100, print)
    loop.set_exception_handler(None)
    reference = weakref.ref(loop)
    del loop
    gc.collect()
    # From 3.15 on weak references work during finalisers, so the handles keep their loop, as asyncio's do.
    assert reference() is None or sys.version_info >= (3, 15)
    use_handles_of_a_freed_loop(handle, timer)


def loop_freed_unclosed_because_its_class_does_not_close_it() -> None:
    """A `__del__` that does nothing replaces asyncio's."""

    class Loop(type(loop)):  # type: ignore[misc]
        def __del__(self) -> None:
            pass

    sys.unraisablehook = lambda _arguments: None
    other = Loop()
    handle, timer = other.call_soon(print), other.call_later(100, print)
    other._ssock.close()
    other._csock.close()
    reference = weakref.ref(other)
    del other
    gc.collect()
    assert reference() is None
    use_handles_of_a_freed_loop(handle, timer)


def faults_injected_from_no_memory() -> None:
    """What is no memory of the right size is refused, and the right one may be dropped by its owner."""
    for wrong in (0, 1 << 40, b"x" * 32, bytearray(31), object()):
        try:
            _engine._inject_faults(wrong)  # type: ignore[arg-type]
        except (TypeError, ValueError, BufferError):
            continue
        raise AssertionError(wrong)
    _engine._inject_faults(bytearray(32))
    gc.collect()
    run_iteration()
    _engine._inject_faults(None)
    run_iteration()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
