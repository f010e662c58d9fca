"""pause_reading() and resume_reading(): nothing is delivered in between, and nothing is lost."""

import asyncio
import random
import socket

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations, settle
from support.peers.streams import (
    BufferedRecorder,
    Record,
    Recorder,
    Way,
    connected,
    every_way,
    pass_iterations,
)

every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


@every_protocol
@every_way
def test_nothing_is_received_while_paused(loop: Loop, way: Way, protocol_class: type[Record]) -> None:
    protocol = protocol_class()
    with connected(loop, protocol, way) as peer:
        assert protocol.transport.is_reading()
        protocol.transport.pause_reading()
        assert not protocol.transport.is_reading()
        peer.send(b"one ")
        settle(loop)
        peer.send(b"two")
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        assert protocol.transport.is_reading()
        # Data comes from the loop, never from within the call.
        assert protocol.events == ["made"]
        run_coroutine(loop, protocol.until_received(7))
        assert protocol.data == b"one two"


@every_protocol
@every_way
def test_data_that_came_between_pause_and_resume_outside_of_a_run(
    loop: Loop, way: Way, protocol_class: type[Record]
) -> None:
    protocol = protocol_class()
    with connected(loop, protocol, way) as peer:
        settle(loop)
        protocol.transport.pause_reading()
        peer.send(b"data")
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_received(4))
        assert protocol.data == b"data"


@every_way
def test_many_small_pieces_are_there_when_reading_resumes(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    pieces = [b"%d," % number for number in range(200)]

    async def main() -> None:
        protocol.transport.pause_reading()
        for piece in pieces:
            await loop.sock_sendall(peer, piece)
            await asyncio.sleep(0)
        assert protocol.data == b""
        protocol.transport.resume_reading()
        await protocol.until_received(len(b"".join(pieces)))

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == b"".join(pieces)


@every_way
def test_pausing_and_resuming_twice_is_harmless(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.resume_reading()
        protocol.transport.pause_reading()
        protocol.transport.pause_reading()
        peer.send(b"data")
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        protocol.transport.resume_reading()
        assert protocol.transport.is_reading()
        run_coroutine(loop, protocol.until_received(4))
        run_iterations(loop, 3)
        assert protocol.data == b"data"


@every_way
def test_many_changes_in_one_callback(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        peer.send(b"first")
        for _ in range(100):
            protocol.transport.pause_reading()
            protocol.transport.resume_reading()
        await protocol.until_received(5)
        for _ in range(100):
            protocol.transport.pause_reading()
            protocol.transport.resume_reading()
        protocol.transport.pause_reading()
        peer.send(b"second")
        await asyncio.sleep(0.01)
        assert protocol.data == b"first"
        protocol.transport.resume_reading()
        await protocol.until_received(11)
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == b"firstsecond"


@every_way
def test_pausing_and_resuming_many_times_under_load(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    chance = random.Random(4)
    data = chance.randbytes(2 << 20)

    async def toggle() -> None:
        while len(protocol.data) < len(data):
            protocol.transport.pause_reading()
            count = len(protocol.data)
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)
            assert len(protocol.data) == count
            protocol.transport.resume_reading()
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(loop.sock_sendall(peer, data), toggle())

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == data


@every_way
def test_end_of_data_waits_for_the_resumption(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.pause_reading()
        peer.send(b"data")
        peer.shutdown(socket.SHUT_WR)
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "data", "eof", "lost"]
        assert protocol.data == b"data"


@every_way
def test_end_without_data_waits_for_the_resumption(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.pause_reading()
        peer.close()
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "eof", "lost"]


@every_way
def test_paused_transport_can_write(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.pause_reading()
        await loop.sock_sendall(peer, b"unread")
        for size in (1, 5000, 1 << 20):
            protocol.transport.write(bytes(size))
            count = 0
            while count < size:
                count += len(await loop.sock_recv(peer, 1 << 20))
        assert protocol.data == b""

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


@every_way
def test_closing_transport_is_not_reading_and_cannot_resume(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.pause_reading()
        peer.send(b"data")
        protocol.transport.close()
        assert not protocol.transport.is_reading()
        protocol.transport.resume_reading()
        assert not protocol.transport.is_reading()
        protocol.transport.pause_reading()
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "lost"]
