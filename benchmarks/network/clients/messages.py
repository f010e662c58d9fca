"""Clients of WebSocket and gRPC: a message there and back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.network.clients.endpoint import HOST, Client, Endpoint, WrongAnswerError
from benchmarks.network.servers.messages import METHOD, SERVICE

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

MESSAGE = b"x" * 1024


async def open_websockets(endpoint: Endpoint, connections: int) -> Client:
    """With the package websockets: 1 KiB of bytes, without compression."""
    from websockets.asyncio.client import connect

    async def exchange(connection: ClientConnection) -> None:
        await connection.send(MESSAGE)
        check(await connection.recv())

    async def close() -> None:
        await asyncio.gather(*(connection.close() for connection in opened))

    url = f"ws://{HOST}:{endpoint.port}/"
    opened = [await connect(url, compression=None, proxy=None) for _ in range(connections)]
    return Client([partial(exchange, connection) for connection in opened], close)


async def open_grpc(endpoint: Endpoint, connections: int) -> Client:
    """With grpc.aio: unary calls of 1 KiB at the same time on one channel."""
    import grpc

    channel = grpc.aio.insecure_channel(f"{HOST}:{endpoint.port}", options=[("grpc.enable_http_proxy", 0)])
    call = channel.unary_unary(f"/{SERVICE}/{METHOD}")

    async def exchange() -> None:
        check(await call(MESSAGE))

    await exchange()
    return Client([exchange] * connections, channel.close)


def check(answer: object) -> None:
    """Every answer is the message."""
    if answer != MESSAGE:
        raise WrongAnswerError("something else than the message")
