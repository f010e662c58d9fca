"""Addresses that datagrams are sent to: fixed, numeric, by name, of IPv6, of Unix sockets, for everybody."""

import asyncio
import socket
from pathlib import Path

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import (
    INET,
    INET6,
    UNIX,
    DatagramRecorder,
    Medium,
    drain,
    end,
    endpoint,
    needs_ipv6,
    pass_iterations,
    receive_datagram,
)


@pytest.mark.parametrize("broadcast", [None, True], ids=["connected", "not connected"])
def test_remote_address(loop: Loop, broadcast: bool | None) -> None:
    """With `allow_broadcast` asyncio does not connect the socket, and passes the address with every datagram."""
    protocol = DatagramRecorder()

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
            assert [await receive_datagram(peer) for _ in range(3)] == [b"one", b"two", b"three"]
            elsewhere = ("127.0.0.1", address[1] ^ 1)
            with pytest.raises(ValueError, match=r"^Invalid address: must be None or \('127.0.0.1', \d+\)$"):
                transport.sendto(b"four", elsewhere)
            peer.sendto(b"answer", transport.get_extra_info("socket").getsockname())
            await protocol.until_received(1)
            assert drain(peer) == []
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.errors == []


def test_names_keep_their_place_among_numbers(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            port = peer.getsockname()[1]
            for number, host in enumerate(["127.0.0.1", "localhost", "127.0.0.1", "127.1", "", "127.0.0.1"]):
                transport.sendto(b"%d" % number, (host, port))
            assert [await receive_datagram(peer) for _ in range(6)] == [b"0", b"1", b"2", b"3", b"4", b"5"]
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.errors == []


@needs_ipv6
def test_addresses_of_ipv6(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET6.bound() as peer:
            transport = await endpoint(protocol, INET6.bound())
            port = peer.getsockname()[1]
            longer = [("::1", port), ("::1", port, 0), ("::1", port, 0, 0), ("0:0::0:1", port)]
            for address in longer:
                transport.sendto(repr(address).encode(), address)
            assert [await receive_datagram(peer) for _ in longer] == [repr(address).encode() for address in longer]
            with INET.bound() as other:
                transport.sendto(b"mapped", ("::ffff:127.0.0.1", other.getsockname()[1]))
        await end(protocol)

    run_coroutine(loop, main())


@needs_ipv6
def test_one_address_for_sockets_of_two_families(loop: Loop) -> None:
    """The same tuple means another address, or none, to a socket of another family."""
    four, six = DatagramRecorder(), DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            address = peer.getsockname()
            await endpoint(four, INET.bound())
            await endpoint(six, INET6.bound())
            for _ in range(3):
                four.transport.sendto(b"four", address)
                six.transport.sendto(b"six", address)
                await pass_iterations()
            assert [await receive_datagram(peer) for _ in range(3)] == [b"four"] * 3
            assert drain(peer) == []
        await end(four, six)

    run_coroutine(loop, main())
    assert len(six.errors) == 3
    assert four.errors == []


def test_paths_and_names_of_unix_sockets(loop: Loop, tmp_path: Path) -> None:
    protocol = DatagramRecorder()
    path = str(tmp_path / "with Löwe")

    async def main() -> None:
        transport = await endpoint(protocol, UNIX.unbound())
        names: list[tuple[str | bytes, str | bytes]] = [
            (path, path),
            (b"\0pyloop sending", b"\0pyloop sending"),
            (path + "2", (path + "2").encode()),
        ]
        for name, address in names:
            with UNIX.unbound() as peer:
                peer.bind(name)
                for form in (address, bytearray(address) if isinstance(address, bytes) else address):
                    transport.sendto(b"data", form)
                    assert await receive_datagram(peer) == b"data"
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.errors == []


def test_broadcast(loop: Loop) -> None:
    async def send(allowed: bool) -> DatagramRecorder:
        protocol = DatagramRecorder()
        await loop.create_datagram_endpoint(
            lambda: protocol, local_addr=("127.0.0.1", 0), allow_broadcast=allowed or None
        )
        port = peer.getsockname()[1]
        protocol.transport.sendto(b"to all", ("127.255.255.255", port))
        await pass_iterations()
        await end(protocol)
        return protocol

    with Medium("any", socket.AF_INET, ("0.0.0.0", 0)).bound() as peer:
        refused = run_coroutine(loop, send(False))
        assert [type(error) for error in refused.errors] == [PermissionError]
        assert drain(peer) == []
        assert run_coroutine(loop, send(True)).errors == []
        assert drain(peer) == [b"to all"]


def test_reuse_port(loop: Loop) -> None:
    first, second = DatagramRecorder(), DatagramRecorder()

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

    run_coroutine(loop, main())
    assert first.received + second.received == [b"data"] * 30
