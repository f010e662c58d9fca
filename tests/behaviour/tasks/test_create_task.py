"""create_task() and task factories: what they are given, to the letter of the running asyncio."""

import asyncio
import contextvars
import inspect
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from support.loop_kinds import Loop

takes_keywords = any(
    parameter.kind is parameter.VAR_KEYWORD
    for parameter in inspect.signature(asyncio.BaseEventLoop.create_task).parameters.values()
)


async def value(result: Any = None) -> Any:
    await asyncio.sleep(0)
    return result


def test_unknown_options_of_create_task(loop: Loop) -> None:
    """They are handed to the task where the running asyncio does so, and refused where it refuses them."""
    ran: list[str] = []

    async def child() -> str:
        ran.append("started")
        await asyncio.sleep(0)
        return "result"

    async def main() -> str:
        options: dict[str, Any] = {"name": "eager", "eager_start": True}
        coroutine = child()
        if not takes_keywords:
            with pytest.raises(TypeError, match="eager_start"):
                loop.create_task(coroutine, **options)
            return await coroutine
        task = loop.create_task(coroutine, **options)
        assert ran == ["started"]
        assert task.get_name() == "eager"
        with pytest.raises(TypeError):
            loop.create_task(value(), no_such_option=1)  # type: ignore[call-arg]
        return await task

    if takes_keywords:
        # The coroutine of the refused task is never awaited, on any loop.
        with pytest.warns(RuntimeWarning, match="never awaited"):
            assert loop.run_until_complete(main()) == "result"
    else:
        assert loop.run_until_complete(main()) == "result"


def test_coroutine_for_a_closed_loop_is_closed(loop: Loop) -> None:
    """It would warn that it was never awaited, which is not the caller's fault."""
    loop.close()
    coroutine = value()
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        asyncio.ensure_future(coroutine, loop=loop)
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_name_of_a_task_whose_factory_knows_no_names(loop: Loop) -> None:
    """Up to Python 3.13.2 the loop itself gives the name; then the factory must take it."""
    if takes_keywords:
        pytest.skip("a task factory is given the name on this Python, so it must accept one")
    loop.set_task_factory(lambda own, coro: asyncio.Task(coro, loop=own))
    task = loop.create_task(value("result"), name="a name")
    assert task.get_name() == "a name"
    assert loop.run_until_complete(task) == "result"


def factory_calls(loop: Loop) -> list[Any]:
    """What a task factory is called with, and what is done to the task it returns, for all forms of create_task()."""
    calls: list[Any] = []

    class Task(asyncio.Task[Any]):
        def set_name(self, name: object) -> None:
            calls.append(("set_name", name))
            super().set_name(name)

    def factory(own: Loop, coro: Coroutine[Any, Any, Any], /, *args: Any, **kwargs: Any) -> Task:
        calls.append((own is loop, args, sorted(kwargs)))
        return Task(coro, loop=own, **kwargs)

    async def main() -> None:
        context = contextvars.copy_context()
        for options in ({}, {"name": None}, {"name": "a name"}, {"context": None}, {"context": context}):
            calls.append(options if "context" not in options else "context")
            await loop.create_task(value(), **options)
            await asyncio.create_task(value(), **options)
        if takes_keywords:
            await loop.create_task(value(), eager_start=False)  # type: ignore[call-arg]

    loop.set_task_factory(factory)  # type: ignore[arg-type]
    loop.run_until_complete(main())
    loop.set_task_factory(None)
    return calls


def test_task_factory_is_called_as_by_asyncio(loop: Loop) -> None:
    stock = asyncio.SelectorEventLoop()
    expected = factory_calls(stock)
    stock.close()
    assert factory_calls(loop) == expected
    # run_until_complete() and two tasks for each of five sets of options.
    assert sum(isinstance(call, tuple) and call[0] is True for call in expected) >= 11


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
def test_eager_tasks_of_every_kind(loop: Loop) -> None:
    """Eager in create_task(), in a task group and in gather(); with a name, a context, and an exception."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
    factory: Callable[..., Any] = asyncio.eager_task_factory  # type: ignore[attr-defined]
    loop.set_task_factory(factory)
    assert loop.get_task_factory() is factory

    async def at_once(text: str) -> str:
        variable.set(text)
        return text

    async def failing() -> None:
        raise LookupError("at once")

    async def main() -> None:
        context = contextvars.copy_context()
        task = loop.create_task(at_once("in a context"), name="named", context=context)
        assert (task.done(), task.result(), task.get_name()) == (True, "in a context", "named")
        assert context[variable] == "in a context"
        assert variable.get() == "unset"
        failed = asyncio.create_task(failing())
        assert failed.done()
        with pytest.raises(LookupError, match="at once"):
            await failed
        async with asyncio.TaskGroup() as group:
            grouped = group.create_task(at_once("grouped"))
            assert grouped.done()
        gathered = asyncio.gather(at_once("a"), at_once("b"))
        assert list(await gathered) == ["a", "b"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    loop.run_until_complete(main())
