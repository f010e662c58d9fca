"""The sockets of a server: addresses, options, and paths in the file system."""

import asyncio
import errno
import inspect
import os
import re
import socket
import struct
import sys
from asyncio.trsock import TransportSocket
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder, Way, every_family, receive_all


class Greeter(Recorder):
    """Greets and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(b"hello")
        self.transport.close()


async def greeting(family: int, address: Any) -> bytes:
    with socket.socket(family) as peer:
        peer.setblocking(False)
        await asyncio.get_running_loop().sock_connect(peer, address)
        return await receive_all(peer)


@every_family
def test_sockets_are_shown_and_not_given_away(loop: Loop, way: Way) -> None:
    async def main() -> None:
        server = await way.create_server(Greeter)
        assert isinstance(server.sockets, tuple)
        shown: Any
        (shown,) = server.sockets
        assert type(shown) is TransportSocket
        assert shown.family == way.family
        assert shown.gettimeout() == 0.0
        os.fstat(shown.fileno())
        server.close()
        assert server.sockets == ()
        assert shown.fileno() == -1
        await server.wait_closed()

    run_coroutine(loop, main())


@pytest.mark.parametrize("hosts", [["127.0.0.1", "127.0.0.2"], ("127.0.0.1", "127.0.0.1"), "127.0.0.3"], ids=str)
def test_several_addresses(loop: Loop, hosts: Any) -> None:
    async def main() -> None:
        server = await loop.create_server(Greeter, hosts, 0)
        addresses = [shown.getsockname() for shown in server.sockets]
        assert {host for host, _ in addresses} == ({hosts} if isinstance(hosts, str) else set(hosts))
        # An address given twice is bound once.
        assert len(addresses) == len(set(addresses))
        for address in addresses:
            assert await greeting(socket.AF_INET, address) == b"hello"
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())


def test_address_in_use_is_an_error_that_names_it(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = taken.getsockname()
            with pytest.raises(
                OSError, match=re.escape(f"error while attempting to bind on address {address}")
            ) as caught:
                await loop.create_server(Greeter, *address)
            assert caught.value.errno == errno.EADDRINUSE

    run_coroutine(loop, main())


def test_port_can_be_shared(loop: Loop) -> None:
    async def main() -> None:
        first = await loop.create_server(Greeter, "127.0.0.1", 0, reuse_port=True)
        address = first.sockets[0].getsockname()
        second = await loop.create_server(Greeter, *address, reuse_port=True)
        assert second.sockets[0].getsockname() == address
        assert [await greeting(socket.AF_INET, address) for _ in range(20)] == [b"hello"] * 20
        first.close()
        assert [await greeting(socket.AF_INET, address) for _ in range(5)] == [b"hello"] * 5
        second.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("reuse", [None, True, False])
def test_address_can_be_used_again_by_default(loop: Loop, reuse: bool | None) -> None:
    async def main() -> None:
        server = await loop.create_server(Greeter, "127.0.0.1", 0, reuse_address=reuse)
        option = server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        assert bool(option) is (reuse is not False)
        server.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("backlog", [1, 7, 100])
def test_backlog_is_handed_to_the_kernel(loop: Loop, backlog: int) -> None:
    async def main() -> None:
        server = await loop.create_server(Greeter, "127.0.0.1", 0, backlog=backlog)
        # struct tcp_info: eight bytes, then numbers; the sixth is the backlog of a listening socket.
        information = server.sockets[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
        assert struct.unpack_from("8x6I", information)[5] == backlog
        assert await greeting(socket.AF_INET, server.sockets[0].getsockname()) == b"hello"
        server.close()

    run_coroutine(loop, main())


def test_connections_are_kept_alive_on_demand(loop: Loop) -> None:
    if "keep_alive" not in inspect.signature(asyncio.SelectorEventLoop.create_server).parameters:
        pytest.skip("create_server() has keep_alive since Python 3.13")

    async def main() -> None:
        for wanted in (True, False):
            server = await loop.create_server(Greeter, "127.0.0.1", 0, keep_alive=wanted)  # type: ignore[call-overload]
            option = server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert bool(option) is wanted
            server.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("convert", [str, Path, os.fsencode], ids=["str", "Path", "bytes"])
def test_unix_server_at_a_path(loop: Loop, tmp_path: Path, convert: Any) -> None:
    path = tmp_path / "socket"

    async def main() -> None:
        server = await loop.create_unix_server(Greeter, convert(path))
        assert path.is_socket()
        assert await greeting(socket.AF_UNIX, str(path)) == b"hello"
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())
    # Since Python 3.13 the server removes its socket.
    assert path.exists() is (sys.version_info < (3, 13))


@pytest.mark.parametrize("kind_of_name", [str, os.fsencode], ids=["str", "bytes"])
def test_unix_server_with_an_abstract_name(loop: Loop, tmp_path: Path, kind_of_name: Any) -> None:
    name = kind_of_name(f"\0{tmp_path}")

    async def main() -> None:
        server = await loop.create_unix_server(Greeter, name)
        assert await greeting(socket.AF_UNIX, name) == b"hello"
        client = Recorder()
        await loop.create_unix_connection(lambda: client, name)
        await client.until_lost()
        assert client.data == b"hello"
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())


def test_unix_server_replaces_a_socket_that_nobody_serves(loop: Loop, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))

    async def main() -> None:
        server = await loop.create_unix_server(Greeter, path)
        assert await greeting(socket.AF_UNIX, str(path)) == b"hello"
        server.close()

    run_coroutine(loop, main())


def test_unix_server_does_not_replace_a_file(loop: Loop, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("precious")

    async def main() -> None:
        text = re.escape(f"Address {str(path)!r} is already in use")
        with pytest.raises(OSError, match=text) as caught:
            await loop.create_unix_server(Greeter, path)
        assert caught.value.errno == errno.EADDRINUSE

    run_coroutine(loop, main())
    assert path.read_text() == "precious"


def test_wrong_arguments_are_refused(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as stream:
            with pytest.raises(ValueError, match="A Stream Socket was expected, got"):
                await loop.create_server(Greeter, sock=datagrams)
            with pytest.raises(ValueError, match="host/port and sock can not be specified at the same time"):
                await loop.create_server(Greeter, "127.0.0.1", 0, sock=stream)  # type: ignore[call-overload]
            with pytest.raises(ValueError, match="Neither host/port nor sock were specified"):
                await loop.create_server(Greeter)  # type: ignore[call-overload]
            with pytest.raises(ValueError, match="A UNIX Domain Stream Socket was expected, got"):
                await loop.create_unix_server(Greeter, sock=stream)
            with pytest.raises(ValueError, match="path was not specified, and no sock specified"):
                await loop.create_unix_server(Greeter)

    run_coroutine(loop, main())


def test_servers_without_a_host_listen_everywhere(loop: Loop) -> None:
    async def main() -> None:
        for host in (None, ""):
            server = await loop.create_server(Recorder, host, 0, family=socket.AF_INET)
            assert [shown.getsockname()[0] for shown in server.sockets] == ["0.0.0.0"]
            server.close()
            await server.wait_closed()

    run_coroutine(loop, main())


@pytest.mark.skipif(
    sys.version_info < (3, 13),
    reason="servers remove their Unix sockets, and create_unix_server() has cleanup_socket, since Python 3.13",
)
def test_socket_of_a_unix_server_can_be_kept(loop: Loop, tmp_path: Path) -> None:
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

    run_coroutine(loop, main())
