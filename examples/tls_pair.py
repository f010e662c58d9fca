"""A TLS server and a client that verifies it, over a certificate made for tests.

Prints the negotiated protocol, the name the certificate was made for, and the answers.
"""

import asyncio
import ssl
from pathlib import Path

CERTIFICATES = Path(__file__).parent / "certs"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every line in capitals."""
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def main() -> None:
    """Run server and client on one loop."""
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_context.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    client_context = ssl.create_default_context(cafile=str(CERTIFICATES / "localhost.crt"))

    answered = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer)
        answered.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_context)
    host, port = server.sockets[0].getsockname()
    async with server:
        reader, writer = await asyncio.open_connection(host, port, ssl=client_context, server_hostname="localhost")
        print(writer.get_extra_info("ssl_object").version())
        print(dict(entry for (entry,) in writer.get_extra_info("peercert")["subject"])["commonName"])
        for word in ("hello", "encrypted", "world"):
            writer.write(f"{word}\n".encode())
            print((await reader.readline()).decode().rstrip())
        # More than fits into the buffers on the way: both sides have to take turns.
        bulk = b"many lines at once\n" * 50_000
        writer.write(bulk)
        received = 0
        while received < len(bulk):
            received += len(await reader.read(65536))
        print(received, "bytes in bulk")
        writer.close()
        await writer.wait_closed()
        await answered.wait()


if __name__ == "__main__":
    asyncio.run(main())
