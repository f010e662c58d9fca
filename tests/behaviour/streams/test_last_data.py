"""Data and the end of data that arrive together: both are delivered, in this order."""

import asyncio
import random
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.loop_kinds import PROMPTLY, Loop, run_coroutine, settle
from support.peers.streams import (
    LARGEST_READ,
    UNIX_ACCEPTED,
    BufferedRecorder,
    Record,
    Recorder,
    Way,
    connected,
    every_family,
    every_way,
)

# Around the size of one read, where an engine may take the socket for drained; and what fits no single read.
SIZES = [1, 1000, LARGEST_READ - 1, LARGEST_READ, LARGEST_READ + 1, 2 * LARGEST_READ, 1_000_003]
every_size = pytest.mark.parametrize("size", SIZES)
every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


def send_and_close(peer: socket.socket, data: bytes) -> None:
    with peer:
        peer.settimeout(PROMPTLY)
        peer.sendall(data)


@every_protocol
@every_size
@every_family
def test_client_that_sends_and_closes_before_it_is_accepted(
    loop: Loop, way: Way, size: int, protocol_class: type[Record]
) -> None:
    data = random.Random(size).randbytes(size)
    protocol = protocol_class()

    server = run_coroutine(loop, way.create_server(lambda: protocol))
    peer = socket.socket(way.family)
    peer.connect(server.sockets[0].getsockname())
    with ThreadPoolExecutor(1) as sender:
        sending = sender.submit(send_and_close, peer, data)
        if size <= 1000:
            sending.result()
        run_coroutine(loop, protocol.until_lost())
        sending.result()
    server.close()
    settle(loop)
    assert protocol.events == ["made", "data", "eof", "lost"]
    assert protocol.data == data
    assert protocol.lost_with == [None]


@every_protocol
@every_size
@every_way
def test_data_and_end_while_the_loop_does_not_run(
    loop: Loop, way: Way, size: int, protocol_class: type[Record]
) -> None:
    data = random.Random(size).randbytes(size)
    protocol = protocol_class()
    with connected(loop, protocol, way) as peer, ThreadPoolExecutor(1) as sender:
        sending = sender.submit(send_and_close, peer, data)
        if size <= 1000:
            sending.result()
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "data", "eof", "lost"]
        assert protocol.data == data
        assert protocol.lost_with == [None]


@every_protocol
@every_size
@every_way
def test_data_and_end_while_reading_is_paused(loop: Loop, way: Way, size: int, protocol_class: type[Record]) -> None:
    data = random.Random(size).randbytes(size)
    protocol = protocol_class()
    with connected(loop, protocol, way) as peer, ThreadPoolExecutor(1) as sender:
        protocol.transport.pause_reading()
        sending = sender.submit(send_and_close, peer, data)
        settle(loop)
        assert protocol.events == ["made"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_lost())
        sending.result()
        assert protocol.events == ["made", "data", "eof", "lost"]
        assert protocol.data == data
        assert protocol.lost_with == [None]


@every_way
def test_end_after_data_that_pauses(loop: Loop, way: Way) -> None:
    class Pausing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.pause_reading()

    protocol = Pausing()
    with connected(loop, protocol, way) as peer:
        send_and_close(peer, b"data")
        settle(loop)
        assert protocol.events == ["made", "data"]
        protocol.transport.resume_reading()
        run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "data", "eof", "lost"]


@every_way
def test_answer_to_a_client_that_has_ended_its_half(loop: Loop, way: Way) -> None:
    class Answerer(Recorder):
        def eof_received(self) -> None:
            super().eof_received()
            self.transport.write(bytes(reversed(self.data)))

    protocol = Answerer()

    async def main() -> bytes:
        peer.send(b"olleh")
        peer.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while part := await loop.sock_recv(peer, 100):
            answer += part
        await protocol.until_lost()
        return bytes(answer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"hello"


def test_hundreds_of_clients_that_send_and_close_at_once(loop: Loop) -> None:
    protocols: list[Recorder] = []

    def factory() -> Recorder:
        protocols.append(Recorder())
        return protocols[-1]

    async def main() -> None:
        # A full queue of connections would make connect() block.
        server = await UNIX_ACCEPTED.create_server(factory, backlog=1000)
        address = server.sockets[0].getsockname()
        for number in range(300):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(address)
                peer.send(b"%d" % number)
            if number % 50 == 0:
                await asyncio.sleep(0)
        while len(protocols) < 300:
            await asyncio.sleep(0.001)
        for protocol in protocols:
            await protocol.until_lost()
        server.close()

    run_coroutine(loop, main())
    assert [protocol.events for protocol in protocols] == [["made", "data", "eof", "lost"]] * 300
    assert sorted(int(protocol.data) for protocol in protocols) == list(range(300))
