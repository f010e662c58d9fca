"""The small programs on trio."""

from __future__ import annotations

from functools import partial
from time import perf_counter_ns

import trio
import trio.testing

from benchmarks.frameworks.checks import MESSAGE, TIMER_SECONDS, expect


async def spawn(count: int) -> int:
    """Start tasks one after the other, each awaited before the next: with a nursery, the only way to await one."""
    done = 0

    async def child() -> None:
        nonlocal done
        done += 1

    start = perf_counter_ns()
    for _ in range(count):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)
    elapsed = perf_counter_ns() - start
    expect("tasks", done, count)
    return elapsed


async def checkpoints(count: int) -> int:
    """Let others run, of whom there are none."""
    passed = 0
    start = perf_counter_ns()
    for _ in range(count):
        await trio.lowlevel.checkpoint()
        passed += 1
    elapsed = perf_counter_ns() - start
    expect("checkpoints", passed, count)
    return elapsed


async def queue(count: int) -> int:
    """Messages that two tasks send each other by turns."""
    send_there, receive_there = trio.open_memory_channel[int](1)
    send_back, receive_back = trio.open_memory_channel[int](1)
    taken = returned = 0

    async def answer() -> None:
        nonlocal taken
        for _ in range(count // 2):
            await send_back.send(await receive_there.receive())
            taken += 1

    start = perf_counter_ns()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(answer)
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
        await trio.sleep(TIMER_SECONDS)
        woken += 1

    start = perf_counter_ns()
    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(sleeper)
    elapsed = perf_counter_ns() - start
    expect("timers", woken, count)
    return elapsed


async def echo(count: int) -> int:
    """Requests on one connection; client and server in this process."""

    async def serve(client: trio.SocketStream) -> None:
        async for data in client:
            await client.send_all(data)

    answered = 0
    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        client = await trio.testing.open_stream_to_socket_listener(listener)
        start = perf_counter_ns()
        for _ in range(count):
            await client.send_all(MESSAGE)
            data = await client.receive_some()
            while len(data) < len(MESSAGE):
                data += await client.receive_some()
            answered += data == MESSAGE
        elapsed = perf_counter_ns() - start
        await client.aclose()
        nursery.cancel_scope.cancel()
    expect("requests answered", answered, count)
    return elapsed


PROGRAMS = {"spawn": spawn, "checkpoints": checkpoints, "queue": queue, "timers": timers, "echo": echo}


def run(program: str, count: int, _factory: None) -> int:
    """In nanoseconds."""
    elapsed: int = trio.run(PROGRAMS[program], count)
    return elapsed
