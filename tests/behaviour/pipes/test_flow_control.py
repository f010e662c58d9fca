"""Flow control of write pipe transports, and what becomes of buffered data."""

import asyncio
import fcntl
from pathlib import Path

from support.loop_kinds import Loop, run_coroutine
from support.peers.pipes import (
    MORE_THAN_FITS,
    PIPE,
    PipeKind,
    PipeRecord,
    every_stream,
    fill,
    read_slowly,
    writing,
)


@every_stream
def test_flow_control(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        transport = protocol.transport
        transport.set_write_buffer_limits(high=MORE_THAN_FITS)
        written = fill(transport)
        size = transport.get_write_buffer_size()
        assert protocol.events == ["made"]
        transport.set_write_buffer_limits(high=size + 10, low=size)
        transport.write(b"g" * 10)
        assert protocol.events == ["made"]
        transport.write(b"g")
        transport.write(b"g")
        assert protocol.events == ["made", "pause"]
        assert transport.get_write_buffer_size() == size + 12
        received = await read_slowly(fd, written + 12, 10_000)
        assert received == b"f" * written + b"g" * 12
        await protocol.until_event("resume")
        assert transport.get_write_buffer_size() == 0
        assert protocol.events == ["made", "pause", "resume"]

    with writing(loop, protocol, tmp_path, between) as fd:
        run_coroutine(loop, main(fd))


def test_small_writes_into_a_full_pipe_pause_the_protocol(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        transport = protocol.transport
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 4096)
        transport.set_write_buffer_limits(high=0)
        transport.write(b"p" * 4000)
        await asyncio.sleep(0)
        assert protocol.events == ["made"]
        transport.write(b"q" * 500)
        await protocol.until_event("pause")
        assert transport.get_write_buffer_size() == 500
        assert await read_slowly(fd, 4500) == b"p" * 4000 + b"q" * 500
        await protocol.until_event("resume")

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))


def test_writing_in_resume_writing(loop: Loop, tmp_path: Path) -> None:
    class Endless(PipeRecord):
        rounds = 3

        def resume_writing(self) -> None:
            super().resume_writing()
            if self.rounds:
                self.rounds -= 1
                self.transport.write(b"r" * MORE_THAN_FITS)

    protocol = Endless()

    async def main(fd: int) -> None:
        protocol.transport.write(b"r" * MORE_THAN_FITS)
        assert await read_slowly(fd, 4 * MORE_THAN_FITS, 1 << 18) == b"r" * 4 * MORE_THAN_FITS
        await protocol.until(lambda: protocol.events[1:] == ["pause", "resume"] * 4)

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))


def test_closing_with_data_left_writes_it_all(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        transport = protocol.transport
        transport.write(b"a" * MORE_THAN_FITS)
        transport.close()
        assert transport.is_closing()
        transport.write(b"too late")
        transport.close()
        transport.write_eof()
        assert protocol.events == ["made", "pause"]
        assert await read_slowly(fd, MORE_THAN_FITS + 10, 50_000) == b"a" * MORE_THAN_FITS
        await protocol.until_lost()

    with writing(loop, protocol, tmp_path, PIPE) as fd:
        run_coroutine(loop, main(fd))
    assert protocol.lost_with == [None]
    assert protocol.events == ["made", "pause", "resume", "lost"]


def test_aborting_drops_what_is_left(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        protocol.transport.write(b"a" * MORE_THAN_FITS)
        protocol.transport.abort()
        assert protocol.transport.get_write_buffer_size() == 0
        await protocol.until_lost()
        received = await read_slowly(fd, MORE_THAN_FITS, 50_000)
        assert 0 < len(received) < MORE_THAN_FITS

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))
    assert protocol.events == ["made", "pause", "lost"]
    assert protocol.lost_with == [None]
