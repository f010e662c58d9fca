"""A transport that is closing or gone: what its methods still do, and what becomes of its socket."""

import logging
import os
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TOO_MUCH, Recorder, Way, connected, every_way, pass_iterations, receive_all

ENDINGS = {
    "close": ["close"],
    "abort": ["abort"],
    "close twice": ["close", "close"],
    "abort twice": ["abort", "abort"],
    "close, abort": ["close", "abort"],
    "abort, close": ["abort", "close"],
}


@every_way
def test_descriptor_is_closed_after_connection_lost_and_not_before(loop: Loop, way: Way) -> None:
    open_at_the_time: list[bool] = []

    class Looking(Recorder):
        def connection_lost(self, exc: Exception | None) -> None:
            open_at_the_time.append(self.transport.get_extra_info("socket").fileno() == descriptor)
            super().connection_lost(exc)

    protocol = Looking()
    with connected(loop, protocol, way):
        descriptor = protocol.transport.get_extra_info("socket").fileno()
        os.fstat(descriptor)
        protocol.transport.close()
        run_coroutine(loop, protocol.until_lost())
        assert open_at_the_time == [True]
        assert protocol.transport.get_extra_info("socket").fileno() == -1
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


@every_way
def test_failing_connection_lost_is_reported_and_the_socket_closed(
    loop: Loop, way: Way, reported: list[dict[str, Any]]
) -> None:
    error = LookupError("lost")

    class Failing(Recorder):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            raise error

    protocol = Failing()

    async def main() -> None:
        protocol.transport.close()
        assert await receive_all(peer) == b""

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert [context["exception"] for context in reported] == [error]
        assert reported[0]["message"].startswith("Exception in callback ")
        assert protocol.transport.get_extra_info("socket").fileno() == -1


def lost_writes(caplog: pytest.LogCaptureFixture) -> int:
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert set(messages) <= {"socket.send() raised exception."}
    return len(messages)


@pytest.mark.parametrize("ending", ["close", "abort"])
@every_way
def test_writes_after_the_end_are_ignored_and_later_warned_about(
    loop: Loop, way: Way, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    protocol = Recorder()

    async def main() -> bytes:
        getattr(protocol.transport, ending)()
        for _ in range(4):
            protocol.transport.write(b"ignored")
        protocol.transport.write(b"")
        assert lost_writes(caplog) == 0
        protocol.transport.write(b"ignored")
        assert lost_writes(caplog) == 1
        await protocol.until_lost()
        protocol.transport.write(b"ignored")
        assert lost_writes(caplog) == 2
        assert protocol.transport.get_write_buffer_size() == 0
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b""
        assert protocol.events == ["made", "lost"]


@every_way
def test_writes_while_closing_with_buffered_data_are_still_sent(loop: Loop, way: Way) -> None:
    """Odd, but what asyncio does: only a transport whose connection_lost() is due ignores data."""
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.close()
        protocol.transport.write(b"end")
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        data = run_coroutine(loop, main())
        assert len(data) == TOO_MUCH + 3
        assert data.endswith(b"end")


@pytest.mark.parametrize("ending", ["close", "abort"])
@every_way
def test_methods_of_a_lost_transport_do_no_harm(loop: Loop, way: Way, ending: str) -> None:
    protocol = Recorder()

    async def main() -> None:
        getattr(protocol.transport, ending)()
        await protocol.until_lost()
        transport = protocol.transport
        # The descriptor is somebody else's now, and must be left alone.
        with socket.socket(socket.AF_UNIX):
            transport.close()
            transport.abort()
            transport.close()
            transport.pause_reading()
            transport.resume_reading()
            transport.write(b"nowhere")
            transport.write_eof()
            transport.set_write_buffer_limits(high=10)
            assert transport.get_write_buffer_limits() == (2, 10)
            assert transport.get_write_buffer_size() == 0
            assert transport.can_write_eof() is True
            assert transport.is_closing() is True
            assert transport.is_reading() is False
            assert transport.get_protocol() is None
            assert transport.get_extra_info("nothing") is None
            await pass_iterations()

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
        assert protocol.events == ["made", "lost"]
