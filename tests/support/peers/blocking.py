"""Channels of every kind whose other end is read by blocking: the loop cannot help that it gets its bytes."""

import asyncio
import os
import socket
import ssl
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY
from support.peers.tls import client_context, server_context


@dataclass
class Channel:
    """One connection: `write` of the loop under test, and `read` of its peer, which blocks."""

    transport: Any
    write: Callable[[bytes], None]
    read_some: Callable[[int], bytes]

    def read(self, count: int) -> bytes:
        """Read that many bytes without running any loop. TimeoutError if they do not come."""
        data = b""
        while len(data) < count and (part := self.read_some(count - len(data))):
            data += part
        return data


Opens = Callable[[], AbstractAsyncContextManager[Channel]]


@asynccontextmanager
async def _socket(family: socket.AddressFamily) -> AsyncIterator[Channel]:
    listener = socket.socket(family)
    with listener:
        listener.bind(("127.0.0.1", 0) if family == socket.AF_INET else "")
        listener.listen()
        loop = asyncio.get_running_loop()
        address = listener.getsockname()
        connecting = (
            loop.create_connection(asyncio.Protocol, *address)
            if family == socket.AF_INET
            else loop.create_unix_connection(asyncio.Protocol, os.fsdecode(address))
        )
        transport, _ = await connecting
        with listener.accept()[0] as peer:
            peer.settimeout(PROMPTLY)
            yield Channel(transport, transport.write, peer.recv)
            transport.abort()
            await asyncio.sleep(0)


def _tcp() -> AbstractAsyncContextManager[Channel]:
    return _socket(socket.AF_INET)


def _unix() -> AbstractAsyncContextManager[Channel]:
    return _socket(socket.AF_UNIX)


@asynccontextmanager
async def _streams() -> AsyncIterator[Channel]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        with listener.accept()[0] as peer:
            peer.settimeout(PROMPTLY)
            yield Channel(writer.transport, writer.write, peer.recv)
            writer.transport.abort()
            await asyncio.sleep(0)


@asynccontextmanager
async def _tls() -> AsyncIterator[Channel]:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> ssl.SSLSocket:
            accepted = listener.accept()[0]
            accepted.settimeout(PROMPTLY)
            return server_context().wrap_socket(accepted, server_side=True)

        accepting = loop.run_in_executor(None, accept)
        address = listener.getsockname()
        connecting = loop.create_connection(
            asyncio.Protocol, *address, ssl=client_context(), server_hostname="localhost"
        )
        transport, _ = await connecting
        with await accepting as peer:
            yield Channel(transport, transport.write, peer.recv)
            transport.abort()
            await asyncio.sleep(0)


@asynccontextmanager
async def _tls_server() -> AsyncIterator[Channel]:
    """The loop has the side of the server."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Any] = loop.create_future()

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            made.set_result(transport)

    server = await loop.create_server(Protocol, "127.0.0.1", 0, ssl=server_context())
    address = server.sockets[0].getsockname()

    def connect() -> ssl.SSLSocket:
        raw = socket.create_connection(address, PROMPTLY)
        return client_context().wrap_socket(raw, server_hostname="localhost")

    connecting = loop.run_in_executor(None, connect)
    transport = await made
    server.close()
    with await connecting as peer:
        yield Channel(transport, transport.write, peer.recv)
        transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def _pipe() -> AsyncIterator[Channel]:
    read_end, write_end = os.pipe()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(write_end, "wb", 0))
    with os.fdopen(read_end, "rb", 0):
        yield Channel(transport, transport.write, lambda count: os.read(read_end, count))
        transport.abort()
        await asyncio.sleep(0)


_COPY = "import os, sys; [os.write(1, data) for data in iter(lambda: os.read(0, 1 << 20), b'')]"


@asynccontextmanager
async def _standard_input() -> AsyncIterator[Channel]:
    """Of a child process, whose output is read."""
    read_end, write_end = os.pipe()
    child = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", _COPY, stdin=PIPE, stdout=write_end)
    os.close(write_end)
    assert child.stdin is not None
    with os.fdopen(read_end, "rb", 0):
        yield Channel(child.stdin.transport, child.stdin.write, lambda count: os.read(read_end, count))
        child.stdin.close()
        await child.wait()


@asynccontextmanager
async def _datagrams() -> AsyncIterator[Channel]:
    """The socket of the loop has no fixed address."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(PROMPTLY)
        address = peer.getsockname()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
        yield Channel(transport, lambda data: transport.sendto(data, address), lambda _: peer.recv(1 << 17))
        transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def _connected_datagrams() -> AsyncIterator[Channel]:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(PROMPTLY)
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=peer.getsockname())
        yield Channel(transport, transport.sendto, lambda _: peer.recv(1 << 17))
        transport.abort()
        await asyncio.sleep(0)


BYTE_STREAMS: dict[str, Opens] = {
    "tcp": _tcp,
    "unix": _unix,
    "streams": _streams,
    "tls": _tls,
    "tls-server": _tls_server,
    "pipe": _pipe,
    "standard-input": _standard_input,
}
DATAGRAMS: dict[str, Opens] = {"datagrams": _datagrams, "connected-datagrams": _connected_datagrams}

every_byte_stream = pytest.mark.parametrize("opens", BYTE_STREAMS.values(), ids=BYTE_STREAMS)
every_channel = pytest.mark.parametrize(
    "opens", [*BYTE_STREAMS.values(), *DATAGRAMS.values()], ids=[*BYTE_STREAMS, *DATAGRAMS]
)
