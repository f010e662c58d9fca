"""TLS connections that are all open at the same time; prints the memory of the process at some moments of three rounds.

Arguments: the kind of loop, the number of connections, and the bytes that each writes at once. Both ends are in this
process.
"""

import asyncio
import gc
import json
import socket
import sys
from typing import Any

from support.chosen_loop import new_event_loop
from support.peers.tls import client_context, server_context
from support.process_figures import resident_bytes

SERVER, CLIENT = server_context(), client_context()
COUNT, SIZE = map(int, sys.argv[2:4])


class End(asyncio.Protocol):
    """Counts what it gets."""

    transport: asyncio.Transport
    received = 0
    lost = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += len(data)

    def connection_lost(self, exc: Exception | None) -> None:
        assert exc is None
        End.lost += 1


async def connect() -> list[End]:
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    (_, served), (_, client) = await asyncio.gather(
        loop.connect_accepted_socket(End, left, ssl=SERVER),
        loop.create_connection(End, sock=right, ssl=CLIENT, server_hostname="localhost"),
    )
    return [served, client]


async def exchange(pairs: list[list[End]], size: int) -> None:
    """Each client writes that much at once; a few at the same time."""
    data = bytes(size)
    for start in range(0, len(pairs), 5):
        some = pairs[start : start + 5]
        expected = [served.received + size for served, _ in some]
        for _, client in some:
            client.transport.write(data)
        while any(served.received < count for (served, _), count in zip(some, expected, strict=True)):
            await asyncio.sleep(0.0005)


async def round_of(count: int, size: int) -> dict[str, int]:
    pairs, before = [], resident_bytes()
    for _ in range(count):
        pairs.append(await connect())  # noqa: PERF401 - one after the other
    await exchange(pairs, 100)
    gc.collect()
    held = resident_bytes()
    await exchange(pairs, size)
    gc.collect()
    after_writes = resident_bytes()
    End.lost = 0
    for _, client in pairs:
        client.transport.close()
    while End.lost < 2 * count:
        await asyncio.sleep(0.001)
    pairs.clear()
    await asyncio.sleep(0.01)
    gc.collect()
    return {"before": before, "held": held, "held after writes": after_writes, "kept": resident_bytes()}


def main() -> None:
    loop: Any = new_event_loop()
    report = [loop.run_until_complete(asyncio.wait_for(round_of(COUNT, SIZE), 300)) for _ in range(3)]
    loop.close()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
