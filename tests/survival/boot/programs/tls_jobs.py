"""TLS for `jobs_of_loops`; the contexts are made at the import, because their files may be out of reach later."""

import asyncio
import ssl

from support.peers.tls import client_context, server_context
from survival.boot.programs.jobs_of_loops import echo, talk

SERVER, CLIENT, KERNEL_CLIENT = server_context(), client_context(), client_context()
KERNEL_CLIENT.options |= ssl.OP_ENABLE_KTLS if hasattr(ssl, "OP_ENABLE_KTLS") else 0


async def serve_tls() -> None:
    """Echo over TLS, whose streams have no end of their own."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=SERVER)
    try:
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address, ssl=CLIENT, server_hostname="localhost")
        await talk(reader, writer)
        reader, writer = await asyncio.open_connection(*address)
        await writer.start_tls(KERNEL_CLIENT, server_hostname="localhost")
        await talk(reader, writer)
    finally:
        server.close()
