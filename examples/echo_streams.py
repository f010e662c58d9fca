"""An echo server and its clients, with asyncio's streams.

Prints how many lines came back unchanged.
"""

import asyncio

CLIENTS = 20
LINES_PER_CLIENT = 50


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send every line back until the client closes its side."""
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def talk(host: str, port: int, client: int) -> int:
    """Send lines one by one and count those that come back."""
    reader, writer = await asyncio.open_connection(host, port)
    echoed = 0
    for number in range(LINES_PER_CLIENT):
        line = f"client {client}, line {number}\n".encode()
        writer.write(line)
        await writer.drain()
        echoed += await reader.readline() == line
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    return echoed


async def main() -> None:
    """Serve on a free port, let all clients talk at once, and sum up."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        echoed = await asyncio.gather(*(talk(host, port, client) for client in range(CLIENTS)))
    print(f"{CLIENTS} clients, {sum(echoed)} of {CLIENTS * LINES_PER_CLIENT} lines echoed")


if __name__ == "__main__":
    asyncio.run(main())
