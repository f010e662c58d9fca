"""How many handshakes of a server may be under way: PyLoop's own limit."""

import asyncio
import socket
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, LoopKind, only_pyloop, run_and_finish
from support.peers.tls import client_context, server_context, until

pytestmark = only_pyloop


async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello")
    await writer.drain()
    writer.close()


async def greeting(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost")
    text = await reader.read()
    writer.close()
    return text


def silent_client(port: int) -> socket.socket:
    """A client that connects and never begins the handshake."""
    return socket.create_connection(("127.0.0.1", port))


def watched(loop: Any, server: asyncio.Server) -> bool:
    """Whether the loop looks for new connections."""
    return server.sockets[0].fileno() in loop._selector.get_map()


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    """The number of handshakes that may be under way; to be used before a loop is made."""
    monkeypatch.setenv("PYLOOP_TLS_HANDSHAKES", "2")
    return 2


def test_connections_wait_while_as_many_handshakes_are_under_way(limit: int, loop: Loop) -> None:
    async def main() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=server_context())
        port = server.sockets[0].getsockname()[1]
        assert watched(loop, server)
        silent = [silent_client(port) for _ in range(limit)]
        await until(lambda: not watched(loop, server))
        waiting = asyncio.create_task(greeting(port))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        silent.pop().close()
        assert await asyncio.wait_for(waiting, PROMPTLY) == b"hello"
        assert watched(loop, server)
        # More than the limit, one after the other: each that ends makes way for the next.
        for _ in range(2 * limit):
            assert await asyncio.wait_for(greeting(port), PROMPTLY) == b"hello"
        silent.pop().close()
        server.close()

    run_and_finish(loop, main())


def test_handshakes_that_time_out_make_way(limit: int, loop: Loop) -> None:
    async def main() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=server_context(), ssl_handshake_timeout=0.1)
        port = server.sockets[0].getsockname()[1]
        silent = [silent_client(port) for _ in range(limit)]
        await until(lambda: not watched(loop, server))
        assert await asyncio.wait_for(greeting(port), PROMPTLY) == b"hello"
        for client in silent:
            client.close()
        server.close()

    run_and_finish(loop, main())


def test_server_that_is_closed_at_the_limit_stays_closed(limit: int, loop: Loop) -> None:
    async def main() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=server_context())
        port = server.sockets[0].getsockname()[1]
        silent = [silent_client(port) for _ in range(limit)]
        await until(lambda: not watched(loop, server))
        server.close()
        for client in silent:
            client.close()
        await asyncio.sleep(0.05)
        with pytest.raises(ConnectionRefusedError):
            silent_client(port)

    run_and_finish(loop, main())


@pytest.mark.parametrize("text", ["0", "-1", "many", ""])
def test_limit_must_be_a_number(kind: LoopKind, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PYLOOP_TLS_HANDSHAKES", text)
    with pytest.raises(ValueError, match=f"PYLOOP_TLS_HANDSHAKES must be .*, not '{text}'"):
        kind.new_event_loop()
