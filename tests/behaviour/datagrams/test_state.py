"""What can be asked of a datagram transport, in debug mode too, and what is left of those that are gone."""

import asyncio
import gc
import logging
import os
import re
import socket
import sys
import time
import warnings
import weakref
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine, run_iterations
from support.peers.datagrams import (
    INET,
    UNIX,
    DatagramEcho,
    DatagramRecorder,
    Medium,
    connected_pair,
    drain,
    end,
    endpoint,
    every_medium,
    pass_iterations,
)


@every_medium
def test_extra_info(loop: Loop, medium: Medium) -> None:
    protocol = DatagramRecorder()
    left, right = connected_pair(medium)

    async def main() -> None:
        transport = await endpoint(protocol, left)
        assert transport.get_extra_info("sockname") == left.getsockname()
        assert transport.get_extra_info("peername") == right.getsockname()
        assert transport.get_extra_info("socket").fileno() == left.fileno()
        assert transport.get_extra_info("nothing", "default") == "default"
        await end(protocol)

    run_coroutine(loop, main())
    right.close()


def test_kind_of_transport(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        assert isinstance(transport, asyncio.Transport)
        if sys.version_info >= (3, 12):
            assert isinstance(transport, asyncio.DatagramTransport)
        await end(protocol)

    run_coroutine(loop, main())


def test_repr(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        await pass_iterations()
        name = type(transport).__name__
        fd = transport.get_extra_info("socket").fileno()
        assert repr(transport) == f"<{name} fd={fd} read=polling write=<idle, bufsize=0>>"
        transport.pause_reading()
        assert repr(transport) == f"<{name} fd={fd} read=idle write=<idle, bufsize=0>>"
        transport.close()
        assert repr(transport) == f"<{name} closing fd={fd} read=idle write=<idle, bufsize=0>>"
        await protocol.until_event("lost")
        assert repr(transport) == f"<{name} closed fd={fd}>"

    run_coroutine(loop, main())


def test_repr_of_a_full_one(loop: Loop) -> None:
    protocol = DatagramRecorder()
    left, right = connected_pair()

    async def main() -> None:
        transport = await endpoint(protocol, left)
        while not transport.get_write_buffer_size():
            transport.sendto(b"data")
        assert re.search(r" read=polling write=<polling, bufsize=(4|12)>>$", repr(transport))
        transport.abort()
        assert re.search(r" closing fd=\d+ read=idle write=<idle, bufsize=\d+>>$", repr(transport))
        await protocol.until_event("lost")

    run_coroutine(loop, main())
    right.close()


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_ending_twice(loop: Loop, ending: str) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        for _ in range(2):
            transport.close()
            getattr(transport, ending)()
        assert transport.is_closing()
        assert not transport.is_reading()
        await protocol.until_event("lost")
        await pass_iterations()
        transport.close()

    run_coroutine(loop, main())
    assert protocol.lost_with == [None]


def test_sending_on_a_closed_transport_without_an_address(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever asyncio makes of it, nothing breaks."""
    protocol = DatagramRecorder()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            await end(protocol)
            with pytest.raises(AttributeError):
                transport.sendto(b"too late", peer.getsockname())
            assert drain(peer) == []

    run_coroutine(loop, main())
    caplog.clear()


@every_medium
def test_everything_works_in_debug_mode(loop: Loop, medium: Medium) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 3600.0
    echo, protocol = DatagramEcho(), DatagramRecorder()

    async def main() -> None:
        await endpoint(echo, medium.bound())
        await endpoint(protocol, medium.bound())
        address = echo.transport.get_extra_info("sockname")
        for start in range(0, 200, 5):
            for number in range(start, start + 5):
                protocol.transport.sendto(b"%d" % number, address)
            await protocol.until_received(start + 5)
        await end(echo, protocol)

    run_coroutine(loop, main())
    assert protocol.received == [b"%d" % number for number in range(200)]


def test_full_socket_in_debug_mode(loop: Loop) -> None:
    loop.set_debug(True)
    loop.slow_callback_duration = 3600.0
    protocol = DatagramRecorder()
    left, right = connected_pair()

    async def main() -> None:
        transport = await endpoint(protocol, left)
        for number in range(500):
            transport.sendto(b"%03d" % number)
        received: list[bytes] = []
        while len(received) < 500:
            received += drain(right)
            await asyncio.sleep(0)
        assert received == [b"%03d" % number for number in range(500)]
        await end(protocol)

    run_coroutine(loop, main())
    right.close()


def test_slow_datagram_received_is_logged_in_debug_mode(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    class Slow(DatagramRecorder):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            time.sleep(0.05)
            super().datagram_received(data, addr)

    loop.set_debug(True)
    loop.slow_callback_duration = 0.05
    protocol = Slow()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            caplog.clear()
            peer.sendto(b"data", transport.get_extra_info("sockname"))
            await protocol.until_received(1)
            await asyncio.sleep(0)
        await end(protocol)

    run_coroutine(loop, main())
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any(re.fullmatch(r"Executing <Handle .* took \d+\.\d{3} seconds", message) for message in messages)


def test_pausing_is_logged_in_debug_mode(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncio")
    loop.set_debug(True)
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        transport.pause_reading()
        transport.resume_reading()
        await end(protocol)

    run_coroutine(loop, main())
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split("> ")[-1] for message in messages if "reading" in message] == [
        "pauses reading",
        "resumes reading",
    ]


@every_medium
def test_many_endpoints_leave_no_descriptor(loop: Loop, medium: Medium) -> None:
    """The fixture counts descriptors; each number is used by one endpoint after the other."""

    async def main() -> None:
        numbers = set()
        with medium.bound() as peer:
            for turn in range(200):
                protocol = DatagramRecorder()
                transport = await endpoint(protocol, medium.bound())
                numbers.add(transport.get_extra_info("socket").fileno())
                peer.sendto(b"%d" % turn, transport.get_extra_info("sockname"))
                transport.sendto(b"%d" % turn, peer.getsockname())
                if turn % 2:
                    await protocol.until_received(1)
                (transport.close if turn % 3 else transport.abort)()
                await protocol.until_event("lost")
                assert protocol.received in ([], [b"%d" % turn])
                assert protocol.errors == []
                assert drain(peer) == [b"%d" % turn]
        assert len(numbers) < 20

    run_coroutine(loop, main())


def test_unclosed_transport_warns_and_has_sent_everything(loop: Loop) -> None:
    class Forgetful(DatagramRecorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.note("made")

    async def main() -> asyncio.Transport:
        transport, _ = await loop.create_datagram_endpoint(Forgetful, sock=INET.bound())
        transport.pause_reading()  # type: ignore[attr-defined]
        return transport  # type: ignore[return-value]

    transport = run_coroutine(loop, main())
    run_iterations(loop, 3)
    watcher = weakref.ref(transport)
    gc.collect()
    with INET.bound() as peer, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        def send_and_forget() -> None:
            nonlocal transport
            transport.sendto(b"data", peer.getsockname())  # type: ignore[attr-defined]
            del transport

        loop.call_soon(send_and_forget)
        run_iterations(loop, 3)
        gc.collect()
        assert drain(peer) == [b"data"]
    texts = [str(warning.message) for warning in caught]
    caught.clear()  # the warnings refer to the transport
    assert watcher() is None
    assert any(text.startswith("unclosed transport <") for text in texts)


def test_loop_closed_with_an_open_transport(loop: Loop) -> None:
    protocol = DatagramRecorder()
    transport = run_coroutine(loop, endpoint(protocol, INET.bound()))
    run_iterations(loop, 3)
    loop.close()
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        transport.get_extra_info("socket")
        protocol.transport = None
        del transport
        gc.collect()
    assert protocol.events == ["made"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio does not check this before Python 3.12")
def test_socket_cannot_have_two_transports(loop: Loop) -> None:
    protocol = DatagramRecorder()
    mine = INET.bound()

    async def main() -> None:
        await endpoint(protocol, mine)
        with pytest.raises(RuntimeError, match="is used by transport"):
            await loop.create_datagram_endpoint(DatagramRecorder, sock=mine)
        with INET.bound() as peer:
            peer.sendto(b"data", mine.getsockname())
            await protocol.until_received(1)
        await end(protocol)

    run_coroutine(loop, main())


def test_number_can_be_watched_after_the_transport_is_gone(loop: Loop) -> None:
    protocol = DatagramRecorder()
    seen: list[bytes] = []

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        number = transport.get_extra_info("socket").fileno()
        await end(protocol)
        left, right = connected_pair(UNIX)
        with left, right:
            if left.fileno() != number:
                os.dup2(left.fileno(), number)
            loop.add_reader(number, lambda: seen.append(os.read(number, 100)))
            right.send(b"data")
            while not seen:
                await asyncio.sleep(0)
            assert loop.remove_reader(number) is True
            if left.fileno() != number:
                os.close(number)

    run_coroutine(loop, main())
    assert seen == [b"data"]


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="Linux has netlink sockets")
def test_other_families_work_as_well(loop: Loop) -> None:
    """By asyncio's own transport."""
    protocol = DatagramRecorder()

    def netlink_socket() -> socket.socket:
        unit_for_users = 2
        created = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, unit_for_users)
        created.setblocking(False)
        created.bind((0, 0))
        return created

    async def main() -> None:
        with netlink_socket() as peer:
            transport = await endpoint(protocol, netlink_socket())
            peer.sendto(b"data", transport.get_extra_info("sockname"))
            await protocol.until_received(1)
            assert protocol.addresses == [peer.getsockname()]
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.received == [b"data"]
