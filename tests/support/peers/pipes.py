"""Pipes for tests of pipe transports: one end is a transport of the loop under test, the other a descriptor."""

import asyncio
import os
import pty
import select
import socket
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations
from support.peers.streams import Record, Recorder

# More than a pipe and the buffers of a pair of sockets hold, so that a part stays in the transport.
MORE_THAN_FITS = 1 << 20


class PipeRecord(Record):
    """A protocol for the write end."""

    transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        self.transport = transport
        self.note("made")


class PipeRecorder(PipeRecord, Recorder):
    """A protocol for the read end that keeps what it receives."""


@dataclass(frozen=True)
class PipeKind:
    """What is between the two ends; `open` makes file objects for reading and for writing."""

    name: str
    open: Callable[[Path], tuple[Any, Any]]

    def __str__(self) -> str:
        return self.name


def _pipe(_: Path, flags: int = 0) -> tuple[Any, Any]:
    read_end, write_end = os.pipe2(flags)
    return os.fdopen(read_end, "rb", 0), os.fdopen(write_end, "wb", 0)


def _fifo(folder: Path) -> tuple[Any, Any]:
    path = folder / f"fifo{len(list(folder.iterdir()))}"
    os.mkfifo(path)
    read_end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    return os.fdopen(read_end, "rb", 0), path.open("wb", 0)


def _terminal(_: Path) -> tuple[Any, Any]:
    reader, writer = pty.openpty()
    tty.setraw(writer)
    return os.fdopen(reader, "rb", 0), os.fdopen(writer, "wb", 0)


def _sockets(_: Path) -> tuple[Any, Any]:
    return socket.socketpair()


PIPE = PipeKind("pipe", _pipe)
PACKETS = PipeKind("packets", lambda folder: _pipe(folder, os.O_DIRECT))
FIFO = PipeKind("fifo", _fifo)
TERMINAL = PipeKind("terminal", _terminal)
SOCKETS = PipeKind("sockets", _sockets)

every_kind = pytest.mark.parametrize("between", [PIPE, PACKETS, FIFO, TERMINAL, SOCKETS], ids=str)
every_stream = pytest.mark.parametrize("between", [PIPE, FIFO, TERMINAL, SOCKETS], ids=str)
every_watched = pytest.mark.parametrize("between", [PIPE, FIFO, SOCKETS], ids=str)


@contextmanager
def _open(loop: Loop, protocol: PipeRecord, connecting: Any, other: Any) -> Iterator[int]:
    run_coroutine(loop, connecting)
    run_iterations(loop, 2)
    fd = os.dup(other.fileno())
    os.set_blocking(fd, False)
    other.close()
    try:
        yield fd
    finally:
        with suppress(OSError):  # the test may have closed it
            os.close(fd)
        if not loop.is_closed():
            run_iterations(loop, 3)
            if protocol.transport is not None and not protocol.transport.is_closing():
                protocol.transport.close()
                run_iterations(loop, 3)


@contextmanager
def reading(loop: Loop, protocol: PipeRecorder, folder: Path, between: PipeKind = PIPE) -> Iterator[int]:
    """A transport that reads; yields the end to write to, which does not block."""
    read_end, write_end = between.open(folder)
    with _open(loop, protocol, loop.connect_read_pipe(lambda: protocol, read_end), write_end) as fd:
        yield fd


@contextmanager
def writing(loop: Loop, protocol: PipeRecord, folder: Path, between: PipeKind = PIPE) -> Iterator[int]:
    """A transport that writes; yields the end to read from, which does not block."""
    read_end, write_end = between.open(folder)
    with _open(loop, protocol, loop.connect_write_pipe(lambda: protocol, write_end), read_end) as fd:
        yield fd


def fill(transport: Any, piece: bytes = b"f" * 65536) -> int:
    """Write until the kernel takes no more; returns how much was written."""
    written = 0
    while not transport.get_write_buffer_size():
        transport.write(piece)
        written += len(piece)
    return written


def available(fd: int, most: int = 1 << 20) -> bytes:
    """What can be read at once, empty if there is nothing or the end."""
    data = b""
    with suppress(BlockingIOError):
        while len(data) < most and (part := os.read(fd, most - len(data))):
            data += part
    return data


async def read_slowly(fd: int, count: int, piece: int = 4096) -> bytes:
    """Read so many bytes in pieces, with iterations of the loop between them; less if the end comes first."""
    data = bytearray()
    while len(data) < count:
        await asyncio.sleep(0)
        try:
            part = os.read(fd, min(piece, count - len(data)))
        except BlockingIOError:
            await asyncio.sleep(0.001)
            continue
        except OSError:  # a terminal nobody has open any more
            break
        if not part:
            break
        data += part
    return bytes(data)


def is_readable(fd: int) -> bool:
    """Whether there is something to read, be it the end."""
    return bool(select.select([fd], [], [], 0)[0])
