"""A script as people write them: five tasks take 20 items from a queue, wait 50 ms for each, and encode an answer.

    python script.py MODULE FACTORY

Takes 0.2 s plus the start of Python, asyncio and the loop. Prints how many answers there are.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys

ITEMS = 20
TASKS = 5
SECONDS = 0.05


async def worker(items: asyncio.Queue[int], answers: list[str]) -> None:
    """Answer items until it is cancelled."""
    while True:
        item = await items.get()
        await asyncio.sleep(SECONDS)
        answers.append(json.dumps({"item": item, "squares": [number**2 for number in range(item)]}))
        items.task_done()


async def answer_all() -> list[str]:
    """The answers to all items."""
    items: asyncio.Queue[int] = asyncio.Queue()
    answers: list[str] = []
    for item in range(ITEMS):
        items.put_nowait(item)
    workers = [asyncio.create_task(worker(items, answers)) for _ in range(TASKS)]
    async with asyncio.timeout(10):
        await items.join()
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return answers


def main(module: str, factory: str) -> None:
    """Run on the loop, as `asyncio.run` does on asyncio's."""
    with asyncio.Runner(loop_factory=getattr(importlib.import_module(module), factory)) as runner:
        answers = runner.run(answer_all())
    print(len(set(answers)), "answers")


main(*sys.argv[1:])
