"""Connections that break: connection_lost() gets the error of the system call that noticed."""

import asyncio
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine, settle
from support.peers.streams import (
    TCP_ACCEPTED,
    TCP_CONNECTED,
    TOO_MUCH,
    BufferedRecorder,
    Record,
    Recorder,
    Way,
    connected,
    every_way,
    pass_iterations,
    receive,
    reset,
)

every_tcp_way = pytest.mark.parametrize("way", [TCP_CONNECTED, TCP_ACCEPTED], ids=str)
every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


@every_protocol
@every_tcp_way
def test_reset_while_reading(
    loop: Loop, way: Way, protocol_class: type[Record], reported: list[dict[str, Any]]
) -> None:
    protocol = protocol_class()

    async def main() -> None:
        reset(peer)
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "lost"]
        assert [type(error) for error in protocol.lost_with] == [ConnectionResetError]
        assert protocol.transport.is_closing()
        # Errors of the network are no errors of the program.
        assert reported == []


@every_tcp_way
def test_reset_after_data_that_was_read(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_received(4)
        reset(peer)
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "data", "lost"]
        assert [type(error) for error in protocol.lost_with] == [ConnectionResetError]


@every_tcp_way
def test_reset_while_reading_is_paused_is_noticed_when_it_resumes(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.pause_reading()
        reset(peer)
        settle(loop)
        assert protocol.events == ["made"]
        assert not protocol.transport.is_closing()
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_lost())
        assert [type(error) for error in protocol.lost_with] == [ConnectionResetError]


@every_tcp_way
def test_paused_transport_whose_peer_has_reset_can_be_closed(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.pause_reading()
        reset(peer)
        settle(loop)
        protocol.transport.close()
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "lost"]
        assert protocol.lost_with == [None]


@pytest.mark.parametrize("paused", [False, True])
@every_tcp_way
def test_reset_while_data_is_buffered(loop: Loop, way: Way, paused: bool, reported: list[dict[str, Any]]) -> None:
    protocol = Recorder()

    async def main() -> None:
        if paused:
            protocol.transport.pause_reading()
        protocol.transport.write(bytes(TOO_MUCH))
        await pass_iterations()
        reset(peer)
        await protocol.until_lost()
        assert protocol.transport.get_write_buffer_size() == 0
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "pause", "lost"]
        assert [type(error) for error in protocol.lost_with] == [ConnectionResetError]
        assert reported == []


@every_tcp_way
def test_reset_while_closing_with_buffered_data(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.close()
        await pass_iterations()
        reset(peer)
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "pause", "lost"]
        assert [type(error) for error in protocol.lost_with] == [ConnectionResetError]


@pytest.mark.parametrize("size", [1, 5000])
@every_way
def test_writing_to_a_closed_peer_breaks_the_pipe(
    loop: Loop, way: Way, size: int, reported: list[dict[str, Any]]
) -> None:
    protocol = Recorder(keep_open=True)

    async def main() -> None:
        peer.close()
        await protocol.until_event("eof")
        # The first data makes a TCP peer answer with a reset, the next data finds that out.
        while not protocol.transport.is_closing():
            protocol.transport.write(b"x" * size)
            await asyncio.sleep(0.001)
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "eof", "lost"]
        assert [type(error) for error in protocol.lost_with] == [BrokenPipeError]
        assert reported == []


@every_way
def test_peer_that_closes_while_data_is_buffered(loop: Loop, way: Way) -> None:
    protocol = Recorder(keep_open=True)

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        await receive(peer, 100)
        # It has unread data, so this is a reset for either family.
        peer.close()
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.lost_with[0] is not None
        assert isinstance(protocol.lost_with[0], ConnectionResetError | BrokenPipeError)
        assert protocol.events[-1] == "lost"
        assert protocol.events.count("lost") == 1


@every_way
def test_peer_that_closes_with_unread_data(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(b"never read")
        while not await loop.run_in_executor(None, arrived):
            pass
        peer.close()
        await protocol.until_lost()

    def arrived() -> bytes:
        try:
            return peer.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return b""

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "lost"]
        assert [type(error) for error in protocol.lost_with] == [ConnectionResetError]


def test_streams_raise_the_reset(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listener.setblocking(False)
            accepting = asyncio.ensure_future(loop.sock_accept(listener))
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            peer, _ = await accepting
            reset(peer)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            with pytest.raises(ConnectionResetError):
                await writer.drain()
            writer.close()
            with pytest.raises(ConnectionResetError):
                await writer.wait_closed()

    run_coroutine(loop, main())
