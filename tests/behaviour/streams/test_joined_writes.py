"""Small writes that follow another one in the same callback leave together. asyncio sends each by itself."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_coroutine

# Of `struct tcp_info` (linux/tcp.h): `__u32 tcpi_data_segs_out`.
TCP_INFO_SIZE = 160
DATA_SEGMENTS_SENT = 156


def segments_sent(transport: Any) -> int:
    """How many segments with data a TCP connection has sent: with TCP_NODELAY, one for each small system call."""
    info = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)
    (number,) = struct.unpack_from("I", info, DATA_SEGMENTS_SENT)
    return int(number)


def run_connected(loop: Loop, use: Callable[[asyncio.Transport, socket.socket], Any]) -> None:
    """Run a coroutine function with a TCP connection and its peer, which blocks."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            transport, _ = await loop.create_connection(asyncio.Protocol, *listener.getsockname())
            with listener.accept()[0] as peer:
                peer.settimeout(PROMPTLY)
                await use(transport, peer)
                transport.abort()
                await asyncio.sleep(0)

    run_coroutine(loop, main())


@only_pyloop
def test_a_thousand_small_writes_of_a_callback(loop: Loop) -> None:
    async def use(transport: asyncio.Transport, peer: socket.socket) -> None:
        for _ in range(1000):
            transport.write(b"0123456789")
        await asyncio.sleep(0)
        assert peer.recv(10_000, socket.MSG_WAITALL) == b"0123456789" * 1000
        assert segments_sent(transport) <= 10  # one system call takes some hundred pieces

    run_connected(loop, use)


@only_pyloop
@pytest.mark.parametrize("body", [b"b" * 100, b"b" * 8000], ids=["small", "large"])
def test_head_and_two_parts_of_the_body(loop: Loop, body: bytes) -> None:
    async def use(transport: asyncio.Transport, peer: socket.socket) -> None:
        for number in range(1, 4):
            transport.write(b"head")
            transport.write(b"first")
            transport.write(body)
            await asyncio.sleep(0)
            assert peer.recv(9 + len(body), socket.MSG_WAITALL) == b"headfirst" + body
            assert segments_sent(transport) == 2 * number

    run_connected(loop, use)


@only_pyloop
def test_at_most_64_kib_are_held_back(loop: Loop) -> None:
    """A callback that goes on writing does not keep its peer waiting for ever, nor the memory."""

    async def use(transport: asyncio.Transport, peer: socket.socket) -> None:
        for _ in range(70):
            transport.write(b"x" * 1000)
        assert len(peer.recv(60_000, socket.MSG_WAITALL)) == 60_000

    run_connected(loop, use)


def test_each_callback_sends_its_first_write(loop: Loop) -> None:
    """Callbacks of one iteration do not wait for each other."""

    async def use(transport: asyncio.Transport, peer: socket.socket) -> None:
        ended = loop.create_future()
        for _ in range(10):
            loop.call_soon(transport.write, b"x")
        loop.call_soon(ended.set_result, None)
        await ended
        assert peer.recv(10, socket.MSG_WAITALL) == b"x" * 10
        assert segments_sent(transport) == 10

    run_connected(loop, use)
