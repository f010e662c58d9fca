"""The use of a loop that the programs about memory have in common."""

from __future__ import annotations

import asyncio

CALLBACKS = 1_000
MESSAGE = b"echo\n"


def use(loop: asyncio.AbstractEventLoop) -> None:
    """Run 1,000 callbacks and one TCP echo."""
    count = 0

    def callback() -> None:
        nonlocal count
        count += 1

    for _ in range(CALLBACKS):
        loop.call_soon(callback)
    loop.run_until_complete(_echo())
    if count != CALLBACKS:
        raise RuntimeError(f"callbacks run: expected {CALLBACKS}, got {count}")


async def _echo() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(MESSAGE)
    answer = await reader.readline()
    writer.close()
    server.close()
    if answer != MESSAGE:
        raise RuntimeError(f"echo: {answer!r}")
