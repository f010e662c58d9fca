"""Stream transports in debug mode: everything works, and more is logged."""

import asyncio
import logging
import re
import socket
import time

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import (
    TCP_CONNECTED,
    TOO_MUCH,
    BufferedRecorder,
    Record,
    Recorder,
    Way,
    connected,
    every_way,
    receive,
    receive_all,
    reset,
)

every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


@pytest.fixture
def debugged(loop: Loop) -> Loop:
    """The loop, in debug mode, and with no complaints about a busy machine."""
    loop.set_debug(True)
    loop.slow_callback_duration = 3600.0
    return loop


@every_protocol
@every_way
def test_data_goes_both_ways(debugged: Loop, way: Way, protocol_class: type[Record]) -> None:
    protocol = protocol_class()

    async def main() -> None:
        await debugged.sock_sendall(peer, b"question")
        await protocol.until_received(8)
        protocol.transport.write(b"answer")
        assert await receive(peer, 6) == b"answer"
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.write(b"end")
        assert await receive(peer, TOO_MUCH + 3) == bytes(TOO_MUCH) + b"end"
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()

    with connected(debugged, protocol, way) as peer:
        run_coroutine(debugged, main())
        assert protocol.events == ["made", "data", "pause", "resume", "eof", "lost"]
        assert protocol.data == b"question"


@every_way
def test_slow_data_received_is_logged(loop: Loop, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    class Slow(Recorder):
        def data_received(self, data: bytes) -> None:
            time.sleep(0.05)
            super().data_received(data)

    loop.set_debug(True)
    loop.slow_callback_duration = 0.05
    protocol = Slow()

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_received(4)
        # The warning comes when the callback has returned.
        await asyncio.sleep(0)

    with connected(loop, protocol, way) as peer:
        caplog.clear()
        run_coroutine(loop, main())
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any(re.fullmatch(r"Executing <Handle .* took \d+\.\d{3} seconds", message) for message in messages)


@every_way
def test_changes_of_the_state_are_logged(debugged: Loop, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    protocol = Recorder()
    with connected(debugged, protocol, way) as peer, caplog.at_level(logging.DEBUG, "asyncio"):
        caplog.clear()
        protocol.transport.pause_reading()
        protocol.transport.resume_reading()
        peer.shutdown(socket.SHUT_WR)
        run_coroutine(debugged, protocol.until_lost())
    texts = [re.sub(r"^<.*> ", "", record.getMessage()) for record in caplog.records]
    assert [text for text in texts if text in ("pauses reading", "resumes reading", "received EOF")] == [
        "pauses reading",
        "resumes reading",
        "received EOF",
    ]


def test_errors_of_the_network_are_logged(debugged: Loop, caplog: pytest.LogCaptureFixture) -> None:
    protocol = Recorder()
    with connected(debugged, protocol, TCP_CONNECTED) as peer, caplog.at_level(logging.DEBUG, "asyncio"):
        caplog.clear()
        reset(peer)
        run_coroutine(debugged, protocol.until_lost())
    records = [record for record in caplog.records if "Fatal read error on socket transport" in record.getMessage()]
    assert len(records) == 1
    assert records[0].levelno == logging.DEBUG
    assert records[0].exc_info is not None
    assert records[0].exc_info[0] is ConnectionResetError


@every_way
def test_mode_can_change_while_the_connection_lives(loop: Loop, way: Way) -> None:
    loop.slow_callback_duration = 3600.0
    protocol = Recorder()

    async def main() -> bytes:
        for number in range(10):
            loop.set_debug(number % 2 == 0)
            await loop.sock_sendall(peer, b"ab")
            await protocol.until_received(2 * number + 2)
            protocol.transport.write(b"%d" % number)
            await asyncio.sleep(0)
        protocol.transport.close()
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"0123456789"
        assert protocol.data == b"ab" * 10
