"""One end of a connection under test: the protocol that records what it is told, and what it does then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fuzz.recorder import PlantedError, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.recorder import Recorder

PATIENCE = 5.0
PATTERN = bytes(range(251)) * 4200
"""What is sent, by position: so data can be compared with what it has to be. A megabyte."""


def expected(start: int, size: int) -> bytes:
    """The bytes at these positions of an endless stream."""
    offset = start % 251
    return PATTERN[offset : offset + size]


class FailureError(PlantedError):
    """An exception of a protocol; belongs to the lane of its end."""

    def __init__(self, lane: str, message: str) -> None:
        super().__init__(message)
        self.lane = lane


class End:
    """What an end has seen, done and is going to do. Its protocols, which may be changed, share it."""

    def __init__(self, recorder: Recorder, lane: str, changed: asyncio.Event, keep_open: bool, buffer: int) -> None:
        self.recorder = recorder
        self.lane = lane
        self.changed = changed
        self.keep_open = keep_open
        self.buffer = bytearray(buffer or 4096)
        self.buffered = buffer > 0
        self.buffer_is_view = False
        """Whether a view of the buffer is lent: asyncio's TLS fills slices, and those of a bytearray are copies."""
        self.transport: Any = None
        self.written = 0
        self.received = 0
        self.wrong = False
        self.made = False
        self.eof = False
        self.sent_eof = False
        self.lost = 0
        self.pauses = 0
        self.writing_paused = False
        self.rough = False
        self.armed = ""
        """What to do in the next callback of that kind, `kind action`."""

    def note(self, *event: Any) -> None:
        """Record in the lane of this end."""
        if not self.rough:
            self.recorder.add(self.lane, *event)

    def roughen(self) -> None:
        """Record no more; also not how much of what is under way has arrived by now."""
        if not self.rough:
            self.recorder.forget_data(self.lane)
        self.rough = True

    def protocol(self) -> asyncio.BaseProtocol:
        """A new protocol of the present kind."""
        return Buffered(self) if self.buffered else Plain(self)

    def act(self, callback: str) -> None:
        """Do what was armed for this callback."""
        kind, _, action = self.armed.partition(" ")
        if kind != callback:
            return
        self.armed = ""
        if action == "raise":
            raise FailureError(self.lane, callback)
        if action == "exit":
            exc = SystemExit(f"{callback} of {self.lane}")
            raise exc
        if action == "pause":
            self.transport.pause_reading()
        elif action == "write":
            self.write(100)
        elif action == "close":
            self.transport.close()
        elif action == "abort":
            self.transport.abort()
        elif action == "switch":
            self.buffered = not self.buffered
            self.transport.set_protocol(self.protocol())

    def data(self, data: bytes | memoryview) -> None:
        """Record data, compare it with what was sent, act."""
        if bytes(data) != expected(self.received, len(data)):
            self.wrong = True
        self.received += len(data)
        if not self.rough:
            self.recorder.add_data(self.lane, data)
        if not self.transport.is_reading() and not self.transport.is_closing():
            self.note("data while paused")
        self.changed.set()
        self.act("data")

    def take(self, size: int) -> bytes:
        """The next bytes to be sent."""
        data = expected(self.written, size)
        self.written += size
        return data

    def write(self, size: int, kind: str = "bytes") -> None:
        """Write the next bytes."""
        data = self.take(size)
        self.transport.write({"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview}[kind](data))

    def reading(self) -> bool:
        """Whether data is on its way to the protocol."""
        return not self.transport.is_closing() and self.transport.is_reading()


class Base(asyncio.BaseProtocol):
    """What all protocols have."""

    def __init__(self, end: End) -> None:
        self.end = end

    def connection_made(self, transport: Any) -> None:
        self.end.transport = transport
        self.end.made = True
        self.end.changed.set()
        self.end.note("made")
        self.end.act("made")

    def connection_lost(self, exc: Exception | None) -> None:
        self.end.lost += 1
        self.end.note("lost", text(exc))
        self.end.changed.set()
        self.end.act("lost")

    def eof_received(self) -> bool:
        self.end.eof = True
        self.end.note("eof")
        self.end.changed.set()
        self.end.act("eof")
        return self.end.keep_open

    def pause_writing(self) -> None:
        if self.end.writing_paused:
            self.end.note("paused twice")
        self.end.writing_paused = True
        self.end.pauses += 1
        self.end.changed.set()

    def resume_writing(self) -> None:
        if not self.end.writing_paused:
            self.end.note("resumed twice")
        self.end.writing_paused = False
        self.end.changed.set()


class Plain(Base, asyncio.Protocol):
    """Gets bytes."""

    def data_received(self, data: bytes) -> None:
        if type(data) is not bytes or not data:
            self.end.note("not bytes", type(data).__name__, len(data))
        self.end.data(data)


class Buffered(Base, asyncio.BufferedProtocol):
    """Gets data in a buffer of its own."""

    def get_buffer(self, sizehint: int) -> bytearray | memoryview:
        del sizehint  # 65536 or -1: differs by version
        self.end.act("buffer")
        if self.end.armed == "empty":
            self.end.armed = ""
            return bytearray()
        return memoryview(self.end.buffer) if self.end.buffer_is_view else self.end.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.end.data(memoryview(self.end.buffer)[:nbytes])


async def until(changed: asyncio.Event, condition: Callable[[], bool], complain: Callable[[str], None]) -> None:
    """Wait for what has to come. If it does not, say so in the lane."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        complain("waited in vain")
