"""wait_closed(), close_clients() and abort_clients(), as the running version of Python defines them."""

import asyncio
import socket
import sys

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TOO_MUCH, Recorder, Way, every_family, pass_iterations, receive_all

waits_for_connections = pytest.mark.skipif(
    sys.version_info < (3, 12, 1), reason="wait_closed() awaits the connections since Python 3.12.1"
)
ends_connections = pytest.mark.skipif(
    sys.version_info < (3, 13), reason="servers can end their connections since Python 3.13"
)


async def serve_one(way: Way, protocol: Recorder) -> tuple[asyncio.Server, socket.socket]:
    """A server with this connection."""
    server = await way.create_server(lambda: protocol)
    peer = socket.socket(way.family)
    peer.setblocking(False)
    await asyncio.get_running_loop().sock_connect(peer, server.sockets[0].getsockname())
    await protocol.until_event("made")
    return server, peer


@every_family
def test_wait_ends_when_an_unused_server_is_closed(loop: Loop, way: Way) -> None:
    async def main() -> None:
        server = await way.create_server(Recorder)
        waiting = [asyncio.ensure_future(server.wait_closed()) for _ in range(3)]
        await pass_iterations()
        if sys.version_info[:3] != (3, 12, 0):
            assert not any(task.done() for task in waiting)
        server.close()
        await asyncio.gather(*waiting)
        await server.wait_closed()

    run_coroutine(loop, main())


@waits_for_connections
@pytest.mark.parametrize("ending", ["close", "abort", "peer"])
@every_family
def test_wait_ends_with_the_last_connection(loop: Loop, way: Way, ending: str) -> None:
    protocol = Recorder()

    async def main() -> None:
        server, peer = await serve_one(way, protocol)
        with peer:
            server.close()
            waiting = asyncio.ensure_future(server.wait_closed())
            await pass_iterations()
            assert not waiting.done()
            if ending == "peer":
                peer.close()
            else:
                getattr(protocol.transport, ending)()
            await waiting
            assert protocol.events[-1] == "lost"

    run_coroutine(loop, main())


@waits_for_connections
@every_family
def test_wait_outlasts_the_data_that_is_buffered(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        server, peer = await serve_one(way, protocol)
        with peer:
            protocol.transport.write(bytes(TOO_MUCH))
            protocol.transport.close()
            server.close()
            waiting = asyncio.ensure_future(server.wait_closed())
            await pass_iterations()
            assert not waiting.done()
            assert len(await receive_all(peer)) == TOO_MUCH
            await waiting

    run_coroutine(loop, main())


@waits_for_connections
def test_wait_counts_connections_whose_connection_lost_fails(loop: Loop, reported: list[object]) -> None:
    class Failing(Recorder):
        def connection_lost(self, exc: Exception | None) -> None:
            raise LookupError

    async def main() -> None:
        protocol = Failing()
        server = await loop.create_server(lambda: protocol, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()):
            await protocol.until_event("made")
            protocol.transport.close()
            server.close()
            await server.wait_closed()

    run_coroutine(loop, main())
    assert len(reported) == 1


@ends_connections
@every_family
def test_clients_can_be_closed(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        server, peer = await serve_one(way, protocol)
        with peer:
            protocol.transport.write(bytes(TOO_MUCH))
            server.close()
            server.close_clients()  # type: ignore[attr-defined]
            assert protocol.transport.is_closing()
            assert len(await receive_all(peer)) == TOO_MUCH
            await server.wait_closed()

    run_coroutine(loop, main())
    assert protocol.lost_with == [None]


@ends_connections
@every_family
def test_clients_can_be_aborted(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        server, peer = await serve_one(way, protocol)
        with peer:
            protocol.transport.write(bytes(TOO_MUCH))
            server.close()
            server.abort_clients()  # type: ignore[attr-defined]
            await server.wait_closed()
            assert len(await receive_all(peer)) < TOO_MUCH

    run_coroutine(loop, main())
    assert protocol.lost_with == [None]


@ends_connections
@every_family
def test_closing_clients_does_not_close_the_server(loop: Loop, way: Way) -> None:
    protocols: list[Recorder] = []

    def factory() -> Recorder:
        protocols.append(Recorder())
        return protocols[-1]

    async def main() -> None:
        server = await way.create_server(factory)
        for count in range(1, 4):
            with socket.socket(way.family) as peer:
                peer.setblocking(False)
                await loop.sock_connect(peer, server.sockets[0].getsockname())
                while len(protocols) < count:
                    await asyncio.sleep(0)
                await protocols[-1].until_event("made")
                server.close_clients()  # type: ignore[attr-defined]
                assert await receive_all(peer) == b""
                await protocols[-1].until_lost()
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())
