"""The small programs on asyncio, for any of its loops."""

from __future__ import annotations

import asyncio
from time import perf_counter_ns
from typing import TYPE_CHECKING

from benchmarks.frameworks.checks import MESSAGE, TIMER_SECONDS, expect

if TYPE_CHECKING:
    from collections.abc import Callable


async def spawn(count: int) -> int:
    """Start tasks one after the other, each awaited before the next."""
    done = 0

    async def child() -> None:
        nonlocal done
        done += 1

    start = perf_counter_ns()
    for _ in range(count):
        await asyncio.create_task(child())
    elapsed = perf_counter_ns() - start
    expect("tasks", done, count)
    return elapsed


async def checkpoints(count: int) -> int:
    """Let others run, of whom there are none."""
    passed = 0
    start = perf_counter_ns()
    for _ in range(count):
        await asyncio.sleep(0)
        passed += 1
    elapsed = perf_counter_ns() - start
    expect("checkpoints", passed, count)
    return elapsed


async def queue(count: int) -> int:
    """Messages that two tasks send each other by turns."""
    there: asyncio.Queue[int] = asyncio.Queue(1)
    back: asyncio.Queue[int] = asyncio.Queue(1)
    taken = returned = 0

    async def answer() -> None:
        nonlocal taken
        for _ in range(count // 2):
            await back.put(await there.get())
            taken += 1

    start = perf_counter_ns()
    task = asyncio.create_task(answer())
    for number in range(count // 2):
        await there.put(number)
        returned += await back.get() == number
    await task
    elapsed = perf_counter_ns() - start
    expect("messages", taken + returned, count)
    return elapsed


async def timers(count: int) -> int:
    """Tasks that all sleep at the same time."""
    woken = 0

    async def sleeper() -> None:
        nonlocal woken
        await asyncio.sleep(TIMER_SECONDS)
        woken += 1

    start = perf_counter_ns()
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(sleeper())
    elapsed = perf_counter_ns() - start
    expect("timers", woken, count)
    return elapsed


async def echo(count: int) -> int:
    """Requests on one connection; client and server in this process."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    answered = 0
    start = perf_counter_ns()
    for _ in range(count):
        writer.write(MESSAGE)
        await writer.drain()
        answered += await reader.readexactly(len(MESSAGE)) == MESSAGE
    elapsed = perf_counter_ns() - start
    writer.close()
    await writer.wait_closed()
    server.close()
    expect("requests answered", answered, count)
    return elapsed


PROGRAMS = {"spawn": spawn, "checkpoints": checkpoints, "queue": queue, "timers": timers, "echo": echo}


def run(program: str, count: int, factory: Callable[[], asyncio.AbstractEventLoop] | None) -> int:
    """On a new loop; nanoseconds."""
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(PROGRAMS[program](count))
