"""Pipes as transports."""

from __future__ import annotations

import asyncio
import os
from time import perf_counter_ns

from .base import Workload, expect

MESSAGE = b"x" * 1024


class _Echo(asyncio.Protocol):
    """Writes what it reads into another pipe."""

    def __init__(self, out: asyncio.WriteTransport) -> None:
        self._out = out

    def data_received(self, data: bytes) -> None:
        self._out.write(data)


class _Client(asyncio.Protocol):
    """Writes the next message when the last one is back, until `left` is zero."""

    def __init__(self, loop: asyncio.AbstractEventLoop, out: asyncio.WriteTransport) -> None:
        self._loop = loop
        self._out = out
        self.left = self.received = 0

    def send(self) -> None:
        self._out.write(MESSAGE)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.received % len(MESSAGE) == 0:
            self.left -= 1
            if self.left:
                self.send()
            else:
                self._loop.stop()


class Pipes(Workload):
    """1 KiB through one pipe to an echo on the same loop and back through another, n times, one after the other.

    A round trip is two writes and two reads, all by `connect_read_pipe` and `connect_write_pipe`.
    """

    name = "pipes_1KiB"
    title = "pipes, 1 KiB there and back"
    operations = 500
    unit = "us"

    def set_up(self, loop: asyncio.AbstractEventLoop) -> None:
        super().set_up(loop)
        self._transports: list[asyncio.BaseTransport] = []
        loop.run_until_complete(self._connect(loop))

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        (there_read, there_write), (back_read, back_write) = os.pipe(), os.pipe()
        there, _ = await loop.connect_write_pipe(asyncio.Protocol, os.fdopen(there_write, "wb", 0))
        back, _ = await loop.connect_write_pipe(asyncio.Protocol, os.fdopen(back_write, "wb", 0))
        echo, _ = await loop.connect_read_pipe(lambda: _Echo(back), os.fdopen(there_read, "rb", 0))
        client, self._client = await loop.connect_read_pipe(lambda: _Client(loop, there), os.fdopen(back_read, "rb", 0))
        self._transports += [there, back, echo, client]

    def run(self, n: int) -> list[int]:
        client = self._client
        client.left, client.received = n, 0
        start = perf_counter_ns()
        self.loop.call_soon(client.send)
        self.loop.run_forever()
        elapsed = perf_counter_ns() - start
        expect("bytes received", client.received, n * len(MESSAGE))
        return [elapsed]

    def tear_down(self) -> None:
        for transport in self._transports:
            transport.close()
        self.loop.run_until_complete(asyncio.sleep(0.001))
        del self._client, self._transports
        super().tear_down()
