"""connect_read_pipe(): what a protocol receives from pipes, terminals and sockets."""

import asyncio
import errno
import fcntl
import os
import pty
import socket
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations
from support.peers.pipes import PACKETS, PIPE, TERMINAL, PipeKind, PipeRecorder, every_kind, reading
from support.peers.streams import LARGEST_READ, factory_of

DATA = bytes(range(256)) * 2000


class Pieces(PipeRecorder):
    """Keeps what each call has brought."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.data += data
        self.note("data")


def expected_end(between: PipeKind) -> list[str]:
    """A terminal reports an error when the last writer goes, everything else the end."""
    return ["lost"] if between is TERMINAL else ["eof", "lost"]


async def write_all(fd: int, data: bytes) -> None:
    """Write as much as the pipe takes."""
    while data:
        try:
            data = data[os.write(fd, data[:50_000]) :]
        except BlockingIOError:
            await asyncio.sleep(0.001)


@every_kind
def test_everything_arrives_and_then_the_end(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    protocol = PipeRecorder()

    async def main(fd: int) -> None:
        await write_all(fd, DATA)
        await protocol.until_received(len(DATA))
        os.close(fd)
        await protocol.until_lost()

    with reading(loop, protocol, tmp_path, between) as fd:
        pipe = protocol.transport.get_extra_info("pipe")
        run_coroutine(loop, main(fd))
    assert protocol.data == DATA
    assert protocol.events == ["made", "data", *expected_end(between)]
    if between is TERMINAL:
        (error,) = protocol.lost_with
        assert isinstance(error, OSError)
        assert error.errno == errno.EIO
    else:
        assert protocol.lost_with == [None]
    assert pipe.fileno() == -1 if between.name == "sockets" else pipe.closed


@every_kind
def test_data_that_was_there_before_and_the_end_behind_it(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    read_end, write_end = between.open(tmp_path)
    os.write(write_end.fileno(), b"early")
    if between is not TERMINAL:  # which would forget it
        write_end.close()
    protocol = PipeRecorder()

    async def main() -> None:
        await loop.connect_read_pipe(lambda: protocol, read_end)
        assert protocol.events == ["made"]
        await protocol.until_received(5)
        write_end.close()
        await protocol.until_lost()

    run_coroutine(loop, main())
    assert protocol.data == b"early"
    assert protocol.events == ["made", "data", *expected_end(between)]


def test_max_size_bounds_what_is_read_at_once(loop: Loop, tmp_path: Path) -> None:
    protocol = Pieces()
    with reading(loop, protocol, tmp_path) as fd:
        assert protocol.transport.max_size == LARGEST_READ
        protocol.transport.max_size = 10
        os.write(fd, DATA[:35])
        run_coroutine(loop, protocol.until_received(35))
        assert [len(piece) for piece in protocol.pieces] == [10, 10, 10, 5]
        assert protocol.data == DATA[:35]


@pytest.mark.parametrize("size", [LARGEST_READ, 1 << 20])
def test_one_read_takes_as_much_as_it_may(loop: Loop, tmp_path: Path, size: int) -> None:
    protocol = Pieces()
    with reading(loop, protocol, tmp_path) as fd:
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 1 << 20)
        protocol.transport.max_size = size
        protocol.transport.pause_reading()
        data = DATA * 2
        for _ in range(3):
            protocol.pieces.clear()
            protocol.data.clear()
            assert os.write(fd, data) == len(data)
            protocol.transport.resume_reading()
            run_coroutine(loop, protocol.until_received(len(data)))
            assert len(protocol.pieces[0]) == min(size, len(data))
            assert protocol.data == data
            protocol.transport.pause_reading()


def test_sizes_of_reads_may_change_from_one_to_the_next(loop: Loop, tmp_path: Path) -> None:
    protocol = Pieces()
    with reading(loop, protocol, tmp_path) as fd:
        sizes = [1, 65536, 1, 16384, 16383, 40_000, 3, 65536, 65536, 7]
        for size in sizes:
            protocol.data.clear()
            os.write(fd, DATA[:size])
            run_coroutine(loop, protocol.until_received(size))
            assert protocol.data == DATA[:size]
        assert [len(piece) for piece in protocol.pieces] == sizes


def test_packets_arrive_one_by_one(loop: Loop, tmp_path: Path) -> None:
    protocol = Pieces()
    with reading(loop, protocol, tmp_path, PACKETS) as fd:
        protocol.transport.pause_reading()
        packets = [b"first", b"second", b"x" * 4096, b"last"]
        for packet in packets:
            os.write(fd, packet)
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_received(sum(map(len, packets))))
        assert protocol.pieces == packets


@pytest.mark.parametrize("kind_of_socket", [socket.SOCK_SEQPACKET, socket.SOCK_DGRAM])
def test_messages_of_sockets_arrive_one_by_one(loop: Loop, tmp_path: Path, kind_of_socket: int) -> None:
    between = PipeKind("messages", lambda _: socket.socketpair(socket.AF_UNIX, kind_of_socket))
    protocol = Pieces()
    with reading(loop, protocol, tmp_path, between) as fd:
        messages = [b"first", b"x" * 30_000, b"y" * 100_000, b"last"]
        for message in messages:
            os.write(fd, message)
        run_coroutine(loop, protocol.until_received(sum(map(len, messages))))
        assert protocol.pieces == messages


def test_terminal_in_line_mode_gives_all_lines(loop: Loop) -> None:
    """It returns a line per call of the kernel, so that a short read does not mean that nothing is left."""
    keyboard, terminal = pty.openpty()
    protocol = Pieces()

    async def main() -> None:
        await loop.connect_read_pipe(lambda: protocol, os.fdopen(terminal, "rb", 0))
        os.write(keyboard, b"one\ntwo\nthree\nunfinished")
        await protocol.until_received(len("one\ntwo\nthree\n"))
        await asyncio.sleep(0.01)
        assert protocol.pieces == [b"one\n", b"two\n", b"three\n"]
        os.write(keyboard, b" line\n\x04")  # control-D at the start of a line is the end
        await protocol.until_lost()

    run_coroutine(loop, main())
    os.close(keyboard)
    assert protocol.pieces[3:] == [b"unfinished line\n"]
    assert protocol.events == ["made", "data", "eof", "lost"]
    assert protocol.lost_with == [None]


def test_hung_up_terminal_ends(loop: Loop) -> None:
    keyboard, terminal = pty.openpty()
    protocol = PipeRecorder()

    async def main() -> None:
        await loop.connect_read_pipe(lambda: protocol, os.fdopen(terminal, "rb", 0))
        os.close(keyboard)
        await protocol.until_lost()

    run_coroutine(loop, main())
    assert protocol.events == ["made", "eof", "lost"]


def test_two_transports_share_a_pipe(loop: Loop) -> None:
    """Both hear of each byte, and one finds nothing."""
    read_end, write_end = os.pipe()
    protocols = [PipeRecorder(), PipeRecorder()]

    async def main() -> None:
        for protocol, fd in zip(protocols, (read_end, os.dup(read_end)), strict=True):
            await loop.connect_read_pipe(factory_of(protocol), os.fdopen(fd, "rb", 0))
        await asyncio.sleep(0.001)
        for count in range(1, 20):
            os.write(write_end, b"b")
            while sum(len(protocol.data) for protocol in protocols) < count:
                await asyncio.sleep(0)
        os.close(write_end)
        for protocol in protocols:
            await protocol.until_lost()

    run_coroutine(loop, main())
    assert sum(len(protocol.data) for protocol in protocols) == 19
    assert [protocol.lost_with for protocol in protocols] == [[None], [None]]


def test_exception_in_data_received_is_reported_and_reading_goes_on(
    loop: Loop, tmp_path: Path, reported: list[dict[str, Any]]
) -> None:
    class Failing(Pieces):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data == b"bad":
                raise ValueError(data)

    protocol = Failing()
    with reading(loop, protocol, tmp_path) as fd:
        for data in (b"bad", b"good"):
            os.write(fd, data)
            run_coroutine(loop, protocol.until(lambda: protocol.pieces[-1:] == [data]))  # noqa: B023 - awaited at once
        assert not protocol.transport.is_closing()
        (context,) = reported
        assert set(context) == {"message", "exception", "handle"}
        assert context["message"].startswith("Exception in callback ")
        assert "_read_ready" in context["message"]
        assert repr(context["exception"]) == "ValueError(b'bad')"


@pytest.mark.parametrize("exception", [SystemExit, KeyboardInterrupt])
def test_exception_that_leaves_the_loop(loop: Loop, tmp_path: Path, exception: type[BaseException]) -> None:
    class Leaving(Pieces):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data == b"leave":
                raise exception

    protocol = Leaving()
    with reading(loop, protocol, tmp_path) as fd:
        os.write(fd, b"leave")
        with pytest.raises(exception):
            loop.run_forever()
        os.write(fd, b"stay")
        run_coroutine(loop, protocol.until_received(9))


def test_closing_in_data_received(loop: Loop, tmp_path: Path) -> None:
    class Closing(Pieces):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.close()
            assert not self.transport.is_reading()
            assert self.transport.is_closing()
            self.transport.close()

    protocol = Closing()
    with reading(loop, protocol, tmp_path, PIPE) as fd:
        protocol.transport.max_size = 1
        os.write(fd, b"data")
        run_coroutine(loop, protocol.until_lost())
        run_iterations(loop, 3)
    assert protocol.pieces == [b"d"]
    assert protocol.events == ["made", "data", "lost"]
    assert protocol.lost_with == [None]


def test_other_protocol_takes_over(loop: Loop, tmp_path: Path) -> None:
    first, second = PipeRecorder(), PipeRecorder()
    with reading(loop, first, tmp_path) as fd:
        transport = first.transport
        os.write(fd, b"for the first")
        run_coroutine(loop, first.until_received(13))
        transport.set_protocol(second)
        assert transport.get_protocol() is second
        os.write(fd, b"for the second")
        run_coroutine(loop, second.until_received(14))
        os.close(fd)
        run_coroutine(loop, second.until_lost())
        first.note("lost")
    assert (bytes(first.data), bytes(second.data)) == (b"for the first", b"for the second")
