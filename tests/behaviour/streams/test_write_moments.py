"""Writes at every moment: what has been written is on its way, whatever the program does next."""

import asyncio
import socket

import pytest

from support.loop_kinds import PROMPTLY, Loop, run_coroutine, run_iterations
from support.peers.streams import Recorder, Way, connected, every_way, receive, receive_all

# Below and above what an engine may treat as small.
every_size = pytest.mark.parametrize("size", [1, 100, 4096, 60_000])


def read_now(peer: socket.socket, count: int) -> bytes:
    """Read without running any loop."""
    peer.settimeout(PROMPTLY)
    data = b""
    while len(data) < count and (part := peer.recv(count - len(data))):
        data += part
    return data


@every_size
@every_way
def test_write_while_the_loop_does_not_run_is_sent_at_once(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        protocol.transport.write(b"a" * size)
        protocol.transport.write(b"b" * size)
        assert read_now(peer, 2 * size) == b"a" * size + b"b" * size


@every_way
def test_writes_outside_and_inside_of_runs_stay_in_order(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    transport: asyncio.Transport
    with connected(loop, protocol, way) as peer:
        transport = protocol.transport
        transport.write(b"1")
        loop.call_soon(transport.write, b"3")
        transport.write(b"2" * 10_000)
        run_iterations(loop)
        transport.write(b"4")
        loop.call_soon(transport.write, b"5" * 10_000)
        run_iterations(loop)
        transport.write(b"6")
        expected = b"1" + b"2" * 10_000 + b"34" + b"5" * 10_000 + b"6"
        assert read_now(peer, len(expected)) == expected


@every_size
@every_way
def test_write_before_the_loop_stops_is_sent(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    def write_and_stop() -> None:
        protocol.transport.write(b"d" * size)
        loop.stop()

    with connected(loop, protocol, way) as peer:
        loop.call_soon(write_and_stop)
        loop.run_forever()
        assert read_now(peer, size) == b"d" * size


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@every_size
def test_write_before_the_loop_is_left_by_an_exception_is_sent(
    loop: Loop, size: int, error: type[BaseException]
) -> None:
    protocol = Recorder()

    def write_and_leave() -> None:
        protocol.transport.write(b"d" * size)
        raise error

    with connected(loop, protocol) as peer:
        loop.call_soon(write_and_leave)
        with pytest.raises(error):
            loop.run_forever()
        assert read_now(peer, size) == b"d" * size


@every_size
@every_way
def test_last_write_of_the_main_coroutine_is_sent(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(b"d" * size)

    with connected(loop, protocol, way) as peer:
        loop.run_until_complete(main())
        assert read_now(peer, size) == b"d" * size


@every_size
@every_way
def test_write_before_abort_is_sent(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(b"d" * size)
        protocol.transport.abort()
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"d" * size


@every_size
@every_way
def test_write_before_close_is_sent(loop: Loop, way: Way, size: int) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(b"d" * size)
        protocol.transport.close()
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"d" * size
        assert protocol.lost_with == [None]


@every_size
def test_write_before_close_and_stop_is_sent(loop: Loop, size: int) -> None:
    protocol = Recorder()

    def finish() -> None:
        protocol.transport.write(b"d" * size)
        protocol.transport.close()
        loop.stop()

    with connected(loop, protocol) as peer:
        loop.call_soon(finish)
        loop.run_forever()
        assert read_now(peer, size) == b"d" * size


@every_size
@every_way
def test_write_in_connection_made(loop: Loop, way: Way, size: int) -> None:
    class Greeter(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.write(b"h" * size)
            self.transport.write(b"i")

    with connected(loop, Greeter(), way) as peer:
        assert run_coroutine(loop, receive(peer, size + 1)) == b"h" * size + b"i"


@every_size
@every_way
def test_write_in_data_received(loop: Loop, way: Way, size: int) -> None:
    class Answerer(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.write(b"a" * size)

    async def main() -> None:
        for _ in range(20):
            await loop.sock_sendall(peer, b"q")
            assert await receive(peer, size) == b"a" * size

    with connected(loop, Answerer(), way) as peer:
        run_coroutine(loop, main())


@every_way
def test_write_in_eof_received(loop: Loop, way: Way) -> None:
    class Sender(Recorder):
        def eof_received(self) -> None:
            self.transport.write(b"last bytes")

    protocol = Sender()
    with connected(loop, protocol, way) as peer:
        peer.shutdown(socket.SHUT_WR)
        assert run_coroutine(loop, receive_all(peer)) == b"last bytes"
        assert protocol.events == ["made", "lost"]


@every_way
def test_write_in_many_callbacks_of_one_iteration(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        for number in range(100):
            loop.call_soon(protocol.transport.write, b"%02d" % number)
        run_iterations(loop)
        assert read_now(peer, 200) == b"".join(b"%02d" % number for number in range(100))


def test_write_in_a_callback_that_fails_is_sent(loop: Loop, reported: list[object]) -> None:
    protocol = Recorder()

    def write_and_fail() -> None:
        protocol.transport.write(b"before")
        raise LookupError

    with connected(loop, protocol) as peer:
        loop.call_soon(write_and_fail)
        assert run_coroutine(loop, receive(peer, 6)) == b"before"
        assert len(reported) == 1


def test_write_in_a_timer(loop: Loop) -> None:
    protocol = Recorder()
    with connected(loop, protocol) as peer:
        loop.call_later(0.001, protocol.transport.write, b"timer")
        assert run_coroutine(loop, receive(peer, 5)) == b"timer"
