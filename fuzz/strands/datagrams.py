"""The strand of datagrams: two endpoints of one loop, over Unix sockets or the loopback."""

from __future__ import annotations

import asyncio
import socket
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

from fuzz.ends import FailureError, expected, until
from fuzz.recorder import VAR, text
from fuzz.strand import Strand

if TYPE_CHECKING:
    from fuzz.choices import Choices
    from fuzz.program import Op
    from fuzz.recorder import Recorder


class DatagramEnd(asyncio.DatagramProtocol):
    """Records each datagram by size and checksum."""

    def __init__(self, recorder: Recorder, lane: str, changed: asyncio.Event) -> None:
        self.recorder = recorder
        self.lane = lane
        self.changed = changed
        self.transport: Any = None
        self.address: Any = None
        self.peer_address: Any = None
        self.sent = 0
        self.received = 0
        self.lost = False
        self.armed = ""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.recorder.add(self.lane, "made")

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received += 1
        known = self.peer_address is None or addr == self.peer_address
        self.recorder.add(self.lane, type(data).__name__, len(data), zlib.crc32(data), known)
        self.changed.set()
        armed, self.armed = self.armed, ""
        if armed == "raise":
            raise FailureError(self.lane, "datagram_received")
        if armed == "answer":
            self.send(10)
        elif armed == "close":
            self.transport.close()

    def error_received(self, exc: Exception) -> None:
        self.recorder.add(self.lane, "error", text(exc))

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.recorder.add(self.lane, "lost", text(exc))
        self.changed.set()

    def send(self, size: int) -> None:
        """Send a datagram that cannot be taken for another."""
        self.transport.sendto(expected(self.sent, size), self.peer_address)
        self.sent += 1


def _unix_pair() -> tuple[socket.socket, socket.socket]:
    """Connected and with names that the kernel chose: asyncio takes sockets of nameless peers for unconnected ones."""
    one, two = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
    for sock in (one, two):
        sock.bind("")
    one.connect(two.getsockname())
    two.connect(one.getsockname())
    return one, two


def _itself(end: DatagramEnd) -> DatagramEnd:
    return end


class Datagrams(Strand):
    """Two endpoints, driven step by step."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        super().__init__(loop, recorder, lane)
        self.changed = asyncio.Event()
        self.ends = [DatagramEnd(recorder, f"{lane} end {number}", self.changed) for number in (0, 1)]

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        sizes = (1, 10, 100, 1000, 1400)  # asyncio drops empty ones in some versions, and nobody could wait for them
        return choices.op(
            "datagrams",
            rng.choice(("unix", "udp")),
            body=choices.steps(
                [
                    (
                        lambda: choices.op(
                            "send", rng.randrange(2), [rng.choice(sizes) for _ in range(rng.randrange(1, 20))]
                        ),
                        5,
                    ),
                    (lambda: choices.op("sync"), 4),
                    (lambda: choices.op("yield", rng.randrange(1, 4)), 2),
                    (
                        lambda: choices.op(
                            "poke", rng.randrange(2), rng.choice(("raise", "answer", "answer", "close"))
                        ),
                        2,
                    ),
                    (lambda: choices.op("misuse", rng.randrange(2)), 0.5),
                    (lambda: choices.op("close", rng.randrange(2), rng.choice(("close", "abort"))), 0.5),
                ],
            ),
        )

    async def run(self, strand: Op) -> None:
        """Open, do the steps, close."""
        unix = strand.args[0] == "unix"
        pair = _unix_pair() if unix else (None, None)
        for end, sock in zip(self.ends, pair, strict=True):
            if sock is not None:
                sock.setblocking(False)
                await self.loop.create_datagram_endpoint(partial(_itself, end), sock=sock)
            else:
                await self.loop.create_datagram_endpoint(partial(_itself, end), local_addr=("127.0.0.1", 0))
                end.address = end.transport.get_extra_info("sockname")
        self.ends[0].peer_address, self.ends[1].peer_address = (end.address for end in reversed(self.ends))
        for op in strand.body:
            VAR.set(op.ident)
            try:
                await getattr(self, f"_{op.kind}")(op, *op.args)
            except (RuntimeError, TypeError, ValueError, OSError) as exc:
                self.recorder.add(self.lane, op.ident, text(exc))
        await self._sync(strand)
        for end in self.ends:
            end.transport.close()
        await self._until(strand, lambda: all(end.lost for end in self.ends))

    async def _until(self, op: Op, condition: Any) -> None:
        await until(self.changed, condition, lambda text: self.recorder.add(self.lane, op.ident, text))

    def _open(self) -> bool:
        return not any(end.transport.is_closing() for end in self.ends)

    async def _send(self, _op: Op, side: int, sizes: list[int]) -> None:
        if self._open():
            for size in sizes:
                self.ends[side].send(size)

    async def _sync(self, op: Op) -> None:
        if self._open():
            one, two = self.ends
            await self._until(op, lambda: one.received == two.sent and two.received == one.sent)

    async def _poke(self, op: Op, side: int, armed: str) -> None:
        if not self._open():
            return
        await self._sync(op)
        end = self.ends[side]
        end.armed = armed
        self.ends[1 - side].send(20)
        await self._until(op, lambda: not end.armed)
        if armed != "close":
            await self._sync(op)

    async def _yield(self, _op: Op, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    async def _misuse(self, _op: Op, side: int) -> None:
        self.ends[side].transport.sendto("no bytes")

    async def _close(self, op: Op, side: int, how: str) -> None:
        await self._sync(op)
        end = self.ends[side]
        getattr(end.transport, how)()
        self.recorder.add(self.lane, op.ident, how, end.transport.is_closing())
        await self._until(op, lambda: end.lost)
