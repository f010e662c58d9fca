"""A transport that finds no memory for what it has received loses nothing in silence: it goes on, or it ends."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from data_bridge import pyloop

_testcapi = pytest.importorskip("_testcapi", reason="this Python has no module that lets allocations fail")

MOST_ALLOCATIONS = 20


class Recorder(asyncio.DatagramProtocol):
    """Notes how the transport ends. Only receiving lacks memory, not what a protocol does then."""

    def __init__(self) -> None:
        self.end: list[Exception | None] = []

    def datagram_received(self, data: bytes, addr: Any) -> None:
        _testcapi.remove_mem_hooks()

    def connection_lost(self, exc: Exception | None) -> None:
        self.end.append(exc)


@pytest.fixture(params=[asyncio.SelectorEventLoop, pyloop.new_event_loop], ids=["asyncio", "pyloop"])
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    """Both loops."""
    make: Callable[[], asyncio.AbstractEventLoop] = request.param
    made = make()
    yield made
    made.close()


class StreamRecorder(asyncio.Protocol):
    """Notes what a stream delivers, and how it ends."""

    def __init__(self) -> None:
        self.received = b""
        self.end: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        _testcapi.remove_mem_hooks()
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.end.append(exc)


async def receive_without_memory(allocation: int) -> tuple[list[Exception | None], list[dict[str, Any]]]:
    """Read a datagram while the allocation of that number fails; return the transport's end and what was reported."""
    loop = asyncio.get_running_loop()
    reported: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: reported.append(context))
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    here.setblocking(False)
    endpoint: tuple[Any, Recorder] = await loop.create_datagram_endpoint(Recorder, sock=here)
    transport, protocol = endpoint
    await asyncio.sleep(0)
    transport.pause_reading()
    there.send(b"x" * 5000)
    await asyncio.sleep(0.001)  # the engine reads only when it has polled
    transport.resume_reading()
    _testcapi.set_nomemory(allocation, allocation + 1)
    try:
        transport._read_ready()
    except MemoryError as error:
        reported.append({"message": "raised", "exception": error})
    finally:
        _testcapi.remove_mem_hooks()
    transport.abort()
    await asyncio.sleep(0)
    there.close()
    return protocol.end, reported


def test_datagram_without_memory_ends_the_transport(loop: asyncio.AbstractEventLoop) -> None:
    ended = 0
    for allocation in range(MOST_ALLOCATIONS):
        end, reported = loop.run_until_complete(receive_without_memory(allocation))
        assert {type(context["exception"]) for context in reported} <= {MemoryError}, allocation
        if [context["message"] for context in reported] == ["Fatal read error on datagram transport"]:
            assert end == [reported[0]["exception"]]
            ended += 1
        else:
            assert end == [None]
    assert ended


async def stream_without_memory(size: int, allocation: int, pipe: bool) -> tuple[bytes, bool]:
    """Read from a socket or a pipe while the allocation of that number fails; then one byte more comes.

    Returns what was delivered, and whether the transport ended by itself.
    """
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    transport: Any
    protocol: StreamRecorder
    if pipe:
        reading, writing = os.pipe()
        file = os.fdopen(reading, "rb", 0)
        transport, protocol = await loop.connect_read_pipe(StreamRecorder, file)
        there = os.fdopen(writing, "wb", 0)
    else:
        here, other = socket.socketpair()
        here.setblocking(False)
        transport, protocol = await loop.create_connection(StreamRecorder, sock=here)
        there = os.fdopen(os.dup(other.fileno()), "wb", 0)
        other.close()
    await asyncio.sleep(0)
    transport.pause_reading()
    there.write(b"A" * size)
    await asyncio.sleep(0.001)  # the engine reads only when it has polled
    transport.resume_reading()
    _testcapi.set_nomemory(allocation, allocation + 1)
    try:
        transport._read_ready()
    except MemoryError:  # not suppress(), which needs memory itself
        pass
    finally:
        _testcapi.remove_mem_hooks()
    with contextlib.suppress(OSError):
        there.write(b"B")
    for _ in range(100):
        await asyncio.sleep(0.001)
        if protocol.received.endswith(b"B") or protocol.end:
            break
    ended = bool(protocol.end)
    transport.close()
    await asyncio.sleep(0)
    there.close()
    return protocol.received, ended


@pytest.mark.parametrize("size", [1000, 5000, 40_000])
def test_socket_without_memory_has_no_hole(loop: asyncio.AbstractEventLoop, size: int) -> None:
    assert_no_hole(loop, size, pipe=False)


@pytest.mark.parametrize("size", [1000, 5000, 40_000])
def test_pipe_without_memory_has_no_hole(size: int) -> None:
    """asyncio's transport of pipes lets data_received() be called later, and may have no memory for that."""
    loop = pyloop.new_event_loop()
    assert_no_hole(loop, size, pipe=True)
    loop.close()


def assert_no_hole(loop: asyncio.AbstractEventLoop, size: int, *, pipe: bool) -> None:
    """Either everything is delivered, or the transport ends, and delivers nothing that comes after what it lacks."""
    for allocation in range(MOST_ALLOCATIONS):
        received, ended = loop.run_until_complete(stream_without_memory(size, allocation, pipe))
        assert received == (b"" if ended else b"A" * size + b"B"), (allocation, len(received), ended)
