"""Servers of WebSocket and gRPC: echoes. The load generator does not speak these: clients of the same package do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.network.servers.settings import HOST, Address, Settings, port_of

if TYPE_CHECKING:
    import asyncio

    import grpc
    from websockets.asyncio.server import ServerConnection

SERVICE = "benchmark.Echo"
METHOD = "Echo"

_running: list[object] = []
"""Servers stop when nothing refers to them."""


async def start_websockets(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve with the package websockets, without compression."""
    from websockets.asyncio.server import serve

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    server = await serve(echo, HOST, settings.port, compression=None)
    _running.append(server)
    return port_of(next(iter(server.sockets)))


async def start_grpc(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve one unary method of bytes with grpc.aio."""
    import grpc

    async def echo(request: bytes, context: grpc.aio.ServicerContext) -> bytes:
        return request

    server = grpc.aio.server()
    handlers = {METHOD: grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
    port: int = server.add_insecure_port(f"{HOST}:{settings.port}")
    await server.start()
    _running.append(server)
    return port
