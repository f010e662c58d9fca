"""Measures the first requests of a process that is server and client: streams over TCP, a line there and back.

    python first_requests.py MODULE FACTORY REQUESTS CONNECTIONS

The requests are divided evenly among connections that are made one after the other. Prints [nanoseconds]; importing,
making the loop and starting the server are not counted.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from time import perf_counter_ns

LINE = b"x" * 99 + b"\n"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each line with itself."""
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def exchange(host: str, port: int, requests: int) -> int:
    """Make one connection; return how many lines came back."""
    reader, writer = await asyncio.open_connection(host, port)
    answered = 0
    for _ in range(requests):
        writer.write(LINE)
        answered += await reader.readline() == LINE
    writer.close()
    await writer.wait_closed()
    return answered


async def measure(requests: int, connections: int) -> None:
    """Measure, check and print."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    start = perf_counter_ns()
    answered = 0
    for _ in range(connections):
        answered += await exchange(host, port, requests // connections)
    elapsed = perf_counter_ns() - start
    server.close()
    if answered != requests:
        sys.exit(f"requests answered: expected {requests}, got {answered}")
    print([elapsed])


def main(module: str, factory: str, requests: str, connections: str) -> None:
    """Run the measurement on a new loop."""
    loop = getattr(importlib.import_module(module), factory)()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(measure(int(requests), int(connections)))
    loop.close()


main(*sys.argv[1:])
