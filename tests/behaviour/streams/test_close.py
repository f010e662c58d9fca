"""close() and abort(): what still arrives, and that connection_lost() is called once, last, with the right argument."""

import asyncio
import socket

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations
from support.peers.streams import (
    TOO_MUCH,
    Recorder,
    Way,
    connected,
    every_way,
    factory_of,
    pass_iterations,
    receive_all,
)

ENDINGS = {
    "close": ["close"],
    "abort": ["abort"],
    "close twice": ["close", "close"],
    "abort twice": ["abort", "abort"],
    "close, abort": ["close", "abort"],
    "abort, close": ["abort", "close"],
}


def end(protocol: Recorder, ending: str) -> None:
    for method in ENDINGS[ending]:
        getattr(protocol.transport, method)()


@pytest.mark.parametrize("ending", ENDINGS)
@every_way
def test_connection_lost_is_called_once(loop: Loop, way: Way, ending: str) -> None:
    protocol = Recorder()

    async def main() -> None:
        assert not protocol.transport.is_closing()
        end(protocol, ending)
        assert protocol.transport.is_closing()
        # Not from within the call.
        assert protocol.events == ["made"]
        await protocol.until_lost()
        assert await receive_all(peer) == b""
        await pass_iterations()
        assert protocol.transport.is_closing()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made", "lost"]
        assert protocol.lost_with == [None]


@pytest.mark.parametrize("ending", ENDINGS)
def test_connection_lost_comes_in_the_next_iteration_in_order(loop: Loop, ending: str) -> None:
    protocol = Recorder()
    with connected(loop, protocol):
        loop.call_soon(protocol.note, "before")
        end(protocol, ending)
        loop.call_soon(protocol.note, "after")
        run_iterations(loop)
        assert protocol.events == ["made", "before", "lost", "after"]


@every_way
def test_buffered_data_arrives_before_the_close(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> int:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.close()
        assert protocol.transport.is_closing()
        assert protocol.transport.get_write_buffer_size() > 0
        await pass_iterations()
        assert "lost" not in protocol.events
        return len(await receive_all(peer))

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == TOO_MUCH
        run_coroutine(loop, protocol.until_lost())
        assert protocol.lost_with == [None]
        assert protocol.transport.get_write_buffer_size() == 0


@pytest.mark.parametrize("ending", ["abort", "abort twice", "close, abort", "abort, close"])
@every_way
def test_abort_drops_buffered_data(loop: Loop, way: Way, ending: str) -> None:
    protocol = Recorder()

    async def main() -> int:
        protocol.transport.write(bytes(TOO_MUCH))
        end(protocol, ending)
        assert protocol.transport.get_write_buffer_size() == 0
        await protocol.until_lost()
        return len(await receive_all(peer))

    with connected(loop, protocol, way) as peer:
        assert 0 < run_coroutine(loop, main()) < TOO_MUCH
        assert protocol.events == ["made", "pause", "lost"]
        assert protocol.lost_with == [None]


@every_way
def test_abort_ends_a_close_that_waits_for_a_peer_that_does_not_read(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.close()
        await asyncio.sleep(0.01)
        assert protocol.lost_with == []
        protocol.transport.abort()
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
        assert protocol.lost_with == [None]


@pytest.mark.parametrize("ending", ENDINGS)
@every_way
def test_end_in_connection_made(loop: Loop, way: Way, ending: str) -> None:
    class Ending(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.write(b"bye")
            end(self, ending)

    protocol = Ending()
    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, receive_all(peer)) == b"bye"
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "lost"]
        assert protocol.lost_with == [None]


@pytest.mark.parametrize("ending", ENDINGS)
@every_way
def test_end_in_data_received(loop: Loop, way: Way, ending: str) -> None:
    class Ending(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.write(b"bye")
            end(self, ending)

    protocol = Ending()

    async def main() -> bytes:
        await loop.sock_sendall(peer, b"data")
        answer = await receive_all(peer)
        await protocol.until_lost()
        return answer

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"bye"
        assert protocol.events == ["made", "data", "lost"]
        assert protocol.lost_with == [None]


@every_way
def test_nothing_is_received_after_close_in_data_received(loop: Loop, way: Way) -> None:
    class Closing(Recorder):
        calls = 0

        def data_received(self, data: bytes) -> None:
            self.calls += 1
            super().data_received(data)
            self.transport.close()

    protocol = Closing()

    async def main() -> None:
        # More than one read takes.
        sending = asyncio.ensure_future(loop.sock_sendall(peer, bytes(TOO_MUCH)))
        await protocol.until_lost()
        await asyncio.gather(sending, return_exceptions=True)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.calls == 1
        assert protocol.events == ["made", "data", "lost"]


@pytest.mark.parametrize("ending", ENDINGS)
@every_way
def test_data_that_came_before_the_end_of_the_transport_is_not_received(loop: Loop, way: Way, ending: str) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        peer.send(b"late")
        peer.shutdown(socket.SHUT_WR)
        end(protocol, ending)
        run_coroutine(loop, protocol.until_lost())
        run_coroutine(loop, pass_iterations())
        assert protocol.events == ["made", "lost"]
        assert protocol.lost_with == [None]


@every_way
def test_end_of_the_peer_while_closing_with_buffered_data_is_not_reported(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> int:
        protocol.transport.write(bytes(TOO_MUCH))
        protocol.transport.close()
        peer.shutdown(socket.SHUT_WR)
        await pass_iterations()
        return len(await receive_all(peer))

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == TOO_MUCH
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "pause", "resume", "lost"]
        assert protocol.lost_with == [None]


def test_many_transports_close_in_one_callback(loop: Loop) -> None:
    protocols = [Recorder() for _ in range(100)]
    peers: list[socket.socket] = []

    async def main() -> None:
        for protocol in protocols:
            mine, peer = socket.socketpair()
            peer.setblocking(False)
            peers.append(peer)
            await loop.create_connection(factory_of(protocol), sock=mine)
        for number, protocol in enumerate(protocols):
            protocol.transport.write(b"%d" % number)
            end(protocol, list(ENDINGS)[number % len(ENDINGS)])
        for number, peer in enumerate(peers):
            assert await receive_all(peer) == b"%d" % number
        for protocol in protocols:
            await protocol.until_lost()

    run_coroutine(loop, main())
    assert [protocol.events for protocol in protocols] == [["made", "lost"]] * 100
    for peer in peers:
        peer.close()


def test_one_transport_ends_another_that_has_data_in_the_same_iteration(loop: Loop) -> None:
    """The second one's readiness may have been collected already when the first one's callback runs."""
    protocols: list[Recorder] = []

    class Killer(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            for other in protocols:
                if other is not self:
                    other.transport.abort()

    async def main() -> None:
        pairs = [socket.socketpair() for _ in range(10)]
        for mine, _ in pairs:
            protocols.append(Killer())
            await loop.create_connection(factory_of(protocols[-1]), sock=mine)
        await pass_iterations()
        for _, peer in pairs:
            peer.send(b"data")
        await protocols[0].until(lambda: any("data" in protocol.events for protocol in protocols))
        await pass_iterations()
        assert sum("data" in protocol.events for protocol in protocols) == 1
        for protocol in protocols:
            protocol.transport.abort()
        for protocol in protocols:
            await protocol.until_lost()
        for _, peer in pairs:
            peer.close()

    run_coroutine(loop, main())
