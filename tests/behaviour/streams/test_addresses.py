"""create_connection() with several addresses: their order, grouped errors, and descriptors after cancellations."""

import asyncio
import errno
import gc
import inspect
import os
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder

has_all_errors = "all_errors" in inspect.signature(asyncio.SelectorEventLoop.create_connection).parameters


def resolving_to(*results: tuple[int, Any]) -> Any:
    """A getaddrinfo() that gives these families and addresses."""

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for family, address in results]

    return getaddrinfo


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["6a", "6b", "6c", "4a", "4b"]),
        ({"interleave": 0}, ["6a", "6b", "6c", "4a", "4b"]),
        ({"interleave": 1}, ["6a", "4a", "6b", "4b", "6c"]),
        ({"interleave": 2}, ["6a", "6b", "4a", "6c", "4b"]),
        ({"happy_eyeballs_delay": 30.0}, ["6a", "4a", "6b", "4b", "6c"]),
    ],
    ids=str,
)
def test_families_are_interleaved(loop: Loop, options: dict[str, Any], expected: list[str]) -> None:
    addresses: dict[str, tuple[Any, ...]] = {
        f"6{name}": (f"::{index + 1}", index + 1, 0, 0) for index, name in enumerate("abc")
    }
    addresses |= {f"4{name}": (f"127.0.0.{index + 1}", index + 1) for index, name in enumerate("ab")}
    names = {address: name for name, address in addresses.items()}
    loop.getaddrinfo = resolving_to(  # type: ignore[method-assign]
        *((socket.AF_INET6 if name[0] == "6" else socket.AF_INET, address) for name, address in addresses.items())
    )
    tried: list[str] = []

    async def sock_connect(sock: socket.socket, address: Any) -> None:
        tried.append(names[address])
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused by the test")

    loop.sock_connect = sock_connect  # type: ignore[method-assign]

    async def main() -> None:
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Recorder, "name.invalid", 1, **options)

    run_coroutine(loop, main())
    assert tried == expected


@pytest.mark.parametrize("delay", [None, 0.02])
def test_all_errors_can_be_had(loop: Loop, refusing: tuple[str, int], delay: float | None) -> None:
    if not has_all_errors:
        pytest.skip("create_connection() has all_errors since Python 3.12")
    loop.getaddrinfo = resolving_to(  # type: ignore[method-assign]
        (socket.AF_INET, refusing), (socket.AF_INET, refusing)
    )

    async def main() -> None:
        with pytest.raises(ExceptionGroup) as caught:
            await loop.create_connection(Recorder, "name.invalid", 1, happy_eyeballs_delay=delay, all_errors=True)  # type: ignore[call-overload]
        assert [type(error) for error in caught.value.exceptions] == [ConnectionRefusedError] * 2

    run_coroutine(loop, main())


@pytest.mark.parametrize("delay", [None, 0.02])
def test_address_for_which_there_is_no_socket_is_passed_over(
    loop: Loop, listener: socket.socket, delay: float | None
) -> None:
    loop.getaddrinfo = resolving_to(  # type: ignore[method-assign]
        (45, ("no such family", 1)), (socket.AF_INET, listener.getsockname())
    )
    with pytest.raises(OSError, match=os.strerror(errno.EAFNOSUPPORT)):
        socket.socket(45)

    async def main() -> None:
        protocol = Recorder()
        await loop.create_connection(lambda: protocol, "name.invalid", 1, happy_eyeballs_delay=delay)
        await protocol.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("iterations", range(4))
def test_cancelled_connection_on_a_socket_closes_it_at_most_once(loop: Loop, iterations: int) -> None:
    """A descriptor closed twice would close the one that has got its number meanwhile."""

    async def main() -> None:
        mine, peer = socket.socketpair()
        number = mine.fileno()
        protocol = Recorder()
        connecting = asyncio.ensure_future(loop.create_connection(lambda: protocol, sock=mine))
        for _ in range(iterations):
            await asyncio.sleep(0)
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        if "made" in protocol.events:
            protocol.transport.abort()
            await protocol.until_lost()
        mine.close()
        peer.close()
        other, other_peer = socket.socketpair()
        with other, other_peer:
            other.setblocking(False)
            assert number in (other.fileno(), other_peer.fileno())
            del connecting, mine
            for _ in range(5):
                await asyncio.sleep(0)
                gc.collect()
            # Both are open, and connected to each other.
            other_peer.send(b"still here")
            assert await loop.sock_recv(other, 100) == b"still here"

    run_coroutine(loop, main())
