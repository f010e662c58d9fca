"""TCP and Unix connections: some stay open and echo, others come and go in every way there is."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import tempfile
from typing import TYPE_CHECKING

from ..workload import Workload, expect

if TYPE_CHECKING:
    from random import Random

_CONNECTIONS = 6
_LARGEST = 200_000
_RESET = struct.pack("ii", 1, 0)
PATTERN = bytes(range(251)) * (_LARGEST // 251 + 2)
"""A part of it says where it was cut."""


class EchoProtocol(asyncio.Protocol):
    """Sends back what comes; what a line of one word asks for instead is done."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data == b"abort":
            self.transport.abort()
        elif data == b"close":
            self.transport.write(b"bye")
            self.transport.close()
        else:
            self.transport.write(data)


async def echoed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, random: Random) -> None:
    """Send something, perhaps in pieces, and compare what comes back."""
    start, size = random.randrange(251), int(_LARGEST ** random.random())
    data = PATTERN[start : start + size]
    cut = random.randrange(size + 1)
    writer.write(data[:cut])
    writer.writelines([data[cut:], b""])
    answer, _ = await asyncio.gather(reader.readexactly(size), writer.drain())
    expect(answer == data, "an echo is wrong, of size", size)


class Echo(Workload):
    """Connections that stay open."""

    server: asyncio.Server

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        await super().open(loop)
        self.watched["protocol class"] = EchoProtocol
        self.streams = [await self._connect() for _ in range(_CONNECTIONS)]

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raise NotImplementedError

    async def round(self, random: Random) -> int:
        for _ in range(5):
            await asyncio.gather(*(echoed(reader, writer, random) for reader, writer in self.streams))
        return 5 * len(self.streams)

    async def close(self) -> None:
        for _, writer in self.streams:
            writer.close()
            await writer.wait_closed()
        self.server.close()
        await self.server.wait_closed()


class TcpEcho(Echo):
    """Over TCP."""

    name = "TCP echo"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self.server = await loop.create_server(EchoProtocol, "127.0.0.1", 0)
        await super().open(loop)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.server.sockets[0].getsockname())


class UnixEcho(Echo):
    """Over Unix sockets."""

    name = "Unix echo"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.path = f"{self.directory.name}/socket"
        self.server = await loop.create_unix_server(EchoProtocol, self.path)
        await super().open(loop)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self.path)

    async def close(self) -> None:
        await super().close()
        self.directory.cleanup()


class Churn(Workload):
    """Connections that live for one exchange and end by a close, an abort or a reset, from either side."""

    name = "connects and closes"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        await super().open(loop)
        self.directory = tempfile.TemporaryDirectory()
        path = f"{self.directory.name}/socket"
        self.servers = [
            await loop.create_server(EchoProtocol, "127.0.0.1", 0),
            await loop.create_unix_server(EchoProtocol, path),
        ]
        self.tcp, self.path = self.servers[0].sockets[0].getsockname(), path
        # It never listens, but keeps the port: another workload's server would be given it.
        self.unused = socket.socket()
        self.unused.bind(("127.0.0.1", 0))
        self.nobody = self.unused.getsockname()

    async def round(self, random: Random) -> int:
        ends = (self._close, self._server_closes, self._server_aborts, self._abort, self._reset, self._half_close)
        for end in random.sample(ends, len(ends)):
            if random.random() < 0.5:
                reader, writer = await asyncio.open_connection(*self.tcp)
            else:
                reader, writer = await asyncio.open_unix_connection(self.path)
            await echoed(reader, writer, random)
            await end(reader, writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        await self._refused()
        return len(ends) + 1

    async def _close(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def _abort(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(PATTERN)
        writer.transport.abort()

    async def _reset(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()

    async def _half_close(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"the last")
        writer.write_eof()
        expect(await reader.read() == b"the last", "a half-closed connection lost data")

    async def _server_closes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"close")
        expect(await reader.read() == b"bye", "a connection closed by the server lost data")

    async def _server_aborts(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"abort")
        with contextlib.suppress(ConnectionError):
            expect(await reader.read() == b"", "an aborted connection has data")

    async def _refused(self) -> None:
        try:
            await asyncio.open_connection(*self.nobody)
        except ConnectionRefusedError:
            return
        expect(False, "a connection to nobody was made")

    async def close(self) -> None:
        for server in self.servers:
            server.close()
            await server.wait_closed()
        self.unused.close()
        self.directory.cleanup()
