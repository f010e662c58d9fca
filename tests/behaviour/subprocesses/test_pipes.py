"""The pipes of child processes: in bulk, line by line, and with children that do not read."""

import asyncio
import hashlib
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine

MANY = 8 << 20
DATA = hashlib.shake_128(b"data").digest(MANY)


async def write_until_error(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Write the same again and again, until it is known that nobody reads."""
    with suppress(ConnectionError):
        while True:
            writer.write(data)
            await writer.drain()


TO_BOTH = """
import sys
for number in range(1000):
    print("out", number)
    print("err", number, file=sys.stderr)
"""


def test_much_goes_in_and_out(loop: Loop) -> None:
    async def main() -> bytes:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        output, _ = await child.communicate(DATA)
        assert child.returncode == 0
        return output

    assert run_coroutine(loop, main()) == DATA


def test_much_in_pieces_of_all_sizes(loop: Loop) -> None:
    async def feed(writer: asyncio.StreamWriter) -> None:
        start, size = 0, 1
        while start < len(DATA):
            writer.write(DATA[start : start + size])
            await writer.drain()
            start += size
            size = size * 3 % 300_007
        writer.close()
        await writer.wait_closed()

    async def main() -> None:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        assert child.stdout is not None
        feeding = asyncio.ensure_future(feed(child.stdin))
        assert await child.stdout.read() == DATA
        await feeding
        assert await child.wait() == 0

    run_coroutine(loop, main())


def test_line_by_line(loop: Loop) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        assert child.stdout is not None
        for number in range(200):
            line = b"line %d\n" % number
            child.stdin.write(line[:3])
            child.stdin.write(line[3:])
            assert await child.stdout.readline() == line
        child.stdin.close()
        assert await child.stdout.read() == b""
        assert await child.wait() == 0

    run_coroutine(loop, main())


def test_output_and_errors_arrive_completely(loop: Loop) -> None:
    async def main() -> tuple[bytes, bytes]:
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", TO_BOTH, stdout=PIPE, stderr=PIPE)
        return await child.communicate()

    output, errors = run_coroutine(loop, main())
    assert output == b"".join(b"out %d\n" % number for number in range(1000))
    assert errors == b"".join(b"err %d\n" % number for number in range(1000))


def test_many_children_at_once(loop: Loop) -> None:
    async def child(number: int) -> None:
        process = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        data = DATA[number : number + 70_000]
        assert list(await process.communicate(data)) == [data, None]
        assert process.returncode == 0

    async def main() -> None:
        await asyncio.gather(*(child(number) for number in range(30)))

    run_coroutine(loop, main())


def test_closing_the_input_early(loop: Loop) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        child.stdin.write(b"only this")
        child.stdin.close()
        assert child.stdin.is_closing()
        assert list(await child.communicate()) == [b"only this", None]
        assert child.returncode == 0

    run_coroutine(loop, main())


@pytest.mark.parametrize("size", [0, 5, 100_000, MANY])
def test_child_that_does_not_read_its_input(loop: Loop, size: int) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("true", stdin=PIPE, stdout=PIPE)
        assert list(await child.communicate(DATA[:size])) == [b"", None]
        assert child.returncode == 0

    run_coroutine(loop, main())


def test_writing_to_a_child_that_is_gone(loop: Loop) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("true", stdin=PIPE)
        assert child.stdin is not None
        await child.wait()
        await write_until_error(child.stdin, b"hello?")

    run_coroutine(loop, main())


def test_child_that_stops_reading(loop: Loop) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("head", "-c", "100", stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        await write_until_error(child.stdin, DATA[:100_000])
        assert child.stdout is not None
        assert await child.stdout.read() == DATA[:100]
        assert await child.wait() == 0

    run_coroutine(loop, main())


def test_protocol_hears_of_everything(loop: Loop) -> None:
    class Noting(asyncio.SubprocessProtocol):
        def __init__(self) -> None:
            self.events: list[Any] = []
            self.exited = loop.create_future()

        def pipe_data_received(self, fd: int, data: bytes) -> None:
            self.events.append((fd, data))

        def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
            self.events.append((fd, exc))

        def process_exited(self) -> None:
            self.events.append("exited")

        def connection_lost(self, exc: Exception | None) -> None:
            self.exited.set_result(exc)

    async def main() -> list[Any]:
        transport, protocol = await loop.subprocess_exec(Noting, "cat", stderr=PIPE)
        stdin: Any = transport.get_pipe_transport(0)
        stdin.write(b"data")
        while not protocol.events:
            await asyncio.sleep(0.001)
        stdin.write_eof()
        assert await protocol.exited is None
        transport.close()
        return protocol.events

    events = run_coroutine(loop, main())
    assert events[0] == (1, b"data")
    assert set(events[1:]) == {(0, None), (1, None), (2, None), "exited"}
    assert len(events) == 5
