"""Datagrams, connected and not, over endpoints that stay and others that live for a round."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..workload import Workload, expect

if TYPE_CHECKING:
    from random import Random

_DATAGRAMS = 20
_LARGEST = 1400

Address = tuple[str, int]


class _EchoProtocol(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.transport.sendto(data, addr)


class _ClientProtocol(asyncio.DatagramProtocol):
    """Collects answers until there are enough."""

    def __init__(self) -> None:
        self.lost = asyncio.get_running_loop().create_future()
        self.begin(0)

    def begin(self, count: int) -> None:
        self.count = count
        self.answers: list[bytes] = []
        self.enough = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        self.answers.append(data)
        if len(self.answers) == self.count:
            self.enough.set_result(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.lost.set_result(None)


class Datagrams(Workload):
    """So few at a time that the kernel never drops one."""

    name = "datagrams"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        await super().open(loop)
        self.server, _ = await loop.create_datagram_endpoint(_EchoProtocol, local_addr=("127.0.0.1", 0))
        self.address = self.server.get_extra_info("sockname")
        self.client, self.protocol = await loop.create_datagram_endpoint(_ClientProtocol, local_addr=("127.0.0.1", 0))

    async def round(self, random: Random) -> int:
        await self._exchange(self.client, self.protocol, self.address, random)
        passing, protocol = await self.loop.create_datagram_endpoint(_ClientProtocol, remote_addr=self.address)
        await self._exchange(passing, protocol, None, random)
        passing.close()
        await protocol.lost
        return 2 * _DATAGRAMS

    async def _exchange(
        self, transport: asyncio.DatagramTransport, protocol: _ClientProtocol, address: Address | None, random: Random
    ) -> None:
        protocol.begin(_DATAGRAMS)
        sent = [bytes([number]) * random.randint(1, _LARGEST) for number in range(_DATAGRAMS)]
        for data in sent:
            transport.sendto(data, address)
        await protocol.enough
        expect(protocol.answers == sent, "datagrams came back changed or in another order")
        protocol.begin(0)

    async def close(self) -> None:
        self.server.close()
        self.client.close()
        await self.protocol.lost
