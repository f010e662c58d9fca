"""Pipe transports that nobody closes, those of closed loops, and what is left of closed ones."""

import asyncio
import gc
import os
import re
import warnings
import weakref
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_coroutine, run_iterations
from support.peers.pipes import MORE_THAN_FITS, PIPE, PipeRecord, PipeRecorder, available, read_slowly, reading, writing


def test_forgotten_transports_are_collected_with_a_warning(loop: Loop, tmp_path: Path) -> None:
    async def main() -> tuple[int, list[Any]]:
        read_end, write_end = PIPE.open(tmp_path)
        reader, _ = await loop.connect_read_pipe(PipeRecorder, read_end)
        writer, _ = await loop.connect_write_pipe(PipeRecord, write_end)
        await asyncio.sleep(0)
        return os.dup(read_end.fileno()), [reader, writer]

    fd, transports = run_coroutine(loop, main())
    transports[0].pause_reading()
    # asyncio watches for the end of the reader as long as it writes.
    loop.remove_reader(transports[1].get_extra_info("pipe").fileno())
    references = [weakref.ref(transport) for transport in transports]
    texts = {f"unclosed transport {transport!r}" for transport in transports}

    def write_and_forget() -> None:
        transports.pop().write(b"last bytes")
        transports.clear()
        gc.collect()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop.call_soon(write_and_forget)
        run_iterations(loop, 3)
        gc.collect()
    assert {str(warning.message) for warning in caught if "transport" in str(warning.message)} == texts
    assert {warning.category for warning in caught} == {ResourceWarning}
    caught.clear()  # a warning keeps its source, and from Python 3.15 on a weak reference outlives the finaliser
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert os.read(fd, 100) == b"last bytes"
    assert os.read(fd, 100) == b""
    os.close(fd)


def test_transports_at_work_are_kept_by_their_loop(loop: Loop, tmp_path: Path) -> None:
    reader, writer = PipeRecorder(), PipeRecord()
    with reading(loop, reader, tmp_path) as to_reader, writing(loop, writer, tmp_path) as from_writer:
        writer.transport.write(bytes(MORE_THAN_FITS))
        references = [weakref.ref(protocol.transport) for protocol in (reader, writer)]
        kept = [reader.transport, writer.transport]
        reader.transport = writer.transport = None
        kept.clear()
        gc.collect()
        reader.transport, writer.transport = (reference() for reference in references)
        os.write(to_reader, b"data")
        run_coroutine(loop, reader.until_received(4))
        assert len(run_coroutine(loop, read_slowly(from_writer, MORE_THAN_FITS, 1 << 18))) == MORE_THAN_FITS


def test_closed_transports_are_freed(loop: Loop, tmp_path: Path) -> None:
    reader, writer = PipeRecorder(), PipeRecord()
    with reading(loop, reader, tmp_path), writing(loop, writer, tmp_path):
        writer.transport.write(b"data")
        references = []
        for protocol in (reader, writer):
            references.append(weakref.ref(protocol.transport))
            protocol.transport.close()
        run_iterations(loop, 3)
        for protocol in (reader, writer):
            assert protocol.transport.get_protocol() is None
        reader.transport = writer.transport = None
        gc.collect()
        assert [reference() for reference in references] == [None, None]


def test_transports_of_a_closed_loop(loop: Loop, tmp_path: Path) -> None:
    reader, writer = PipeRecorder(), PipeRecord()
    with reading(loop, reader, tmp_path) as to_reader, writing(loop, writer, tmp_path) as from_writer:
        reader.transport.pause_reading()
        loop.close()
        os.write(to_reader, b"unread")
        writer.transport.write(b"small")
        assert available(from_writer) == b"small"
        with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
            writer.transport.write(bytes(MORE_THAN_FITS))
        with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
            reader.transport.resume_reading()
        for transport in (reader.transport, writer.transport):
            assert not transport.is_closing()
            with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
                transport.close()
            assert transport.is_closing()
            transport.close()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del transport
            reader.transport = writer.transport = None
            gc.collect()
        texts = [str(warning.message) for warning in caught if "transport" in str(warning.message)]
        assert len(texts) == 2
        assert all(re.fullmatch(r"unclosed transport <\w+ closing fd=\d+ open>", text) for text in texts)


def test_program_that_forks_with_open_pipes(kind: LoopKind) -> None:
    done = kind.run_program(
        """
        import asyncio, gc, os, sys, warnings
        warnings.simplefilter("ignore")

        async def main():
            loop = asyncio.get_running_loop()
            for size in (1, 1 << 20):
                read_end, write_end = os.pipe()
                reader, _ = await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(read_end, "rb", 0))
                writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(write_end, "wb", 0))
                reader.pause_reading()
                writer.write(bytes(size))
                transports.extend([reader, writer])

        transports = []
        loop = new_event_loop()
        loop.run_until_complete(main())
        child = os.fork()
        if not child:
            transports.clear()
            del loop
            gc.collect()
            sys.exit(5)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        sys.exit(7)
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "5\n", "")
