"""Small programs that use each part of a loop once and check what they got: what faults are thrown into."""

import asyncio
import functools
import gc
import logging
import os
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

from support.peers.tls import client_context, server_context


def silence() -> None:
    """Keep what a broken run says, of tasks and transports that were lost in it, off standard error."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore")


async def callbacks() -> None:
    """Callbacks with and without arguments, cancelled ones, batches, tasks, futures and timers."""
    loop = asyncio.get_running_loop()
    seen: list[object] = []
    future = loop.create_future()
    for i in range(5):
        loop.call_soon(seen.append, i)
    loop.call_soon(seen.append, "cancelled").cancel()
    loop.call_soon_batch([(seen.append, 5), (seen.append, 6)])  # type: ignore[attr-defined]
    loop.call_later(0.0005, seen.append, 7)
    loop.call_later(60, seen.append, "cancelled").cancel()
    loop.call_at(loop.time() + 0.001, future.set_result, "result")

    async def child(number: int) -> int:
        await asyncio.sleep(0)
        return number

    assert await asyncio.gather(*(child(i) for i in range(3))) == [0, 1, 2]
    assert await future == "result"
    assert sorted(seen) == list(range(8)), seen  # type: ignore[type-var]


async def threads() -> None:
    """Wakeups from a thread, and the executor."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    seen: list[int] = []

    def call() -> None:
        for i in range(3):
            loop.call_soon_threadsafe(seen.append, i)
        loop.call_soon_threadsafe(done.set)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        await done.wait()
    finally:
        thread.join()
    assert seen == [0, 1, 2]
    assert await loop.run_in_executor(None, lambda: 42) == 42


async def descriptors() -> None:
    """Readers, writers and the sock_ methods."""
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        right.setblocking(False)
        readable, writable = asyncio.Event(), asyncio.Event()
        loop.add_reader(left, readable.set)
        loop.add_writer(left, writable.set)
        right.send(b"x")
        await readable.wait()
        await writable.wait()
        assert loop.remove_reader(left)
        assert loop.remove_writer(left)
        assert left.recv(1) == b"x"
        receiving = asyncio.ensure_future(loop.sock_recv(left, 100))
        await asyncio.sleep(0)
        await loop.sock_sendall(right, b"sock")
        assert await receiving == b"sock"
        buffer = bytearray(8)
        await loop.sock_sendall(left, bytearray(b"into"))
        assert await loop.sock_recv_into(right, buffer) == 4


async def streams() -> None:
    """A server, a connection, small and large writes, an end of the stream."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 20):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            for message in (b"small", b"x" * 5000, b"y" * 300_000):
                writer.write(message)
                writer.write(memoryview(message))
                assert await reader.readexactly(2 * len(message)) == 2 * message
            writer.write_eof()
            assert await reader.read() == b""
        finally:
            writer.close()
        await writer.wait_closed()
    finally:
        server.close()


class _BufferedAnswer(asyncio.BufferedProtocol):
    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self.count = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def get_buffer(self, _size: int) -> memoryview:
        return memoryview(self.data)[self.count :]

    def buffer_updated(self, count: int) -> None:
        self.count += count
        if self.count == len(self.data) and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError())


async def tls() -> None:
    """A TLS server, small and large writes both ways, an upgrade, a protocol with a buffer, orderly ends."""
    served, trusting = _contexts()
    ends: asyncio.Queue[None] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 20):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
            ends.put_nowait(None)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=served)
    address = server.sockets[0].getsockname()
    try:
        reader, writer = await asyncio.open_connection(*address, ssl=trusting, server_hostname="localhost")
        try:
            for message in (b"small", bytes(range(256)) * 20, os.urandom(300_000)):
                writer.write(message)
                writer.write(memoryview(message))
                assert await reader.readexactly(2 * len(message)) == 2 * message
        finally:
            writer.close()
        await writer.wait_closed()
        plain = socket.create_connection(address)
        plain.setblocking(False)
        loop = asyncio.get_running_loop()
        message = os.urandom(30_000)
        lower, _ = await loop.create_connection(asyncio.Protocol, sock=plain)
        protocol = _BufferedAnswer(len(message))
        try:
            upper = await loop.start_tls(lower, protocol, trusting, server_hostname="localhost")
            assert upper is not None
            upper.write(message)
            await protocol.done
            assert protocol.data == message
            upper.close()
        finally:
            lower.close()
        for _ in range(2):
            await ends.get()
    finally:
        server.close()


@functools.cache
def _contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return server_context(), client_context()


class _Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: object) -> None:
        self.transport.sendto(data, address)  # type: ignore[attr-defined]


class _Note(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, address: object) -> None:
        self.received.put_nowait(data)


async def datagrams() -> None:
    """Connected and unconnected datagram sockets."""
    loop = asyncio.get_running_loop()
    echo, _ = await loop.create_datagram_endpoint(_Echo, ("127.0.0.1", 0))
    try:
        address = echo.get_extra_info("sockname")
        for remote in (None, address):
            local = None if remote else ("127.0.0.1", 0)
            transport, protocol = await loop.create_datagram_endpoint(_Note, local, remote)
            try:
                for message in (b"one", b"two" * 2000):
                    transport.sendto(message, None if remote else address)
                    assert await protocol.received.get() == message
            finally:
                transport.close()
    finally:
        echo.close()


async def pipes() -> None:
    """Both ends of a pipe as transports."""
    loop = asyncio.get_running_loop()
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    with open(read_end, "rb", 0) as reading, open(write_end, "wb", 0) as writing:
        source, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), reading)
        try:
            target, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, writing)
            try:
                for message in (b"small", b"x" * 100_000):
                    target.write(message)
                    assert await reader.readexactly(len(message)) == message
            finally:
                target.close()
            assert await reader.read() == b""
        finally:
            source.close()


async def processes() -> None:
    """A child with pipes."""
    process = await asyncio.create_subprocess_exec("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        out, _ = await process.communicate(b"hello")
        assert out == b"hello"
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()


async def loops() -> None:
    """Another loop, made and closed with everything in it that a loop can hold; handles outlive it."""
    other = type(asyncio.get_running_loop())()
    left, right = socket.socketpair()
    with left, right:
        try:
            handles: list[asyncio.Handle] = [other.call_soon(int), other.call_later(60, int), other.call_soon(int, "1")]
            other.add_reader(left, int)
            other.create_future()
        finally:
            other.close()
    assert other.is_closed()
    assert all(repr(handle) for handle in handles)
    del other
    gc.collect()
    assert all(repr(handle) for handle in handles)


WORKLOADS: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
    "callbacks": callbacks,
    "threads": threads,
    "descriptors": descriptors,
    "streams": streams,
    "tls": tls,
    "datagrams": datagrams,
    "pipes": pipes,
    "processes": processes,
    "loops": loops,
}
