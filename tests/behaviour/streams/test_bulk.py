"""Much data and many connections at once: every byte arrives, once and in order."""

import asyncio
import hashlib
import random
import socket
import sys

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import (
    TCP_ACCEPTED,
    UNIX_ACCEPTED,
    BufferedRecorder,
    Record,
    Recorder,
    Way,
    every_family,
    factory_of,
)

BULK = 16 << 20


class BulkSender(Recorder):
    """Sends pieces of random sizes as fast as flow control allows, and digests what it receives."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        self.sent = hashlib.sha256()
        self.received = hashlib.sha256()
        self.unsent = BULK
        self.count = 0
        self.block = self.chance.randbytes(1 << 20)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.send()

    def send(self) -> None:
        while self.unsent and self.events[-1] != "pause":
            size = min(self.unsent, self.chance.choice([1, 500, 4000, 5000, 65536, 300_000]))
            start = self.chance.randrange(len(self.block) - size)
            piece = self.block[start : start + size]
            self.sent.update(piece)
            self.unsent -= size
            self.transport.write(piece)
        if not self.unsent:
            self.transport.write_eof()

    def resume_writing(self) -> None:
        super().resume_writing()
        # Data that has come since must not hide a pause.
        asyncio.get_running_loop().call_soon(self.send)

    def data_received(self, data: bytes) -> None:
        self.received.update(data)
        self.count += len(data)

    def eof_received(self) -> bool:
        super().eof_received()
        return self.unsent > 0


@every_family
def test_bulk_in_both_directions_at_the_same_time(loop: Loop, way: Way) -> None:
    served, client = BulkSender(1), BulkSender(2)

    async def main() -> None:
        server = await way.create_server(lambda: served)
        await way.create_connection(lambda: client, server.sockets[0].getsockname())
        await served.until_event("eof")
        server.close()
        await client.until_event("eof")
        for protocol in (served, client):
            protocol.transport.close()
            await protocol.until_lost()

    run_coroutine(loop, main())
    assert (served.count, client.count) == (BULK, BULK)
    assert served.received.digest() == client.sent.digest()
    assert client.received.digest() == served.sent.digest()
    assert served.lost_with == client.lost_with == [None]


class Echo(Recorder):
    """Sends everything back, and reads no faster than it can write."""

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def pause_writing(self) -> None:
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()


class BufferedEcho(BufferedRecorder):
    """The same with a buffer that is used again at once."""

    def buffer_updated(self, nbytes: int) -> None:
        self.transport.write(memoryview(self.buffer)[:nbytes])

    def pause_writing(self) -> None:
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()


@pytest.mark.parametrize("echo_class", [Echo, BufferedEcho])
@every_family
def test_hundreds_of_connections_echo_random_sizes(loop: Loop, way: Way, echo_class: type[Record]) -> None:
    if echo_class is BufferedEcho and keeps_views():
        pytest.skip("from Python 3.12 on asyncio keeps views of what the kernel did not take at once")
    chance = random.Random(20)
    plans = [
        [chance.choice([1, 3, 100, 1000, 4096, 10_000, 40_000]) for _ in range(chance.randrange(1, 12))]
        for _ in range(200)
    ]
    servers: list[Record] = []

    def serve() -> Record:
        servers.append(echo_class())
        return servers[-1]

    async def talk(number: int, address: object) -> bool:
        own = random.Random(number)
        client = Recorder()
        await way.create_connection(lambda: client, address)
        expected = bytearray()
        for size in plans[number]:
            piece = own.randbytes(size)
            expected += piece
            client.transport.write(piece)
            if own.random() < 0.5:
                await client.until_received(len(expected) - own.randrange(min(size, 100)))
        await client.until_received(len(expected))
        client.transport.close()
        await client.until_lost()
        return client.data == expected

    async def main() -> None:
        server = await way.create_server(serve, backlog=300)
        address = server.sockets[0].getsockname()
        assert await asyncio.gather(*(talk(number, address) for number in range(200))) == [True] * 200
        server.close()
        for protocol in servers:
            await protocol.until_lost()
        assert len(servers) == 200

    run_coroutine(loop, main())


def keeps_views() -> bool:
    return sys.version_info >= (3, 12)


@pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)
def test_thousands_of_small_messages_back_and_forth(loop: Loop, way: Way) -> None:
    class Ping(Recorder):
        count = 0

        def data_received(self, data: bytes) -> None:
            assert data == b"%06d" % self.count
            self.count += 1
            if self.count == 3000:
                self.transport.close()
            else:
                self.transport.write(b"%06d" % self.count)

    client = Ping()
    served = Echo()

    async def main() -> None:
        server = await way.create_server(lambda: served)
        await way.create_connection(lambda: client, server.sockets[0].getsockname())
        client.transport.write(b"000000")
        await client.until_lost()
        await served.until_lost()
        server.close()

    run_coroutine(loop, main())
    assert client.count == 3000


def test_ring_of_transports(loop: Loop) -> None:
    """Each hands on to the next within its own callback, so that writes and reads are interleaved in all orders."""
    length = 50
    done: list[bytes] = []

    class Link(Recorder):
        following: asyncio.Transport

        def data_received(self, data: bytes) -> None:
            if len(data) > 200:
                done.append(data)
            else:
                self.following.write(data + b"!")

    async def main() -> None:
        links = [(Link(), Link()) for _ in range(length)]
        for left, right in links:
            first, second = socket.socketpair()
            await loop.create_connection(factory_of(left), sock=first)
            await loop.create_connection(factory_of(right), sock=second)
        # What arrives at one end of a pair goes out through the next pair.
        for number, (_, right) in enumerate(links):
            right.following = links[(number + 1) % length][0].transport
        links[0][0].transport.write(b"go")
        while not done:
            await asyncio.sleep(0)
        for pair in links:
            for link in pair:
                link.transport.abort()
                await link.until_lost()

    run_coroutine(loop, main())
    assert done == [b"go" + b"!" * 199]
