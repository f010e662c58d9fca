"""Connections that are kept open after the end of data in one direction."""

import asyncio
import socket

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import (
    TOO_MUCH,
    Recorder,
    Way,
    connected,
    every_way,
    pass_iterations,
    receive,
    receive_all,
)


@every_way
def test_reading_goes_on_after_the_own_end(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write_eof()
        assert await receive_all(peer) == b""
        for part in range(1, 4):
            await loop.sock_sendall(peer, b"answer")
            await protocol.until_received(6 * part)
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "data", "eof", "lost"]
        assert protocol.data == b"answer" * 3
        assert protocol.lost_with == [None]


@every_way
def test_connection_can_be_kept_open_after_the_end_of_the_peer(loop: Loop, way: Way) -> None:
    protocol = Recorder(keep_open=True)

    async def main() -> None:
        await loop.sock_sendall(peer, b"question")
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_event("eof")
        assert not protocol.transport.is_closing()
        assert protocol.transport.is_reading()
        for size in (10, 5000, TOO_MUCH):
            protocol.transport.write(bytes(size))
            assert len(await receive(peer, size)) == size
            await pass_iterations()
        assert protocol.events.count("eof") == 1
        assert "lost" not in protocol.events
        protocol.transport.close()
        assert await receive_all(peer) == b""
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert [event for event in protocol.events if event not in ("pause", "resume")] == [
            "made",
            "data",
            "eof",
            "lost",
        ]
        assert protocol.lost_with == [None]


@every_way
def test_both_ends_one_after_the_other(loop: Loop, way: Way) -> None:
    protocol = Recorder(keep_open=True)

    async def main() -> None:
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_event("eof")
        protocol.transport.write(b"answer")
        protocol.transport.write_eof()
        assert await receive_all(peer) == b"answer"
        await pass_iterations()
        # Nobody has closed the connection yet.
        assert protocol.events == ["made", "eof"]
        protocol.transport.close()
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.lost_with == [None]


@every_way
def test_truth_of_any_result_counts(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    protocol.keep_open = [1]  # type: ignore[assignment]

    async def main() -> None:
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_event("eof")
        await pass_iterations()
        assert not protocol.transport.is_closing()
        protocol.transport.write(b"still")
        assert await receive(peer, 5) == b"still"

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


def test_streams_see_the_end_and_can_still_write(loop: Loop) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            peer.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=mine)
            await loop.sock_sendall(peer, b"one\ntwo")
            peer.shutdown(socket.SHUT_WR)
            assert await reader.readline() == b"one\n"
            assert await reader.read() == b"two"
            assert reader.at_eof()
            writer.write(b"answer")
            await writer.drain()
            assert await receive(peer, 6) == b"answer"
            writer.close()
            await writer.wait_closed()

    run_coroutine(loop, main())
