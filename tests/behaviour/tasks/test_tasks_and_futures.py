"""Tasks and futures: asyncio's own C types, and the parts of asyncio that are built on them."""

import _asyncio
import asyncio
import contextvars
import gc
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_iterations

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def value(result: Any = None) -> Any:
    await asyncio.sleep(0)
    return result


def test_tasks_and_futures_are_the_c_types(loop: Loop) -> None:
    task = loop.create_task(value())
    assert type(task) is _asyncio.Task
    assert type(loop.create_future()) is _asyncio.Future
    assert task.get_loop() is loop
    loop.run_until_complete(task)


def test_futures_and_tasks_belong_to_the_loop_that_made_them(loop: Loop) -> None:
    other = type(loop)()
    try:
        for each in (loop, other, loop):
            assert each.create_future().get_loop() is each
            task = each.create_task(value(1))
            assert task.get_loop() is each
            assert each.run_until_complete(task) == 1
    finally:
        other.close()


def test_replaced_classes_make_futures_and_tasks(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Future(asyncio.Future[Any]):
        def __init__(self, **keywords: Any) -> None:
            self.keywords = keywords
            super().__init__(**keywords)
            keywords.clear()  # is ours, not the loop's

    class Task(asyncio.Task[Any]):
        pass

    monkeypatch.setattr(asyncio.futures, "Future", Future)
    monkeypatch.setattr(asyncio.tasks, "Task", Task)
    for _ in range(2):
        future = loop.create_future()
        assert type(future) is Future
        assert future.get_loop() is loop
        task = loop.create_task(value())
        assert type(task) is Task
        loop.run_until_complete(task)


@only_pyloop
@pytest.mark.parametrize("thing", [5, None, []])
def test_keywords_that_somebody_replaced_are_made_anew(loop: Any, thing: object) -> None:
    loop._keywords = thing
    assert loop.create_future().get_loop() is loop
    del loop._keywords
    assert loop.create_future().get_loop() is loop


def test_loop_that_is_closed_while_it_makes_a_future(loop: Loop) -> None:
    """Futures ask their loop whether it is in debug mode."""

    class Closing(type(loop)):  # type: ignore[misc]
        closes = False

        def get_debug(self) -> bool:
            if self.closes:
                self.closes = False
                self._keywords = None
                self.close()
            return False

    for _ in range(20):
        other = Closing()
        other.create_future()
        other.closes = True
        future = other.create_future()
        assert other.is_closed()
        assert future.get_loop() is other


def test_what_is_no_coroutine_is_refused(loop: Loop) -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match=r"^a coroutine was expected, got 5$"):
            loop.create_task(5)  # type: ignore[arg-type]
    task = loop.create_task(value(2))
    assert loop.run_until_complete(task) == 2


def test_task_has_the_given_name(loop: Loop) -> None:
    named = loop.create_task(value(), name="the name")
    unnamed = loop.create_task(value())
    assert named.get_name() == "the name"
    assert unnamed.get_name().startswith("Task-")
    loop.run_until_complete(asyncio.gather(named, unnamed))


def test_task_runs_in_the_given_context(loop: Loop) -> None:
    context = contextvars.copy_context()

    async def change() -> None:
        variable.set("changed")
        await asyncio.sleep(0)
        assert variable.get() == "changed"

    loop.run_until_complete(loop.create_task(change(), context=context))
    assert context[variable] == "changed"
    assert variable.get() == "unset"


def test_task_without_a_context_gets_a_copy(loop: Loop) -> None:
    async def change() -> None:
        variable.set("changed")

    async def main() -> str:
        await loop.create_task(change())
        return variable.get()

    assert loop.run_until_complete(main()) == "unset"


def test_tasks_take_turns(loop: Loop) -> None:
    seen: list[tuple[str, int]] = []

    async def turns(name: str) -> None:
        for number in range(3):
            seen.append((name, number))
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(turns("a"), turns("b"), turns("c"))

    loop.run_until_complete(main())
    assert seen == [(name, number) for number in range(3) for name in "abc"]


def test_done_callbacks_run_in_order_and_in_their_contexts(loop: Loop) -> None:
    future = loop.create_future()
    seen: list[tuple[int, str]] = []
    for number in range(3):
        context = contextvars.copy_context()
        context.run(variable.set, f"context {number}")
        note = partial(lambda number, _: seen.append((number, variable.get())), number)
        future.add_done_callback(note, context=context)
    future.set_result(None)
    assert seen == []
    run_iterations(loop)
    assert seen == [(0, "context 0"), (1, "context 1"), (2, "context 2")]


def test_waiter_wakes_in_the_iteration_after_the_result(loop: Loop) -> None:
    future = loop.create_future()
    seen: list[str] = []

    async def wait() -> None:
        seen.append(await future)

    task = loop.create_task(wait())
    run_iterations(loop)
    loop.call_soon(future.set_result, "result")
    run_iterations(loop)
    assert seen == []
    run_iterations(loop)
    assert seen == ["result"]
    assert task.done()


def test_cancelling_a_task(loop: Loop) -> None:
    seen: list[str] = []

    async def sleeper() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def main() -> bool:
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        task.cancel("message")
        with pytest.raises(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert loop.run_until_complete(main()) is True
    assert seen == ["cancelled"]


def test_current_task_and_all_tasks(loop: Loop) -> None:
    async def main() -> None:
        other = asyncio.create_task(value())
        current = asyncio.current_task()
        assert current is not None
        assert asyncio.all_tasks() == {current, other}
        await other
        assert asyncio.all_tasks() == {current}

    loop.run_until_complete(main())
    assert asyncio.all_tasks(loop) == set()


def test_exception_that_nobody_fetched_is_reported(loop: Loop, reported: list[dict[str, Any]]) -> None:
    async def fail() -> None:
        raise LookupError("lost")

    async def main() -> None:
        loop.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    loop.run_until_complete(main())
    (context,) = reported
    assert context["message"] == "Task exception was never retrieved"
    assert str(context["exception"]) == "lost"


def test_task_that_is_dropped_unfinished_is_reported(loop: Loop, reported: list[dict[str, Any]]) -> None:
    async def wait_for_nothing() -> None:
        await loop.create_future()

    loop.create_task(wait_for_nothing())
    run_iterations(loop)
    gc.collect()
    assert [context["message"] for context in reported] == ["Task was destroyed but it is pending!"]


def test_gather_wait_shield_and_timeouts(loop: Loop) -> None:
    async def main() -> None:
        assert await asyncio.gather(*(value(number) for number in range(100))) == list(range(100))
        done, pending = await asyncio.wait(
            [asyncio.create_task(value(1)), asyncio.create_task(asyncio.sleep(3600))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        assert [task.result() for task in done] == [1]
        for task in pending:
            task.cancel()
        assert await asyncio.shield(value("shielded")) == "shielded"
        assert await asyncio.wait_for(value("in time"), PROMPTLY) == "in time"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(3600), 0.001)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await asyncio.sleep(3600)
        async with asyncio.timeout(PROMPTLY) as scope:
            await asyncio.sleep(0)
        assert not scope.expired()
        assert [await next_ for next_ in asyncio.as_completed([value(7)])] == [7]

    loop.run_until_complete(main())


def test_task_group_waits_for_all_and_collects_errors(loop: Loop) -> None:
    async def fail() -> None:
        raise LookupError("one")

    async def failing_group() -> None:
        async with asyncio.TaskGroup() as group:
            sleepers.append(group.create_task(asyncio.sleep(3600)))
            group.create_task(fail())

    sleepers: list[asyncio.Task[None]] = []

    async def main() -> list[int]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(value(number)) for number in range(10)]
        with pytest.raises(ExceptionGroup) as caught:
            await failing_group()
        assert [str(error) for error in caught.value.exceptions] == ["one"]
        assert [sleeper.cancelled() for sleeper in sleepers] == [True]
        return [task.result() for task in tasks]

    assert loop.run_until_complete(main()) == list(range(10))


def test_locks_events_and_queues(loop: Loop) -> None:
    async def main() -> list[int]:
        queue: asyncio.Queue[int] = asyncio.Queue(maxsize=2)
        lock, event, received = asyncio.Lock(), asyncio.Event(), list[int]()

        async def produce() -> None:
            await event.wait()
            for number in range(20):
                await queue.put(number)

        async def consume() -> None:
            while len(received) < 20:
                async with lock:
                    received.append(await queue.get())

        async with asyncio.TaskGroup() as group:
            group.create_task(produce())
            group.create_task(consume())
            loop.call_later(0.001, event.set)
        return received

    assert loop.run_until_complete(main()) == list(range(20))


def test_deep_chain_of_awaiting_tasks(loop: Loop) -> None:
    async def link(depth: int) -> int:
        return 0 if depth == 0 else 1 + await asyncio.create_task(link(depth - 1))

    assert loop.run_until_complete(link(2000)) == 2000


def test_task_factory_makes_the_tasks(loop: Loop) -> None:
    made: list[dict[str, Any]] = []

    def factory(loop: Loop, coro: Coroutine[Any, Any, Any], **kwargs: Any) -> "asyncio.Task[Any]":
        made.append(kwargs)
        return asyncio.Task(coro, loop=loop, **kwargs)

    loop.set_task_factory(factory)  # type: ignore[arg-type]
    assert loop.get_task_factory() is factory
    context = contextvars.copy_context()

    async def main() -> list[str]:
        return [
            await asyncio.create_task(value("plain")),
            await loop.create_task(value("with context"), context=context),
            await loop.create_task(value("with name"), name="name"),
        ]

    assert loop.run_until_complete(main()) == ["plain", "with context", "with name"]
    assert len(made) == 4
    assert made[2]["context"] is context
    loop.set_task_factory(None)
    assert loop.get_task_factory() is None
    with pytest.raises(TypeError, match="task factory must be a callable or None"):
        loop.set_task_factory(5)  # type: ignore[arg-type]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
def test_eager_tasks_start_at_once(loop: Loop) -> None:
    seen: list[str] = []

    async def child(name: str, *, blocks: bool) -> str:
        seen.append(name)
        if blocks:
            await asyncio.sleep(0)
        return name

    async def main() -> None:
        finished = asyncio.create_task(child("finishes", blocks=False))
        seen.append("after the first")
        assert finished.done()
        waiting = loop.create_task(child("blocks", blocks=True), name="named")
        seen.append("after the second")
        assert not waiting.done()
        assert waiting.get_name() == "named"
        assert asyncio.current_task() is not waiting
        assert list(await asyncio.gather(finished, waiting)) == ["finishes", "blocks"]

    factory: Callable[..., Any] = asyncio.eager_task_factory  # type: ignore[attr-defined]
    loop.set_task_factory(factory)
    loop.run_until_complete(main())
    assert seen == ["finishes", "after the first", "blocks", "after the second"]
