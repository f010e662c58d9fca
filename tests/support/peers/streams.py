"""Connections for tests of stream transports: one end is a transport of the loop under test, the other a socket."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from support.event_notes import EventNotes
from support.loop_kinds import Loop, run_coroutine, run_iterations

P = TypeVar("P", bound=asyncio.BaseProtocol)

# What a transport reads at most in one go.
LARGEST_READ = 256 * 1024
# More than the kernel's buffers of a connection hold, so that a part stays in the transport.
TOO_MUCH = 12 << 20


class Record(EventNotes, asyncio.BaseProtocol):
    """Notes what a transport calls, in order; calls with data that follow each other are one event."""

    transport: asyncio.Transport

    def __init__(self, *, keep_open: bool = False) -> None:
        super().__init__()
        self.data = bytearray()
        self.lost_with: list[BaseException | None] = []
        self.keep_open = keep_open

    def note(self, event: str) -> None:
        """Append the event and let those that wait look again."""
        if event != "data" or self.events[-1:] != ["data"]:
            super().note(event)
        else:
            self.look_again()

    async def until_received(self, count: int) -> None:
        """Wait for that many bytes in all."""
        await self.until(lambda: len(self.data) >= count)

    async def until_lost(self) -> None:
        """Wait for the end of the connection."""
        await self.until_event("lost")

    async def close(self) -> None:
        """Close the transport and wait for the end of the connection."""
        self.transport.close()
        await self.until_lost()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.note("made")

    def eof_received(self) -> bool | None:
        """See asyncio.Protocol."""
        self.note("eof")
        return self.keep_open

    def pause_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.note("pause")

    def resume_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.note("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.BaseProtocol."""
        self.lost_with.append(exc)
        self.note("lost")


class Recorder(Record, asyncio.Protocol):
    """A protocol that keeps what it receives."""

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        assert type(data) is bytes
        assert 0 < len(data) <= LARGEST_READ
        self.data += data
        self.note("data")


class BufferedRecorder(Record, asyncio.BufferedProtocol):
    """A protocol that lends a buffer of a chosen size and keeps what it receives."""

    def __init__(self, size: int = 65536, *, keep_open: bool = False) -> None:
        super().__init__(keep_open=keep_open)
        self.buffer = bytearray(size)
        self.hints: list[int] = []
        self.counts: list[int] = []

    def get_buffer(self, sizehint: int) -> bytearray:
        """See asyncio.BufferedProtocol."""
        self.hints.append(sizehint)
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """See asyncio.BufferedProtocol."""
        self.counts.append(nbytes)
        self.data += self.buffer[:nbytes]
        self.note("data")


@dataclass(frozen=True)
class Way:
    """How a transport comes to be: the family of its socket, and which side it is on."""

    name: str
    family: socket.AddressFamily
    accepted: bool

    def __str__(self) -> str:
        return self.name

    def listener(self) -> socket.socket:
        """A bound socket of the family, which listens at once."""
        listener = socket.socket(self.family)
        # The kernel chooses a free port, or a free name in the abstract namespace.
        listener.bind(("127.0.0.1", 0) if self.family == socket.AF_INET else "")
        listener.listen()
        return listener

    async def create_server(self, factory: Callable[[], asyncio.BaseProtocol], **options: Any) -> asyncio.Server:
        """A server of the running loop on a socket of the family."""
        loop = asyncio.get_running_loop()
        if self.family == socket.AF_INET:
            return await loop.create_server(factory, sock=self.listener(), **options)
        return await loop.create_unix_server(factory, sock=self.listener(), **options)

    async def create_connection(self, factory: Callable[[], Any], address: Any) -> tuple[asyncio.Transport, Any]:
        """A connection of the running loop to an address of the family."""
        loop = asyncio.get_running_loop()
        if self.family == socket.AF_INET:
            return await loop.create_connection(factory, *address)
        return await loop.create_unix_connection(factory, address)

    async def open(self, protocol: Record) -> socket.socket:
        """Connect a transport with this protocol; the other end is returned and does not block."""
        loop = asyncio.get_running_loop()
        if self.accepted:
            server = await self.create_server(lambda: protocol)
            peer = socket.socket(self.family)
            peer.setblocking(False)
            await loop.sock_connect(peer, server.sockets[0].getsockname())
            await protocol.until_event("made")
            server.close()
        else:
            with self.listener() as listener:
                listener.setblocking(False)
                accepting = asyncio.ensure_future(loop.sock_accept(listener))
                await self.create_connection(lambda: protocol, listener.getsockname())
                peer, _ = await accepting
        if self.family == socket.AF_INET:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer


TCP_CONNECTED = Way("tcp-connected", socket.AF_INET, accepted=False)
TCP_ACCEPTED = Way("tcp-accepted", socket.AF_INET, accepted=True)
UNIX_CONNECTED = Way("unix-connected", socket.AF_UNIX, accepted=False)
UNIX_ACCEPTED = Way("unix-accepted", socket.AF_UNIX, accepted=True)
WAYS = (TCP_CONNECTED, TCP_ACCEPTED, UNIX_CONNECTED, UNIX_ACCEPTED)

every_way = pytest.mark.parametrize("way", WAYS, ids=str)
every_family = pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)


def factory_of(protocol: P) -> Callable[[], P]:
    """A protocol factory that hands out this protocol, in a loop too: a lambda would hand out that of the last turn."""
    return lambda: protocol


@contextmanager
def connected(loop: Loop, protocol: Record, way: Way = TCP_CONNECTED) -> Iterator[socket.socket]:
    """A connection whose transport has this protocol; yields the other end and ends both."""
    with run_coroutine(loop, way.open(protocol)) as peer:
        try:
            yield peer
        finally:
            if not loop.is_closed() and "lost" not in protocol.events:
                protocol.transport.abort()
                run_iterations(loop, 3)


async def receive(peer: socket.socket, count: int) -> bytes:
    """Read that many bytes, or all there are before the end."""
    loop = asyncio.get_running_loop()
    data = bytearray()
    while len(data) < count and (part := await loop.sock_recv(peer, min(count - len(data), 1 << 20))):
        data += part
    return bytes(data)


async def receive_all(peer: socket.socket) -> bytes:
    """Read to the end."""
    return await receive(peer, 1 << 40)


async def pass_iterations(count: int = 5) -> None:
    """Let the loop look for I/O that many times."""
    for _ in range(count):
        await asyncio.sleep(0)


def reset(peer: socket.socket) -> None:
    """Close a TCP socket so that the other end gets a reset instead of the end of the data."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def fill(transport: asyncio.Transport, piece: bytes = b"f" * 65536) -> int:
    """Write until the kernel takes no more; returns how much was written."""
    written = 0
    while not transport.get_write_buffer_size():
        transport.write(piece)
        written += len(piece)
    return written
