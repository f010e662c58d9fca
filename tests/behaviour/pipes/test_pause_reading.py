"""pause_reading() and resume_reading() of read pipe transports."""

import asyncio
import os
from pathlib import Path

from support.loop_kinds import Loop, run_coroutine, settle
from support.peers.pipes import PACKETS, PipeKind, PipeRecorder, every_kind, reading


class Pieces(PipeRecorder):
    """Keeps what each call has brought."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.data += data
        self.note("data")


@every_kind
def test_nothing_is_read_while_paused(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    protocol = PipeRecorder()
    with reading(loop, protocol, tmp_path, between) as fd:
        transport = protocol.transport
        assert transport.is_reading()
        for _ in range(3):
            transport.pause_reading()
            transport.pause_reading()
            assert not transport.is_reading()
            before = len(protocol.data)
            os.write(fd, b"12345")
            settle(loop)
            assert len(protocol.data) == before
            transport.resume_reading()
            transport.resume_reading()
            assert transport.is_reading()
            run_coroutine(loop, protocol.until_received(before + 5))
        assert protocol.data == b"12345" * 3


def test_end_while_paused_is_noticed_when_reading_is_resumed(loop: Loop, tmp_path: Path) -> None:
    protocol = PipeRecorder()
    with reading(loop, protocol, tmp_path) as fd:
        protocol.transport.pause_reading()
        os.write(fd, b"last")
        os.close(fd)
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_lost())
    assert (bytes(protocol.data), protocol.events) == (b"last", ["made", "data", "eof", "lost"])


@every_kind
def test_pausing_in_data_received_stops_reading_at_once(loop: Loop, tmp_path: Path, between: PipeKind) -> None:
    class Pausing(Pieces):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.pause_reading()

    protocol = Pausing()
    with reading(loop, protocol, tmp_path, between) as fd:
        protocol.transport.max_size = 4
        os.write(fd, b"one.two.")
        run_coroutine(loop, protocol.until_event("data"))
        settle(loop)
        assert protocol.pieces == [b"one."]
        if between is not PACKETS:  # which drops the rest of a packet
            protocol.transport.resume_reading()
            run_coroutine(loop, protocol.until_received(8))
            assert protocol.pieces == [b"one.", b"two."]


def test_pausing_in_connection_made(loop: Loop, tmp_path: Path) -> None:
    class Paused(PipeRecorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.pause_reading()

    protocol = Paused()
    with reading(loop, protocol, tmp_path) as fd:
        os.write(fd, b"data")
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_received(4))
