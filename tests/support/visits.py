"""The use of a server that several programs have in common."""

import asyncio


async def visit_a_server() -> None:
    """Start a server, connect to it, and read until it closes the connection."""
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    await writer.wait_closed()
    server.close()
