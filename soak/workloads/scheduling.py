"""Callbacks, timers and tasks: their order, their time, and that what was cancelled does not run."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING

from ..workload import PlannedError, Workload, expect

if TYPE_CHECKING:
    from random import Random

_CALLBACKS = 300
_TIMERS = 100
_TASKS = 40
_LATER = 3600.0


class Callbacks(Workload):
    """`call_soon`, `Handle.cancel`, and batches where the loop has them."""

    name = "callbacks"

    async def round(self, random: Random) -> int:
        seen: list[int] = []
        self.watched["callback"] = _note
        expected = []
        for number in range(_CALLBACKS):
            handle = self.loop.call_soon(_note, seen, number)
            if random.random() < 0.1:
                handle.cancel()
            else:
                expected.append(number)
        batch = getattr(self.loop, "call_soon_batch", None)
        if batch is not None:
            numbers = range(_CALLBACKS, 2 * _CALLBACKS)
            handles = batch((_note, seen, number) for number in numbers)
            handles[0].cancel()
            expected += numbers[1:]
        done = self.loop.create_future()
        self.loop.call_soon(done.set_result, None)
        await done
        expect(seen == expected, "callbacks ran in another order:", seen)
        return len(expected)


def _note(seen: list[int], number: int) -> None:
    seen.append(number)


class Timers(Workload):
    """`call_later` and `call_at`, a third of them cancelled, and some that lie far ahead."""

    name = "timers"

    async def round(self, random: Random) -> int:
        ran: list[float] = []
        self.watched["timer callback"] = _note_time
        timers = []
        for number in range(_TIMERS):
            delay = random.random() * 0.03
            if number % 2:
                timers.append(self.loop.call_later(delay, _note_time, ran, self.loop))
            else:
                timers.append(self.loop.call_at(self.loop.time() + delay, _note_time, ran, self.loop))
        far = [self.loop.call_later(_LATER + number, _note_time, ran, self.loop) for number in range(_TIMERS)]
        cancelled = random.sample(timers, _TIMERS // 3)
        for timer in (*cancelled, *far):
            timer.cancel()
        kept = sorted(timer.when() for timer in timers if not timer.cancelled())
        done = self.loop.create_future()
        self.loop.call_at(kept[-1] + 0.001, done.set_result, None)
        await done
        expect(len(ran) == len(kept), "timers that ran, and should have:", len(ran), len(kept))
        # They run in the order of their deadlines, and the clock has reached each by then.
        expect(all(time >= when for time, when in zip(ran, kept, strict=True)), "a timer ran early or out of turn")
        return len(kept)


def _note_time(ran: list[float], loop: asyncio.AbstractEventLoop) -> None:
    ran.append(loop.time())


_variable: contextvars.ContextVar[int] = contextvars.ContextVar("soak")


class Tasks(Workload):
    """Tasks that wait, fail and are cancelled, each with its own context."""

    name = "tasks"

    async def round(self, random: Random) -> int:
        self.watched["coroutine function"] = _child
        waiting = self.loop.create_future()
        children = [self.loop.create_task(_child(number, waiting)) for number in range(_TASKS)]
        await asyncio.sleep(0)
        cancelled = set(random.sample(range(_TASKS), _TASKS // 4))
        for number in cancelled:
            children[number].cancel(f"task {number}")
        self.loop.call_later(random.random() * 0.01, waiting.set_result, "go")
        results = await asyncio.gather(*children, return_exceptions=True)
        for number, result in enumerate(results):
            if number in cancelled:
                expect(isinstance(result, asyncio.CancelledError), "a cancelled task returned", result)
            elif number % 5 == 0:
                expect(isinstance(result, PlannedError), "a task that failed returned", result)
            else:
                expect(result == (number, "go"), "a task returned", result, number)
        del results, children
        await self._group_and_timeout()
        return _TASKS + 2

    async def _group_and_timeout(self) -> None:
        caught = None
        try:
            async with asyncio.TaskGroup() as group:
                sleeper = group.create_task(asyncio.sleep(_LATER))
                group.create_task(_fail())
        except* PlannedError as errors:
            caught = len(errors.exceptions)
        expect(caught == 1 and sleeper.cancelled(), "a task group ended with", caught, sleeper)
        before = self.loop.time()
        try:
            async with asyncio.timeout(0.002):
                await asyncio.sleep(_LATER)
        except TimeoutError:
            expect(self.loop.time() - before >= 0.002, "a timeout came early")
        else:
            expect(False, "a timeout did not come")


async def _child(number: int, waiting: asyncio.Future[str]) -> tuple[int, str]:
    _variable.set(number)
    text = await asyncio.shield(waiting)
    await asyncio.sleep(0)
    if number % 5 == 0:
        raise PlannedError
    return _variable.get(), text


async def _fail() -> None:
    await asyncio.sleep(0)
    raise PlannedError
