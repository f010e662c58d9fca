"""When a datagram is sent: at once, before the loop waits or stops, around the end of a transport."""

from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import (
    INET,
    DatagramRecorder,
    drain,
    end,
    endpoint,
)


def test_sent_at_once_when_the_loop_does_not_run(loop: Loop) -> None:
    protocol = DatagramRecorder()
    transport = run_coroutine(loop, endpoint(protocol, INET.bound()))
    with INET.bound() as peer:
        transport.sendto(b"one", peer.getsockname())
        assert drain(peer) == [b"one"]
        transport.sendto(b"two", peer.getsockname())
        assert drain(peer) == [b"two"]
    run_coroutine(loop, end(protocol))


def test_sent_before_the_loop_waits_and_before_it_stops(loop: Loop) -> None:
    protocol = DatagramRecorder()
    transport = run_coroutine(loop, endpoint(protocol, INET.bound()))
    with INET.bound() as peer:
        loop.call_soon(transport.sendto, b"data", peer.getsockname())
        loop.call_soon(loop.stop)
        loop.run_forever()
        assert drain(peer) == [b"data"]
    run_coroutine(loop, end(protocol))


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_what_was_sent_before_the_end_leaves(loop: Loop, ending: str) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            for number in range(10):
                transport.sendto(b"%d" % number, peer.getsockname())
            getattr(transport, ending)()
            await protocol.until_event("lost")
            assert drain(peer) == [b"%d" % number for number in range(10)]

    run_coroutine(loop, main())
    assert protocol.lost_with == [None]


def test_sending_from_connection_made(loop: Loop) -> None:
    class Eager(DatagramRecorder):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            transport.sendto(b"hello", address)

    with INET.bound() as peer:
        address = peer.getsockname()
        protocol = Eager()
        run_coroutine(loop, endpoint(protocol, INET.bound()))
        assert drain(peer) == [b"hello"]
        run_coroutine(loop, end(protocol))


def test_sending_after_close_to_an_address(loop: Loop) -> None:
    """Without an address of its own a transport of asyncio sends until its socket is closed."""
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.sendto(b"before", peer.getsockname())
            transport.close()
            transport.sendto(b"after", peer.getsockname())
            assert drain(peer) == [b"before", b"after"]
            await protocol.until_event("lost")

    run_coroutine(loop, main())


def test_sending_after_close_of_a_connected_transport_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=peer.getsockname())
            transport.sendto(b"before")
            transport.close()
            for _ in range(7):
                transport.sendto(b"after")
            await protocol.until_event("lost")
            assert drain(peer) == [b"before"]

    run_coroutine(loop, main())
    assert [record.getMessage() for record in caplog.records] == ["socket.send() raised exception."] * 3
