"""The parent's loop in a forked child."""

import asyncio
import gc
import os
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

from behaviour.forks.programs.children import in_child, only_expected_warnings
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

loop = new_event_loop()


def outcome(use: Callable[[], Any]) -> str:
    """What a use returns or raises, without what differs by kind of loop."""
    try:
        result = use()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return type(result).__name__ if isinstance(result, (asyncio.Future, asyncio.Handle)) else repr(result)


def uses() -> dict[str, Callable[[], Any]]:
    """Most methods of a loop, and functions that ask for the running one."""

    async def nothing() -> None:
        pass

    coroutine = nothing()
    return {
        "call_soon": lambda: loop.call_soon(int),
        "call_soon_threadsafe": lambda: loop.call_soon_threadsafe(int),
        "call_later": lambda: loop.call_later(60, int),
        "call_at": lambda: loop.call_at(60, int),
        "create_future": loop.create_future,
        "run_forever": loop.run_forever,
        "run_until_complete": lambda: loop.run_until_complete(loop.create_future()),
        "run in a runner": lambda: asyncio.Runner(loop_factory=lambda: loop).run(coroutine),
        "close": loop.close,
        "stop": loop.stop,
        "is_running": loop.is_running,
        "is_closed": loop.is_closed,
        "time": lambda: loop.time() > 0,
        "get_debug": loop.get_debug,
        "default executor": lambda: loop.set_default_executor(None),  # type: ignore[arg-type]
        "running loop": asyncio.get_running_loop,
        "current task": asyncio.current_task,
        "all tasks": lambda: len(asyncio.all_tasks(loop)),
        "sleep outside of a task": lambda: asyncio.sleep(0, "x").send(None),
    }


def every_use(place: str) -> None:
    """Print its outcome in a child that is forked by a callback, a task, by neither, or by another thread."""
    found = uses()
    warnings.simplefilter("ignore")
    if place == "no callback":
        found = {name: use for name, use in found.items() if not name.startswith("run")}

    def child() -> int:
        for name, use in found.items():
            print(name, "->", outcome(use))
        return 0

    async def task() -> None:
        print(in_child(child))

    def fork_and_stop() -> None:
        print(in_child(child))
        loop.call_soon_threadsafe(loop.stop)

    if place == "a callback":
        loop.call_soon(lambda: print(in_child(child)))
        loop.call_soon(loop.stop)
        loop.run_forever()
    elif place == "a task":
        loop.run_until_complete(task())
    elif place == "no callback":
        print(in_child(child))
    else:
        thread = threading.Thread(target=fork_and_stop)
        loop.call_soon(thread.start)
        loop.run_forever()


def stopped_loop_goes_on() -> None:
    """In a child, and then in the parent."""
    seen: list[str] = []
    loop.call_later(0.01, seen.append, "timer")
    loop.call_soon(seen.append, "callback")

    async def wait_for_timer() -> list[str]:
        while len(seen) < 2:
            await asyncio.sleep(0.001)
        return seen

    def use() -> int:
        print(loop.run_until_complete(wait_for_timer()))
        return 0

    print(in_child(use))
    use()
    loop.close()


def dropped_objects() -> None:
    """Five children drop the loop with many handles."""
    objects: list[object] = [loop.call_soon(int) for _ in range(10_000)]
    objects += [loop.call_later(3600, int) for _ in range(10_000)]

    def child() -> int:
        global loop
        objects.clear()
        del loop
        gc.collect()
        return 0

    print([in_child(child) for _ in range(5)])
    loop.close()


def left_in_silence(ending: str) -> None:
    """A child leaves with the loop open."""
    global loop
    loop.call_later(60, print)
    pid = os.fork()
    if pid == 0:
        if ending == "sys.exit":
            sys.exit(0)
        elif ending == "del loop":
            del loop
        elif ending == "collection":
            del loop
            gc.collect()
    else:
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        loop.close()


if __name__ == "__main__":
    only_expected_warnings()
    run_scenario(globals(), sys.argv[2:])
