"""What the fault tests do near the end of a C stack, for programs in the processes that they start."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from data_bridge.pyloop import new_event_loop

KIB = 1024


def in_thread(size: int, function: Callable[[], Any]) -> Any:
    """Call the function in a new thread with a stack of this many KiB; 0 stands for this thread."""
    if not size:
        return function()
    outcome: list[Any] = []
    previous = threading.stack_size(size * KIB)
    thread = threading.Thread(target=lambda: outcome.append(function()))
    try:
        thread.start()
    finally:
        threading.stack_size(previous)
    thread.join()
    return outcome[0]


def name_of_error(function: Callable[[], Any]) -> str:
    """Call the function and tell which exception it raised, "none" if it returned."""
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "none"


def nest_task_factories(loop: asyncio.AbstractEventLoop) -> str:
    """From Python into Java and back at every level: a factory that makes its task by the loop that asked it."""

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **keywords: Any) -> Any:
        return loop.create_task(coro, **keywords)

    coroutine = asyncio.sleep(0)
    loop.set_task_factory(factory)
    try:
        return name_of_error(lambda: loop.create_task(coroutine))
    finally:
        loop.set_task_factory(None)
        coroutine.close()


def nest_iterations(loop: asyncio.AbstractEventLoop) -> str:
    """An iteration in a callback of an iteration and so on, as libraries that allow nested runs have it."""
    errors: list[str] = []

    def nested() -> None:
        loop.call_soon(nested)
        if not errors:
            errors.extend([name] if (name := name_of_error(loop._run_once)) != "none" else [])  # type: ignore[attr-defined]

    nested()
    # The callback at the deepest level may have failed before it could schedule the next one.
    loop.call_soon(int)
    try:
        loop._run_once()  # type: ignore[attr-defined]
    except Exception as error:
        errors.append(type(error).__name__)
    loop._ready.clear()  # type: ignore[attr-defined]
    return errors[0] if errors else "none"


def nest_in_c(depth: int) -> int:
    """Recursion through C code without Java."""
    return 0 if depth == 0 else 1 + next(map(nest_in_c, (depth - 1,)))


def works(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether callbacks, timers and tasks still work and nothing is lost."""
    numbers: list[int] = []

    async def main() -> int:
        for number in range(1000):
            loop.call_soon(numbers.append, number)
        await asyncio.sleep(0.001)
        return sum(await asyncio.gather(*(asyncio.sleep(0.0001, number) for number in range(20))))

    return loop.run_until_complete(main()) == 190 and numbers == list(range(1000))


def closing(function: Callable[[asyncio.AbstractEventLoop], Any]) -> Any:
    """Call the function with a new loop and close that."""
    loop = new_event_loop()
    try:
        return function(loop)
    finally:
        loop.close()
