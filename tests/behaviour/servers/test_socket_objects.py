"""Connections without a `socket.socket`: what programs usually do with a transport does not make one."""

import asyncio
import gc
import socket
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any

import pytest

from data_bridge.pyloop import new_event_loop
from support.loop_kinds import run_and_finish
from support.peers.tls import client_context, server_context


async def nothing(_writer: asyncio.StreamWriter) -> None:
    pass


async def names(writer: asyncio.StreamWriter) -> None:
    for name in ("peername", "sockname", "sslcontext", "cipher", "unknown"):
        writer.get_extra_info(name)


async def answer(writer: asyncio.StreamWriter) -> None:
    writer.write(b"answer")
    await writer.drain()


def sockets_at(address: str) -> int:
    """Return how many open socket objects have this address, at either end."""
    return sum(
        type(candidate) is socket.socket and candidate.fileno() >= 0 and address in repr(candidate)
        for candidate in gc.get_objects()
    )


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("use", [nothing, names, answer])
def test_streams_make_no_socket_object(
    use: Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]], tls: bool
) -> None:
    of_client: dict[str, Any] = {"ssl": client_context(), "server_hostname": "localhost"} if tls else {}

    async def main() -> None:
        accepted: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()

        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await use(writer)
            accepted.set_result(writer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_context() if tls else None)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname(), **of_client)
        await use(writer)
        ends = [writer, await accepted]
        client = str(writer.get_extra_info("sockname"))
        assert sockets_at(client) == 0
        for end in ends:
            end.get_extra_info("socket")
        assert sockets_at(client) == 2
        for end in ends:
            end.close()
        server.close()

    with closing(new_event_loop()) as loop:
        run_and_finish(loop, main())
