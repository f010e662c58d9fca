"""The small programs on curio."""

from __future__ import annotations

from time import perf_counter_ns

import curio
from curio import socket

from benchmarks.frameworks.checks import MESSAGE, TIMER_SECONDS, expect


async def spawn(count: int) -> int:
    """Start tasks one after the other, each awaited before the next."""
    done = 0

    async def child() -> None:
        nonlocal done
        done += 1

    start = perf_counter_ns()
    for _ in range(count):
        task = await curio.spawn(child)
        await task.join()
    elapsed = perf_counter_ns() - start
    expect("tasks", done, count)
    return elapsed


async def checkpoints(count: int) -> int:
    """Let others run, of whom there are none."""
    passed = 0
    start = perf_counter_ns()
    for _ in range(count):
        await curio.sleep(0)
        passed += 1
    elapsed = perf_counter_ns() - start
    expect("checkpoints", passed, count)
    return elapsed


async def queue(count: int) -> int:
    """Messages that two tasks send each other by turns."""
    there = curio.Queue(1)
    back = curio.Queue(1)
    taken = returned = 0

    async def answer() -> None:
        nonlocal taken
        for _ in range(count // 2):
            await back.put(await there.get())
            taken += 1

    start = perf_counter_ns()
    task = await curio.spawn(answer)
    for number in range(count // 2):
        await there.put(number)
        returned += await back.get() == number
    await task.join()
    elapsed = perf_counter_ns() - start
    expect("messages", taken + returned, count)
    return elapsed


async def timers(count: int) -> int:
    """Tasks that all sleep at the same time."""
    woken = 0

    async def sleeper() -> None:
        nonlocal woken
        await curio.sleep(TIMER_SECONDS)
        woken += 1

    start = perf_counter_ns()
    async with curio.TaskGroup() as group:
        for _ in range(count):
            await group.spawn(sleeper)
    elapsed = perf_counter_ns() - start
    expect("timers", woken, count)
    return elapsed


async def echo(count: int) -> int:
    """Requests on one connection; client and server in this process."""

    async def serve(client: socket.socket, _address: tuple[str, int]) -> None:
        while data := await client.recv(65536):
            await client.sendall(data)

    listener = curio.tcp_server_socket("127.0.0.1", 0)
    server = await curio.spawn(curio.network.run_server, listener, serve)
    client = await curio.open_connection(*listener.getsockname())
    answered = 0
    start = perf_counter_ns()
    for _ in range(count):
        await client.sendall(MESSAGE)
        data = await client.recv(65536)
        while len(data) < len(MESSAGE):
            data += await client.recv(65536)
        answered += data == MESSAGE
    elapsed = perf_counter_ns() - start
    await client.close()
    await server.cancel()
    expect("requests answered", answered, count)
    return elapsed


PROGRAMS = {"spawn": spawn, "checkpoints": checkpoints, "queue": queue, "timers": timers, "echo": echo}


def run(program: str, count: int, _factory: None) -> int:
    """In nanoseconds."""
    elapsed: int = curio.run(PROGRAMS[program], count)
    return elapsed
