"""Measures what one handle, timer or task holds.

    python objects.py MODULE FACTORY handle|timer|task NUMBER

`handle` is a callback of `call_soon` that has not run, `timer` one of `call_later`, `task` a coroutine that waits for a
future of its own, with that future. The program keeps all of them. Prints [resident bytes, Python's blocks] of each.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from typing import TYPE_CHECKING

from process_memory import resident

if TYPE_CHECKING:
    from collections.abc import Callable

WARM_UP = 1_000


def main(module: str, factory: str, kind: str, number: str) -> None:
    """Measure and print."""
    loop = getattr(importlib.import_module(module), factory)()
    make = MAKERS[kind]
    loop.run_until_complete(hold(WARM_UP, make))
    print(loop.run_until_complete(hold(int(number), make)))
    loop.close()


async def hold(number: int, make: Callable[[asyncio.AbstractEventLoop], object]) -> list[float]:
    """Make so many, measure what that has added, and let go of them."""
    loop = asyncio.get_running_loop()
    held: list[object] = [None] * number
    gc.collect()
    before = resident(), sys.getallocatedblocks()
    for index in range(number):
        held[index] = make(loop)
    if isinstance(held[0], asyncio.Task):
        await asyncio.sleep(0)  # each has come to its future
    gc.collect()
    after = resident(), sys.getallocatedblocks()
    for one in held:
        one.cancel()  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    return [(now - then) / number for now, then in zip(after, before, strict=True)]


def callback() -> None:
    """It never runs: all are cancelled."""
    raise AssertionError("a cancelled callback ran")


async def wait(loop: asyncio.AbstractEventLoop) -> None:
    """What a task does."""
    await loop.create_future()


MAKERS: dict[str, Callable[[asyncio.AbstractEventLoop], object]] = {
    "handle": lambda loop: loop.call_soon(callback),
    "timer": lambda loop: loop.call_later(1_000, callback),
    "task": lambda loop: loop.create_task(wait(loop)),
}

main(*sys.argv[1:])
