"""TLS connections that work: data, flow control, what a transport says about itself, and orderly ends."""

import asyncio
import ssl
from typing import Any

import pytest

from support.loop_kinds import Loop, run_and_finish
from support.peers.tls import TlsEcho, TlsRecorder, client_context, close, connected, server_context, until

MEBIBYTE = bytes(range(256)) * 4096
VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)


@VERSIONS
def test_mebibyte_comes_back_to_a_protocol(loop: Loop, version: ssl.TLSVersion) -> None:
    async def main() -> None:
        context = server_context()
        context.maximum_version = version
        client, served = await connected(loop, served=TlsEcho, context=context)
        client.transport.write(MEBIBYTE)
        await until(lambda: len(client.data) >= len(MEBIBYTE))
        assert client.data == MEBIBYTE
        assert client.transport.get_extra_info("ssl_object").version() == version.name.replace("v1_", "v1.")
        await close(client, served)
        assert client.events[0] == "made"
        assert client.events[-1] == "lost"
        assert client.error is served.error is None

    run_and_finish(loop, main())


def test_mebibyte_comes_back_to_a_stream(loop: Loop) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(20_000):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_context()) as server:
            reader, writer = await asyncio.open_connection(
                *server.sockets[0].getsockname(), ssl=client_context(), server_hostname="localhost"
            )

            async def send() -> None:
                for start in range(0, len(MEBIBYTE), 70_000):
                    writer.write(MEBIBYTE[start : start + 70_000])
                    await writer.drain()

            _, received = await asyncio.gather(send(), reader.readexactly(len(MEBIBYTE)))
            assert received == MEBIBYTE
            writer.close()
            await writer.wait_closed()

    run_and_finish(loop, main())


def test_mebibyte_comes_back_to_a_buffered_protocol(loop: Loop) -> None:
    class Buffered(asyncio.BufferedProtocol):
        def __init__(self) -> None:
            # A view, as asyncio's TLS takes slices of it and would fill copies; and no smaller than asyncio's own
            # buffer, or its TLS leaves data lying until more arrives.
            self.buffer = memoryview(bytearray(256 * 1024))
            self.data = bytearray()
            self.lost = loop.create_future()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def get_buffer(self, sizehint: int) -> memoryview:
            return self.buffer

        def buffer_updated(self, nbytes: int) -> None:
            self.data += self.buffer[:nbytes]

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set_result(exc)

    async def main() -> None:
        client, served = await connected(loop, Buffered, TlsEcho)
        client.transport.write(MEBIBYTE)
        await until(lambda: len(client.data) >= len(MEBIBYTE))
        assert client.data == MEBIBYTE
        await close(client, served)

    run_and_finish(loop, main())


def test_buffer_of_numbers_is_filled_as_far_as_its_length(loop: Loop) -> None:
    """asyncio reads as many bytes as the buffer has items."""
    size = 1000

    class Numbers(TlsRecorder, asyncio.BufferedProtocol):
        def __init__(self) -> None:
            super().__init__()
            self.memory = bytearray(4 * size)
            self.counts: list[int] = []

        def get_buffer(self, sizehint: int) -> memoryview:
            return memoryview(self.memory).cast("I")

        def buffer_updated(self, nbytes: int) -> None:
            self.counts.append(nbytes)
            self.data += self.memory[:nbytes]

    async def main() -> None:
        client, served = await connected(loop, TlsRecorder, Numbers)
        for part in (MEBIBYTE[:100], MEBIBYTE[:size], MEBIBYTE[: 10 * size]):
            served.data.clear()
            client.transport.write(part)
            await until(lambda part=part: len(served.data) >= len(part))  # type: ignore[misc]
            assert served.data == part
        assert max(served.counts) == size
        await close(client, served)

    run_and_finish(loop, main())


@pytest.mark.parametrize("limit", [10**20, float("inf")])
def test_limits_of_writing_can_be_any_numbers(loop: Loop, limit: Any) -> None:
    async def main() -> None:
        client, served = await connected(loop, served=TlsEcho)
        client.transport.set_write_buffer_limits(high=limit, low=10)
        for _ in range(3):
            client.transport.write(MEBIBYTE)
        await until(lambda: len(client.data) >= 3 * len(MEBIBYTE))
        assert client.data == 3 * MEBIBYTE
        assert "pause" not in client.events
        await close(client, served)

    run_and_finish(loop, main())


def test_many_connections_at_once(loop: Loop) -> None:
    count = 50

    async def main() -> None:
        echoes: list[TlsEcho] = []

        def factory() -> TlsEcho:
            echoes.append(TlsEcho())
            return echoes[-1]

        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=server_context(), backlog=count)
        address, context = server.sockets[0].getsockname(), client_context()

        async def exchange(number: int) -> None:
            _, client = await loop.create_connection(TlsRecorder, *address, ssl=context, server_hostname="localhost")
            expected = b""
            for message in (b"%d " % number, b"%d" % number * 10_000, b"end"):
                client.transport.write(message)
                expected += message
                await until(lambda: len(client.data) == len(expected))  # noqa: B023 - awaited within the iteration
                assert client.data == expected
            await close(client)
            assert client.error is None

        await asyncio.gather(*(exchange(number) for number in range(count)))
        await asyncio.gather(*(echo.lost for echo in echoes))
        assert [echo.error for echo in echoes] == [None] * count
        server.close()

    run_and_finish(loop, main())


def test_what_transports_say_about_the_connection(loop: Loop) -> None:
    async def main() -> None:
        context, trust = server_context(), client_context()
        for one in (context, trust):
            one.set_alpn_protocols(["other", "echo"])
        client, served = await connected(loop, context=context, trust=trust)
        about, about_served = client.transport.get_extra_info, served.transport.get_extra_info

        assert about("sslcontext") is trust
        assert about_served("sslcontext") is context
        for info, server_side in ((about, False), (about_served, True)):
            tls = info("ssl_object")
            assert isinstance(tls, ssl.SSLObject)
            assert tls.server_side is server_side
            assert tls.selected_alpn_protocol() == "other"
            assert info("cipher") == tls.cipher()
            assert info("compression") is None
            assert info("no such thing") is None
            assert info("no such thing", 7) == 7
        assert about("cipher") == about_served("cipher")
        assert about("peercert") == about("ssl_object").getpeercert()
        assert ("DNS", "localhost") in about("peercert")["subjectAltName"]
        assert not about_served("peercert")
        assert about("peername") == about_served("sockname") == about("socket").getpeername()
        assert about("sockname") == about_served("peername") == about("socket").getsockname()
        assert client.transport.get_protocol() is client
        await close(client, served)

    run_and_finish(loop, main())


def test_connection_is_made_after_the_handshake(loop: Loop) -> None:
    class Greeter(TlsRecorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.write(b"hello ")
            self.transport.writelines([b"from ", bytearray(b"me"), memoryview(b"!")])

    async def main() -> None:
        client, served = await connected(loop, Greeter, Greeter)
        await until(lambda: client.data == served.data == b"hello from me!")
        await close(client, served)

    run_and_finish(loop, main())


def test_half_close_is_not_possible(loop: Loop) -> None:
    async def main() -> None:
        client, served = await connected(loop)
        assert not client.transport.can_write_eof()
        with pytest.raises(NotImplementedError):
            client.transport.write_eof()
        client.transport.write(b"")
        for wrong in ("text", None, 1):
            with pytest.raises(TypeError, match="data: expecting a bytes-like instance, got"):
                client.transport.write(wrong)
        await close(client, served)
        assert served.data == b""

    run_and_finish(loop, main())


def test_nothing_is_received_while_reading_is_paused(loop: Loop) -> None:
    async def main() -> None:
        client, served = await connected(loop)
        assert client.transport.is_reading()
        client.transport.pause_reading()
        assert not client.transport.is_reading()
        served.transport.write(b"one ")
        await asyncio.sleep(0.02)
        served.transport.write(b"two")
        await asyncio.sleep(0.02)
        assert client.data == b""
        client.transport.resume_reading()
        assert client.transport.is_reading()
        await until(lambda: client.data == b"one two")
        await close(client, served)

    run_and_finish(loop, main())


def test_reading_can_be_paused_while_data_is_received(loop: Loop) -> None:
    class Sipper(TlsRecorder):
        calls = 0

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.calls += 1
            self.transport.pause_reading()

    async def main() -> None:
        client, served = await connected(loop, Sipper)
        served.transport.write(MEBIBYTE)
        while len(client.data) < len(MEBIBYTE):
            seen = client.calls
            await until(lambda: client.calls > seen)  # noqa: B023 - awaited within the iteration
            for _ in range(3):
                await asyncio.sleep(0)
            assert client.calls == seen + 1
            client.transport.resume_reading()
        assert client.data == MEBIBYTE
        await close(client, served)

    run_and_finish(loop, main())


def test_writer_is_paused_by_a_slow_reader(loop: Loop) -> None:
    async def main() -> None:
        client, served = await connected(loop)
        client.transport.pause_reading()
        served.transport.set_write_buffer_limits(high=100_000, low=10_000)
        assert served.transport.get_write_buffer_limits() == (10_000, 100_000)
        sent = 0
        # The kernel's buffers, which grow, take many of them.
        while "pause" not in served.events:
            served.transport.write(MEBIBYTE)
            sent += 1
            assert sent < 200
            await asyncio.sleep(0)
        assert served.transport.get_write_buffer_size() > 100_000
        await asyncio.sleep(0.01)
        assert served.events == ["made", "pause"]
        assert client.data == b""
        client.transport.resume_reading()
        await until(lambda: len(client.data) == sent * len(MEBIBYTE))
        assert client.data == MEBIBYTE * sent
        assert served.events == ["made", "pause", "resume"]
        assert served.transport.get_write_buffer_size() == 0
        await close(client, served)

    run_and_finish(loop, main())
