"""Streams of random pieces to and from an `ssl.SSLSocket` of the standard library, which blocks in a thread."""

import asyncio
import hashlib
import queue
import random
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from behaviour.tls.notes import PlainNotes
from behaviour.tls.pieces import pieces_of
from behaviour.tls.wire import SIDES, VERSIONS, of_version
from support.loop_kinds import PROMPTLY, Loop, run_coroutine
from support.peers.tls import client_context, server_context

MEBIBYTE = 1 << 20


@contextmanager
def blocking_echo(context: ssl.SSLContext, *, server_side: bool, address: Any = None) -> Iterator[Any]:
    """An `ssl.SSLSocket` in a thread that echoes until the end of the data and then closes in order.

    A server yields its address. The errors of the thread are raised at the end.
    """
    errors: list[BaseException] = []
    listener = socket.create_server(("127.0.0.1", 0)) if server_side else None

    def serve() -> None:
        try:
            raw = listener.accept()[0] if listener else socket.create_connection(address)
            raw.settimeout(PROMPTLY)
            hostname = None if server_side else "localhost"
            with context.wrap_socket(raw, server_side=server_side, server_hostname=hostname) as tls:
                while data := tls.recv(50_000):
                    tls.sendall(data)
                tls.unwrap().close()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=serve)
    if listener:
        thread.start()
        yield listener.getsockname()
        listener.close()
    else:
        yield thread.start
    thread.join(PROMPTLY)
    assert not thread.is_alive()
    assert errors == []


class Asker(PlainNotes):
    """Sends random pieces, in step with what comes back."""

    def begin(self, seed: int) -> None:
        rng = random.Random(seed)
        self.sent = rng.randbytes(MEBIBYTE)
        self.pieces = pieces_of(self.sent, rng)
        self.pieces.reverse()
        self.written = 0
        self.go_on()

    def go_on(self) -> None:
        while self.pieces and self.written - len(self.data) < 150_000:
            piece = self.pieces.pop()
            self.written += len(piece)
            self.transport.write(piece)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.go_on()


@VERSIONS
@SIDES
def test_a_blocking_socket_of_the_standard_library(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    async def ask(asker: Asker) -> None:
        asker.begin(accepted)
        await asker.until_received(MEBIBYTE)
        assert hashlib.sha256(asker.data).digest() == hashlib.sha256(asker.sent).digest()
        asker.transport.close()
        assert (await asker.until_lost())[-1] == ("lost", None)

    async def as_client() -> None:
        with blocking_echo(of_version(server_context(), version), server_side=True) as address:
            _, asker = await loop.create_connection(Asker, *address, ssl=client_context(), server_hostname="localhost")
            await ask(asker)

    async def as_server() -> None:
        made = loop.create_future()
        factory = partial(Asker, made=lambda asker: made.set_result(asker))
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=server_context())
        context = of_version(client_context(), version)
        with blocking_echo(context, server_side=False, address=server.sockets[0].getsockname()) as start:
            start()
            await ask(await made)
        server.close()

    run_coroutine(loop, as_server() if accepted else as_client())


@VERSIONS
@SIDES
def test_stock_asyncio_in_a_thread(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    """Two loops, each in a thread, with TLS between them."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(30_000):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(address: Any) -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=of_version(server_context(), version))
        address(server.sockets[0].getsockname())
        await asyncio.wait_for(ended.wait(), PROMPTLY)
        server.close()
        for _ in range(5):
            await asyncio.sleep(0.001)

    async def ask(address: Any) -> None:
        reader, writer = await asyncio.open_connection(*address, ssl=client_context(), server_hostname="localhost")
        sent = random.Random(5).randbytes(MEBIBYTE)

        async def send() -> None:
            for piece in pieces_of(sent, random.Random(6)):
                writer.write(piece)
                await writer.drain()

        _, received = await asyncio.gather(send(), reader.readexactly(MEBIBYTE))
        assert received == sent
        writer.close()
        await writer.wait_closed()

    stock = asyncio.SelectorEventLoop()
    server, client = (loop, stock) if accepted else (stock, loop)
    found: queue.Queue[Any] = queue.Queue()
    ended = asyncio.Event()
    # The main thread runs the loop under test.
    if accepted:
        visitor = threading.Thread(
            target=visit, args=(client, found, ask, lambda: server.call_soon_threadsafe(ended.set))
        )
        visitor.start()
        run_coroutine(server, serve(found.put))
    else:
        visitor = threading.Thread(target=run_coroutine, args=(server, serve(found.put)))
        visitor.start()
        visit(client, found, ask, lambda: server.call_soon_threadsafe(ended.set))
    visitor.join(PROMPTLY)
    stock.close()
    assert found.empty(), found.get()


def visit(loop: Loop, found: Any, ask: Any, end: Any) -> None:
    """Ask the server whose address comes; what goes wrong is put where it came from."""
    try:
        run_coroutine(loop, ask(found.get(timeout=PROMPTLY)))
    except BaseException as error:
        found.put(error)
    finally:
        end()
