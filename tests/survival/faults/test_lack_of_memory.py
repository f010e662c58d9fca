"""A transport that finds no memory for what it has received ends as asyncio's does."""

import asyncio
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
