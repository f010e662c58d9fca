"""Watched descriptors and the `sock_*` methods, with cancellations."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from ..workload import Workload, expect
from .streams import PATTERN

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from random import Random

Sockets = tuple[socket.socket, socket.socket]


def _pair() -> Sockets:
    left, right = socket.socketpair()
    left.setblocking(False)
    right.setblocking(False)
    return left, right


class Watching(Workload):
    """`add_reader` and `add_writer` of descriptors whose numbers are used again and again."""

    name = "readers and writers"

    async def round(self, random: Random) -> int:
        for _ in range(20):
            left, right = _pair()
            with left, right:
                await self._read_and_write(left, right)
                if random.random() < 0.5:  # else it is closed while it is registered nowhere any more
                    self.loop.add_reader(left, _never)
                    self.loop.add_writer(left, _never)
                    self.loop.remove_reader(left)
                    self.loop.remove_writer(left)
        return 40

    async def _read_and_write(self, left: socket.socket, right: socket.socket) -> None:
        got: asyncio.Future[bytes] = self.loop.create_future()
        writable: asyncio.Future[None] = self.loop.create_future()

        def read() -> None:
            if not got.done():
                got.set_result(left.recv(100))

        def note_writable() -> None:
            if not writable.done():
                writable.set_result(None)

        self.loop.add_reader(left, _never)
        self.loop.add_reader(left, read)
        self.loop.add_writer(right, note_writable)
        await writable
        right.send(b"hello")
        expect(await got == b"hello", "a reader read", got)
        expect(self.loop.remove_writer(right) and self.loop.remove_reader(left), "a watched descriptor was not")
        expect(not self.loop.remove_reader(left), "a descriptor was removed twice")


def _never() -> None:
    raise AssertionError("a reader or writer that was replaced or removed was called")


class CancelledSocketCalls(Workload):
    """`sock_recv`, `sock_sendall`, `sock_accept`, cancelled while they wait: nothing is lost and nothing is kept."""

    name = "cancelled sock_* calls"

    async def round(self, random: Random) -> int:
        left, right = _pair()
        with left, right:
            await self._receive(left, right)
            await self._send(left, right)
        await self._accept()
        return 3

    async def _receive(self, left: socket.socket, right: socket.socket) -> None:
        for _ in range(5):
            await self._cancelled(self.loop.sock_recv(left, 100))
        waiting = self.loop.create_task(self.loop.sock_recv(left, 100))
        await asyncio.sleep(0)
        right.send(b"hello")
        expect(await waiting == b"hello", "sock_recv after cancelled ones")

    async def _send(self, left: socket.socket, right: socket.socket) -> None:
        await self._cancelled(self.loop.sock_sendall(right, PATTERN * 10))
        # What had left before the cancellation is the beginning of it.
        received = bytearray()
        with contextlib.suppress(BlockingIOError):
            while data := left.recv(1 << 20):
                received += data
        expect(received and received == (PATTERN * 10)[: len(received)], "a cancelled sock_sendall sent", len(received))
        await self.loop.sock_sendall(right, b"more")
        expect(await self.loop.sock_recv(left, 100) == b"more", "sock_sendall after a cancelled one")

    async def _accept(self) -> None:
        with socket.socket() as listening, socket.socket() as client:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            listening.setblocking(False)
            client.setblocking(False)
            await self._cancelled(self.loop.sock_accept(listening))
            accepting = self.loop.create_task(self.loop.sock_accept(listening))
            await self.loop.sock_connect(client, listening.getsockname())
            served, address = await accepting
            with served:
                expect(address == client.getsockname(), "sock_accept after a cancelled one")

    async def _cancelled(self, call: Coroutine[object, object, object]) -> None:
        task = self.loop.create_task(call)
        for _ in range(2):
            await asyncio.sleep(0)
        expect(not task.done(), "a sock_* call that has to wait is done")
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        expect(task.cancelled(), "a sock_* call was not cancelled")
