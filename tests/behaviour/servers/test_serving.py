"""When a server serves: start_serving(), serve_forever(), close() and what is_serving() says."""

import asyncio
import socket
from contextlib import suppress

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder, Way, every_family, pass_iterations, receive, receive_all


async def connect(server: asyncio.Server, way: Way) -> socket.socket:
    """A plain socket that is connected to the server."""
    peer = socket.socket(way.family)
    peer.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(peer, server.sockets[0].getsockname())
    except BaseException:
        peer.close()
        raise
    return peer


class Greeter(Recorder):
    """Greets and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(b"hello")
        self.transport.close()


async def greeting(server: asyncio.Server, way: Way) -> bytes:
    with await connect(server, way) as peer:
        return await receive_all(peer)


@every_family
def test_server_serves_at_once_by_default(loop: Loop, way: Way) -> None:
    async def main() -> None:
        server = await way.create_server(Greeter)
        assert server.is_serving()
        assert server.get_loop() is loop
        assert await greeting(server, way) == b"hello"
        server.close()
        assert not server.is_serving()
        await server.wait_closed()

    run_coroutine(loop, main())


def test_server_serves_later_on_demand(loop: Loop) -> None:
    async def main() -> None:
        server = await loop.create_server(Greeter, "127.0.0.1", 0, start_serving=False)
        assert not server.is_serving()
        with socket.socket() as peer:
            peer.setblocking(False)
            with pytest.raises(ConnectionRefusedError):
                await loop.sock_connect(peer, server.sockets[0].getsockname())
        await server.start_serving()
        assert server.is_serving()
        # Once more changes nothing.
        await server.start_serving()
        with socket.socket() as peer:
            peer.setblocking(False)
            await loop.sock_connect(peer, server.sockets[0].getsockname())
            assert await receive_all(peer) == b"hello"
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())


@every_family
def test_serve_forever_ends_by_cancellation_which_closes_the_server(loop: Loop, way: Way) -> None:
    async def main() -> None:
        server = await way.create_server(Greeter, start_serving=False)
        serving = asyncio.ensure_future(server.serve_forever())
        await pass_iterations()
        assert server.is_serving()
        assert await greeting(server, way) == b"hello"
        with pytest.raises(RuntimeError, match="is already being awaited"):
            await server.serve_forever()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert not server.is_serving()
        assert server.sockets == ()
        with pytest.raises(RuntimeError, match=r"is closed$"):
            await server.serve_forever()

    run_coroutine(loop, main())


@every_family
def test_close_ends_serve_forever(loop: Loop, way: Way) -> None:
    async def main() -> None:
        server = await way.create_server(Greeter)
        serving = asyncio.ensure_future(server.serve_forever())
        await pass_iterations()
        server.close()
        with suppress(asyncio.CancelledError):
            await serving
        assert serving.cancelled()

    run_coroutine(loop, main())


@every_family
def test_closed_server_refuses_connections_and_keeps_those_it_has(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        server = await way.create_server(lambda: protocol)
        address = server.sockets[0].getsockname()
        with await connect(server, way) as peer:
            await protocol.until_event("made")
            server.close()
            server.close()
            with socket.socket(way.family) as late:
                late.setblocking(False)
                with pytest.raises(ConnectionRefusedError):
                    await loop.sock_connect(late, address)
            await loop.sock_sendall(peer, b"question")
            await protocol.until_received(8)
            protocol.transport.write(b"answer")
            assert await receive(peer, 6) == b"answer"
        await protocol.until_lost()

    run_coroutine(loop, main())


@every_family
def test_async_with_closes_the_server(loop: Loop, way: Way) -> None:
    async def main() -> None:
        async with await way.create_server(Greeter) as server:
            assert await greeting(server, way) == b"hello"
        assert not server.is_serving()
        assert server.sockets == ()

    run_coroutine(loop, main())


@every_family
def test_clients_that_queued_before_the_loop_ran_are_all_accepted(loop: Loop, way: Way) -> None:
    server = run_coroutine(loop, way.create_server(Greeter))
    peers = []
    for _ in range(60):
        peer = socket.socket(way.family)
        peer.connect(server.sockets[0].getsockname())
        peer.setblocking(False)
        peers.append(peer)

    async def main() -> None:
        assert [await receive_all(peer) for peer in peers] == [b"hello"] * 60
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())
    for peer in peers:
        peer.close()


@every_family
def test_server_that_is_closed_by_its_first_connection(loop: Loop, way: Way) -> None:
    servers: list[asyncio.Server] = []

    class Closing(Greeter):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            servers[0].close()
            super().connection_made(transport)

    async def main() -> None:
        servers.append(await way.create_server(Closing))
        assert await greeting(servers[0], way) == b"hello"
        assert not servers[0].is_serving()

    run_coroutine(loop, main())


@every_family
def test_server_works_in_several_runs_of_the_loop(loop: Loop, way: Way) -> None:
    server = run_coroutine(loop, way.create_server(Greeter))
    for _ in range(3):
        assert run_coroutine(loop, greeting(server, way)) == b"hello"
    server.close()
    run_coroutine(loop, server.wait_closed())


def test_streams_server_hands_over_reader_and_writer(loop: Loop) -> None:
    async def upper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            writer.write(line.upper())
        writer.close()
        await writer.wait_closed()
        ended.set()

    ended = asyncio.Event()

    async def main() -> None:
        server = await asyncio.start_server(upper, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.writelines([b"one\n", b"two\n"])
        writer.write_eof()
        assert await reader.read() == b"ONE\nTWO\n"
        writer.close()
        await writer.wait_closed()
        await ended.wait()
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())
