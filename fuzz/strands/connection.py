"""The connection that the strand of streams works on: two transports of one loop, and waiting for what they do."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from fuzz.ends import End, until
from fuzz.strand import Strand

if TYPE_CHECKING:
    from fuzz.program import Op
    from fuzz.recorder import Recorder

SOCKET_BUFFER = 16_384


class Connection(Strand):
    """Two ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        super().__init__(loop, recorder, lane)
        self.changed = asyncio.Event()
        self.ends: list[End] = []
        self.closed = False

    def note(self, op: Op, *event: Any) -> None:
        """Record what a step showed."""
        self.recorder.add(f"{self.lane} steps", op.ident, op.kind, *event)

    async def _connect(self, strand: Op, family: str) -> None:
        """Make the transports of both ends."""
        await (self._connect_unix if family == "unix" else self._connect_tcp)(strand)

    async def _connect_unix(self, _strand: Op) -> None:
        for end, sock in zip(self.ends, socket.socketpair(), strict=True):
            # So that a peer that does not read blocks soon.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
            sock.setblocking(False)
            await self.loop.create_connection(end.protocol, sock=sock)

    async def _connect_tcp(self, strand: Op) -> None:
        server = await self.loop.create_server(self.ends[0].protocol, "127.0.0.1", 0)
        await self.loop.create_connection(self.ends[1].protocol, *server.sockets[0].getsockname())
        await self._until(strand, lambda: self.ends[0].made)
        server.close()

    async def _until(self, op: Op, condition: Any) -> None:
        await until(self.changed, condition, lambda complaint: self.note(op, complaint))

    def _arrived(self, side: int) -> bool:
        """Whether the end has got what was sent to it, or cannot get it now."""
        end, peer = self.ends[side], self.ends[1 - side]
        return end.received >= peer.written or not end.reading()

    async def _sync(self, op: Op) -> None:
        if self.closed:
            return
        await self._until(op, lambda: self._arrived(0) and self._arrived(1))
        for end in self.ends:
            if self.ends[1 - self.ends.index(end)].reading():
                await self._until(op, lambda end=end: not end.writing_paused)
        self.note(op, "synced", *(end.received for end in self.ends))

    async def _resume_all(self, op: Op) -> None:
        for end in self.ends:
            if not end.transport.is_closing() and not end.transport.is_reading() and not end.eof:
                end.transport.resume_reading()
        await self._sync(op)

    async def _gone(self, op: Op) -> None:
        """Wait for the end of the connection; an end that stays open after the other's is closed."""

        def settled(end: End) -> bool:
            return bool(end.lost or end.eof)

        await self._until(op, lambda: all(map(settled, self.ends)))
        for end in self.ends:
            if not end.lost and not end.transport.is_closing():
                end.transport.close()
        await self._until(op, lambda: all(end.lost for end in self.ends))
        self.closed = True
