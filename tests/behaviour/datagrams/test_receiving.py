"""What a datagram transport delivers, from whom, and when it stops."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine, run_until
from support.peers.datagrams import (
    INET,
    UNIX,
    DatagramRecorder,
    Medium,
    connected_pair,
    end,
    endpoint,
    every_medium,
)
from support.peers.datagrams import pass_iterations as pass_some

# More than arrives in one go, whatever that is.
MANY = 100


@every_medium
def test_all_arrives_in_order_with_the_address_of_the_sender(loop: Loop, medium: Medium) -> None:
    protocol = DatagramRecorder()
    datagrams = [b"%03d" % number for number in range(8)]

    async def main() -> None:
        mine = medium.bound()
        with medium.bound() as first, medium.bound() as second:
            transport = await endpoint(protocol, mine)
            for turn in range(0, 8, 2):
                first.sendto(datagrams[turn], transport.get_extra_info("sockname"))
                second.sendto(datagrams[turn + 1], transport.get_extra_info("sockname"))
            await protocol.until_received(8)
            assert protocol.addresses == [first.getsockname(), second.getsockname()] * 4
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received == datagrams
    assert protocol.events == ["made"] + ["datagram"] * 8 + ["lost"]


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 64, MANY])
def test_any_number_arrives(loop: Loop, count: int) -> None:
    protocol = DatagramRecorder()
    datagrams = [b"%03d" % number for number in range(count)]

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            await pass_some()
            for round_number in (1, 2, 3):
                for datagram in datagrams:
                    peer.sendto(datagram, transport.get_extra_info("sockname"))
                await protocol.until_received(round_number * count)
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received == datagrams * 3


@every_medium
def test_empty_datagrams_arrive(loop: Loop, medium: Medium) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with medium.bound() as peer:
            transport = await endpoint(protocol, medium.bound())
            for datagram in (b"", b"between", b"", b""):
                peer.sendto(datagram, transport.get_extra_info("sockname"))
            await protocol.until_received(4)
            assert protocol.addresses == [peer.getsockname()] * 4
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received == [b"", b"between", b"", b""]


@pytest.mark.parametrize(("medium", "size"), [(INET, 65507), (UNIX, 150_000)], ids=str)
def test_large_datagrams_arrive_whole(loop: Loop, medium: Medium, size: int) -> None:
    protocol = DatagramRecorder()
    datagrams = [bytes([number]) * (size - number) for number in range(5)]

    async def main() -> None:
        mine = medium.bound()
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        with medium.bound() as peer:
            transport = await endpoint(protocol, mine)
            for number, datagram in enumerate(datagrams):
                peer.sendto(datagram, transport.get_extra_info("sockname"))
                peer.sendto(b"small", transport.get_extra_info("sockname"))
                await protocol.until_received(2 * number + 2)
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received[::2] == datagrams
    assert protocol.received[1::2] == [b"small"] * 5


class Acting(DatagramRecorder):
    """Does something when it gets a certain datagram."""

    def __init__(self, action: Callable[["Acting"], object], number: int = 3) -> None:
        super().__init__()
        self._action = action
        self._number = number

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """See asyncio.DatagramProtocol."""
        super().datagram_received(data, addr)
        if len(self.received) == self._number:
            self._action(self)


async def send_many(protocol: DatagramRecorder, medium: Medium = INET) -> list[bytes]:
    """Have many datagrams wait in the socket before the transport looks."""
    datagrams = [b"%03d" % number for number in range(MANY)]
    mine = medium.bound()
    with medium.bound() as peer:
        for datagram in datagrams:
            peer.sendto(datagram, mine.getsockname())
    await endpoint(protocol, mine)
    return datagrams


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_nothing_is_delivered_after_the_end(loop: Loop, ending: str) -> None:
    protocol = Acting(lambda protocol: getattr(protocol.transport, ending)())

    async def main() -> None:
        await send_many(protocol)
        await protocol.until_event("lost")
        await pass_some()

    run_coroutine(loop, main())
    assert protocol.received == [b"000", b"001", b"002"]
    assert protocol.events == ["made", "datagram", "datagram", "datagram", "lost"]
    assert protocol.lost_with == [None]


def test_nothing_is_delivered_while_reading_is_paused(loop: Loop) -> None:
    protocol = Acting(lambda protocol: protocol.transport.pause_reading())

    async def main() -> None:
        datagrams = await send_many(protocol)
        await protocol.until_received(3)
        await asyncio.sleep(0.01)
        assert protocol.received == datagrams[:3]
        assert not protocol.transport.is_reading()
        protocol.transport.resume_reading()
        assert protocol.transport.is_reading()
        assert protocol.received == datagrams[:3]
        await protocol.until_received(MANY)
        assert protocol.received == datagrams
        await end(protocol)

    run_coroutine(loop, main())


def test_reading_can_stop_and_go_with_every_datagram(loop: Loop) -> None:
    class Halting(DatagramRecorder):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            self.transport.pause_reading()
            loop.call_soon(self.transport.resume_reading)
            super().datagram_received(data, addr)

    protocol = Halting()

    async def main() -> None:
        datagrams = await send_many(protocol)
        await protocol.until_received(MANY)
        assert protocol.received == datagrams
        await end(protocol)

    run_coroutine(loop, main())


def test_paused_before_anything_has_come(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.pause_reading()
            peer.sendto(b"one", transport.get_extra_info("sockname"))
            await asyncio.sleep(0.01)
            assert protocol.received == []
            transport.resume_reading()
            await protocol.until_received(1)
        await end(protocol)

    run_coroutine(loop, main())


def test_close_while_paused_drops_what_waits(loop: Loop) -> None:
    protocol = Acting(lambda protocol: protocol.transport.pause_reading())

    async def main() -> None:
        await send_many(protocol)
        await protocol.until_received(3)
        await end(protocol)
        await pass_some()

    run_coroutine(loop, main())
    assert len(protocol.received) == 3


def test_new_protocol_gets_the_next_datagram(loop: Loop) -> None:
    second = DatagramRecorder()
    first = Acting(lambda protocol: protocol.transport.set_protocol(second))

    async def main() -> None:
        datagrams = await send_many(first)
        await second.until_received(MANY - 3)
        assert first.received + second.received == datagrams
        assert first.transport.get_protocol() is second
        first.transport.close()
        await second.until_event("lost")

    run_coroutine(loop, main())


def test_exception_in_datagram_received_is_reported_and_the_rest_delivered(
    loop: Loop, reported: list[dict[str, Any]]
) -> None:
    error = ValueError("bad datagram")

    def fail(protocol: Acting) -> None:
        raise error

    protocol = Acting(fail)

    async def main() -> None:
        datagrams = await send_many(protocol)
        await protocol.until_received(MANY)
        assert protocol.received == datagrams
        await end(protocol)

    run_coroutine(loop, main())
    assert [context["exception"] for context in reported] == [error]
    assert reported[0]["message"].startswith("Exception in callback ")
    assert protocol.errors == []
    assert protocol.lost_with == [None]


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
def test_exception_that_ends_the_run_loses_nothing(loop: Loop, exception: type[BaseException]) -> None:
    def fail(protocol: Acting) -> None:
        raise exception

    protocol = Acting(fail)
    sending = loop.create_task(send_many(protocol))
    with pytest.raises(exception):
        loop.run_forever()
    assert len(protocol.received) == 3
    run_coroutine(loop, protocol.until_received(MANY))
    assert protocol.received == sending.result()
    run_coroutine(loop, end(protocol))


def test_what_comes_before_the_run_and_between_runs_is_kept(loop: Loop) -> None:
    protocol = DatagramRecorder()
    left, right = connected_pair()
    right.send(b"early")
    transport = run_coroutine(loop, endpoint(protocol, left))
    run_until(loop, lambda: len(protocol.received) == 1)
    right.send(b"between")
    run_until(loop, lambda: len(protocol.received) == 2)
    assert protocol.received == [b"early", b"between"]
    assert transport.is_reading()
    run_coroutine(loop, end(protocol))
    right.close()


def test_descriptors_that_come_with_a_datagram_are_closed(loop: Loop) -> None:
    """The fixture counts descriptors."""
    protocol = DatagramRecorder()
    left, right = connected_pair()

    async def main() -> None:
        await endpoint(protocol, left)
        with right:
            socket.send_fds(right, [b"with descriptors"], [0, 1, 2])
            right.send(b"without")
            await protocol.until_received(2)
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received == [b"with descriptors", b"without"]


def test_callbacks_have_their_turn_under_a_flood(loop: Loop) -> None:
    class Flooding(DatagramRecorder):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            self.received.append(data)
            self.transport.sendto(data, addr)

    protocol = Flooding()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        for _ in range(40):
            # They never stop: everything received goes back to the transport itself.
            transport.sendto(b"again", transport.get_extra_info("sockname"))
        await asyncio.sleep(0.01)
        await pass_some(50)
        transport.abort()
        await protocol.until_event("lost")

    run_coroutine(loop, main())
    assert len(protocol.received) >= 40
