"""A write to a peer that is gone: who hears of it, and when. The order is that of asyncio, where `write()` sends."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import INET, DatagramRecorder, endpoint
from support.peers.streams import Recorder, reset
from support.peers.tls import client_context, server_context


@pytest.mark.parametrize("writes", [1, 2, 10])
@pytest.mark.parametrize("lines", [False, True], ids=["write", "writelines"])
def test_drain_after_the_write_raises(loop: Loop, writes: int, lines: bool) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        _, writer = await asyncio.open_connection(sock=mine)
        peer.close()
        for _ in range(writes):
            if lines:
                writer.writelines([b"x", b"y"])
            else:
                writer.write(b"x")
        with pytest.raises(ConnectionError):
            await writer.drain()
        assert writer.is_closing()

    run_coroutine(loop, main())


def test_drain_after_the_second_write_over_tcp_raises(loop: Loop) -> None:
    """The answer to the first is a reset, which is there at once on the same machine."""

    async def main() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            _, writer = await asyncio.open_connection(*listener.getsockname())
            listener.accept()[0].close()
        writer.write(b"x")
        writer.write(b"y")
        with pytest.raises(ConnectionError):
            await writer.drain()
        return 1

    assert run_coroutine(loop, main()) == 1


def test_number_of_iterations_until_drain_raises(loop: Loop) -> None:
    """One: `drain()` lets the loop call `connection_lost`, and finds that it was called."""

    async def main() -> list[str]:
        mine, peer = socket.socketpair()
        _, writer = await asyncio.open_connection(sock=mine)
        peer.close()
        events: list[str] = []

        def note(number: int) -> None:
            events.append(f"iteration {number}")
            if number < 5:
                loop.call_soon(note, number + 1)

        loop.call_soon(note, 1)
        writer.write(b"x")
        try:
            await writer.drain()
        except ConnectionError:
            events.append("raised")
        return list(events)

    assert run_coroutine(loop, main()) == ["iteration 1", "raised"]


async def _reader_of_pipe_gone(protocol: Recorder) -> Any:
    read_end, write_end = os.pipe()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_write_pipe(lambda: protocol, os.fdopen(write_end, "wb", 0))
    return transport, lambda: os.close(read_end)


async def _unix_peer_gone(protocol: Recorder) -> Any:
    mine, peer = socket.socketpair()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
    return transport, peer.close


async def _tcp_peer_gone(protocol: Recorder) -> Any:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transport, _ = await loop.create_connection(lambda: protocol, *listener.getsockname())
        peer = listener.accept()[0]
    return transport, lambda: reset(peer)


async def _tls_peer_gone(protocol: Recorder) -> Any:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = loop.run_in_executor(
            None, lambda: server_context().wrap_socket(listener.accept()[0], server_side=True)
        )
        address = listener.getsockname()
        transport, _ = await loop.create_connection(
            lambda: protocol, *address, ssl=client_context(), server_hostname="localhost"
        )
        peer = await accepting
    return transport, lambda: reset(peer)


WAYS = (_unix_peer_gone, _tcp_peer_gone, _tls_peer_gone, _reader_of_pipe_gone)
every_way = pytest.mark.parametrize("opens", WAYS, ids=lambda way: way.__name__.strip("_"))


class Quiet(Recorder):
    """Takes whatever transport it gets."""

    def connection_made(self, transport: Any) -> None:
        """See asyncio.BaseProtocol."""
        self.transport = transport
        self.note("made")


@every_way
@pytest.mark.parametrize("writes", [1, 3])
def test_loss_is_scheduled_by_the_write(loop: Loop, opens: Callable[..., Any], writes: int) -> None:
    """So what is scheduled after it runs after `connection_lost`; above TLS, that is scheduled by the one below."""
    protocol = Quiet()

    def note_after() -> None:
        protocol.note("scheduled after")
        loop.call_soon(protocol.note, "scheduled later")

    async def main() -> None:
        transport, leave = await opens(protocol)
        await asyncio.sleep(0.02)  # what comes after a handshake
        leave()
        loop.call_soon(protocol.note, "scheduled before")
        for _ in range(writes):
            transport.write(b"x")
        transport.is_closing()  # what follows a write may be held back until somebody asks
        loop.call_soon(note_after)
        await protocol.until_event("scheduled later")

    run_coroutine(loop, main())
    lost_and_after = ["scheduled after", "lost"] if opens is _tls_peer_gone else ["lost", "scheduled after"]
    assert protocol.events == ["made", "scheduled before", *lost_and_after, "scheduled later"]


def test_error_of_a_datagram_is_reported_by_sendto(loop: Loop) -> None:
    protocol = DatagramRecorder()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        transport.sendto(b"x", ("127.0.0.1", 0))  # no port has this number
        assert protocol.events[-1:] == ["error"]
        transport.sendto(b"y", ("127.0.0.1", 0))
        assert protocol.events[-2:] == ["error", "error"]
        transport.close()
        await protocol.until_event("lost")

    run_coroutine(loop, main())


def test_what_error_received_raises_leaves_sendto(loop: Loop) -> None:
    class Raising(DatagramRecorder):
        def error_received(self, exc: Exception) -> None:
            raise LookupError("in error_received")

    protocol = Raising()

    async def main() -> None:
        transport = await endpoint(protocol, INET.bound())
        for _ in range(2):
            with pytest.raises(LookupError, match="in error_received"):
                transport.sendto(b"x", ("127.0.0.1", 0))
        transport.close()
        await protocol.until_event("lost")

    run_coroutine(loop, main())
