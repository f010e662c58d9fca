"""A callback writes a little and raises what leaves the loop: that leaves it, and the data leaves the process."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, settle

Way = Callable[[Loop], tuple[Any, Any, Callable[[], bytes]]]


def stream(loop: Loop) -> tuple[Any, Any, Callable[[], bytes]]:
    mine, peer = socket.socketpair()
    peer.setblocking(False)
    transport, _ = loop.run_until_complete(loop.create_connection(asyncio.Protocol, sock=mine))
    return transport, peer, lambda: peer.recv(100)


def pipe(loop: Loop) -> tuple[Any, Any, Callable[[], bytes]]:
    read_end, write_end = os.pipe()
    reader = os.fdopen(read_end, "rb", 0)
    transport, _ = loop.run_until_complete(loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(write_end, "wb", 0)))
    return transport, reader, lambda: os.read(reader.fileno(), 100)


def datagram(loop: Loop) -> tuple[Any, Any, Callable[[], bytes]]:
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))
    address = peer.getsockname()
    made = loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    transport: Any = loop.run_until_complete(made)[0]
    transport.write = lambda data: transport.sendto(data, address)
    return transport, peer, lambda: peer.recv(100)


WAYS = {"stream": stream, "pipe": pipe, "datagram": datagram}
EXITS = [SystemExit, KeyboardInterrupt]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("leaving", EXITS)
def test_data_and_exit_arrive(loop: Loop, way: str, leaving: type[BaseException]) -> None:
    transport, peer, received = WAYS[way](loop)

    def callback() -> None:
        transport.write(b"small")
        raise leaving("for a reason")

    with peer:
        loop.call_soon(callback)
        with pytest.raises(leaving, match="for a reason"):
            loop.run_forever()
        assert received() == b"small"
        transport.abort()
        settle(loop)


@pytest.mark.parametrize("way", ["stream", "pipe"])
@pytest.mark.parametrize("leaving", EXITS)
def test_exit_arrives_although_nobody_reads(loop: Loop, way: str, leaving: type[BaseException]) -> None:
    """The write fails, which is told to the protocol and the loop's exception handler by calling Python."""
    transport, peer, _ = WAYS[way](loop)
    lost: list[Exception | None] = []

    class Noting(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            lost.append(exc)

    transport.set_protocol(Noting())

    def callback() -> None:
        peer.close()
        transport.write(b"small")
        raise leaving("for a reason")

    loop.call_soon(callback)
    with pytest.raises(leaving, match="for a reason"):
        loop.run_forever()
    settle(loop)
    assert len(lost) == 1


@pytest.mark.parametrize("leaving", EXITS)
def test_protocol_that_raises_meanwhile(
    loop: Loop, reported: list[dict[str, Any]], leaving: type[BaseException]
) -> None:
    """The callback hears of it, and nobody else."""
    transport, peer, _ = datagram(loop)

    class Raising(asyncio.DatagramProtocol):
        def error_received(self, exc: Exception) -> None:
            raise LookupError("in error_received")

    transport.set_protocol(Raising())

    def callback() -> None:
        with pytest.raises(LookupError, match="in error_received"):
            transport.sendto(b"x" * 3000, ("127.0.0.1", 0))  # no port has this number
        raise leaving("for a reason")

    with peer:
        loop.call_soon(callback)
        with pytest.raises(leaving, match="for a reason"):
            loop.run_forever()
        transport.abort()
        settle(loop)
    assert reported == []


def test_exit_within_what_was_put_off(loop: Loop) -> None:
    """Two that leave the loop at once: one does, and the loop goes on working."""
    transport, peer, _ = stream(loop)

    class Exiting(asyncio.Protocol):
        def pause_writing(self) -> None:
            raise SystemExit("paused")

        def resume_writing(self) -> None:
            pass

    transport.set_protocol(Exiting())
    transport.set_write_buffer_limits(high=0)

    def callback() -> None:
        for _ in range(1000):
            transport.write(b"x" * 3000)
        raise SystemExit("after writing")

    with peer:
        loop.call_soon(callback)
        with pytest.raises(SystemExit):
            loop.run_forever()
        ran: list[int] = []
        loop.call_soon(ran.append, 1)
        transport.abort()
        settle(loop)
        assert ran == [1]
