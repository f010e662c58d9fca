"""What a datagram transport makes of errors, when it receives and when it sends."""

import asyncio
import errno
import socket
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import (
    INET,
    UNIX,
    DatagramRecorder,
    connected_pair,
    drain,
    end,
    endpoint,
    full_receiver,
    pass_iterations,
    receive_datagram,
    unused_address,
)


def test_refusal_is_received(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=unused_address())
        transport.sendto(b"anybody?")
        await protocol.until_event("error")
        await pass_iterations()
        await end(protocol)

    run_coroutine(loop, main())
    assert [type(error) for error in protocol.errors] == [ConnectionRefusedError]
    assert protocol.errors[0].errno == errno.ECONNREFUSED  # type: ignore[attr-defined]
    assert protocol.lost_with == [None]


def test_refusal_is_found_by_the_next_datagram(loop: Loop) -> None:
    """On the loopback device the refusal is there before the next datagram is sent, which it takes the place of."""
    protocol = DatagramRecorder()

    async def main() -> list[int]:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=unused_address())
        counts = []
        for _ in range(4):
            transport.sendto(b"anybody?")
            counts.append(len(protocol.errors))
        await end(protocol)
        return counts

    assert run_coroutine(loop, main()) == [0, 1, 1, 2]
    assert {type(error) for error in protocol.errors} == {ConnectionRefusedError}


def test_receiving_goes_on_after_an_error(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        peer = INET.bound()
        address = peer.getsockname()
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=address)
        peer.close()
        transport.sendto(b"anybody?")
        await protocol.until_event("error")
        with INET.unbound() as again:
            again.bind(address)
            again.sendto(b"one", transport.get_extra_info("sockname"))
            again.sendto(b"two", transport.get_extra_info("sockname"))
            await protocol.until_received(2)
            transport.sendto(b"answer")
            assert await receive_datagram(again) == b"answer"
        await end(protocol)

    run_coroutine(loop, main())
    assert len(protocol.errors) == 1


def test_too_large_a_datagram_is_an_error_at_once(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport.sendto(bytes(70_000), peer.getsockname())
            assert [error.errno for error in protocol.errors] == [errno.EMSGSIZE]  # type: ignore[attr-defined]
            transport.sendto(b"after", peer.getsockname())
            await pass_iterations()
            assert drain(peer) == [b"before", b"after"]
        await end(protocol)

    run_coroutine(loop, main())


def test_datagrams_that_fail_do_not_hold_up_the_others(loop: Loop, tmp_path: Path) -> None:
    protocol = DatagramRecorder()
    nobody = str(tmp_path / "nobody")

    async def main() -> None:
        with UNIX.bound() as peer:
            address = peer.getsockname()
            transport = await endpoint(protocol, UNIX.bound())
            for data, where in [(b"1", nobody), (b"2", address), (b"3", nobody), (b"4", nobody), (b"5", address)]:
                transport.sendto(data, where)
            await pass_iterations()
            assert drain(peer) == [b"2", b"5"]
        await end(protocol)

    run_coroutine(loop, main())
    assert [type(error) for error in protocol.errors] == [FileNotFoundError] * 3
    assert protocol.lost_with == [None]


def test_errors_are_told_before_the_end(loop: Loop, tmp_path: Path) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.bound())
        transport.sendto(b"data", str(tmp_path / "nobody"))
        transport.close()
        await protocol.until_event("lost")

    run_coroutine(loop, main())
    assert protocol.events == ["made", "error", "lost"]


def test_host_that_does_not_exist(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        transport.sendto(b"data", ("host.invalid", 9))
        assert [type(error) for error in protocol.errors] == [socket.gaierror]
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.lost_with == [None]


@pytest.mark.parametrize(
    "address",
    [
        *(None, 5, "127.0.0.1", ("127.0.0.1",), ("127.0.0.1", 9, 0, 0, 0), ["127.0.0.1", 9]),
        *(("127.0.0.1", "9"), ("127.0.0.1", 70_000), ("127.0.0.1", -1), ("127.0.0.1", 1 << 70), (9, "127.0.0.1")),
        *(("127.0.0.1\0", 9), ("\ud800", 9)),
    ],
    ids=ascii,
)
def test_address_that_makes_no_sense_ends_the_transport(
    loop: Loop, reported: list[dict[str, Any]], address: Any
) -> None:
    """The exception is the socket module's own."""
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport.sendto(b"data", address)
            assert drain(peer) == [b"before"]
        await protocol.until_event("lost")

    run_coroutine(loop, main())
    with INET.unbound() as plain, pytest.raises(Exception) as expected:  # noqa: PT011
        plain.sendto(b"data", address)
    assert not isinstance(expected.value, OSError)
    (context,) = reported
    assert context["message"] == "Fatal write error on datagram transport"
    assert context["transport"] is protocol.transport
    assert context["protocol"] is protocol
    error = context["exception"]
    assert (type(error), str(error)) == (type(expected.value), str(expected.value))
    assert protocol.lost_with == [error]
    assert protocol.errors == []


def test_memory_that_is_not_contiguous_ends_the_transport(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        transport.sendto(memoryview(b"contiguous")[::2], ("127.0.0.1", 9))
        await protocol.until_event("lost")

    run_coroutine(loop, main())
    assert [type(context["exception"]) for context in reported] == [BufferError]
    assert [type(error) for error in protocol.lost_with] == [BufferError]


def test_fatal_error_aborts(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = DatagramRecorder()
    error = ValueError("from outside")

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport._fatal_error(error, "message of its own")
            await protocol.until_event("lost")
            assert drain(peer) == [b"before"]

    run_coroutine(loop, main())
    assert protocol.lost_with == [error]
    assert [context["message"] for context in reported] == ["message of its own"]


def test_peer_of_a_unix_socket_goes_away(loop: Loop) -> None:
    protocol = DatagramRecorder()
    left, right = connected_pair()

    async def main() -> None:
        transport = await endpoint(protocol, left)
        right.send(b"last bytes")
        right.close()
        await protocol.until_received(1)
        transport.sendto(b"one")
        transport.sendto(b"two")
        await asyncio.sleep(0.01)
        assert not transport.is_closing()
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received == [b"last bytes"]
    assert [type(error) for error in protocol.errors][-2:] == [ConnectionRefusedError, OSError]


@pytest.mark.parametrize("how", ["sendto", "receive"])
def test_descriptor_closed_behind_the_back(loop: Loop, how: str) -> None:
    protocol = DatagramRecorder()
    mine = INET.bound()

    async def main() -> None:
        transport = await endpoint(protocol, mine)
        await pass_iterations()
        address = mine.getsockname()
        with INET.bound() as peer:
            peer.sendto(b"data", address)
            mine.close()
            if how == "sendto":
                transport.sendto(bytes(5000), address)
        await pass_iterations()
        assert len(protocol.errors) <= 2
        await end(protocol)

    run_coroutine(loop, main())
    assert {getattr(error, "errno", None) for error in protocol.errors} <= {errno.EBADF}


@pytest.mark.parametrize("form", [str, lambda path: bytearray(bytes(path))], ids=["usual", "unusual"])
def test_error_of_a_buffered_datagram(loop: Loop, tmp_path: Path, form: Any) -> None:
    protocol = DatagramRecorder()
    path = tmp_path / "receiver"

    async def main() -> None:
        with full_receiver(path) as peer:
            transport = await endpoint(protocol, UNIX.bound())
            transport.sendto(b"one", str(path))
            transport.sendto(b"lost", form(tmp_path / "nobody"))
            transport.sendto(b"lost", form(tmp_path / "nobody"))
            transport.sendto(b"two", str(path))
            await pass_iterations()
            assert protocol.errors == []
            received: list[bytes] = []
            while received[-1:] != [b"two"]:
                received += drain(peer)
                await asyncio.sleep(0)
            assert received[-2:] == [b"one", b"two"]
            assert b"lost" not in received
        await end(protocol)

    run_coroutine(loop, main())
    assert [type(error) for error in protocol.errors] == [FileNotFoundError] * 2


def test_fatal_error_of_a_buffered_datagram(loop: Loop, tmp_path: Path, reported: list[dict[str, Any]]) -> None:
    protocol = DatagramRecorder()
    path = tmp_path / "receiver"

    async def main() -> None:
        with full_receiver(path) as peer:
            transport = await endpoint(protocol, UNIX.bound())
            transport.sendto(b"one", str(path))
            transport.sendto(b"lost", 5)
            transport.sendto(b"lost", str(path))
            while "lost" not in protocol.events:
                drain(peer)
                await asyncio.sleep(0)

    run_coroutine(loop, main())
    assert [context["message"] for context in reported] == ["Fatal write error on datagram transport"]
    assert [type(error) for error in protocol.lost_with] == [TypeError]
