"""connect_write_pipe(): what reaches the reader, in which pieces, and flow control."""

import array
import asyncio
import fcntl
import os
import pty
import random
import socket
import tty
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, only_pyloop, run_coroutine, run_iterations
from support.peers.pipes import (
    MORE_THAN_FITS,
    PACKETS,
    TERMINAL,
    PipeKind,
    PipeRecord,
    available,
    every_kind,
    every_stream,
    is_readable,
    read_slowly,
    writing,
)


@every_kind
@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, type("Bytes", (bytes,), {})])
def test_small_writes_of_any_type(loop: Loop, tmp_path: Path, between: PipeKind, make: Any) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> bytes:
        for number in range(100):
            protocol.transport.write(make(b"%d," % number))
        return await read_slowly(fd, 290)

    with writing(loop, protocol, tmp_path, between) as fd:
        assert run_coroutine(loop, main(fd)) == b"".join(b"%d," % number for number in range(100))


@every_stream
@pytest.mark.parametrize("seed", range(3))
def test_writes_of_all_sizes_with_a_slow_reader(loop: Loop, tmp_path: Path, between: PipeKind, seed: int) -> None:
    chance = random.Random(seed)
    protocol = PipeRecord()
    total = 60_000 if between is TERMINAL else 1 << 20
    data = chance.randbytes(total)

    async def write() -> None:
        start = 0
        while start < total:
            size = chance.choice([1, 10, 1000, 3000, 4095, 4096, 4097, 20_000, 200_000])
            piece: Any = data[start : start + size]
            protocol.transport.write(chance.choice([bytes, bytearray, memoryview])(piece))
            start += size
            if chance.random() < 0.3:
                await asyncio.sleep(0)
        protocol.transport.close()

    async def main(fd: int) -> bytes:
        writer = asyncio.ensure_future(write())
        received = await read_slowly(fd, total, 30_000)
        await writer
        await protocol.until_lost()
        return received

    with writing(loop, protocol, tmp_path, between) as fd:
        assert run_coroutine(loop, main(fd)) == data
        assert protocol.lost_with == [None]


@every_kind
def test_writelines_is_one_write(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        protocol.transport.writelines([b"one ", bytearray(b"two "), memoryview(b"three")])
        assert await read_slowly(fd, 13) == b"one two three"

    with writing(loop, protocol, tmp_path, between) as fd:
        run_coroutine(loop, main(fd))


def test_what_was_written_may_be_changed_afterwards(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        small = bytearray(b"small")
        protocol.transport.write(small)
        small[:] = b"-----and longer"
        assert await read_slowly(fd, 5) == b"small"
        large = bytearray(b"l" * MORE_THAN_FITS)
        protocol.transport.write(large)
        large[:] = bytes(10)
        small[:] = b"behind"
        protocol.transport.write(small)
        small.clear()
        assert await read_slowly(fd, MORE_THAN_FITS + 6, 65536) == b"l" * MORE_THAN_FITS + b"behind"

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))


@pytest.mark.parametrize("ask", ["size", "info", "closing", "repr", "limits", "large write"])
@every_stream
def test_whoever_asks_for_the_state_finds_all_written(loop: Loop, tmp_path: Path, between: PipeKind, ask: str) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        transport = protocol.transport
        transport.write(b"sma")
        transport.write(b"ll")
        if ask == "size":
            assert transport.get_write_buffer_size() == 0
        elif ask == "info":
            assert transport.get_extra_info("pipe").fileno() >= 0
        elif ask == "closing":
            assert not transport.is_closing()
        elif ask == "repr":
            assert repr(transport).endswith(" idle bufsize=0>")
        elif ask == "limits":
            transport.set_write_buffer_limits(0)
        else:
            transport.write(b"l" * 5000)
        assert is_readable(fd)
        assert available(fd)[:5] == b"small"
        assert protocol.events == ["made"]

    with writing(loop, protocol, tmp_path, between) as fd:
        run_coroutine(loop, main(fd))


@pytest.mark.parametrize("end", ["close", "write_eof", "abort"])
@every_kind
def test_small_writes_before_the_end_arrive(loop: Loop, tmp_path: Path, between: PipeKind, end: str) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        protocol.transport.write(b"last bytes")
        getattr(protocol.transport, end)()
        if between is TERMINAL:  # it forgets all when the last writer goes
            assert available(fd) == b"last bytes"
        await protocol.until_lost()

    with writing(loop, protocol, tmp_path, between) as fd:
        run_coroutine(loop, main(fd))
        assert protocol.lost_with == [None]
        if between is not TERMINAL:
            assert available(fd) == b"last bytes"
            assert os.read(fd, 1) == b""


def test_small_writes_leave_with_the_iteration(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path) as fd:
        loop.call_soon(protocol.transport.write, b"one ")
        loop.call_soon(protocol.transport.write, b"two")
        run_iterations(loop)
        assert available(fd) == b"one two"


def test_writes_outside_of_the_loop_leave_at_once(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path) as fd:
        for data in (b"one", b"two"):
            protocol.transport.write(data)
            assert os.read(fd, 100) == data


def test_packets_stay_packets(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main() -> None:
        for data in (b"one", b"two", b"x" * 4000):
            protocol.transport.write(data)

    with writing(loop, protocol, tmp_path, PACKETS) as fd:
        run_coroutine(loop, main())
        assert [os.read(fd, 10_000) for _ in range(3)] == [b"one", b"two", b"x" * 4000]


@pytest.mark.parametrize("kind_of_socket", [socket.SOCK_SEQPACKET, socket.SOCK_DGRAM])
def test_messages_stay_messages(loop: Loop, tmp_path: Path, kind_of_socket: int) -> None:
    between = PipeKind("messages", lambda _: socket.socketpair(socket.AF_UNIX, kind_of_socket))
    protocol = PipeRecord()

    async def main() -> None:
        for data in (b"one", b"two", b"x" * 30_000):
            protocol.transport.write(data)

    with writing(loop, protocol, tmp_path, between) as fd:
        run_coroutine(loop, main())
        assert [os.read(fd, 100_000) for _ in range(3)] == [b"one", b"two", b"x" * 30_000]


def test_small_writes_stay_whole(loop: Loop, tmp_path: Path) -> None:
    """A pipe takes up to 4096 bytes as a whole or not at all, so that several writers can share it."""
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        transport = protocol.transport
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 4096)
        transport.write(b"1" * 3000)
        transport.write(b"2" * 3000)
        assert transport.get_write_buffer_size() == 3000
        assert available(fd) == b"1" * 3000
        assert await read_slowly(fd, 3000) == b"2" * 3000

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))


@pytest.mark.parametrize("data", ["text", None, 1, [b"list"], array.array("b", [1])])
def test_what_is_no_data_is_refused(loop: Loop, tmp_path: Path, data: Any) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path) as fd:
        with pytest.raises(AssertionError):
            protocol.transport.write(data)
        with pytest.raises(TypeError):
            protocol.transport.write()
        for nothing in (b"", bytearray(), memoryview(b"")):
            protocol.transport.write(nothing)
        assert not is_readable(fd)


def test_data_without_contiguous_memory_ends_the_connection(
    loop: Loop, tmp_path: Path, reported: list[dict[str, Any]]
) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path):
        protocol.transport.write(memoryview(b"every other")[::2])
        assert protocol.transport.is_closing()
        run_coroutine(loop, protocol.until_lost())
    (context,) = reported
    assert context["message"] == "Fatal write error on pipe transport"
    assert isinstance(context["exception"], BufferError)
    assert context["protocol"] is protocol
    assert protocol.lost_with == [context["exception"]]


@only_pyloop
def test_items_of_several_bytes(loop: Loop, tmp_path: Path) -> None:
    """asyncio takes the count of items for the count of bytes."""
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path) as fd:
        items = array.array("i", range(100))
        protocol.transport.write(memoryview(items))
        assert available(fd) == items.tobytes()


def test_terminal_gets_each_write(loop: Loop) -> None:
    screen, terminal = pty.openpty()
    tty.setraw(terminal)
    os.set_blocking(screen, False)
    protocol = PipeRecord()

    async def main() -> None:
        await loop.connect_write_pipe(lambda: protocol, os.fdopen(terminal, "wb", 0))
        protocol.transport.write(b"prompt> ")
        assert available(screen) == b"prompt> "
        protocol.transport.close()
        await protocol.until_lost()

    run_coroutine(loop, main())
    os.close(screen)
    assert protocol.events == ["made", "lost"]
