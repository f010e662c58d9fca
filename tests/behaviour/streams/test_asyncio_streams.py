"""TCP, Unix and TLS connections: streams, protocols and servers."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest

from support.loop_kinds import Loop, run_and_finish
from support.project import CERTIFICATES

BULK = bytes(range(256)) * 8000


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    """Send data to an echo server and read it back, both at once."""

    async def send() -> None:
        for start in range(0, len(data), 100_000):
            writer.write(data[start : start + 100_000])
            await writer.drain()

    _, received = await asyncio.gather(send(), reader.readexactly(len(data)))
    writer.close()
    await writer.wait_closed()
    return received


def test_echo_over_tcp(loop: Loop) -> None:
    async def main() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            address = server.sockets[0].getsockname()
            clients = [await asyncio.open_connection(*address) for _ in range(10)]
            results = await asyncio.gather(*(exchange(*client, BULK) for client in clients))
        assert results == [BULK] * 10

    run_and_finish(loop, main())


def test_echo_over_ipv6_if_there_is_any(loop: Loop) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")

    async def main() -> None:
        async with await asyncio.start_server(echo, "::1", 0) as server:
            address = server.sockets[0].getsockname()[:2]
            assert await exchange(*await asyncio.open_connection(*address), b"six") == b"six"

    run_and_finish(loop, main())


def test_echo_over_unix_sockets(loop: Loop, tmp_path: Path) -> None:
    path = tmp_path / "socket"

    async def main() -> None:
        async with await asyncio.start_unix_server(echo, path):
            reader, writer = await asyncio.open_unix_connection(path)
            assert await exchange(reader, writer, BULK) == BULK

    run_and_finish(loop, main())


def tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    return server, ssl.create_default_context(cafile=str(CERTIFICATES / "localhost.crt"))


def test_echo_over_tls(loop: Loop) -> None:
    server_context, client_context = tls_contexts()

    async def main() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_context) as server:
            address = server.sockets[0].getsockname()
            reader, writer = await asyncio.open_connection(*address, ssl=client_context, server_hostname="localhost")
            assert writer.get_extra_info("cipher") is not None
            assert await exchange(reader, writer, BULK) == BULK

    run_and_finish(loop, main())


def test_tls_client_refuses_a_certificate_it_does_not_trust(loop: Loop) -> None:
    server_context, _ = tls_contexts()
    loop.set_exception_handler(lambda _loop, _context: None)

    async def main() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_context) as server:
            address = server.sockets[0].getsockname()
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.open_connection(*address, ssl=ssl.create_default_context(), server_hostname="localhost")
            # The server side ends its half of the failed handshake.
            await asyncio.sleep(0.05)

    run_and_finish(loop, main())


def test_connection_is_upgraded_to_tls(loop: Loop) -> None:
    server_context, client_context = tls_contexts()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"STARTTLS\n"
        writer.write(b"GO\n")
        await writer.start_tls(server_context)
        await echo(reader, writer)

    async def main() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"STARTTLS\n")
            assert await reader.readline() == b"GO\n"
            await writer.start_tls(client_context, server_hostname="localhost")
            assert await exchange(reader, writer, b"secret" * 1000) == b"secret" * 1000

    run_and_finish(loop, main())


class Events(asyncio.Protocol):
    """Notes the callbacks of a transport."""

    def __init__(self, closed: "asyncio.Future[None]") -> None:
        self.events: list[str] = []
        self.data = b""
        self.closed = closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.events.append("made")

    def data_received(self, data: bytes) -> None:
        self.data += data

    def eof_received(self) -> bool:
        self.events.append("eof")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.events.append(f"lost {exc}")
        self.closed.set_result(None)


def test_protocol_callbacks_come_in_order(loop: Loop) -> None:
    async def main() -> None:
        protocols: list[Events] = []

        def factory() -> Events:
            protocols.append(Events(loop.create_future()))
            return protocols[-1]

        server = await loop.create_server(factory, "127.0.0.1", 0)
        transport, client = await loop.create_connection(factory, *server.sockets[0].getsockname())
        assert isinstance(server, asyncio.AbstractServer)
        assert transport.get_extra_info("socket").family == socket.AF_INET
        transport.write(b"one ")
        transport.writelines([b"two ", b"three"])
        transport.write_eof()
        await asyncio.gather(*(protocol.closed for protocol in (client, *protocols)))
        server.close()
        await server.wait_closed()
        (served,) = [protocol for protocol in protocols if protocol is not client]
        assert served.data == b"one two three"
        assert served.events == ["made", "eof", "lost None"]
        assert client.events == ["made", "eof", "lost None"]

    run_and_finish(loop, main())


def test_reading_can_be_paused(loop: Loop) -> None:
    async def main() -> None:
        left, right = socket.socketpair()
        with right:
            transport, protocol = await loop.create_connection(lambda: Events(loop.create_future()), sock=left)
            transport.pause_reading()
            right.send(b"data")
            await asyncio.sleep(0.02)
            assert protocol.data == b""
            transport.resume_reading()
            while not protocol.data:
                await asyncio.sleep(0)
            assert protocol.data == b"data"
            transport.close()
            await protocol.closed

    run_and_finish(loop, main())


def test_refused_connection_raises(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*unused.getsockname())

    run_and_finish(loop, main())


def test_low_level_socket_methods(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket() as listener, socket.socket() as client:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listener.setblocking(False)
            client.setblocking(False)
            accepting = asyncio.create_task(loop.sock_accept(listener))
            await loop.sock_connect(client, listener.getsockname())
            served, _ = await accepting
            with served:
                receiving = asyncio.create_task(loop.sock_recv(client, 100))
                await asyncio.sleep(0)
                await loop.sock_sendall(served, b"later")
                assert await receiving == b"later"
                sending = asyncio.create_task(loop.sock_sendall(client, BULK))
                buffer, received = bytearray(65536), bytearray()
                while len(received) < len(BULK):
                    received += buffer[: await loop.sock_recv_into(served, buffer)]
                await sending
                assert received == BULK

    run_and_finish(loop, main())


def test_file_is_sent(loop: Loop, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(BULK)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with path.open("rb") as file:
            assert await loop.sendfile(writer.transport, file) == len(BULK)
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            assert await reader.read() == BULK
            writer.close()
            await writer.wait_closed()

    run_and_finish(loop, main())
