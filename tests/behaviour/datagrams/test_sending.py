"""What a datagram transport sends, where to, and in which order."""

import asyncio
import socket
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop
from support.peers.datagrams import (
    INET,
    INET6,
    UNIX,
    Echo,
    Medium,
    Recorder,
    connected_pair,
    drain,
    end,
    endpoint,
    every_medium,
    needs_ipv6,
    pass_iterations,
    receive,
    run,
)

sends_empty = sys.version_info >= (3, 13)


@every_medium
def test_all_is_sent_in_order_to_where_it_should_go(loop: Loop, medium: Medium) -> None:
    protocol = Recorder()

    async def main() -> None:
        await endpoint(protocol, medium.bound())
        with medium.bound() as first, medium.bound() as second:
            for number in range(10):
                protocol.transport.sendto(b"%03d" % number, (first, second)[number % 2].getsockname())
            for peer, odd in ((first, 0), (second, 1)):
                assert [await receive(peer) for _ in range(5)] == [b"%03d" % (2 * turn + odd) for turn in range(5)]
        await end(protocol)

    run(loop, main())
    assert protocol.events == ["made", "lost"]


@pytest.mark.parametrize("count", [63, 64, 65, 200])
def test_any_number_is_sent(loop: Loop, count: int) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            await endpoint(protocol, INET.bound())
            for number in range(count):
                protocol.transport.sendto(b"%03d" % number, peer.getsockname())
            assert protocol.transport.get_write_buffer_size() == 0
            assert drain(peer) == [b"%03d" % number for number in range(count)]
        await end(protocol)

    run(loop, main())


@every_medium
def test_connected_socket_needs_no_address(loop: Loop, medium: Medium) -> None:
    protocol = Recorder()
    left, right = connected_pair(medium)

    async def main() -> None:
        transport = await endpoint(protocol, left)
        transport.sendto(b"one")
        transport.sendto(b"two", None)
        transport.sendto(b"three", addr=None)
        assert [await receive(right) for _ in range(3)] == [b"one", b"two", b"three"]
        await end(protocol)

    run(loop, main())
    right.close()


@pytest.mark.parametrize("broadcast", [None, True], ids=["connected", "not connected"])
def test_remote_address(loop: Loop, broadcast: bool | None) -> None:
    """With `allow_broadcast` asyncio does not connect the socket, and passes the address with every datagram."""
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            address = peer.getsockname()
            transport, _ = await loop.create_datagram_endpoint(
                lambda: protocol, remote_addr=address, allow_broadcast=broadcast
            )
            assert (transport.get_extra_info("peername") is None) == (broadcast is True)
            transport.sendto(b"one")
            transport.sendto(b"two", address)
            transport.sendto(b"three", (address[0], int(str(address[1]))))
            assert [await receive(peer) for _ in range(3)] == [b"one", b"two", b"three"]
            elsewhere = ("127.0.0.1", address[1] ^ 1)
            with pytest.raises(ValueError, match=r"^Invalid address: must be None or \('127.0.0.1', \d+\)$"):
                transport.sendto(b"four", elsewhere)
            peer.sendto(b"answer", transport.get_extra_info("socket").getsockname())
            await protocol.until_received(1)
            assert drain(peer) == []
        await end(protocol)

    run(loop, main())
    assert protocol.errors == []


def test_connected_socket_that_asyncio_has_not_connected_ignores_the_address(loop: Loop) -> None:
    protocol = Recorder()
    left, right = connected_pair(INET)

    async def main() -> None:
        transport = await endpoint(protocol, left)
        transport.sendto(b"data", ("127.0.0.1", 1))
        assert await receive(right) == b"data"
        await end(protocol)

    run(loop, main())
    right.close()


@every_medium
def test_everything_with_a_buffer_is_sent_as_it_is_at_that_moment(loop: Loop, medium: Medium) -> None:
    class Bytes(bytes):
        pass

    class Bytearray(bytearray):
        pass

    protocol = Recorder()

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
            assert [await receive(peer) for _ in range(5)] == expected
        await end(protocol)

    run(loop, main())


def test_arguments_by_name(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"one", addr=peer.getsockname())
            transport.sendto(data=b"two", addr=peer.getsockname())
            transport.sendto(addr=peer.getsockname(), data=b"three")
            assert [await receive(peer) for _ in range(3)] == [b"one", b"two", b"three"]
            for arguments, keywords in [((), {}), ((b"", None, 1), {}), ((b"",), {"to": 1}), ((b"",), {"data": b""})]:
                with pytest.raises(TypeError, match=r"sendto\(\)"):
                    transport.sendto(*arguments, **keywords)
        await end(protocol)

    run(loop, main())


@pytest.mark.parametrize("data", ["text", None, 3, array("B", b"bytes"), [b"list"]], ids=str)
def test_what_is_not_bytes_like(loop: Loop, data: Any) -> None:
    protocol = Recorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        expected = f"^data argument must be a bytes-like object, not {type(data).__name__!r}$"
        with pytest.raises(TypeError, match=expected):
            transport.sendto(data, ("127.0.0.1", 9))
        await end(protocol)

    run(loop, main())
    assert protocol.lost_with == [None]


@every_medium
def test_empty_datagrams(loop: Loop, medium: Medium) -> None:
    """Up to Python 3.12 asyncio drops them; in their place when it does not."""
    protocol = Recorder()

    async def main() -> None:
        with medium.bound() as peer:
            transport = await endpoint(protocol, medium.bound())
            for data in (b"first", b"", bytearray(), memoryview(b""), b"last"):
                transport.sendto(data, peer.getsockname())
            received = [await receive(peer)]
            while received[-1] != b"last":
                received.append(await receive(peer))
            assert received == [b"first", *([b""] * 3 if sends_empty else []), b"last"]
        await end(protocol)

    run(loop, main())


def test_names_keep_their_place_among_numbers(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            port = peer.getsockname()[1]
            for number, host in enumerate(["127.0.0.1", "localhost", "127.0.0.1", "127.1", "", "127.0.0.1"]):
                transport.sendto(b"%d" % number, (host, port))
            assert [await receive(peer) for _ in range(6)] == [b"0", b"1", b"2", b"3", b"4", b"5"]
        await end(protocol)

    run(loop, main())
    assert protocol.errors == []


@needs_ipv6
def test_addresses_of_ipv6(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET6.bound() as peer:
            transport = await endpoint(protocol, INET6.bound())
            port = peer.getsockname()[1]
            longer = [("::1", port), ("::1", port, 0), ("::1", port, 0, 0), ("0:0::0:1", port)]
            for address in longer:
                transport.sendto(repr(address).encode(), address)
            assert [await receive(peer) for _ in longer] == [repr(address).encode() for address in longer]
            with INET.bound() as other:
                transport.sendto(b"mapped", ("::ffff:127.0.0.1", other.getsockname()[1]))
        await end(protocol)

    run(loop, main())


@needs_ipv6
def test_one_address_for_sockets_of_two_families(loop: Loop) -> None:
    """The same tuple means another address, or none, to a socket of another family."""
    four, six = Recorder(), Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            address = peer.getsockname()
            await endpoint(four, INET.bound())
            await endpoint(six, INET6.bound())
            for _ in range(3):
                four.transport.sendto(b"four", address)
                six.transport.sendto(b"six", address)
                await pass_iterations()
            assert [await receive(peer) for _ in range(3)] == [b"four"] * 3
            assert drain(peer) == []
        await end(four, six)

    run(loop, main())
    assert len(six.errors) == 3
    assert four.errors == []


def test_paths_and_names_of_unix_sockets(loop: Loop, tmp_path: Path) -> None:
    protocol = Recorder()
    path = str(tmp_path / "with Löwe")

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.unbound())
        for name, address in [
            (path, path),
            (b"\0pyloop sending", b"\0pyloop sending"),
            (path + "2", (path + "2").encode()),
        ]:
            with UNIX.unbound() as peer:
                peer.bind(name)
                for form in (address, bytearray(address) if isinstance(address, bytes) else address):
                    transport.sendto(b"data", form)
                    assert await receive(peer) == b"data"
        await end(protocol)

    run(loop, main())
    assert protocol.errors == []


def test_large_datagrams_keep_their_place(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            transport = await endpoint(protocol, INET.bound())
            sizes = [1, 60_000, 2, 4095, 4096, 4097, 3]
            for size in sizes:
                transport.sendto(bytes(size), peer.getsockname())
            assert [len(await receive(peer)) for _ in sizes] == sizes
        await end(protocol)

    run(loop, main())


def test_broadcast(loop: Loop) -> None:
    async def send(allowed: bool) -> Recorder:
        protocol = Recorder()
        await loop.create_datagram_endpoint(
            lambda: protocol, local_addr=("127.0.0.1", 0), allow_broadcast=allowed or None
        )
        port = peer.getsockname()[1]
        protocol.transport.sendto(b"to all", ("127.255.255.255", port))
        await pass_iterations()
        await end(protocol)
        return protocol

    with Medium("any", socket.AF_INET, ("0.0.0.0", 0)).bound() as peer:
        refused = run(loop, send(False))
        assert [type(error) for error in refused.errors] == [PermissionError]
        assert drain(peer) == []
        assert run(loop, send(True)).errors == []
        assert drain(peer) == [b"to all"]


def test_reuse_port(loop: Loop) -> None:
    first, second = Recorder(), Recorder()

    async def main() -> None:
        await loop.create_datagram_endpoint(lambda: first, local_addr=("127.0.0.1", 0), reuse_port=True)
        address = first.transport.get_extra_info("sockname")
        await loop.create_datagram_endpoint(lambda: second, local_addr=address, reuse_port=True)
        peers = [INET.bound() for _ in range(30)]
        for peer in peers:
            peer.sendto(b"data", address)
        await asyncio.gather(*(asyncio.wait_for(one.until(both_have_all), 30) for one in (first, second)))
        for peer in peers:
            peer.close()
        await end(first, second)

    def both_have_all() -> bool:
        if len(first.received) + len(second.received) == 30:
            for waiting in (first, second):
                waiting.note("looked") if "looked" not in waiting.events else None
            return True
        return False

    run(loop, main())
    assert first.received + second.received == [b"data"] * 30


def test_sent_at_once_when_the_loop_does_not_run(loop: Loop) -> None:
    protocol = Recorder()
    transport = run(loop, endpoint(protocol, INET.bound()))
    with INET.bound() as peer:
        transport.sendto(b"one", peer.getsockname())
        assert drain(peer) == [b"one"]
        transport.sendto(b"two", peer.getsockname())
        assert drain(peer) == [b"two"]
    run(loop, end(protocol))


def test_sent_before_the_loop_waits_and_before_it_stops(loop: Loop) -> None:
    protocol = Recorder()
    transport = run(loop, endpoint(protocol, INET.bound()))
    with INET.bound() as peer:
        loop.call_soon(transport.sendto, b"data", peer.getsockname())
        loop.call_soon(loop.stop)
        loop.run_forever()
        assert drain(peer) == [b"data"]
    run(loop, end(protocol))


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_what_was_sent_before_the_end_leaves(loop: Loop, ending: str) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            for number in range(10):
                transport.sendto(b"%d" % number, peer.getsockname())
            getattr(transport, ending)()
            await protocol.until_event("lost")
            assert drain(peer) == [b"%d" % number for number in range(10)]

    run(loop, main())
    assert protocol.lost_with == [None]


def test_sending_from_connection_made(loop: Loop) -> None:
    class Eager(Recorder):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            transport.sendto(b"hello", address)

    with INET.bound() as peer:
        address = peer.getsockname()
        protocol = Eager()
        run(loop, endpoint(protocol, INET.bound()))
        assert drain(peer) == [b"hello"]
        run(loop, end(protocol))


def test_sending_after_close_to_an_address(loop: Loop) -> None:
    """Without an address of its own a transport of asyncio sends until its socket is closed."""
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport.close()
            transport.sendto(b"after", peer.getsockname())
            assert drain(peer) == [b"before", b"after"]
            await protocol.until_event("lost")

    run(loop, main())


def test_sending_after_close_of_a_connected_transport_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    protocol = Recorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=peer.getsockname())
            transport.sendto(b"before")
            transport.close()
            for _ in range(7):
                transport.sendto(b"after")
            await protocol.until_event("lost")
            assert drain(peer) == [b"before"]

    run(loop, main())
    assert [record.getMessage() for record in caplog.records] == ["socket.send() raised exception."] * 3


@every_medium
def test_twenty_thousand_come_back_in_order(loop: Loop, medium: Medium) -> None:
    echo, protocol = Echo(), Recorder()
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

    run(loop, main())
    assert protocol.received == [number.to_bytes(4, "big") for number in range(count)]
    assert set(protocol.addresses) == {protocol.addresses[0]}
