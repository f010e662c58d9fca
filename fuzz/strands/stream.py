"""The strand of a stream connection: two transports of one loop, driven step by step by a task.

A step that takes something away (end of file, close, abort, an exception in a callback) first waits until what is under
way has arrived; so the outcome is defined. The step `rough` does not wait, and less is compared.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fuzz.choices import BUFFERS, SIZES
from fuzz.ends import End
from fuzz.recorder import VAR, text
from fuzz.strands.connection import Connection

if TYPE_CHECKING:
    from fuzz.choices import Choices, StepMaker
    from fuzz.program import Op

HUGE = 600_000
_POKES = (
    "data raise", "data pause", "data write", "data close", "data abort", "data switch", "buffer raise", "empty",
)  # fmt: skip


class Conversation(Connection):
    """Two ends and what is done to them. Steps on a connection that is gone are steps, too."""

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        ends = [
            [
                rng.random() < 0.4,
                rng.choice((0, 0, 16, 1000, 65_536)),
                rng.choices(("", "made raise", "eof raise", "lost raise", "made write"), (12, 1, 1, 1, 1))[0],
            ]
            for _ in range(2)
        ]
        # A small buffer takes an iteration for each filling.
        sizes = SIZES[:8] if any(end[1] == 16 for end in ends) else SIZES
        family = rng.choice(("unix", "unix", "tcp"))

        def side() -> int:
            return rng.randrange(2)

        # No empty piece in `writelines`: from 3.12 on asyncio keeps it in its buffer and tries to send it for ever.
        def size() -> int:
            return rng.choice(sizes)

        makers: list[StepMaker] = [
            (lambda: choices.op("write", side(), size(), rng.choice(BUFFERS)), 10),
            (lambda: choices.op("writelines", side(), [size() or 1 for _ in range(rng.randrange(5))]), 3),
            (lambda: choices.op("sync"), 3),
            (lambda: choices.op("yield", rng.randrange(1, 4)), 3),
            (lambda: choices.op("wait", 0.001), 0.5),
            (lambda: choices.op("pause", side()), 2),
            (lambda: choices.op("resume", side()), 2),
            (
                lambda: choices.op(
                    "limits", side(), *rng.choice(((None, None), (0, None), (0, 0), (10, 5), (1, 2), (10**6, 0)))
                ),
                1,
            ),
            (lambda: choices.op("look", side()), 2),
            (lambda: choices.op("switch", side()), 1),
            (lambda: choices.op("misuse", side()), 0.5),
            (lambda: choices.op("poke", side(), rng.choice(_POKES)), 3),
            (lambda: choices.op("eof", side()), 0.8),
            (lambda: choices.op("close", side()), 0.4),
            (lambda: choices.op("abort", side()), 0.4),
            (
                lambda: choices.op(
                    "rough", side(), [size() for _ in range(rng.randrange(4))], rng.choice(("close", "abort"))
                ),
                0.3,
            ),
        ]
        if sizes is SIZES and family == "unix":  # TCP takes megabytes before it blocks
            makers.append((lambda: choices.op("huge", side()), 0.5))
        return choices.op("stream", family, *ends, body=choices.steps(makers))

    async def run(self, strand: Op) -> None:
        """Connect, do the steps, close."""
        family, *settings = strand.args
        for number, (keep_open, buffer, armed) in enumerate(settings):
            end = End(self.recorder, f"{self.lane} end {number}", self.changed, keep_open, buffer)
            end.armed = armed
            self.ends.append(end)
        await self._connect(strand, family)
        await self._until(strand, lambda: all(end.made for end in self.ends))
        for op in strand.body:
            VAR.set(op.ident)
            try:
                await getattr(self, f"_{op.kind}")(op, *op.args)
            except (RuntimeError, TypeError, ValueError, OSError, AttributeError) as exc:
                self.note(op, text(exc))
        if not self.closed:
            await self._close(strand, 0)
        for end in self.ends:
            self.recorder.add(f"{self.lane} end", end.lost, end.wrong, end.writing_paused and not end.rough)

    async def _write(self, op: Op, side: int, size: int, kind: str) -> None:
        end = self.ends[side]
        if end.sent_eof or self.closed or end.transport.is_closing():
            end.transport.write(b"x" * min(size, 10))
            self.note(op, "written after the end")
        elif end.written + size < HUGE * 4:
            end.write(size, kind)

    async def _writelines(self, op: Op, side: int, sizes: list[int]) -> None:
        end = self.ends[side]
        if not (end.sent_eof or self.closed or end.transport.is_closing()):
            end.transport.writelines([end.take(size) for size in sizes])

    async def _misuse(self, op: Op, side: int) -> None:
        self.ends[side].transport.write("no bytes")

    async def _yield(self, _op: Op, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    async def _wait(self, _op: Op, delay: float) -> None:
        await asyncio.sleep(delay)

    async def _pause(self, op: Op, side: int) -> None:
        transport = self.ends[side].transport
        if not self.ends[side].eof:
            transport.pause_reading()
        self.note(op, transport.is_reading())

    async def _resume(self, op: Op, side: int) -> None:
        transport = self.ends[side].transport
        if not self.ends[side].eof:
            transport.resume_reading()
        self.note(op, transport.is_reading())

    async def _limits(self, op: Op, side: int, high: int | None, low: int | None) -> None:
        transport = self.ends[side].transport
        if not self.closed:
            transport.set_write_buffer_limits(high=high, low=low)
        self.note(op, transport.get_write_buffer_limits())

    async def _look(self, op: Op, side: int) -> None:
        end = self.ends[side]
        transport = end.transport
        protocol = transport.get_protocol()
        self.note(op, transport.is_closing(), transport.can_write_eof(), protocol is not None)
        if self.closed:
            self.note(op, transport.get_write_buffer_size(), transport.is_reading())

    async def _switch(self, op: Op, side: int) -> None:
        end = self.ends[side]
        if not self.closed:
            end.buffered = not end.buffered
            end.transport.set_protocol(end.protocol())
            self.note(op, type(end.transport.get_protocol()).__name__)

    async def _huge(self, op: Op, side: int) -> None:
        """Write more than fits while the peer does not read, then let it read."""
        end, peer = self.ends[side], self.ends[1 - side]
        if self.closed or end.sent_eof or end.transport.is_closing() or peer.transport.is_closing():
            return
        await self._resume_all(op)
        if end.transport.is_closing() or not peer.reading():
            return
        end.transport.set_write_buffer_limits()
        peer.transport.pause_reading()
        end.write(HUGE)
        await asyncio.sleep(0)
        self.note(op, "pauses", end.writing_paused, end.transport.get_write_buffer_size() > 0)
        peer.transport.resume_reading()
        await self._sync(op)
        self.note(op, "resumes", end.writing_paused, end.transport.get_write_buffer_size())

    async def _poke(self, op: Op, side: int, armed: str) -> None:
        """Send a little to an end that does something about it."""
        end, peer = self.ends[side], self.ends[1 - side]
        if self.closed or peer.sent_eof or peer.transport.is_closing() or end.transport.is_closing():
            return
        await self._resume_all(op)
        kind, _, action = armed.partition(" ")
        if kind in ("buffer", "empty") and not end.buffered:
            return
        if end.transport.is_closing() or (end.sent_eof and action == "write"):
            return
        end.armed = armed
        peer.write(1 if end.buffered else 50)
        await self._until(op, lambda: not end.armed)
        if action in ("raise", "close", "abort") or kind == "empty":
            await self._gone(op)
        else:
            await self._sync(op)

    async def _eof(self, op: Op, side: int) -> None:
        end, peer = self.ends[side], self.ends[1 - side]
        if self.closed:
            end.transport.write_eof()
            self.note(op, "once more")
            return
        await self._resume_all(op)
        if end.transport.is_closing() or peer.transport.is_closing():
            return
        again = end.sent_eof
        end.transport.write_eof()
        end.sent_eof = True
        if again:
            return
        await self._until(op, lambda: peer.eof)
        if not peer.keep_open or peer.sent_eof:
            await self._gone(op)

    async def _close(self, op: Op, side: int) -> None:
        end = self.ends[side]
        if self.closed:
            end.transport.close()
            return
        await self._resume_all(op)
        if not end.sent_eof and not end.transport.is_closing():
            end.write(1000)
        end.transport.close()
        await self._gone(op)

    async def _abort(self, op: Op, side: int) -> None:
        end = self.ends[side]
        if not self.closed:
            await self._resume_all(op)
        end.transport.abort()
        if not self.closed:
            await self._gone(op)

    async def _rough(self, op: Op, side: int, sizes: list[int], how: str) -> None:
        """Both write, one goes at once. What arrives is the kernel's matter."""
        if self.closed:
            return
        for end in self.ends:
            end.roughen()
            if not end.sent_eof and not end.transport.is_closing():
                for size in sizes:
                    end.write(size)
        getattr(self.ends[side].transport, how)()
        # The other end may be paused, and then would not hear of it.
        for end in self.ends:
            if not end.transport.is_closing() and not end.eof:
                end.transport.resume_reading()
        await self._gone(op)
