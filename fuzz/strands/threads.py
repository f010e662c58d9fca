"""The strand of threads: what they hand to the loop, one step at a time."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from fuzz.recorder import VAR, PlantedError, text
from fuzz.strand import Strand

if TYPE_CHECKING:
    from fuzz.choices import Choices
    from fuzz.program import Op


class Threads(Strand):
    """Executors, and threads that post callbacks in an order of their own."""

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        return choices.op(
            "threads",
            body=choices.steps(
                [
                    (lambda: choices.op("executor", rng.random() < 0.3), 2),
                    (lambda: choices.op("to_thread"), 1),
                    (lambda: choices.op("post", rng.randrange(1, 20), rng.randrange(20)), 2),
                    (lambda: choices.op("post_idle", rng.randrange(1, 5)), 2),
                    (lambda: choices.op("submit", rng.random() < 0.3), 1),
                ],
                6,
            ),
        )

    async def run(self, strand: Op) -> None:
        """One step after the other."""
        for op in strand.body:
            await getattr(self, f"_{op.kind}")(op, *op.args)

    def _work(self, op: Op, fail: bool) -> int:
        if fail:
            raise PlantedError(op.ident)
        return op.ident

    async def _executor(self, op: Op, fail: bool) -> None:
        try:
            result: Any = await self.loop.run_in_executor(None, self._work, op, fail)
        except PlantedError as exc:
            result = text(exc)
        self.recorder.add(self.lane, op.ident, "executor", result)

    async def _to_thread(self, op: Op) -> None:
        VAR.set(op.ident)
        self.recorder.add(self.lane, op.ident, "to_thread", await asyncio.to_thread(VAR.get))

    async def _post(self, op: Op, count: int, cancel: int) -> None:
        """A thread posts callbacks and cancels one of them; it is joined when the last has run."""
        done = self.loop.create_future()
        held = threading.Event()

        def post() -> None:
            # The loop waits inside a callback, so none of these runs before the cancellation.
            handles = [
                self.loop.call_soon_threadsafe(self.recorder.add, self.lane, op.ident, "posted", number)
                for number in range(count)
            ]
            if cancel < count:
                handles[cancel].cancel()
            self.loop.call_soon_threadsafe(done.set_result, None)
            held.set()

        thread = threading.Thread(target=post)
        thread.start()
        held.wait()
        await done
        thread.join()

    async def _post_idle(self, op: Op, count: int) -> None:
        """The same while the loop runs or sleeps: one callback, and the next once it has run."""
        done = self.loop.create_future()

        def post() -> None:
            for number in range(count):
                ran = threading.Event()
                self.loop.call_soon_threadsafe(self._ran, op, number, ran)
                ran.wait()
            self.loop.call_soon_threadsafe(done.set_result, None)

        thread = threading.Thread(target=post)
        thread.start()
        await done
        thread.join()

    def _ran(self, op: Op, number: int, ran: threading.Event) -> None:
        self.recorder.add(self.lane, op.ident, "posted", number)
        ran.set()

    async def _submit(self, op: Op, fail: bool) -> None:
        """`run_coroutine_threadsafe` from a thread, which waits for the result."""

        async def work() -> int:
            await asyncio.sleep(0)
            return self._work(op, fail)

        def submit() -> str:
            try:
                return str(asyncio.run_coroutine_threadsafe(work(), self.loop).result())
            except PlantedError as exc:
                return text(exc)

        self.recorder.add(self.lane, op.ident, "submitted", await self.loop.run_in_executor(None, submit))
