"""The strand of timers with deadlines in the future, and of tasks that sleep. Milliseconds, not more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fuzz.recorder import PlantedError
from fuzz.strand import Strand

if TYPE_CHECKING:
    from fuzz.choices import Choices
    from fuzz.program import Op
    from fuzz.recorder import Recorder


class Timers(Strand):
    """Timers of distinct deadlines. One may cancel those after it; what each schedules has its own lane."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        super().__init__(loop, recorder, lane)
        self.timers: dict[int, asyncio.TimerHandle] = {}
        self.ops: dict[int, Op] = {}
        self.sleepers: list[asyncio.Task[None]] = []

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        delays = rng.sample(range(0, 6000, 37), 12)

        def callback_step() -> Op:
            kind = rng.choices(("cancel", "child", "timer", "raise"), (4, 2, 1, 0.5))[0]
            if kind == "cancel":
                return choices.op("cancel", choices.index())
            return choices.op(kind, rng.randrange(100, 1000)) if kind == "timer" else choices.op(kind)

        def sleep() -> Op:
            return choices.op(rng.choice(("sleep", "sleep", "wait_for", "timeout")), rng.choice((1, 100, 1000, 2000)))

        ops = [
            choices.op("timer", delay, body=tuple(callback_step() for _ in range(rng.randrange(3))))
            for delay in delays[: rng.randrange(1, 12)]
        ]
        ops += [choices.op("sleeper", body=tuple(sleep() for _ in range(3))) for _ in range(rng.randrange(3))]
        return choices.op("timers", body=tuple(ops))

    async def run(self, strand: Op) -> None:
        """Schedule everything, and wait for the end."""
        base = self.loop.time()
        last = 0.0
        for op in strand.body:
            if op.kind == "timer":
                delay = op.args[0] / 1e6
                last = max(last, delay)
                self.timers[op.ident] = self.loop.call_at(base + delay, self._fire, op.ident)
                self.ops[op.ident] = op
            elif op.kind == "sleeper":
                self.sleepers.append(asyncio.create_task(self._sleep(op)))
        end = self.loop.create_future()
        self.loop.call_at(base + last + 0.0005, end.set_result, None)
        await end
        # Timers made by timers are due by now or soon; one more after them.
        await asyncio.sleep(0.002)
        for task in self.sleepers:
            await task
        for ident, timer in self.timers.items():
            self.recorder.add(self.lane, "end", ident, timer.cancelled())

    def _fire(self, ident: int) -> None:
        # Arguments that are equal in all runs: they are part of the message if this raises.
        op = self.ops[ident]
        deadline = self.timers[ident].when()
        self.recorder.add(self.lane, op.ident, "fires", "early" if self.loop.time() < deadline else "in time")
        for step in op.body:
            if step.kind == "cancel":
                later = [ident for ident, timer in self.timers.items() if timer.when() > deadline]
                if later:
                    other = sorted(later)[step.args[0] % len(later)]
                    self.timers[other].cancel()
                    self.recorder.add(self.lane, step.ident, "cancels", other)
            elif step.kind == "child":
                self.loop.call_soon(self.recorder.add, f"{self.lane} child {step.ident}", "runs")
            elif step.kind == "timer":
                delay = step.args[0] / 1e6
                self.loop.call_later(delay, self._second, step, self.loop.time() + delay)
            elif step.kind == "raise":
                exc = PlantedError(step.ident)
                exc.lane = self.lane
                raise exc

    def _second(self, op: Op, earliest: float) -> None:
        late = self.loop.time() >= earliest - 1e-6
        self.recorder.add(f"{self.lane} timer {op.ident}", "in time" if late else "early")

    async def _sleep(self, op: Op) -> None:
        lane = f"{self.lane} sleeper {op.ident}"
        for step in op.body:
            delay = step.args[0] / 1e6
            start = self.loop.time()
            if step.kind == "sleep":
                await asyncio.sleep(delay)
            elif step.kind == "wait_for":
                try:
                    await asyncio.wait_for(self.loop.create_future(), delay)
                except TimeoutError:
                    self.recorder.add(lane, "timed out")
            elif step.kind == "timeout":
                try:
                    async with asyncio.timeout(delay):
                        await asyncio.Event().wait()
                except TimeoutError:
                    self.recorder.add(lane, "timed out")
            self.recorder.add(lane, step.ident, "in time" if self.loop.time() - start >= delay - 1e-6 else "early")
