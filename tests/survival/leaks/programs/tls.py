"""TLS connections that come and go, in order and otherwise: measures what of them stays.

Arguments: the kind of loop, the name of a function below, and the number of connections, TOTAL.
"""

import asyncio
import gc
import socket
import ssl
import struct
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from support.chosen_loop import new_event_loop
from support.peers.tls import client_context, server_context
from support.scenarios import run_scenario
from survival.leaks.programs.measuring import measure

TOTAL = int(sys.argv[3])
# At the same time.
WAVE = 25
DATA = bytes(range(256)) * 100
SERVER, CLIENT, STRANGER = server_context(), client_context(), ssl.create_default_context()


class Echo(asyncio.Protocol):
    """Echoes; the number of those that are connected is kept."""

    connected = 0
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        Echo.connected += 1

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        Echo.connected -= 1


class Visitor(asyncio.Protocol):
    """Writes, and tells when it has everything back, and when it is disconnected."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.answered, self.lost = loop.create_future(), loop.create_future()
        self.missing = len(DATA)

    def data_received(self, data: bytes) -> None:
        self.missing -= len(data)
        if not self.missing:
            self.answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_result(None)
        self.lost.set_result(exc)


def no_tls_objects() -> None:
    """All are gone, those of asyncio and those of OpenSSL below them."""
    gc.collect()
    kinds = (ssl.SSLObject, ssl.MemoryBIO, asyncio.sslproto.SSLProtocol)
    assert [found for found in gc.get_objects() if isinstance(found, kinds)] == []


def report(visit: Callable[[Any, int], Awaitable[None]]) -> None:
    """Measure that many visits to a server."""

    async def visits(count: int) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: None)
        server = await loop.create_server(Echo, "127.0.0.1", 0, ssl=SERVER, backlog=WAVE)
        address = server.sockets[0].getsockname()
        for start in range(0, count, WAVE):
            await asyncio.gather(*(visit(address, start + number) for number in range(WAVE)))
        server.close()
        while Echo.connected:
            await asyncio.sleep(0.001)
        for _ in range(5):
            await asyncio.sleep(0)

    loop = new_event_loop()

    def work(count: int) -> None:
        loop.run_until_complete(visits(count))
        no_tls_objects()

    measure(work, TOTAL, {"server": SERVER, "client": CLIENT, "data": DATA}, warm_up=max(WAVE * 4, TOTAL // 2))
    loop.close()


async def connect(address: Any, context: ssl.SSLContext = CLIENT) -> tuple[asyncio.Transport, Visitor]:
    loop = asyncio.get_running_loop()
    return await loop.create_connection(Visitor, *address, ssl=context, server_hostname="localhost")


async def _orderly(address: Any, _number: int) -> None:
    transport, visitor = await connect(address)
    transport.write(DATA)
    await visitor.answered
    transport.close()
    assert await visitor.lost is None


def connections() -> None:
    """Handshake, data, orderly end."""
    report(_orderly)


async def _plain(address: Any) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, address)
    return sock


async def _failing(address: Any, number: int) -> None:
    way = number % 6
    if way == 0:
        connecting = asyncio.ensure_future(connect(address))
        for _ in range(number % 17):
            await asyncio.sleep(0)
        connecting.cancel()
        (ended,) = await asyncio.gather(connecting, return_exceptions=True)
        if not isinstance(ended, BaseException):
            ended[0].abort()
    elif way == 1:
        try:
            await connect(address, STRANGER)
        except ssl.SSLCertVerificationError:
            return
        raise AssertionError("the certificate is unknown")
    elif way == 2:
        with await _plain(address) as sock:
            await asyncio.get_running_loop().sock_sendall(sock, b"no TLS at all\r\n")
    elif way == 3:
        transport, visitor = await connect(address)
        transport.write(DATA)
        transport.abort()
        await visitor.lost
    elif way == 4:
        transport, visitor = await connect(address)
        transport.write(DATA * 20)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await visitor.lost
    else:
        with await _plain(address) as sock:
            # A handshake that breaks off.
            await asyncio.get_running_loop().sock_sendall(sock, b"\x16\x03\x01\x02\x00\x01")


def failures() -> None:
    """Cancelled, refused, broken off, aborted, reset, no TLS at all."""
    report(_failing)


async def _upgraded(address: Any, _number: int) -> None:
    """A pair of sockets, both ends of which are upgraded; the server is not visited."""
    del address
    loop = asyncio.get_running_loop()
    plain = [(await loop.create_connection(asyncio.Protocol, sock=sock))[0] for sock in socket.socketpair()]
    echo, visitor = Echo(), Visitor()
    served, transport = await asyncio.gather(
        loop.start_tls(plain[0], echo, SERVER, server_side=True),
        loop.start_tls(plain[1], visitor, CLIENT, server_hostname="localhost"),
    )
    assert served is not None
    assert transport is not None
    echo.connection_made(served)
    transport.write(DATA)
    await visitor.answered
    transport.close()
    assert await visitor.lost is None


def upgrades() -> None:
    """Connections that become TLS."""
    report(_upgraded)


run_scenario(globals(), sys.argv[2:3])
