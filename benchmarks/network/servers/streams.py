"""A server on asyncio's streams: a task per connection."""

from __future__ import annotations

import asyncio

from benchmarks.network.servers.settings import BACKLOG, HOST, Address, Settings, port_of

READ_BYTES = 256 * 1024


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection as documentation shows it: read, write, drain."""
    try:
        while data := await reader.read(READ_BYTES):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def start_echo(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve echoes."""
    server = await asyncio.start_server(echo, HOST, 0, backlog=BACKLOG, ssl=settings.tls)
    return port_of(server.sockets[0])
