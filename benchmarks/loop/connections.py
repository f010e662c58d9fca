"""The cost of one iteration of a loop that also watches connections."""

from __future__ import annotations

import asyncio
import socket

from .base import WorkloadError
from .iterations import Iterations

CONNECTIONS = 250
CONNECT_SECONDS = 10


class IterationsWithConnections(Iterations):
    """As `Iterations`, while the loop serves 250 TCP connections on which nothing happens."""

    name = "loop_overhead_250"
    title = "chain, 10k, 250 idle connections"

    def set_up(self, loop: asyncio.AbstractEventLoop) -> None:
        super().set_up(loop)
        self._transports: list[asyncio.BaseTransport] = []
        self._clients: list[socket.socket] = []
        loop.run_until_complete(self._connect(loop))

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        transports = self._transports

        class Connected(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                transports.append(transport)

        self._server = await loop.create_server(Connected, "127.0.0.1", 0)
        address = self._server.sockets[0].getsockname()
        deadline = loop.time() + CONNECT_SECONDS
        for number in range(1, CONNECTIONS + 1):
            self._clients.append(socket.create_connection(address))
            while len(transports) < number:
                await asyncio.sleep(0.001)
                if loop.time() > deadline:
                    raise WorkloadError(f"only {len(transports)} of {CONNECTIONS} connections were made")

    def tear_down(self) -> None:
        self._server.close()
        for transport in self._transports:
            transport.close()
        self.loop.run_until_complete(asyncio.sleep(0.001))
        for client in self._clients:
            client.close()
        del self._server, self._transports, self._clients
        super().tear_down()
