"""Streams of random pieces, byte for byte: pauses at random, odd buffers, small sockets."""

import asyncio
import random
import ssl
from typing import Any

import pytest

from behaviour.tls.notes import BufferedNotes, PlainNotes, buffered
from behaviour.tls.pieces import pieces_of
from behaviour.tls.wire import SIDES, VERSIONS, meeting, of_version
from support.loop_kinds import Loop, run_coroutine
from support.peers.tls import client_context, connected, server_context

MEBIBYTE = 1 << 20
EDGES = [
    size + more
    for size in (1, 1024, 4096, 16384, 32768, 65536, 131072, 262144, 300000)
    for more in (-1, 0, 1)
    if size + more
]


class Talker:
    """Writes its pieces as long as it may, and pauses its reading again and again. Mixed into a protocol."""

    def begin(self: Any, seed: int, size: int) -> None:
        """Make what will be sent. In the loop's thread."""
        self.rng = random.Random(seed)
        self.sent = self.rng.randbytes(size)
        self.pieces = pieces_of(self.sent, self.rng)
        self.pieces.reverse()
        self.writing_is_paused = False
        self.pauses = 0

    def go_on(self: Any) -> None:
        """Write a few pieces, in one of the ways there are."""
        for _ in range(self.rng.randrange(1, 8)):
            if not self.pieces or self.writing_is_paused or self.transport.is_closing():
                break
            if self.rng.random() < 0.2:
                count = min(len(self.pieces), 3)
                self.transport.writelines([self.pieces.pop() for _ in range(count)])
            else:
                self.transport.write(self.rng.choice((bytes, bytearray, memoryview))(self.pieces.pop()))
        if self.pieces and not self.writing_is_paused:
            asyncio.get_running_loop().call_soon(self.go_on)

    def got(self: Any, data: bytes | memoryview) -> None:
        """Pause now and then, and resume in one of the next iterations."""
        super().got(data)  # type: ignore[misc]
        if self.rng.random() < 0.3 and self.transport.is_reading():
            self.transport.pause_reading()
            self.pauses += 1
            loop = asyncio.get_running_loop()
            if self.rng.random() < 0.5:
                loop.call_soon(self.transport.resume_reading)
            else:
                loop.call_later(0.0005, self.transport.resume_reading)

    def pause_writing(self: Any) -> None:
        """See asyncio.BaseProtocol."""
        super().pause_writing()  # type: ignore[misc]
        self.writing_is_paused = True

    def resume_writing(self: Any) -> None:
        """See asyncio.BaseProtocol."""
        super().resume_writing()  # type: ignore[misc]
        self.writing_is_paused = False
        self.go_on()


class PlainTalker(Talker, PlainNotes):
    pass


class BufferedTalker(Talker, BufferedNotes):
    pass


def talker(size: int) -> type[Any]:
    """A talker with a buffer of this size, or one that gets bytes."""
    return type(f"Talker{size}", (BufferedTalker,), {"size": size}) if size else PlainTalker


async def converse(one: Any, other: Any, size: int, seed: int) -> None:
    """Both send that much at the same time, then close."""
    for number, end in enumerate((one, other)):
        end.begin(seed * 2 + number, size)
        # Not 0: asyncio's TLS then pauses the writer when nothing is left to write, and never resumes it.
        end.transport.set_write_buffer_limits(high=end.rng.choice((1, 1000, 65536, 10**6)))
    for end in (one, other):
        end.go_on()
    await asyncio.gather(*(end.until_received(size) for end in (one, other)))
    assert one.data == other.sent
    assert other.data == one.sent
    one.transport.resume_reading()
    one.transport.close()
    other.transport.resume_reading()
    assert (await one.until_lost())[-1] == ("lost", None)
    assert (await other.until_lost())[-1] == ("lost", None)


@VERSIONS
@pytest.mark.parametrize(
    ("buffer", "size"),
    [
        (0, MEBIBYTE),
        (1, 2_000),
        (7, 20_000),
        (1000, 300_000),
        (16384, MEBIBYTE),
        (16385, MEBIBYTE),
        (300_000, MEBIBYTE),
    ],
)
def test_both_ends_talk_at_once(loop: Loop, version: ssl.TLSVersion, buffer: int, size: int) -> None:
    async def main() -> None:
        one, other = await connected(loop, talker(buffer), PlainTalker, context=of_version(server_context(), version))
        await converse(one, other, size, buffer)
        assert one.pauses or size < 10_000

    run_coroutine(loop, main())


@VERSIONS
def test_small_sockets(loop: Loop, version: ssl.TLSVersion) -> None:
    """The kernel takes little at a time, so that records are sent and arrive in parts."""

    async def main() -> None:
        for accepted in (False, True):
            async with meeting(loop, accepted=accepted, version=version, protocol=PlainTalker, small=True) as one:
                peer, protocol = await one.established()
                protocol.begin(accepted, 200_000)  # type: ignore[attr-defined]
                other = random.Random(7).randbytes(200_000)
                protocol.go_on()  # type: ignore[attr-defined]
                for piece in pieces_of(other, random.Random(8), 30_000):
                    await peer.wire.write_all(peer.records(piece))
                assert await peer.receive(200_000) == protocol.sent  # type: ignore[attr-defined]
                await protocol.until_received(200_000)
                assert protocol.data == other

    run_coroutine(loop, main())


@VERSIONS
@SIDES
@pytest.mark.parametrize("buffer", [0, 999, 65536])
def test_sizes_around_those_of_records_and_buffers(
    loop: Loop, version: ssl.TLSVersion, accepted: bool, buffer: int
) -> None:
    protocol_class = buffered(buffer) if buffer else PlainNotes

    async def main() -> None:
        rng = random.Random(buffer)
        async with meeting(loop, accepted=accepted, version=version, protocol=protocol_class) as one:
            peer, protocol = await one.established()
            for size in EDGES:
                data = rng.randbytes(size)
                protocol.data.clear()
                # All its records at once, and then an answer in one call.
                sending = asyncio.create_task(peer.wire.write_all(peer.records(data)))
                await protocol.until_received(size)
                await sending
                assert protocol.data == data
                protocol.transport.write(data)
                assert await peer.receive(size) == data

    run_coroutine(loop, main())


@VERSIONS
def test_streams_with_a_small_limit(loop: Loop, version: ssl.TLSVersion) -> None:
    """The reader pauses the transport, the writer waits for it, in both directions."""
    sent = random.Random(1).randbytes(MEBIBYTE)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, received: bytearray) -> None:
        async def send() -> None:
            for piece in pieces_of(sent, random.Random(2)):
                writer.write(piece)
                await writer.drain()

        sending = asyncio.create_task(send())
        rng = random.Random(3)
        while len(received) < len(sent):
            if rng.random() < 0.5:
                received += await reader.read(rng.randrange(1, 5000))
            else:
                received += await reader.readexactly(min(rng.randrange(1, 30_000), len(sent) - len(received)))
        await sending

    async def main() -> None:
        there, here = bytearray(), bytearray()
        served = loop.create_future()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await talk(reader, writer, there)
            assert await reader.read() == b""
            writer.close()
            served.set_result(None)

        context = of_version(server_context(), version)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, limit=3000)
        reader, writer = await asyncio.open_connection(
            *server.sockets[0].getsockname(), ssl=client_context(), server_hostname="localhost", limit=1000
        )
        await talk(reader, writer, here)
        writer.close()
        await writer.wait_closed()
        await served
        server.close()
        assert there == here == sent

    run_coroutine(loop, main())
