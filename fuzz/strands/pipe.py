"""The strand of a pipe: a read transport and a write transport of one loop."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from fuzz.choices import BUFFERS, SIZES
from fuzz.ends import End, until
from fuzz.recorder import VAR, text
from fuzz.strand import Strand

if TYPE_CHECKING:
    from fuzz.choices import Choices
    from fuzz.program import Op
    from fuzz.recorder import Recorder

MOST = 300_000


class Pipe(Strand):
    """End 0 reads, end 1 writes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        super().__init__(loop, recorder, lane)
        self.changed = asyncio.Event()
        self.reader, self.writer = (
            End(recorder, f"{lane} {name}", self.changed, False, 0) for name in ("reader", "writer")
        )

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        return choices.op(
            "pipe",
            body=choices.steps(
                [
                    (lambda: choices.op("write", rng.choice(SIZES[:-1]), rng.choice(BUFFERS)), 8),
                    (lambda: choices.op("sync"), 3),
                    (lambda: choices.op("pause"), 1.5),
                    (lambda: choices.op("resume"), 1.5),
                    (lambda: choices.op("yield", rng.randrange(1, 4)), 2),
                    (lambda: choices.op("look"), 1),
                    (lambda: choices.op("poke", rng.choice(("data raise", "data pause", "data close"))), 1),
                    (
                        lambda: choices.op(
                            "close", rng.choice(("reader", "writer")), rng.choice(("close", "abort", "write_eof"))
                        ),
                        0.5,
                    ),
                ],
            ),
        )

    async def run(self, strand: Op) -> None:
        """Open, do the steps, close."""
        read, write = os.pipe()
        reading = self.loop.connect_read_pipe(self.reader.protocol, os.fdopen(read, "rb", 0))
        await reading
        await self.loop.connect_write_pipe(self.writer.protocol, os.fdopen(write, "wb", 0))
        for op in strand.body:
            VAR.set(op.ident)
            try:
                await getattr(self, f"_{op.kind}")(op, *op.args)
            except (RuntimeError, TypeError, ValueError, OSError, AttributeError) as exc:
                self.recorder.add(self.lane, op.ident, text(exc))
        await self._close(strand, "writer", "close")
        self.recorder.add(self.lane, "end", self.reader.wrong, self.reader.lost, self.writer.lost)

    async def _until(self, op: Op, condition: Any) -> None:
        await until(self.changed, condition, lambda text: self.recorder.add(self.lane, op.ident, text))

    async def _write(self, op: Op, size: int, kind: str) -> None:
        end = self.writer
        if end.transport.is_closing() or self.reader.transport.is_closing():
            end.transport.write(b"x")
            self.recorder.add(self.lane, op.ident, "written after the end")
        elif end.written + size < MOST:
            end.write(size, kind)

    async def _sync(self, op: Op) -> None:
        def arrived() -> bool:
            return self.reader.received == self.writer.written or not self.reader.reading()

        if not self.writer.transport.is_closing():
            await self._until(op, arrived)
            # A reader that has been paused may have been so before or after it saw the last of the data.
            reader = self.reader.transport
            paused = not reader.is_closing() and not reader.is_reading()
            self.recorder.add(self.lane, op.ident, "synced", "paused" if paused else self.reader.received)

    async def _pause(self, op: Op) -> None:
        self.reader.transport.pause_reading()
        self.recorder.add(self.lane, op.ident, self.reader.transport.is_reading())

    async def _resume(self, op: Op) -> None:
        self.reader.transport.resume_reading()
        self.recorder.add(self.lane, op.ident, self.reader.transport.is_reading())

    async def _yield(self, _op: Op, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    async def _look(self, op: Op) -> None:
        reader, writer = self.reader.transport, self.writer.transport
        self.recorder.add(self.lane, op.ident, reader.is_closing(), writer.is_closing(), writer.can_write_eof())
        self.recorder.add(self.lane, op.ident, writer.get_write_buffer_limits())

    async def _poke(self, op: Op, armed: str) -> None:
        if self.writer.transport.is_closing() or self.reader.transport.is_closing():
            return
        self.reader.transport.resume_reading()
        await self._sync(op)
        self.reader.armed = armed
        self.writer.write(50)
        await self._until(op, lambda: not self.reader.armed)
        if armed == "data close":
            await self._until(op, lambda: bool(self.reader.lost and self.writer.lost))
        else:
            await self._sync(op)  # a read transport of asyncio survives an exception of its protocol

    async def _close(self, op: Op, end: str, how: str) -> None:
        if not self.reader.transport.is_closing():
            self.reader.transport.resume_reading()
        await self._sync(op)
        one: End = getattr(self, end)
        getattr(one.transport, how if hasattr(one.transport, how) else "close")()
        await self._until(op, lambda: bool(self.reader.lost and self.writer.lost))
