"""Pipe transports: repr, extra information, contexts, debug mode, closed loops, and transports nobody closes."""

import asyncio
import contextvars
import logging
import os
import re
from pathlib import Path

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations, settle
from support.peers.pipes import MORE_THAN_FITS, PIPE, PipeRecord, PipeRecorder, fill, read_slowly, reading, writing

VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")


def shape(transport: object) -> str:
    """The repr without class and descriptor."""
    return re.sub(r"^<\w+ |fd=\d+", "", repr(transport)).strip("> ")


def test_repr_of_a_reader(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecorder()
    with reading(loop, protocol, tmp_path):
        transport = protocol.transport
        assert shape(transport) == "polling"
        transport.pause_reading()
        assert shape(transport) == "idle"
        transport.resume_reading()
        assert shape(transport) == "polling"
        transport.close()
        assert shape(transport) == "closing  idle"
        run_iterations(loop, 2)
        assert shape(transport) == "closed  closed"


def test_repr_of_a_writer(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecord()
    with writing(loop, protocol, tmp_path):
        transport = protocol.transport
        assert shape(transport) == "idle bufsize=0"
        fill(transport)
        size = transport.get_write_buffer_size()
        assert shape(transport) == f"polling bufsize={size}"
        transport.close()
        assert shape(transport) == f"closing  polling bufsize={size}"
        transport.abort()
        assert shape(transport) == "closing  idle bufsize=0"
        run_iterations(loop, 2)
        assert shape(transport) == "closed  closed"


def test_extra_information(loop: Loop, tmp_path: Path) -> None:
    read_end, write_end = PIPE.open(tmp_path)

    async def main() -> None:
        reader, _ = await loop.connect_read_pipe(PipeRecorder, read_end)
        writer, _ = await loop.connect_write_pipe(PipeRecord, write_end)
        for transport, pipe in ((reader, read_end), (writer, write_end)):
            assert transport.get_extra_info("pipe") is pipe
            assert transport.get_extra_info("socket") is None
            assert transport.get_extra_info("other", 5) == 5
            assert not os.get_blocking(pipe.fileno())
        assert isinstance(reader, asyncio.ReadTransport)
        assert isinstance(writer, asyncio.WriteTransport)
        assert writer.can_write_eof()
        assert writer.get_write_buffer_limits() == (16384, 65536)
        reader.close()
        writer.close()
        await asyncio.sleep(0.001)

    run_coroutine(loop, main())
    assert read_end.closed
    assert write_end.closed


def test_waiting_ends_when_connection_made_was_called(loop: Loop, tmp_path: Path) -> None:
    order: list[str] = []

    class Noting(PipeRecorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            order.append("made")

    async def main() -> None:
        read_end, write_end = PIPE.open(tmp_path)
        os.write(write_end.fileno(), b"data")
        transport, protocol = await loop.connect_read_pipe(Noting, read_end)
        order.append("connected")
        assert not protocol.data
        await protocol.until_received(4)
        transport.close()
        write_end.close()
        await protocol.until_lost()

    run_coroutine(loop, main())
    assert order == ["made", "connected"]


def test_contexts_of_a_reader(loop: Loop, tmp_path: Path) -> None:
    class Noting(PipeRecorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            seen.append(VARIABLE.get())

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            seen.append(VARIABLE.get())

    seen: list[str] = []

    async def main() -> None:
        read_end, write_end = PIPE.open(tmp_path)
        VARIABLE.set("connecting")
        transport, protocol = await loop.connect_read_pipe(Noting, read_end)
        VARIABLE.set("later")
        os.write(write_end.fileno(), b"1")
        await protocol.until_received(1)
        transport.pause_reading()
        VARIABLE.set("resuming")
        transport.resume_reading()
        VARIABLE.set("later")
        os.write(write_end.fileno(), b"2")
        await protocol.until_received(2)
        write_end.close()
        await protocol.until_lost()

    run_coroutine(loop, main())
    assert seen == ["connecting", "resuming", "resuming"]


def test_contexts_of_a_writer(loop: Loop, tmp_path: Path) -> None:
    class Noting(PipeRecord):
        def pause_writing(self) -> None:
            super().pause_writing()
            seen.append(VARIABLE.get())

        def resume_writing(self) -> None:
            super().resume_writing()
            seen.append(VARIABLE.get())

    seen: list[str] = []
    protocol = Noting()

    async def main(fd: int) -> None:
        VARIABLE.set("writing")
        protocol.transport.write(bytes(MORE_THAN_FITS))
        VARIABLE.set("later")
        protocol.transport.write(b"more")
        await read_slowly(fd, MORE_THAN_FITS + 4, 1 << 18)
        await protocol.until_event("resume")

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))
    assert seen == ["writing", "writing"]


def test_debug_mode(loop: Loop, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    loop.set_debug(True)
    loop.slow_callback_duration = 1000.0
    reader, writer = PipeRecorder(), PipeRecord()
    read_end, write_end = PIPE.open(tmp_path)

    async def main() -> None:
        await loop.connect_read_pipe(lambda: reader, read_end)
        await loop.connect_write_pipe(lambda: writer, write_end)
        for size in (1, 10, MORE_THAN_FITS):
            writer.transport.write(b"d" * size)
        await reader.until_received(MORE_THAN_FITS + 11)
        reader.transport.pause_reading()
        reader.transport.resume_reading()
        writer.transport.close()
        await reader.until_lost()

    run_coroutine(loop, main())
    texts = [re.sub(r"<\w+Transport [^>]*>", "T", record.getMessage()) for record in caplog.records]
    for text in ("T pauses reading", "T resumes reading", "T was closed by peer"):
        assert texts.count(text) == 1
    assert reader.data == b"d" * (MORE_THAN_FITS + 11)


def test_debug_mode_logs_errors_of_writing(loop: Loop, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    loop.set_debug(True)
    protocol = PipeRecord()

    async def main(fd: int) -> None:
        os.close(fd)
        protocol.transport.write(b"small")
        assert protocol.transport.is_closing()
        await protocol.until_lost()

    with writing(loop, protocol, tmp_path) as fd:
        run_coroutine(loop, main(fd))
    (record,) = [record for record in caplog.records if "Fatal write error" in record.getMessage()]
    assert record.levelno == logging.DEBUG
    assert record.getMessage().endswith("Fatal write error on pipe transport")
    assert record.exc_info is not None
    assert record.exc_info[0] is BrokenPipeError


def test_slow_callback_is_warned_of_in_debug_mode(loop: Loop, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)
    protocol = PipeRecorder()
    with reading(loop, protocol, tmp_path) as fd:
        loop.slow_callback_duration = 0.0
        os.write(fd, b"data")
        run_coroutine(loop, protocol.until_received(4))
        loop.slow_callback_duration = 1000.0
    assert any(re.search(r"^Executing <Handle .*_read_ready", record.getMessage()) for record in caplog.records)


def test_handlers_of_the_same_descriptor_take_its_place(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecorder()
    with reading(loop, protocol, tmp_path) as fd:
        own = protocol.transport.get_extra_info("pipe").fileno()
        loop.add_reader(own, lambda: received.append(os.read(own, 100)))
        received: list[bytes] = []
        os.write(fd, b"data")
        settle(loop)
        assert (received, bytes(protocol.data)) == ([b"data"], b"")
        assert loop.remove_reader(own)
