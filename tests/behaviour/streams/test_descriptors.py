"""The descriptor of a transport is its own while it lives, and free for others afterwards."""

import asyncio
import contextlib
import os
import random
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder, Way, connected, every_way, factory_of, pass_iterations

REFUSED: dict[str, Callable[[Loop, Any], Any]] = {
    "add_reader": lambda loop, descriptor: loop.add_reader(descriptor, int),
    "add_writer": lambda loop, descriptor: loop.add_writer(descriptor, int),
    "remove_reader": lambda loop, descriptor: loop.remove_reader(descriptor),
    "remove_writer": lambda loop, descriptor: loop.remove_writer(descriptor),
}


@pytest.mark.parametrize("method", REFUSED)
@every_way
def test_descriptor_cannot_be_watched(loop: Loop, way: Way, method: str) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        shown = protocol.transport.get_extra_info("socket")
        for given in (shown.fileno(), shown):
            with pytest.raises(RuntimeError, match=r"^File descriptor .* is used by transport <") as caught:
                REFUSED[method](loop, given)
            assert str(caught.value) == f"File descriptor {given!r} is used by transport {protocol.transport!r}"
        protocol.transport.pause_reading()
        with pytest.raises(RuntimeError, match="is used by transport"):
            REFUSED[method](loop, shown)
        # The refusals have changed nothing.
        protocol.transport.resume_reading()
        peer.send(b"data")
        run_coroutine(loop, protocol.until_received(4))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio does not check this before Python 3.12")
def test_socket_cannot_have_two_transports(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            await loop.create_connection(lambda: protocol, sock=mine)
            with pytest.raises(RuntimeError, match="is used by transport"):
                await loop.create_connection(Recorder, sock=mine)
            if mine.fileno() >= 0:
                peer.send(b"data")
                await protocol.until_received(4)
            else:  # as of Python 3.14.10 asyncio closes the socket it refuses, under the first transport
                protocol.transport.abort()
        await protocol.until_lost()

    run_coroutine(loop, main())


@every_way
def test_number_can_be_watched_after_the_transport_is_gone(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    seen: list[bytes] = []

    async def main() -> None:
        number = protocol.transport.get_extra_info("socket").fileno()
        protocol.transport.close()
        await protocol.until_lost()
        left, right = socket.socketpair()
        if right.fileno() == number:
            left, right = right, left
        with left, right:
            # Mostly the kernel has given this number to the new socket; otherwise it is still free.
            duplicated = left.fileno() != number
            if duplicated:
                os.dup2(left.fileno(), number)
            loop.add_reader(number, lambda: seen.append(os.read(number, 100)))
            right.send(b"data")
            while not seen:
                await asyncio.sleep(0)
            assert loop.remove_reader(number) is True
            writable: list[int] = []
            loop.add_writer(number, writable.append, 1)
            while not writable:
                await asyncio.sleep(0)
            assert loop.remove_writer(number) is True
            if duplicated:
                os.close(number)

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
        assert seen == [b"data"]
        assert protocol.events == ["made", "lost"]


async def receive_what_comes(peer: socket.socket) -> bytes:
    """Read to the end, which is a reset if the transport had not read everything."""
    data = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while part := await asyncio.get_running_loop().sock_recv(peer, 1000):
            data += part
    return bytes(data)


def test_new_transport_gets_the_number_of_one_that_just_ended(loop: Loop) -> None:
    """Events and writes of the old connection must not reach the new one."""

    async def main() -> None:
        numbers = set()
        for turn in range(100):
            mine, peer = socket.socketpair()
            peer.setblocking(False)
            protocol = Recorder()
            transport, _ = await loop.create_connection(factory_of(protocol), sock=mine)
            numbers.add(mine.fileno())
            del mine
            peer.send(b"in %02d" % turn)
            if turn % 3 == 0:
                await protocol.until_received(5)
            if turn % 5 == 0:
                peer.shutdown(socket.SHUT_WR)
            if turn % 4 == 0:
                transport.pause_reading()
            transport.write(b"out %02d" % turn)
            transport.close()
            await protocol.until_lost()
            assert bytes(protocol.data) in (b"", b"in %02d" % turn)
            with peer:
                assert await receive_what_comes(peer) == b"out %02d" % turn
        assert len(numbers) < 20

    run_coroutine(loop, main())


def test_no_byte_reaches_a_wrong_connection(loop: Loop) -> None:
    """Many short connections that end in every way, while their numbers are used again."""
    chance = random.Random(11)
    lost = 0

    class Identified(Recorder):
        def __init__(self, identity: bytes) -> None:
            super().__init__()
            self.identity = identity

        def connection_lost(self, exc: Exception | None) -> None:
            nonlocal lost
            lost += 1
            super().connection_lost(exc)

    async def talk(number: int) -> None:
        identity = b"<%06d>" % number
        mine, peer = socket.socketpair()
        peer.setblocking(False)
        protocol = Identified(identity)
        if chance.random() < 0.3:
            peer.send(identity)
        transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
        for _ in range(chance.randrange(4)):
            transport.write(identity)
            peer.send(identity)
            if chance.random() < 0.5:
                await asyncio.sleep(0)
        match chance.randrange(5):
            case 0:
                transport.close()
            case 1:
                transport.abort()
            case 2:
                transport.write_eof()
                peer.shutdown(socket.SHUT_WR)
            case 3:
                transport.pause_reading()
                await asyncio.sleep(0)
                transport.abort()
            case 4:
                peer.shutdown(socket.SHUT_WR)
        received = await receive_what_comes(peer)
        peer.close()
        await protocol.until_lost()
        assert set(received.split(b">")) <= {identity[:-1], b""}
        assert set(bytes(protocol.data).split(b">")) <= {identity[:-1], b""}

    async def main() -> None:
        for start in range(0, 1500, 30):
            await asyncio.gather(*(talk(number) for number in range(start, start + 30)))
        await pass_iterations()

    run_coroutine(loop, main())
    assert lost == 1500
