"""Peers that read slowly or not at all: what is buffered for them is bounded, and nobody else waits for them."""

import asyncio
import hashlib
import socket
import time
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TCP_ACCEPTED, UNIX_ACCEPTED, Recorder, Way, receive

PEERS = 40
PIECE = 32 * 1024
PIECES = 60


def piece(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest() * (PIECE // 32)


class Source(Recorder):
    """Writes all pieces, as long as it may; notes how much the transport had to keep."""

    def __init__(self) -> None:
        super().__init__()
        self.next = 0
        self.may_write = True
        self.largest = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.write()

    def write(self) -> None:
        while self.may_write and self.next < PIECES:
            self.transport.write(piece(self.next))
            self.next += 1
            self.largest = max(self.largest, self.transport.get_write_buffer_size())
        if self.next == PIECES:
            # Not at once: a transport of asyncio that is closed in resume_writing() calls connection_lost() twice.
            asyncio.get_running_loop().call_soon(self.transport.close)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.may_write = False

    def resume_writing(self) -> None:
        super().resume_writing()
        self.may_write = True
        self.write()


async def connect(server: asyncio.Server, way: Way) -> socket.socket:
    peer = socket.socket(way.family)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.setblocking(False)
    await asyncio.get_running_loop().sock_connect(peer, server.sockets[0].getsockname())
    return peer


async def read_all(peer: socket.socket, delay: float = 0) -> bytes:
    data = bytearray()
    while part := await asyncio.get_running_loop().sock_recv(peer, 50_000):
        data += part
        await asyncio.sleep(delay)
    return bytes(data)


@pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)
def test_protocols_that_honour_pause_writing(loop: Loop, way: Way) -> None:
    sources: list[Source] = []
    expected = b"".join(map(piece, range(PIECES)))

    def factory() -> Source:
        sources.append(Source())
        return sources[-1]

    async def main() -> None:
        server = await way.create_server(factory, backlog=PEERS)
        server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        slow = [await connect(server, way) for _ in range(PEERS)]
        while len(sources) < PEERS or not all("pause" in source.events for source in sources):
            await asyncio.sleep(0.001)
        # Nobody reads, and one who does gets everything.
        with await connect(server, way) as fast:
            assert await read_all(fast) == expected
        stuck = sources[:PEERS]
        assert all(source.next < PIECES for source in stuck)
        assert all(source.events.count("pause") == source.events.count("resume") + 1 for source in stuck)
        received = await asyncio.gather(*(read_all(peer, 0.001) for peer in slow))
        assert all(data == expected for data in received)
        for source in sources:
            await source.until_lost()
        for peer in slow:
            peer.close()
        server.close()

    run_coroutine(loop, main())
    for source in sources:
        assert source.lost_with == [None]
        # The limit of 64 KiB, and the one piece that went beyond it.
        assert source.largest <= 64 * 1024 + PIECE
        calls = [event for event in source.events if event in ("pause", "resume")]
        assert calls == ["pause", "resume"] * (len(calls) // 2)


def test_streams_that_drain(loop: Loop) -> None:
    """Memory is bounded: a handler that drains gets no further than what the kernel and the limit allow."""
    written: dict[int, int] = {}
    handlers: list[Any] = []

    async def handler(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(written)
        written[number] = 0
        handlers.append(asyncio.current_task())
        try:
            while written[number] < 1000:
                writer.write(piece(written[number]))
                await writer.drain()
                written[number] += 1
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(handler, sock=TCP_ACCEPTED.listener())
        server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        peers = [await connect(server, TCP_ACCEPTED) for _ in range(PEERS)]
        seen: dict[int, int] = {}
        quiet = time.monotonic()
        # Until nobody got any further for a while.
        while time.monotonic() < quiet + 0.3:
            await asyncio.sleep(0.01)
            if written != seen or len(written) < PEERS:
                seen, quiet = dict(written), time.monotonic()
        assert max(written.values()) * PIECE < 1 << 20
        for peer in peers[: PEERS // 2]:
            start = b"".join(map(piece, range(20)))
            assert await receive(peer, len(start)) == start
        for peer in peers:
            peer.close()
        await asyncio.gather(*handlers, return_exceptions=True)
        server.close()

    run_coroutine(loop, main())
    assert all(handler.done() and handler.exception() is None for handler in handlers)
