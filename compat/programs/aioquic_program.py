"""aioquic: a QUIC server and 20 clients with streams in both directions, over datagrams."""

import asyncio

from aioquic.asyncio import connect, serve
from aioquic.quic.configuration import QuicConfiguration

from compat.commands import free_port
from compat.program import CERTIFICATES, run


def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async def echo() -> None:
        writer.write((await reader.read())[::-1])
        writer.write_eof()

    tasks.add(asyncio.ensure_future(echo()))


tasks: set[asyncio.Future[None]] = set()


async def talk(port: int, size: int) -> bool:
    configuration = QuicConfiguration(is_client=True, server_name="localhost")
    configuration.load_verify_locations(str(CERTIFICATES / "localhost.crt"))
    async with connect("127.0.0.1", port, configuration=configuration) as client:
        data = bytes(range(256)) * size
        reader, writer = await client.create_stream()
        writer.write(data)
        writer.write_eof()
        return bool(await reader.read() == data[::-1])


async def main() -> None:
    configuration = QuicConfiguration(is_client=False)
    configuration.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    port = free_port()
    server = await serve("127.0.0.1", port, configuration=configuration, stream_handler=handle)
    print("streams", sum(await asyncio.gather(*(talk(port, 40) for _ in range(20)))))
    print("large", await talk(port, 4000))
    server.close()


if __name__ == "__main__":
    run(main)
