"""The strand of signals: they reach the loop, or a handler of Python's, one at a time."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from fuzz.recorder import VAR, PlantedError
from fuzz.strand import Strand

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices
    from fuzz.program import Op
    from fuzz.recorder import Recorder

SIGNALS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)


class Signals(Strand):
    """Handlers of the loop and of Python. One signal at a time: several at once have no order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        super().__init__(loop, recorder, lane)
        self.arrived = asyncio.Event()

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        return choices.op(
            "signals",
            body=choices.steps(
                [
                    (lambda: choices.op("add", rng.randrange(3), rng.random() < 0.2), 3),
                    (lambda: choices.op("send", rng.randrange(3)), 3),
                    (lambda: choices.op("remove", rng.randrange(3)), 2),
                    (lambda: choices.op("python", rng.randrange(3)), 1),
                ],
            ),
        )

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
