"""What a datagram transport sends, where to, and in which order."""

import socket
import sys
from array import array
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import (
    INET,
    UNIX,
    DatagramEcho,
    DatagramRecorder,
    Medium,
    connected_pair,
    drain,
    end,
    endpoint,
    every_medium,
    receive_datagram,
)

sends_empty = sys.version_info >= (3, 13)


@every_medium
def test_all_is_sent_in_order_to_where_it_should_go(loop: Loop, medium: Medium) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        await endpoint(protocol, medium.bound())
        with medium.bound() as first, medium.bound() as second:
            for number in range(10):
                protocol.transport.sendto(b"%03d" % number, (first, second)[number % 2].getsockname())
            for peer, odd in ((first, 0), (second, 1)):
                assert [await receive_datagram(peer) for _ in range(5)] == [
                    b"%03d" % (2 * turn + odd) for turn in range(5)
                ]
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.events == ["made", "lost"]


@pytest.mark.parametrize("count", [63, 64, 65, 200])
def test_any_number_is_sent(loop: Loop, count: int) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            await endpoint(protocol, INET.bound())
            for number in range(count):
                protocol.transport.sendto(b"%03d" % number, peer.getsockname())
            assert protocol.transport.get_write_buffer_size() == 0
            assert drain(peer) == [b"%03d" % number for number in range(count)]
        await end(protocol)

    run_coroutine(loop, main())


@every_medium
def test_connected_socket_needs_no_address(loop: Loop, medium: Medium) -> None:
    protocol = DatagramRecorder()
    left, right = connected_pair(medium)

    async def main() -> None:
        transport = await endpoint(protocol, left)
        transport.sendto(b"one")
        transport.sendto(b"two", None)
        transport.sendto(b"three", addr=None)
        assert [await receive_datagram(right) for _ in range(3)] == [b"one", b"two", b"three"]
        await end(protocol)

    run_coroutine(loop, main())
    right.close()


def test_connected_socket_that_asyncio_has_not_connected_ignores_the_address(loop: Loop) -> None:
    protocol = DatagramRecorder()
    left, right = connected_pair(INET)

    async def main() -> None:
        transport = await endpoint(protocol, left)
        transport.sendto(b"data", ("127.0.0.1", 1))
        assert await receive_datagram(right) == b"data"
        await end(protocol)

    run_coroutine(loop, main())
    right.close()


@every_medium
def test_everything_with_a_buffer_is_sent_as_it_is_at_that_moment(loop: Loop, medium: Medium) -> None:
    class Bytes(bytes):
        pass

    class Bytearray(bytearray):
        pass

    protocol = DatagramRecorder()

    async def main() -> None:
        with medium.bound() as peer:
            transport = await endpoint(protocol, medium.bound())
            changing = bytearray(b"before")
            numbers = array("H", [1, 2, 3])
            address = peer.getsockname()
            transport.sendto(changing, address)
            transport.sendto(memoryview(changing)[1:3], address)
            transport.sendto(memoryview(numbers), address)
            transport.sendto(Bytes(b"subclass"), address)
            transport.sendto(Bytearray(b"other"), address)
            changing[:] = b"after!"
            numbers[0] = 9
            expected = [b"before", b"ef", array("H", [1, 2, 3]).tobytes(), b"subclass", b"other"]
            assert [await receive_datagram(peer) for _ in range(5)] == expected
        await end(protocol)

    run_coroutine(loop, main())


def test_arguments_by_name(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"one", addr=peer.getsockname())
            transport.sendto(data=b"two", addr=peer.getsockname())
            transport.sendto(addr=peer.getsockname(), data=b"three")
            assert [await receive_datagram(peer) for _ in range(3)] == [b"one", b"two", b"three"]
            wrong: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
                ((), {}),
                ((b"", None, 1), {}),
                ((b"",), {"to": 1}),
                ((b"",), {"data": b""}),
            ]
            for arguments, keywords in wrong:
                with pytest.raises(TypeError, match=r"sendto\(\)"):
                    transport.sendto(*arguments, **keywords)
        await end(protocol)

    run_coroutine(loop, main())


@pytest.mark.parametrize("data", ["text", None, 3, array("B", b"bytes"), [b"list"]], ids=str)
def test_what_is_not_bytes_like(loop: Loop, data: Any) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        expected = f"^data argument must be a bytes-like object, not {type(data).__name__!r}$"
        with pytest.raises(TypeError, match=expected):
            transport.sendto(data, ("127.0.0.1", 9))
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.lost_with == [None]


@every_medium
def test_empty_datagrams(loop: Loop, medium: Medium) -> None:
    """Up to Python 3.12 asyncio drops them; in their place when it does not."""
    protocol = DatagramRecorder()

    async def main() -> None:
        with medium.bound() as peer:
            transport = await endpoint(protocol, medium.bound())
            for data in (b"first", b"", bytearray(), memoryview(b""), b"last"):
                transport.sendto(data, peer.getsockname())
            received = [await receive_datagram(peer)]
            while received[-1] != b"last":
                received.append(await receive_datagram(peer))
            assert received == [b"first", *([b""] * 3 if sends_empty else []), b"last"]
        await end(protocol)

    run_coroutine(loop, main())


def test_large_datagrams_keep_their_place(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            transport = await endpoint(protocol, INET.bound())
            sizes = [1, 60_000, 2, 4095, 4096, 4097, 3]
            for size in sizes:
                transport.sendto(bytes(size), peer.getsockname())
            assert [len(await receive_datagram(peer)) for _ in sizes] == sizes
        await end(protocol)

    run_coroutine(loop, main())


@every_medium
def test_twenty_thousand_come_back_in_order(loop: Loop, medium: Medium) -> None:
    echo, protocol = DatagramEcho(), DatagramRecorder()
    count, window = 20_000, 50 if medium is not UNIX else 5

    async def main() -> None:
        await endpoint(echo, medium.bound())
        await endpoint(protocol, medium.bound())
        address = echo.transport.get_extra_info("sockname")
        for start in range(0, count, window):
            for number in range(start, start + window):
                protocol.transport.sendto(number.to_bytes(4, "big"), address)
            await protocol.until_received(start + window)
        await end(echo, protocol)

    run_coroutine(loop, main())
    assert protocol.received == [number.to_bytes(4, "big") for number in range(count)]
    assert set(protocol.addresses) == {protocol.addresses[0]}
