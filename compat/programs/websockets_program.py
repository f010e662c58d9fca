"""websockets: its server and its client, 100 connections, large messages, compression, TLS."""

import asyncio

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from compat.program import client_context, run, server_context


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def talk(address: str, number: int, **options: object) -> int:
    async with connect(address, **options) as connection:
        for turn in range(20):
            await connection.send(f"{number * turn}")
        return sum([int(await connection.recv()) for _ in range(20)])


async def main() -> None:
    for server_tls, client_tls in ((None, None), (server_context(), client_context())):
        async with serve(echo, "localhost", 0, ssl=server_tls, max_size=1 << 26) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            address = f"ws{'s' if server_tls else ''}://localhost:{port}"
            sums = await asyncio.gather(*(talk(address, number, ssl=client_tls) for number in range(100)))
            print("connections", sum(sums))
            async with connect(address, ssl=client_tls, max_size=1 << 26) as connection:
                large = bytes(range(256)) * 20_000
                await connection.send(large)
                print("large", await connection.recv() == large)
                await (await connection.ping())
                print("pong")


if __name__ == "__main__":
    run(main)
