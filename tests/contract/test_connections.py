"""Connections and servers: orders of addresses, grouped errors, descriptors after cancellations, large buffers."""

import asyncio
import errno
import gc
import inspect
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from connections import Recorder, connected, receive, run
from loop_kinds import Loop

has_all_errors = "all_errors" in inspect.signature(asyncio.SelectorEventLoop.create_connection).parameters


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening TCP socket."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


@pytest.fixture
def refusing() -> Iterator[tuple[str, int]]:
    """An address where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield unused.getsockname()


def resolving_to(*results: tuple[int, Any]) -> Any:
    """A getaddrinfo() that gives these families and addresses."""

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for family, address in results]

    return getaddrinfo


async def finish(protocol: Recorder) -> None:
    protocol.transport.close()
    await protocol.until_lost()


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
    addresses = {f"6{name}": (f"::{index + 1}", index + 1, 0, 0) for index, name in enumerate("abc")}
    addresses |= {f"4{name}": (f"127.0.0.{index + 1}", index + 1) for index, name in enumerate("ab")}
    names = {address: name for name, address in addresses.items()}
    loop.getaddrinfo = resolving_to(  # type: ignore[method-assign]
        *((socket.AF_INET6 if name[0] == "6" else socket.AF_INET, address) for name, address in addresses.items())
    )
    tried: list[str] = []

    async def sock_connect(sock: socket.socket, address: Any) -> None:
        tried.append(names[address])
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused by the test")

    loop.sock_connect = sock_connect  # type: ignore[assignment, method-assign]

    async def main() -> None:
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Recorder, "name.invalid", 1, **options)

    run(loop, main())
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
            await loop.create_connection(Recorder, "name.invalid", 1, happy_eyeballs_delay=delay, all_errors=True)
        assert [type(error) for error in caught.value.exceptions] == [ConnectionRefusedError] * 2

    run(loop, main())


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
        await finish(protocol)

    run(loop, main())


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

    run(loop, main())


def test_servers_without_a_host_listen_everywhere(loop: Loop) -> None:
    async def main() -> None:
        for host in (None, ""):
            server = await loop.create_server(Recorder, host, 0, family=socket.AF_INET)
            assert [shown.getsockname()[0] for shown in server.sockets] == ["0.0.0.0"]
            server.close()
            await server.wait_closed()

    run(loop, main())


def test_socket_of_a_unix_server_can_be_kept(loop: Loop, tmp_path: Path) -> None:
    if sys.version_info < (3, 13):
        pytest.skip("servers remove their Unix sockets, and create_unix_server() has cleanup_socket, since Python 3.13")

    async def main() -> None:
        for keep in (True, False):
            path = tmp_path / f"kept-{keep}"
            server = await loop.create_unix_server(Recorder, path, cleanup_socket=not keep)  # type: ignore[call-arg]
            server.close()
            await server.wait_closed()
            assert path.exists() is keep
        # A socket that somebody else has put there meanwhile is not removed.
        path = tmp_path / "replaced"
        server = await loop.create_unix_server(Recorder, path)
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
            server.close()
            await server.wait_closed()
            assert path.is_socket()

    run(loop, main())


def test_write_buffer_has_no_cap_of_its_own(loop: Loop) -> None:
    """Flow control is the protocol's affair: what does not fit is kept, however much it is."""
    protocol = Recorder()
    piece = bytes(range(256)) * (1 << 14)
    with connected(loop, protocol) as peer:
        for _ in range(20):
            protocol.transport.write(piece)
        protocol.transport.write(b"end")
        assert protocol.transport.get_write_buffer_size() > 64 << 20
        assert protocol.events == ["made", "pause"]

        async def main() -> None:
            for _ in range(20):
                assert await receive(peer, len(piece)) == piece
            assert await receive(peer, 3) == b"end"

        run(loop, main())
        assert protocol.transport.get_write_buffer_size() == 0
