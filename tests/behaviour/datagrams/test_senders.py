"""The addresses of senders, as `recvfrom` reports them."""

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import (
    INET,
    INET6,
    UNIX,
    DatagramRecorder,
    Medium,
    end,
    endpoint,
    needs_ipv6,
)


def same_as_recvfrom(loop: Loop, medium: Medium, send: Callable[[Any], object]) -> Any:
    """The address that the socket module shows and the one that a transport delivers, for the same sender."""
    protocol = DatagramRecorder()

    async def main() -> object:
        with medium.bound() as plain:
            send(plain.getsockname())
            _, expected = plain.recvfrom(100)
        transport = await endpoint(protocol, medium.bound())
        send(transport.get_extra_info("sockname"))
        await protocol.until_received(1)
        await end(protocol)
        return expected

    expected = run_coroutine(loop, main())
    (address,) = protocol.addresses
    assert address == expected
    assert type(address) is type(expected)
    return address


def test_unnamed_sender(loop: Loop) -> None:
    with UNIX.unbound() as sender:
        assert same_as_recvfrom(loop, UNIX, lambda address: sender.sendto(b"data", address)) is None


def test_sender_with_a_path(loop: Loop, tmp_path: Path) -> None:
    for name in ("plain", "mit Löwe", "x" * 30):
        path = str(tmp_path / name)
        with UNIX.unbound() as sender:
            sender.bind(path)
            assert same_as_recvfrom(loop, UNIX, partial(sender.sendto, b"data")) == path


def test_sender_with_a_path_that_is_no_text(loop: Loop, tmp_path: Path) -> None:
    path = bytes(tmp_path) + b"/\xff\xfe"
    with UNIX.unbound() as sender:
        sender.bind(path)
        address = same_as_recvfrom(loop, UNIX, lambda address: sender.sendto(b"data", address))
        assert address.encode("utf-8", "surrogateescape") == path


def test_sender_with_an_abstract_name(loop: Loop) -> None:
    for name in (b"\0pyloop test", b"\0pyloop\0\0test\0", b"\0" + b"x" * 107):
        with UNIX.unbound() as sender:
            sender.bind(name)
            assert same_as_recvfrom(loop, UNIX, partial(sender.sendto, b"data")) == name


@needs_ipv6
def test_sender_of_ipv6_has_four_items(loop: Loop) -> None:
    with INET6.bound() as sender:
        address = same_as_recvfrom(loop, INET6, lambda address: sender.sendto(b"data", address))
        assert address == ("::1", sender.getsockname()[1], 0, 0)


@needs_ipv6
def test_sender_of_ipv4_seen_by_ipv6(loop: Loop) -> None:
    both = Medium("both", socket.AF_INET6, ("::", 0))
    with INET.bound() as sender:
        address = same_as_recvfrom(loop, both, lambda address: sender.sendto(b"data", ("127.0.0.1", address[1])))
        assert address == ("::ffff:127.0.0.1", sender.getsockname()[1], 0, 0)


def test_many_senders_are_told_apart(loop: Loop) -> None:
    protocol = DatagramRecorder()
    senders = [INET.bound() for _ in range(200)]

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        for turn in range(3):
            for sender in senders:
                sender.sendto(repr(sender.getsockname()).encode(), transport.get_extra_info("sockname"))
            await protocol.until_received(200 * (turn + 1))
        await end(protocol)

    run_coroutine(loop, main())
    for sender in senders:
        sender.close()
    assert [repr(address).encode() for address in protocol.addresses] == protocol.received
    assert len(set(protocol.addresses)) == 200
