"""The strand `ready`, callbacks and tasks, with the operations that are waited for with `await`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fuzz.recorder import READY, text
from fuzz.strands.callbacks import ANYWHERE, FAR, Callbacks, state
from fuzz.strands.nesting import Nesting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence

    from fuzz.choices import Choices
    from fuzz.program import Op
    from fuzz.strands.nesting import Maker

IDLE_ITERATIONS = 15
MOST_ITERATIONS = 3000
# Expired or far away: what a deadline in between would do depends on the speed of the machine.
TIMEOUTS: dict[str, float | None] = {"none": None, "zero": 0, "negative": -1, "far": FAR}
_HOWS = (
    "plain", "shield", "wait_for none", "wait_for zero", "wait_for negative", "wait_for far", "timeout none",
    "timeout zero", "timeout negative", "timeout far",
)  # fmt: skip
IN_TASKS: list[Maker] = [
    (lambda g, _: g.op("sleep", g.random.choice((0, 0, 0, -1, 1e-9))), 8),
    (lambda g, _: g.op("future", g.slot(), g.random.choice(_HOWS)), 5),
    (lambda g, _: g.op("task", g.index(), g.random.choice(_HOWS)), 3),
    (lambda g, d: g.op("body", g.random.choice(_HOWS), body=g.body(d, True)), 3),
    (lambda g, _: g.op("event", g.slot()), 2),
    (lambda g, _: g.op("get", g.slot()), 2),
    (lambda g, _: g.op("put", g.slot()), 2),
    (lambda g, d: g.op("lock", g.slot(), body=g.body(d, True)), 3),
    (lambda g, _: g.op("condition", g.slot()), 1),
    (lambda g, _: g.op("notify", g.slot(), g.random.randrange(1, 3)), 1.5),
    (lambda g, d: g.op("guard", g.random.random() < 0.4, body=g.body(d, True)), 3),
    (lambda g, d: g.op("catch", body=g.body(d, True)), 3),
    (lambda g, d: g.op("finally", body=g.body(d, True)), 1.5),
    (lambda g, d: g.op("gather", g.random.random() < 0.5, body=g.children(d)), 2),
    (lambda g, d: g.op("group", body=g.children(d)), 2),
    (
        lambda g, d: g.op(
            "several",
            g.random.choice(("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED")),
            body=g.children(d, 1),
        ),
        1.5,
    ),
    (lambda g, d: g.op("as_completed", body=g.children(d, 1)), 0.5),
    (lambda g, _: g.op("generator", g.random.randrange(4), g.random.randrange(4)), 1),
    (lambda g, _: g.op("to_soon"), 1),
]
"""What makes the operations of tasks alone."""


class _OrderedSet:
    """In place of the set in a TaskGroup, which cancels its tasks in the order of their addresses."""

    def __init__(self) -> None:
        self._items: dict[Any, None] = {}

    def add(self, item: object) -> None:
        self._items[item] = None

    def discard(self, item: object) -> None:
        self._items.pop(item, None)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._items))

    def __len__(self) -> int:
        return len(self._items)


class Ready(Callbacks):
    """Adds what needs a task."""

    @staticmethod
    def generate(choices: Choices) -> Op:
        budget = int(choices.random.choice((5, 20, 60, 150)) * choices.random.uniform(0.5, 1.5))
        nesting = Nesting(choices, budget, ANYWHERE, IN_TASKS)
        ops: list[Op] = []
        while nesting.budget > 0:
            ops.append(nesting.operation(0, in_task=False))
        return choices.op("ready", body=tuple(ops))

    async def run(self, strand: Op) -> None:
        """Do the strand's operations, wait until nothing happens any more, then cancel the tasks that are left."""
        self.loop.call_soon(self.perform, strand.body)
        await self._idle()
        for _ in range(4):
            for task in list(self.tasks):
                if not task.done():
                    task.cancel("at the end")
            await self._idle()
        for task in self.tasks:
            self.recorder.add(READY, "end", task.get_name(), state(task))
        for future in self.futures:
            self.recorder.add(READY, "end", state(future))

    async def _idle(self) -> None:
        """Wait until nothing was recorded in some iterations. The wait itself takes part in the order."""
        idle = self.loop.create_future()
        seen = quiet = 0

        def tick(iterations: int) -> None:
            nonlocal seen, quiet
            count = self.recorder.count(READY)
            quiet = quiet + 1 if count == seen else 0
            seen = count
            if quiet < IDLE_ITERATIONS and iterations < MOST_ITERATIONS:
                self.loop.call_soon(tick, iterations + 1)
            elif not idle.done():
                idle.set_result(None)

        tick(0)
        await idle

    async def coroutine(self, op: Op) -> int:
        """The body of a task, with its beginning and its end recorded."""
        self.note(op, "begins")
        try:
            await self.steps(op.body)
        except BaseException as exc:
            self.note(op, "fails", text(exc))
            raise
        self.note(op, "ends")
        return op.ident

    async def steps(self, ops: Sequence[Op]) -> None:
        """Do operations in a task."""
        for op in ops:
            method = getattr(self, f"wait_{op.kind}", None)
            if method is not None:
                await method(op, *op.args)
            else:
                self.perform((op,))

    async def wait_sleep(self, op: Op, delay: float) -> None:
        self.note(op, await asyncio.sleep(delay, op.ident))

    async def wait_future(self, op: Op, index: int, how: str) -> None:
        await self._wait(op, self.futures[index], how)

    async def wait_task(self, op: Op, index: int, how: str) -> None:
        if self.tasks:
            await self._wait(op, self.tasks[index % len(self.tasks)], how)

    async def wait_body(self, op: Op, how: str) -> None:
        await self._wait(op, self.coroutine(op), how)

    async def _wait(self, op: Op, awaitable: Awaitable[Any], how: str) -> None:
        way, _, timeout = how.partition(" ")
        if way == "shield":
            if asyncio.iscoroutine(awaitable):
                awaitable = self.loop.create_task(awaitable)
            awaitable = asyncio.shield(awaitable)
        elif way == "wait_for":
            awaitable = asyncio.wait_for(awaitable, TIMEOUTS[timeout])
        if way == "timeout":
            async with asyncio.timeout(TIMEOUTS[timeout]) as scope:
                try:
                    result = await awaitable
                finally:
                    self.note(op, "expired", scope.expired())
        else:
            result = await awaitable
        self.note(op, "got", result)

    async def wait_event(self, op: Op, index: int) -> None:
        self.note(op, await self.events[index].wait())

    async def wait_get(self, op: Op, index: int) -> None:
        self.note(op, await self.queues[index].get())

    async def wait_put(self, op: Op, index: int) -> None:
        await self.queues[index].put(op.ident)
        self.note(op, "put")

    async def wait_lock(self, op: Op, index: int) -> None:
        async with self.locks[index]:
            self.note(op, "locked")
            await self.steps(op.body)
        self.note(op, "released")

    async def wait_condition(self, op: Op, index: int) -> None:
        async with self.conditions[index]:
            self.note(op, "locked")
            await self.conditions[index].wait()
            self.note(op, "notified")

    async def wait_notify(self, op: Op, index: int, count: int) -> None:
        async with self.conditions[index]:
            self.conditions[index].notify(count)
        self.note(op, "done")

    async def wait_guard(self, op: Op, swallow: bool) -> None:
        try:
            await self.steps(op.body)
        except asyncio.CancelledError as exc:
            self.note(op, text(exc))
            if not swallow:
                raise
            task = asyncio.current_task()
            assert task is not None
            self.note(op, task.uncancel())

    async def wait_catch(self, op: Op) -> None:
        try:
            await self.steps(op.body)
        except Exception as exc:
            self.note(op, text(exc))

    async def wait_finally(self, op: Op) -> None:
        try:
            await self.steps(op.body)
        finally:
            await asyncio.sleep(0)
            self.note(op, "cleaned up")

    async def wait_gather(self, op: Op, return_exceptions: bool) -> None:
        children = [self.start(child) for child in op.body]
        results = await asyncio.gather(*children, return_exceptions=return_exceptions)
        self.note(op, [text(value) if isinstance(value, BaseException) else value for value in results])

    async def wait_group(self, op: Op) -> None:
        group = asyncio.TaskGroup()
        group._tasks = _OrderedSet()  # type: ignore[assignment]
        async with group:
            for child in op.body:
                self.tasks.append(group.create_task(self.coroutine(child), name=f"task {child.ident}"))
        self.note(op, "left")

    async def wait_several(self, op: Op, return_when: str) -> None:
        children = [self.start(child) for child in op.body]
        if children:
            done, pending = await asyncio.wait(children, return_when=return_when)
            self.note(op, sorted(task.get_name() for task in done), len(pending))
            self.note(op, [state(task) for task in children])

    async def wait_as_completed(self, op: Op) -> None:
        # A set again: the order of those that are done already follows addresses, so one alone may be.
        children = [self.start(child) for child in op.body[:1]]
        for future in asyncio.as_completed(children, timeout=FAR):
            self.note(op, await future)

    async def wait_generator(self, op: Op, count: int, take: int) -> None:
        async def generator() -> AsyncIterator[int]:
            try:
                for number in range(count):
                    await asyncio.sleep(0)
                    yield number
            finally:
                self.note(op, "generator ends")

        async for number in generator():
            self.note(op, number)
            if number == take:
                break

    @staticmethod
    def _complete(future: asyncio.Future[int], result: int) -> None:
        if not future.done():
            future.set_result(result)

    async def wait_to_soon(self, op: Op) -> None:
        """A future that a callback completes: what awaiting I/O looks like from inside."""
        future = self.loop.create_future()
        self.loop.call_soon(self._complete, future, op.ident)
        self.note(op, await future)
