"""A server that greets, and what its loop reports when it cannot accept."""

import asyncio
import socket
from typing import Any

# The loop's time and the context, of each call of the exception handler.
reports: list[tuple[float, dict[str, Any]]] = []


class Greeter(asyncio.Protocol):
    """Greets and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


async def greeted(peer: socket.socket) -> bool:
    """Whether the server has greeted this peer, which is closed."""
    with peer:
        peer.setblocking(False)
        return await asyncio.get_running_loop().sock_recv(peer, 10) == b"hello"


async def start(loop: asyncio.AbstractEventLoop) -> asyncio.Server:
    """Start a server, and note in `reports` what its loop reports."""
    loop.set_exception_handler(lambda _loop, context: reports.append((loop.time(), context)))
    server = await loop.create_server(Greeter, "127.0.0.1", 0)
    # What is needed later is loaded now.
    assert await greeted(socket.create_connection(server.sockets[0].getsockname()))
    return server


def assert_reported(*errors: int) -> None:
    """Check that the server has reported attempts to accept that failed with these errors, and nothing else."""
    assert {context["message"] for _, context in reports} == {"socket.accept() out of system resource"}, reports
    assert {context["exception"].errno for _, context in reports} == set(errors), reports
