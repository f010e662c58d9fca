"""Both ends are datagram endpoints of one loop."""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

from support.loop_kinds import Loop


class Receiver(asyncio.DatagramProtocol):
    """Puts what arrives into a queue."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[bytes, object]] = asyncio.Queue()
        self.errors: list[Exception] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if sys.version_info >= (3, 12):  # before, asyncio's own transport lacks the base class
            assert isinstance(transport, asyncio.DatagramTransport)
        self.transport: Any = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.queue.put_nowait((data, addr))

    def error_received(self, exc: Exception) -> None:
        self.errors.append(exc)


class Echo(Receiver):
    """Sends every datagram back."""

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.transport.sendto(data, addr)


def test_datagrams_come_back(loop: Loop) -> None:
    async def main() -> None:
        server, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        address = server.get_extra_info("sockname")
        client, receiver = await loop.create_datagram_endpoint(Receiver, remote_addr=address)
        for number in range(50):
            client.sendto(b"datagram %d" % number)
            assert await receiver.queue.get() == (b"datagram %d" % number, address)
        client.close()
        server.close()
        await asyncio.sleep(0)

    loop.run_until_complete(main())


def test_datagrams_over_unix_sockets(loop: Loop, tmp_path: Path) -> None:
    async def main() -> None:
        path = str(tmp_path / "socket")
        server, receiver = await loop.create_datagram_endpoint(Receiver, local_addr=path, family=socket.AF_UNIX)
        client, _ = await loop.create_datagram_endpoint(Receiver, remote_addr=path, family=socket.AF_UNIX)
        client.sendto(b"by path")
        data, _ = await receiver.queue.get()
        assert data == b"by path"
        client.close()
        server.close()
        await asyncio.sleep(0)

    loop.run_until_complete(main())


def test_datagram_to_nobody_is_an_error_for_the_protocol(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as unused:
            unused.bind(("127.0.0.1", 0))
            address = unused.getsockname()
        client, receiver = await loop.create_datagram_endpoint(Receiver, remote_addr=address)
        while not receiver.errors:
            client.sendto(b"anybody?")
            await asyncio.sleep(0.001)
        assert isinstance(receiver.errors[0], ConnectionRefusedError)
        client.close()
        await asyncio.sleep(0)

    loop.run_until_complete(main())
