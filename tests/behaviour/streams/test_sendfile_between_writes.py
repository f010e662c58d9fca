"""sendfile() through a transport: in order with what is written before and after."""

import asyncio
import random
from pathlib import Path

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TOO_MUCH, Recorder, Way, connected, every_way, receive, receive_all

CONTENT = random.Random(12).randbytes(700_000)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A file with the content."""
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("before", [0, 10, 5000, TOO_MUCH])
@every_way
def test_file_is_sent_between_writes(loop: Loop, way: Way, content: Path, before: int) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(b"b" * before)
        receiving = asyncio.ensure_future(receive_all(peer))
        with content.open("rb") as file:
            assert await loop.sendfile(protocol.transport, file) == len(CONTENT)
        protocol.transport.write(b"after")
        protocol.transport.close()
        return await receiving

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"b" * before + CONTENT + b"after"


@every_way
def test_nothing_can_be_written_meanwhile(loop: Loop, way: Way, content: Path) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        with content.open("rb") as file:
            sending = asyncio.ensure_future(loop.sendfile(protocol.transport, file))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match=r"^unable to write; sendfile is in progress$"):
                protocol.transport.write(b"data")
            # The text names write() up to Python 3.11.
            with pytest.raises(RuntimeError, match=r"^unable to write(lines)?; sendfile is in progress$"):
                protocol.transport.writelines([b"data"])
            received = await receive(peer, TOO_MUCH + len(CONTENT))
            assert received[TOO_MUCH:] == CONTENT
            assert await sending == len(CONTENT)
        protocol.transport.write(b"after")
        assert await receive(peer, 5) == b"after"

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())


@every_way
def test_part_of_a_file_and_reading_at_the_same_time(loop: Loop, way: Way, content: Path) -> None:
    protocol = Recorder()

    async def main() -> None:
        await loop.sock_sendall(peer, b"before")
        with content.open("rb") as file:
            assert await loop.sendfile(protocol.transport, file, 1000, 5000) == 5000
        assert await receive(peer, 5000) == CONTENT[1000:6000]
        await loop.sock_sendall(peer, b"after")
        await protocol.until_received(11)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == b"beforeafter"


@every_way
def test_closing_transport_is_refused(loop: Loop, way: Way, content: Path) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.close()
        with content.open("rb") as file, pytest.raises(RuntimeError, match="closing"):
            await loop.sendfile(protocol.transport, file)

    with connected(loop, protocol, way):
        run_coroutine(loop, main())


@every_way
def test_connection_that_is_lost_meanwhile_raises(loop: Loop, way: Way, content: Path) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        with content.open("rb") as file:
            sending = asyncio.ensure_future(loop.sendfile(protocol.transport, file))
            await asyncio.sleep(0)
            protocol.transport.abort()
            with pytest.raises(ConnectionError):
                await sending

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
