"""`loop.sendfile` over transports: by the system call, and by reading and writing."""

import asyncio
import socket
from collections.abc import Callable
from typing import IO, Any

import pytest

from support.files_to_send import CONTENT, WAYS
from support.loop_kinds import Loop, run_and_finish
from support.peers.tls import TlsRecorder, client_context, close, server_context, until


async def connected(loop: Loop, *, tls: bool = False) -> tuple[TlsRecorder, TlsRecorder]:
    """A protocol that sends and one that receives."""
    accepted: list[TlsRecorder] = []

    def factory() -> TlsRecorder:
        accepted.append(TlsRecorder())
        return accepted[-1]

    options: dict[str, Any] = {"ssl": client_context(), "server_hostname": "localhost"} if tls else {}
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=server_context() if tls else None)
    _, client = await loop.create_connection(TlsRecorder, *server.sockets[0].getsockname(), **options)
    await until(lambda: accepted and accepted[0].events)
    server.close()
    for protocol in (client, accepted[0]):
        # Small ones, which do not grow: a file does not disappear in the kernel's buffers.
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            protocol.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, option, 65536)
    return client, accepted[0]


@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [
        (0, None, CONTENT),
        (100, None, CONTENT[100:]),
        (0, 1000, CONTENT[:1000]),
        (4000, 300_000, CONTENT[4000:304_000]),
        (0, 2 * len(CONTENT), CONTENT),
        (len(CONTENT), None, b""),
        (len(CONTENT) + 5, 10, b""),
        (len(CONTENT) - 1, 10, CONTENT[-1:]),
    ],
)
@pytest.mark.parametrize("way", ["native", "fallback", "tls"])
def test_part_of_a_file(
    sending: Loop, opened: Callable[..., IO[bytes]], way: str, offset: int, count: int | None, expected: bytes
) -> None:
    async def main() -> None:
        client, served = await connected(sending, tls=way == "tls")
        file = opened(way != "fallback")
        assert await sending.sendfile(client.transport, file, offset, count) == len(expected)
        if expected:
            assert file.tell() == offset + len(expected)
        client.transport.write(b"|")
        await until(lambda: len(served.data) > len(expected))
        assert served.data == expected + b"|"
        await close(client, served)

    run_and_finish(sending, main())


@WAYS
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_empty_file(sending: Loop, opened: Callable[..., IO[bytes]], native: bool, tls: bool) -> None:
    async def main() -> None:
        client, served = await connected(sending, tls=tls)
        assert await sending.sendfile(client.transport, opened(native, b"")) == 0
        client.transport.write(b"after")
        await until(lambda: served.data == b"after")
        await close(client, served)

    run_and_finish(sending, main())


@WAYS
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_what_is_written_before_and_after_keeps_its_place(
    sending: Loop, opened: Callable[..., IO[bytes]], native: bool, tls: bool
) -> None:
    before = b"before" * 500_000

    async def main() -> None:
        client, served = await connected(sending, tls=tls)
        served.transport.pause_reading()
        client.transport.write(before)
        transfer = asyncio.create_task(sending.sendfile(client.transport, opened(native)))
        await asyncio.sleep(0.005)
        served.transport.resume_reading()
        assert await transfer == len(CONTENT)
        client.transport.write(b"after")
        assert await sending.sendfile(client.transport, opened(native, b"again")) == 5
        total = before + CONTENT + b"afteragain"
        await until(lambda: len(served.data) >= len(total))
        assert served.data == total
        await close(client, served)

    run_and_finish(sending, main())


def test_writing_meanwhile_is_refused(sending: Loop, opened: Callable[..., IO[bytes]]) -> None:
    async def main() -> None:
        client, served = await connected(sending)
        served.transport.pause_reading()
        transfer = asyncio.create_task(sending.sendfile(client.transport, opened(content=CONTENT * 8)))
        await asyncio.sleep(0.005)
        assert not transfer.done()
        with pytest.raises(RuntimeError, match=r"^unable to write; sendfile is in progress$"):
            client.transport.write(b"meanwhile")
        served.transport.resume_reading()
        assert await transfer == 8 * len(CONTENT)
        client.transport.write(b"now")
        await until(lambda: len(served.data) == 8 * len(CONTENT) + 3)
        assert served.data == CONTENT * 8 + b"now"
        await close(client, served)

    run_and_finish(sending, main())


@WAYS
@pytest.mark.parametrize("reading", [True, False], ids=["reading", "paused"])
def test_reading_is_as_it_was_afterwards(
    sending: Loop, opened: Callable[..., IO[bytes]], native: bool, reading: bool
) -> None:
    async def main() -> None:
        client, served = await connected(sending)
        if not reading:
            client.transport.pause_reading()
        served.transport.pause_reading()
        transfer = asyncio.create_task(sending.sendfile(client.transport, opened(native, CONTENT * 8)))
        await asyncio.sleep(0.005)
        assert not transfer.done()
        assert not client.transport.is_reading()
        served.transport.write(b"arrives during the transfer")
        await asyncio.sleep(0.01)
        assert client.data == b""
        served.transport.resume_reading()
        await transfer
        assert client.transport.is_reading() is reading
        if not reading:
            await asyncio.sleep(0.01)
            assert client.data == b""
            client.transport.resume_reading()
        await until(lambda: client.data == b"arrives during the transfer")
        assert client.transport.get_protocol() is client
        await close(client, served)

    run_and_finish(sending, main())


@pytest.mark.parametrize("way", ["native", "fallback", "tls"])
def test_peer_that_leaves_in_the_middle(sending: Loop, opened: Callable[..., IO[bytes]], way: str) -> None:
    async def main() -> None:
        client, served = await connected(sending, tls=way == "tls")
        served.transport.pause_reading()
        file = opened(way != "fallback", CONTENT * 16)
        transfer = asyncio.create_task(sending.sendfile(client.transport, file))
        if way == "native":
            await asyncio.sleep(0.01)
        else:
            # Only a transfer that waits hears of the loss: asyncio's TLS transport, once lost, drops what is written.
            _, high = client.transport.get_write_buffer_limits()
            await until(lambda: client.transport.get_write_buffer_size() >= high)
        assert not transfer.done()
        served.transport.abort()
        with pytest.raises(ConnectionError):
            await transfer
        assert file.tell() < 16 * len(CONTENT)
        client.transport.abort()
        await asyncio.gather(client.lost, served.lost)

    run_and_finish(sending, main())


def test_transfer_can_be_cancelled(sending: Loop, opened: Callable[..., IO[bytes]]) -> None:
    async def main() -> None:
        client, served = await connected(sending)
        served.transport.pause_reading()
        transfer = asyncio.create_task(sending.sendfile(client.transport, opened(content=CONTENT * 8)))
        await asyncio.sleep(0.005)
        transfer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await transfer
        # The connection is usable, though the peer cannot know where the file was cut off.
        client.transport.write(b"goes on")
        served.transport.resume_reading()
        await until(lambda: served.data.endswith(b"goes on"))
        assert served.data[:-7] == (CONTENT * 8)[: len(served.data) - 7]
        await close(client, served)

    run_and_finish(sending, main())


def test_fallback_that_is_not_wanted(sending: Loop, opened: Callable[..., IO[bytes]]) -> None:
    async def main() -> None:
        client, served = await connected(sending)
        with pytest.raises(asyncio.SendfileNotAvailableError, match="not a regular file"):
            await sending.sendfile(client.transport, opened(native=False), fallback=False)
        await close(client, served)
        client, served = await connected(sending, tls=True)
        with pytest.raises(
            RuntimeError, match="fallback is disabled and native sendfile is not supported for transport"
        ):
            await sending.sendfile(client.transport, opened(), fallback=False)
        await close(client, served)

    run_and_finish(sending, main())


def test_transports_that_cannot_send_files(sending: Loop, opened: Callable[..., IO[bytes]]) -> None:
    async def main() -> None:
        client, served = await connected(sending)
        await close(client, served)
        with pytest.raises(RuntimeError, match="Transport is closing"):
            await sending.sendfile(client.transport, opened())
        transport, _ = await sending.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
        with pytest.raises(RuntimeError, match="sendfile is not supported for transport"):
            await sending.sendfile(transport, opened())  # type: ignore[arg-type]
        transport.close()

    run_and_finish(sending, main())
