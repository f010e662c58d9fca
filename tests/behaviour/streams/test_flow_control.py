"""Flow control of writing: pause_writing() and resume_writing()."""

import asyncio
import random
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import (
    TOO_MUCH,
    Recorder,
    Way,
    connected,
    every_family,
    every_way,
    fill,
    receive,
    receive_all,
)


@every_way
def test_protocol_is_paused_above_the_high_limit_and_not_at_it(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        transport = protocol.transport
        transport.set_write_buffer_limits(high=TOO_MUCH)
        fill(transport)
        size = transport.get_write_buffer_size()
        transport.set_write_buffer_limits(high=size + 10)
        transport.write(b"g" * 10)
        assert protocol.events == ["made"]
        transport.write(b"g")
        # It has been told before write() returned, and is not told again.
        assert protocol.events == ["made", "pause"]
        transport.write(b"g" * 100_000)
        transport.write(b"g")
        assert protocol.events == ["made", "pause"]

    with connected(loop, protocol, way):
        run_coroutine(loop, main())


@every_way
def test_lower_limits_pause_at_once(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.set_write_buffer_limits(high=TOO_MUCH)
        fill(protocol.transport)
        assert protocol.events == ["made"]
        protocol.transport.set_write_buffer_limits(high=0)
        assert protocol.events == ["made", "pause"]

    with connected(loop, protocol, way):
        run_coroutine(loop, main())


@every_way
def test_limits_beyond_64_bits(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.set_write_buffer_limits(high=10**20)
        protocol.transport.write(bytes(TOO_MUCH))
        assert protocol.transport.get_write_buffer_limits() == (10**20 // 4, 10**20)
        assert protocol.events == ["made"]

    with connected(loop, protocol, way):
        run_coroutine(loop, main())


@pytest.mark.parametrize("low", [0, 1000, 30_000])
@every_way
def test_protocol_is_resumed_at_the_low_limit(loop: Loop, way: Way, low: int) -> None:
    sizes: list[int] = []

    class Sizes(Recorder):
        def resume_writing(self) -> None:
            sizes.append(self.transport.get_write_buffer_size())
            super().resume_writing()

    protocol = Sizes()

    async def main() -> None:
        protocol.transport.set_write_buffer_limits(high=60_000, low=low)
        protocol.transport.write(bytes(TOO_MUCH))
        assert protocol.events == ["made", "pause"]
        await receive(peer, TOO_MUCH)
        await protocol.until_event("resume")

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "pause", "resume"]
        assert len(sizes) == 1
        assert sizes[0] <= low


@every_way
def test_pauses_and_resumptions_alternate(loop: Loop, way: Way) -> None:
    """A writer that obeys, against a slow reader."""
    protocol = Recorder()
    data = random.Random(3).randbytes(3 << 20)

    async def send() -> None:
        protocol.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        for start in range(0, len(data), 50_000):
            await protocol.until(lambda: protocol.events[-1] != "pause")
            protocol.transport.write(data[start : start + 50_000])
            # Never more than the limit and one piece.
            assert protocol.transport.get_write_buffer_size() <= 65536 + 50_000
        protocol.transport.close()

    async def main() -> bytes:
        return (await asyncio.gather(receive_all(peer), send()))[0]

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == data
        calls = [event for event in protocol.events if event in ("pause", "resume")]
        assert len(calls) >= 4
        assert calls == ["pause", "resume"] * (len(calls) // 2)
        assert protocol.lost_with == [None]


@every_way
def test_write_in_resume_writing(loop: Loop, way: Way) -> None:
    pieces = [random.Random(number).randbytes(TOO_MUCH // 2) for number in range(4)]

    class Writer(Recorder):
        def resume_writing(self) -> None:
            super().resume_writing()
            if rest:
                self.transport.write(b"and ")
                self.transport.write(rest.pop(0))

    protocol = Writer()
    rest = pieces[1:]
    expected = b"and ".join(pieces)

    async def main() -> None:
        # Small, so that every piece pauses the protocol, without which nobody resumes it.
        protocol.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        protocol.transport.set_write_buffer_limits(high=0)
        protocol.transport.write(pieces[0])
        assert await receive(peer, len(expected)) == expected
        await protocol.until(lambda: protocol.events.count("resume") == 4)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", *["pause", "resume"] * 4]


@every_family
def test_failing_pause_writing_is_reported(loop: Loop, way: Way, reported: list[dict[str, Any]]) -> None:
    error = LookupError("pause")

    class Failing(Recorder):
        def pause_writing(self) -> None:
            raise error

    protocol = Failing()

    async def main() -> bytes:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.write(b"end")
        return await receive(peer, TOO_MUCH + 3)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == bytes(TOO_MUCH) + b"end"
        assert reported == [
            {
                "message": "protocol.pause_writing() failed",
                "exception": error,
                "transport": protocol.transport,
                "protocol": protocol,
            }
        ]


@every_family
def test_failing_resume_writing_is_reported(loop: Loop, way: Way, reported: list[dict[str, Any]]) -> None:
    error = LookupError("resume")

    class Failing(Recorder):
        def resume_writing(self) -> None:
            super().resume_writing()
            raise error

    protocol = Failing()

    async def main() -> bytes:
        protocol.transport.write(bytes(TOO_MUCH))
        data = await receive(peer, TOO_MUCH)
        await protocol.until_event("resume")
        protocol.transport.write(b"end")
        return data + await receive(peer, 3)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == bytes(TOO_MUCH) + b"end"
        assert reported == [
            {
                "message": "protocol.resume_writing() failed",
                "exception": error,
                "transport": protocol.transport,
                "protocol": protocol,
            }
        ]
        assert not protocol.transport.is_closing()


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_exit_in_pause_writing_leaves_write(loop: Loop, error: type[BaseException]) -> None:
    class Leaving(Recorder):
        def pause_writing(self) -> None:
            raise error

    protocol = Leaving()
    with connected(loop, protocol):
        loop.call_soon(protocol.transport.write, bytes(TOO_MUCH))
        with pytest.raises(error):
            loop.run_forever()


@every_family
def test_abort_of_a_paused_protocol_does_not_resume_it(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.abort()
        assert protocol.transport.get_write_buffer_size() == 0
        await protocol.until_lost()

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
        assert protocol.events == ["made", "pause", "lost"]


@every_family
def test_closing_transport_resumes_its_protocol_when_drained(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.close()
        assert len(await receive_all(peer)) == TOO_MUCH
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "pause", "resume", "lost"]
