"""Endpoints for tests of datagram transports: a protocol that notes what happens, and sockets at the other end."""

import asyncio
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from support.event_notes import EventNotes

Result = TypeVar("Result")


class DatagramRecorder(EventNotes, asyncio.DatagramProtocol):
    """Notes what a transport calls, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.transport: Any = None
        self.received: list[bytes] = []
        self.addresses: list[Any] = []
        self.errors: list[Exception] = []
        self.lost_with: list[BaseException | None] = []

    async def until_received(self, count: int) -> None:
        """Wait for that many datagrams in all."""
        await self.until(lambda: len(self.received) >= count)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        self.transport = transport
        self.note("made")

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """See asyncio.DatagramProtocol."""
        assert type(data) is bytes
        self.received.append(data)
        self.addresses.append(addr)
        self.note("datagram")

    def error_received(self, exc: Exception) -> None:
        """See asyncio.DatagramProtocol."""
        self.errors.append(exc)
        self.note("error")

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


class DatagramEcho(DatagramRecorder):
    """Sends every datagram back."""

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """See asyncio.DatagramProtocol."""
        self.transport.sendto(data, addr)


@dataclass(frozen=True)
class Medium:
    """A family of sockets, and where a socket of it finds a free address."""

    name: str
    family: socket.AddressFamily
    free: Any

    def __str__(self) -> str:
        return self.name

    def bound(self) -> socket.socket:
        """A bound socket that does not block."""
        bound = self.unbound()
        bound.bind(self.free)
        return bound

    def unbound(self) -> socket.socket:
        """A socket that does not block."""
        unbound = socket.socket(self.family, socket.SOCK_DGRAM)
        unbound.setblocking(False)
        return unbound


INET = Medium("inet", socket.AF_INET, ("127.0.0.1", 0))
INET6 = Medium("inet6", socket.AF_INET6, ("::1", 0))
# The kernel chooses a free name in the abstract namespace.
UNIX = Medium("unix", socket.AF_UNIX, "")


def has_ipv6() -> bool:
    """Whether this machine has the loopback address of IPv6."""
    try:
        with INET6.bound():
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback address")
MEDIA = (INET, pytest.param(INET6, marks=needs_ipv6), UNIX)
every_medium = pytest.mark.parametrize("medium", MEDIA, ids=str)


async def endpoint(protocol: DatagramRecorder, mine: socket.socket) -> Any:
    """A transport on this socket."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: protocol, sock=mine)
    return transport


async def end(*protocols: DatagramRecorder) -> None:
    """Close the transports and wait until they are gone."""
    for protocol in protocols:
        protocol.transport.close()
    for protocol in protocols:
        await protocol.until_event("lost")


async def receive_datagram(peer: socket.socket) -> bytes:
    """Receive one datagram on a plain socket."""
    return await asyncio.get_running_loop().sock_recv(peer, 1 << 18)


async def pass_iterations(count: int = 5) -> None:
    """Let the loop look for I/O that many times."""
    for _ in range(count):
        await asyncio.sleep(0)


def connected_pair(medium: Medium = UNIX) -> tuple[socket.socket, socket.socket]:
    """Two sockets that are connected to each other; asyncio wants them to have names."""
    left, right = medium.bound(), medium.bound()
    left.connect(right.getsockname())
    right.connect(left.getsockname())
    return left, right


def full_receiver(path: Path) -> socket.socket:
    """A Unix socket with that name, into whose queue not one datagram more goes."""
    receiver = UNIX.unbound()
    receiver.bind(str(path))
    with UNIX.unbound() as filler:
        try:
            while True:
                filler.sendto(b"filling", str(path))
        except BlockingIOError:
            return receiver


def drain(receiver: socket.socket) -> list[bytes]:
    """All datagrams that wait in a socket."""
    datagrams = []
    try:
        while True:
            datagrams.append(receiver.recv(1 << 18))
    except BlockingIOError:
        return datagrams


def unused_address() -> Any:
    """An address nobody listens at."""
    with INET.bound() as unused:
        return unused.getsockname()
