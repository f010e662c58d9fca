"""Servers on transports and protocols."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from benchmarks.network.servers.settings import HOST, Address, Settings, listen

if TYPE_CHECKING:
    from collections.abc import Iterator

BUFFER_BYTES = 256 * 1024
CHUNK_BYTES = 64 * 1024
DOWNLOAD_PATTERN = bytes(range(251))
HEADER_BYTES = 4
END_OF_HEAD = b"\r\n\r\n"
HTTP_BODY = b"x" * 1024
HTTP_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(HTTP_BODY)


class Echo(asyncio.Protocol):
    """Writes back what it is given."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class EchoOnce(Echo):
    """Closes when it has echoed a whole message."""

    def __init__(self, size: int) -> None:
        self.missing = size

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)
        self.missing -= len(data)
        if self.missing == 0:
            self.transport.close()


class BufferedEcho(asyncio.BufferedProtocol):
    """Echo from a buffer of its own."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.buffer = memoryview(bytearray(BUFFER_BYTES))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        # A copy: the transport may still have to send it when the buffer is filled again.
        self.transport.write(bytes(self.buffer[:nbytes]))


class FramedEcho(Echo):
    """Collects a header with the length and a body, and writes header and body one after the other."""

    def __init__(self) -> None:
        self.received = bytearray()

    def data_received(self, data: bytes) -> None:
        self.received += data
        while len(self.received) >= HEADER_BYTES:
            end = HEADER_BYTES + int.from_bytes(self.received[:HEADER_BYTES], "big")
            if len(self.received) < end:
                return
            body = bytes(self.received[HEADER_BYTES:end])
            del self.received[:end]
            self.transport.write(len(body).to_bytes(HEADER_BYTES, "big"))
            self.transport.write(body)


class SplitHttp(Echo):
    """Answers GET over HTTP, and writes head and body one after the other."""

    def __init__(self) -> None:
        self.received = bytearray()

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(END_OF_HEAD)) >= 0:
            del self.received[: end + len(END_OF_HEAD)]
            self.transport.write(HTTP_HEAD)
            self.transport.write(HTTP_BODY)


class Download(Echo):
    """Answers each byte with a large message, in chunks, and stops writing while it is told to."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        self.pending: list[Iterator[bytes]] = []
        self.paused = False

    def data_received(self, data: bytes) -> None:
        self.pending += [iter(self.chunks) for _ in data]
        self.write_some()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.write_some()

    def write_some(self) -> None:
        while self.pending and not self.paused:
            chunk = next(self.pending[0], None)
            if chunk is None:
                self.pending.pop(0)
            else:
                self.transport.write(chunk)


class Upload(Echo):
    """Answers each large message with one byte."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.received = 0

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        while self.received >= self.size:
            self.received -= self.size
            self.transport.write(b"\0")


class DatagramEcho(asyncio.DatagramProtocol):
    """Sends each datagram back."""

    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.transport.sendto(data, addr)


async def start_echo(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve echoes."""
    return await listen(loop, settings, Echo)


async def start_echo_once(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve one echo per connection."""
    return await listen(loop, settings, lambda: EchoOnce(settings.size))


async def start_buffered_echo(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve echoes with a BufferedProtocol."""
    return await listen(loop, settings, BufferedEcho)


async def start_framed_echo(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve messages of header and body."""
    return await listen(loop, settings, FramedEcho)


async def start_split_http(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve HTTP with split answers."""
    return await listen(loop, settings, SplitHttp)


async def start_download(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve large messages."""
    message = (DOWNLOAD_PATTERN * (settings.size // len(DOWNLOAD_PATTERN) + 1))[: settings.size]
    chunks = [message[start : start + CHUNK_BYTES] for start in range(0, settings.size, CHUNK_BYTES)]
    return await listen(loop, settings, lambda: Download(chunks))


async def start_upload(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Take large messages."""
    return await listen(loop, settings, lambda: Upload(settings.size))


async def start_datagram_echo(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve echoes of datagrams."""
    transport, _ = await loop.create_datagram_endpoint(DatagramEcho, (HOST, 0))
    port: int = transport.get_extra_info("sockname")[1]
    return port
