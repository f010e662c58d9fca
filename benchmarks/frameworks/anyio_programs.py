"""The small programs on anyio, on its asyncio backend with any loop."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
from anyio.abc import SocketAttribute, SocketStream

from benchmarks.frameworks.checks import MESSAGE, TIMER_SECONDS, expect

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


async def spawn(count: int) -> int:
    """Start tasks one after the other, each awaited before the next: with a task group, the only way to await one."""
    done = 0

    async def child() -> None:
        nonlocal done
        done += 1

    start = perf_counter_ns()
    for _ in range(count):
        async with anyio.create_task_group() as group:
            group.start_soon(child)
    elapsed = perf_counter_ns() - start
    expect("tasks", done, count)
    return elapsed


async def checkpoints(count: int) -> int:
    """Let others run, of whom there are none."""
    passed = 0
    start = perf_counter_ns()
    for _ in range(count):
        await anyio.lowlevel.checkpoint()
        passed += 1
    elapsed = perf_counter_ns() - start
    expect("checkpoints", passed, count)
    return elapsed


async def queue(count: int) -> int:
    """Messages that two tasks send each other by turns."""
    send_there, receive_there = anyio.create_memory_object_stream[int](1)
    send_back, receive_back = anyio.create_memory_object_stream[int](1)
    taken = returned = 0

    async def answer() -> None:
        nonlocal taken
        for _ in range(count // 2):
            await send_back.send(await receive_there.receive())
            taken += 1

    with send_there, receive_there, send_back, receive_back:
        start = perf_counter_ns()
        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            for number in range(count // 2):
                await send_there.send(number)
                returned += await receive_back.receive() == number
        elapsed = perf_counter_ns() - start
    expect("messages", taken + returned, count)
    return elapsed


async def timers(count: int) -> int:
    """Tasks that all sleep at the same time."""
    woken = 0

    async def sleeper() -> None:
        nonlocal woken
        await anyio.sleep(TIMER_SECONDS)
        woken += 1

    start = perf_counter_ns()
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(sleeper)
    elapsed = perf_counter_ns() - start
    expect("timers", woken, count)
    return elapsed


async def echo(count: int) -> int:
    """Requests on one connection; client and server in this process."""

    async def serve(client: SocketStream) -> None:
        async with client:
            async for data in client:
                await client.send(data)

    answered = 0
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        port = listener.extra(SocketAttribute.local_port)
        async with await anyio.connect_tcp("127.0.0.1", port) as client:
            start = perf_counter_ns()
            for _ in range(count):
                await client.send(MESSAGE)
                data = await client.receive()
                while len(data) < len(MESSAGE):
                    data += await client.receive()
                answered += data == MESSAGE
            elapsed = perf_counter_ns() - start
        group.cancel_scope.cancel()
    expect("requests answered", answered, count)
    return elapsed


PROGRAMS = {"spawn": spawn, "checkpoints": checkpoints, "queue": queue, "timers": timers, "echo": echo}


def run(program: str, count: int, factory: Callable[[], asyncio.AbstractEventLoop] | None) -> int:
    """On a new loop; nanoseconds."""
    elapsed: int = anyio.run(PROGRAMS[program], count, backend_options={"loop_factory": factory})
    return elapsed
