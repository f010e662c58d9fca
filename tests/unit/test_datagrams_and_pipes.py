"""Datagram endpoints and pipe transports."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

from loop_kinds import Loop


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


def test_bytes_travel_through_a_pipe(loop: Loop) -> None:
    data = bytes(range(256)) * 2000

    async def main() -> None:
        read_end, write_end = os.pipe()
        reader = asyncio.StreamReader()
        read_transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
        )
        write_transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(write_end, "wb", 0)
        )
        writer = asyncio.StreamWriter(write_transport, protocol, None, loop)
        for start in range(0, len(data), 50_000):
            writer.write(data[start : start + 50_000])
        received = await reader.readexactly(len(data))
        write_transport.close()
        assert await reader.read() == b""
        read_transport.close()
        await asyncio.sleep(0)
        assert received == data

    loop.run_until_complete(main())


def test_writer_of_a_pipe_hears_that_the_reader_is_gone(loop: Loop) -> None:
    class Writer(asyncio.BaseProtocol):
        def __init__(self) -> None:
            self.lost = loop.create_future()

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set_result(exc)

    async def main() -> None:
        read_end, write_end = os.pipe()
        transport, protocol = await loop.connect_write_pipe(Writer, os.fdopen(write_end, "wb", 0))
        os.close(read_end)
        # Nothing was waiting to be written, so nothing is lost: no exception.
        assert await protocol.lost is None
        assert transport.is_closing()

    loop.run_until_complete(main())
