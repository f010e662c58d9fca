"""The strands of threads and of signals: what reaches the loop from outside, one step at a time."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from fuzz.recorder import VAR, PlantedError, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.program import Op
    from fuzz.recorder import Recorder

SIGNALS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)


class Threads:
    """Executors, and threads that post callbacks in an order of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        self.loop = loop
        self.recorder = recorder
        self.lane = lane

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


class Signals:
    """Handlers of the loop and of Python. One signal at a time: several at once have no order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        self.loop = loop
        self.recorder = recorder
        self.lane = lane
        self.arrived = asyncio.Event()

    async def run(self, strand: Op) -> None:
        """One step after the other; afterwards the process has its handlers back."""
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        try:
            for op in strand.body:
                self.arrived.clear()
                await getattr(self, f"_{op.kind}")(op, SIGNALS[op.args[0]], *op.args[1:])
        finally:
            for number, handler in before.items():
                self.loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _handler(self, op: Op, fail: bool) -> Callable[..., None]:
        def handler(*args: object) -> None:
            self.recorder.add(self.lane, op.ident, "handler", args)
            self.arrived.set()
            if fail:
                exc = PlantedError(op.ident)
                exc.lane = self.lane
                raise exc

        return handler

    async def _add(self, op: Op, number: signal.Signals, fail: bool) -> None:
        VAR.set(op.ident)
        self.loop.add_signal_handler(number, self._handler(op, fail), op.ident)
        await self._send(op, number)

    async def _send(self, op: Op, number: signal.Signals) -> None:
        """Send it to ourselves; if somebody listens, wait until it has arrived."""
        listens = signal.getsignal(number) is not signal.SIG_IGN
        os.kill(os.getpid(), number)
        if listens:
            async with asyncio.timeout(5):
                await self.arrived.wait()
        self.recorder.add(self.lane, op.ident, "sent", listens)

    async def _remove(self, op: Op, number: signal.Signals) -> None:
        removed = self.loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
        self.recorder.add(self.lane, op.ident, "removed", removed)

    async def _python(self, op: Op, number: signal.Signals) -> None:
        """A handler of Python's, which the loop has to leave alone."""
        self.loop.remove_signal_handler(number)
        signal.signal(number, lambda *_args: self._noted(op))
        await self._send(op, number)
        signal.signal(number, signal.SIG_IGN)
        # It may also lie in the wakeup descriptor; asyncio would then call a handler that is added now for it.
        await asyncio.sleep(0.001)

    def _noted(self, op: Op) -> None:
        # Runs between any two instructions, in whatever context.
        self.recorder._lanes[self.lane].append((op.ident, "Python's handler"))
        self.arrived.set()
