"""nats-py: thousands of requests, a queue group, messages in order, large ones."""

import asyncio
import os
from typing import Any

import nats

from compat.program import run

ADDRESS = os.environ["COMPAT_NATS"]


async def main() -> None:
    server, client = await nats.connect(ADDRESS), await nats.connect(ADDRESS)

    async def answer(message: Any) -> None:
        await message.respond(message.data[::-1])

    for _ in range(2):
        await server.subscribe("reverse", queue="workers", cb=answer)
    await server.flush()
    for _ in range(500):
        assert (await client.request("reverse", b"abc", timeout=20)).data == b"cba"
    answers = await asyncio.gather(*(client.request("reverse", b"%d" % n, timeout=20) for n in range(1000)))
    print("requests", sum(int(answer.data[::-1]) for answer in answers))
    numbers: list[int] = []
    enough = asyncio.Event()

    async def note(message: Any) -> None:
        numbers.append(int(message.data[:8]))
        if len(numbers) == 5000:
            enough.set()

    await server.subscribe("numbers", cb=note)
    await server.flush()
    for number in range(5000):
        await client.publish("numbers", b"%08d" % number + bytes(200))
    await enough.wait()
    print("in order", numbers == list(range(5000)))
    large = bytes(500_000)
    print("large", (await client.request("reverse", large, timeout=20)).data == large)
    await client.drain()
    await server.drain()


if __name__ == "__main__":
    run(main)
