"""connect_write_pipe(): what happens when nobody reads any more, and other errors of writing."""

import asyncio
import errno
import logging
import os
import pty
import socket
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations, settle
from support.peers.pipes import (
    MORE_THAN_FITS,
    SOCKETS,
    PipeKind,
    PipeRecord,
    PipeRecorder,
    available,
    every_watched,
    fill,
    is_readable,
    read_slowly,
    writing,
)


@every_watched
def test_reader_goes_while_nothing_is_written(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path, between) as fd:
        os.close(fd)
        run_coroutine(loop, protocol.until_lost())
        assert protocol.transport.is_closing()
    assert protocol.lost_with == [None]
    assert protocol.events == ["made", "lost"]


@every_watched
@pytest.mark.parametrize("closed", [False, True])
def test_reader_goes_while_data_is_left(loop: Loop, tmp_path: Path, between: PipeKind, closed: bool) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path, between) as fd:
        transport = protocol.transport
        fill(transport)
        if closed:
            transport.close()
        settle(loop)
        assert "lost" not in protocol.events
        os.close(fd)
        run_coroutine(loop, protocol.until_lost())
        assert transport.get_write_buffer_size() == 0
    (error,) = protocol.lost_with
    assert type(error) is BrokenPipeError
    # It is not an error of a write.
    assert error.args == ()


@every_watched
@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("ask", [False, True])
def test_write_finds_that_the_reader_is_gone(
    loop: Loop, tmp_path: Path, between: PipeKind, size: int, ask: bool, reported: list[dict[str, Any]]
) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        os.close(fd)
        protocol.transport.write(b"w" * size)
        if ask:
            assert protocol.transport.is_closing()
            assert protocol.transport.get_write_buffer_size() == 0
        await protocol.until_lost()

    with writing(loop, protocol, tmp_path, between) as fd:
        run_coroutine(loop, main(fd))
        run_iterations(loop, 3)
    (error,) = protocol.lost_with
    assert type(error) is BrokenPipeError
    assert error.errno == errno.EPIPE
    assert protocol.events == ["made", "lost"]
    assert reported == []


@pytest.mark.parametrize("size", [1, 10_000])
def test_writing_on_after_an_error_is_counted_and_warned_of(
    loop: Loop, tmp_path: Path, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        os.close(fd)
        for _ in range(6):
            protocol.transport.write(b"w" * size)
            assert protocol.transport.is_closing()
        assert warnings() == 1
        protocol.transport.write(b"")
        protocol.transport.write(b"w" * size)
        assert warnings() == 2
        await protocol.until_lost()

    def warnings() -> int:
        text = "pipe closed by peer or os.write(pipe, data) raised exception."
        return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING].count(text)

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))


def test_both_small_and_large_writes_fail_once(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        protocol.transport.write(b"small")
        os.close(fd)
        protocol.transport.write(b"large" * 1000)
        protocol.transport.write(b"small")
        protocol.transport.close()
        await protocol.until_lost()
        await asyncio.sleep(0.001)

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))
    assert protocol.events == ["made", "lost"]


def test_half_closed_socket_counts_as_gone(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path, SOCKETS) as fd:
        with socket.socket(fileno=os.dup(fd)) as peer:
            peer.shutdown(socket.SHUT_WR)
        run_coroutine(loop, protocol.until_lost())
    assert protocol.lost_with == [None]


def test_reader_may_change_while_the_pipe_is_open(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        protocol.transport.write(b"for the first")
        await asyncio.sleep(0)
        other = os.dup(fd)
        os.close(fd)
        protocol.transport.write(b" and the second")
        assert await read_slowly(other, 28) == b"for the first and the second"
        os.close(other)
        await protocol.until_lost()

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))


def test_terminal_nobody_has_open(loop: Loop, reported: list[dict[str, Any]]) -> None:
    screen, terminal = pty.openpty()
    protocol = PipeRecord()

    async def main() -> None:
        await loop.connect_write_pipe(lambda: protocol, os.fdopen(terminal, "wb", 0))
        os.close(screen)
        await asyncio.sleep(0.01)
        # Devices are not watched; the next write finds out.
        assert protocol.events == ["made"]
        protocol.transport.write(b"hello?")
        assert protocol.transport.is_closing()
        await protocol.until_lost()

    run_coroutine(loop, main())
    (error,) = protocol.lost_with
    assert isinstance(error, OSError)
    assert error.errno == errno.EIO
    assert reported == []


@pytest.mark.parametrize(("device", "code"), [("/dev/null", None), ("/dev/full", errno.ENOSPC)])
def test_devices_that_cannot_be_polled(loop: Loop, device: str, code: int | None) -> None:
    protocol = PipeRecord()

    async def main() -> None:
        file = os.fdopen(os.open(device, os.O_WRONLY), "wb", 0)
        await loop.connect_write_pipe(lambda: protocol, file)
        protocol.transport.write(b"small")
        protocol.transport.write(b"large" * 100_000)
        assert protocol.transport.get_write_buffer_size() == 0
        protocol.transport.close()
        await protocol.until_lost()

    run_coroutine(loop, main())
    (error,) = protocol.lost_with
    assert (error and error.errno) == code  # type: ignore[attr-defined]


def test_device_that_cannot_be_polled_cannot_be_read(loop: Loop, reported: list[dict[str, Any]]) -> None:
    protocol = PipeRecorder()

    async def main() -> None:
        file = os.fdopen(os.open("/dev/null", os.O_RDONLY), "rb", 0)
        await loop.connect_read_pipe(lambda: protocol, file)
        await asyncio.sleep(0)
        assert protocol.events == ["made"]
        protocol.transport.close()
        await protocol.until_lost()

    run_coroutine(loop, main())
    (context,) = reported
    assert type(context["exception"]) is PermissionError
    assert context["message"].startswith("Exception in callback ")
    assert "._add_reader(" in context["message"]


@pytest.mark.parametrize("method", ["connect_read_pipe", "connect_write_pipe"])
def test_regular_files_are_refused(loop: Loop, tmp_path: Path, method: str) -> None:
    texts = {
        "connect_read_pipe": "Pipe transport is for pipes/sockets only.",
        "connect_write_pipe": "Pipe transport is only for pipes, sockets and character devices",
    }
    protocol = PipeRecord()
    with (tmp_path / "file").open("w+b", 0) as file:
        with pytest.raises(ValueError, match=f"^{texts[method]}$"):
            run_coroutine(loop, getattr(loop, method)(lambda: protocol, file))
        assert not file.closed
    assert protocol.events == []


def test_failing_exception_handler_does_not_hide_the_end(
    loop: Loop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(PipeRecord):
        def pause_writing(self) -> None:
            super().pause_writing()
            raise ValueError("pause")

        def resume_writing(self) -> None:
            super().resume_writing()
            raise ValueError("resume")

    contexts: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: contexts.append(context))
    protocol = Failing()

    async def main(fd: int) -> None:
        protocol.transport.write(b"x" * MORE_THAN_FITS)
        await read_slowly(fd, MORE_THAN_FITS, 1 << 18)
        await protocol.until_event("resume")

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))
        assert [context["message"] for context in contexts] == [
            "protocol.pause_writing() failed",
            "protocol.resume_writing() failed",
        ]
        assert not protocol.transport.is_closing()
        assert not is_readable(fd)
        protocol.transport.write(b"more")
        assert available(fd) == b"more"
    assert caplog.records == []
