"""pause_reading() and resume_reading() from within the methods of a protocol."""

import asyncio
import random
import socket

import pytest

from support.loop_kinds import Loop, run_coroutine, settle
from support.peers.streams import (
    LARGEST_READ,
    BufferedRecorder,
    Recorder,
    Way,
    connected,
    every_way,
    factory_of,
    pass_iterations,
)

every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


class Pausing(Recorder):
    """Pauses in every call with data; ``then`` decides what follows."""

    calls = 0

    def data_received(self, data: bytes) -> None:
        assert self.transport.is_reading()
        self.calls += 1
        self.transport.pause_reading()
        super().data_received(data)
        self.then()

    def then(self) -> None:
        pass


@every_way
def test_pause_in_data_received_stops_further_calls(loop: Loop, way: Way) -> None:
    protocol = Pausing()
    size = 3 * LARGEST_READ

    async def main() -> None:
        sending = asyncio.ensure_future(loop.sock_sendall(peer, bytes(size)))
        await protocol.until_received(1)
        await asyncio.sleep(0.01)
        assert protocol.calls == 1
        while len(protocol.data) < size:
            calls, count = protocol.calls, len(protocol.data)
            protocol.transport.resume_reading()
            await protocol.until_received(count + 1)
            await pass_iterations()
            assert protocol.calls == calls + 1
        await sending

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.calls >= 3
        assert protocol.data == bytes(size)


@pytest.mark.parametrize("later", [False, True], ids=["within", "call_soon"])
@every_way
def test_resume_in_and_after_data_received(loop: Loop, way: Way, later: bool) -> None:
    class Resuming(Pausing):
        def then(self) -> None:
            if later:
                loop.call_soon(self.transport.resume_reading)
            else:
                self.transport.resume_reading()

    protocol = Resuming()
    data = random.Random(5).randbytes(3 * LARGEST_READ + 17)

    async def main() -> None:
        await asyncio.gather(loop.sock_sendall(peer, data), protocol.until_received(len(data)))

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == data


@every_way
def test_pause_in_connection_made(loop: Loop, way: Way) -> None:
    class Shy(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.pause_reading()

    protocol = Shy()
    with connected(loop, protocol, way) as peer:
        assert not protocol.transport.is_reading()
        peer.send(b"data")
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_received(4))


@every_way
def test_pause_and_resume_in_connection_made(loop: Loop, way: Way) -> None:
    class Undecided(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.pause_reading()
            self.transport.resume_reading()

    protocol = Undecided()
    with connected(loop, protocol, way) as peer:
        peer.send(b"data")
        run_coroutine(loop, protocol.until_received(4))
        peer.send(b"more")
        run_coroutine(loop, protocol.until_received(8))
        assert protocol.data == b"datamore"


def test_one_transport_pauses_another_that_has_data_in_the_same_iteration(loop: Loop) -> None:
    """The second one's readiness may have been collected already when the first one's callback runs."""
    protocols: list[Recorder] = []

    class PausingOthers(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            for other in protocols:
                if other is not self:
                    other.transport.pause_reading()

    async def main() -> None:
        pairs = [socket.socketpair() for _ in range(10)]
        for mine, _ in pairs:
            protocols.append(PausingOthers())
            await loop.create_connection(factory_of(protocols[-1]), sock=mine)
        await pass_iterations()
        for _, peer in pairs:
            peer.send(b"data")
        await protocols[0].until(lambda: any(protocol.data for protocol in protocols))
        await pass_iterations()
        assert sum(bool(protocol.data) for protocol in protocols) == 1
        # Each that is resumed gets its data and pauses the others again.
        for protocol in protocols:
            protocol.transport.resume_reading()
            await protocol.until_received(4)
        assert [protocol.data for protocol in protocols] == [b"data"] * 10
        for protocol in protocols:
            protocol.transport.abort()
            await protocol.until_lost()
        for _, peer in pairs:
            peer.close()

    run_coroutine(loop, main())
