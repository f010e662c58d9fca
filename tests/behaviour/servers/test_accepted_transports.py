"""Connections that a server has accepted: whenever the protocol asks for its socket for the first time."""

import asyncio
import gc
import logging
import os
import re
import socket
from asyncio.trsock import TransportSocket
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop
from support.peers.streams import TCP_ACCEPTED, UNIX_ACCEPTED, Recorder, Way
from support.process_figures import count_descriptors

WAYS = pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)


class Asker(Recorder):
    """Asks its transport for the socket once, at the given event."""

    def __init__(self, moment: str) -> None:
        super().__init__()
        self.moment = moment
        self.answer: Any = None

    def note(self, event: str) -> None:
        if event == self.moment:
            self.answer = self.transport.get_extra_info("socket")
        super().note(event)


async def serve_one(way: Way, protocol: Recorder) -> socket.socket:
    """Accept one connection and return the client's end of it."""
    loop = asyncio.get_running_loop()
    server = await way.create_server(lambda: protocol)
    client = socket.socket(way.family)
    client.setblocking(False)
    await loop.sock_connect(client, server.sockets[0].getsockname())
    await asyncio.wait_for(protocol.until_event("made"), PROMPTLY)
    server.close()
    return client


def forget(protocol: Recorder) -> None:
    """Let go of the transport."""
    del protocol.transport
    gc.collect()


@WAYS
@pytest.mark.parametrize("moment", ["made", "data", "eof", "lost", "never"])
def test_socket_at_any_moment(loop: Loop, way: Way, moment: str) -> None:
    async def main() -> None:
        protocol = Asker(moment)
        client = await serve_one(way, protocol)
        fd = protocol.transport.get_extra_info("socket").fileno() if moment == "data" else None
        with client:
            await loop.sock_sendall(client, b"data")
            await asyncio.wait_for(protocol.until_received(4), PROMPTLY)
            client.shutdown(socket.SHUT_WR)
            await asyncio.wait_for(protocol.until_lost(), PROMPTLY)
        await asyncio.sleep(0)
        shown = protocol.answer if moment != "never" else protocol.transport.get_extra_info("socket")
        assert isinstance(shown, TransportSocket)
        assert (shown.family, shown.type, shown.proto) == (way.family, socket.SOCK_STREAM, shown.proto)
        assert shown.fileno() == -1
        assert protocol.transport.get_extra_info("socket") is shown
        assert protocol.transport.get_extra_info("sockname") == protocol.transport.get_extra_info("sockname")
        if fd is not None:
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(fd)

    loop.run_until_complete(main())


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # asyncio's socket may be collected first
@WAYS
def test_forgotten_connection_is_closed_with_a_warning(loop: Loop, way: Way) -> None:
    async def main() -> None:
        protocol = Recorder()
        client = await serve_one(way, protocol)
        with client:
            protocol.transport.pause_reading()
            await asyncio.sleep(0)
            with pytest.warns(ResourceWarning, match="unclosed transport"):
                forget(protocol)
            assert await asyncio.wait_for(loop.sock_recv(client, 1), PROMPTLY) == b""

    loop.run_until_complete(main())


@WAYS
def test_descriptor_is_closed_when_the_connection_ends(loop: Loop, way: Way) -> None:
    async def main() -> None:
        before = count_descriptors()
        for _ in range(5):
            protocol = Recorder()
            with await serve_one(way, protocol):
                protocol.transport.write(b"last bytes")
                protocol.transport.close()
                await asyncio.wait_for(protocol.until_lost(), PROMPTLY)
        await asyncio.sleep(0)
        assert count_descriptors() == before

    loop.run_until_complete(main())


# asyncio leaves the socket to the garbage collector, which complains.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_protocol_factory_that_fails_costs_no_descriptor(loop: Loop) -> None:
    async def main() -> None:
        def refuse() -> asyncio.Protocol:
            raise ValueError("no protocol")

        server = await loop.create_server(refuse, "127.0.0.1", 0)
        before = count_descriptors()
        with socket.socket() as client:
            client.setblocking(False)
            await loop.sock_connect(client, server.sockets[0].getsockname())
            assert await asyncio.wait_for(loop.sock_recv(client, 1), PROMPTLY) == b""
        gc.collect()
        assert count_descriptors() == before
        server.close()

    loop.run_until_complete(main())


@WAYS
def test_debug_mode_logs_the_connection(loop: Loop, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    loop.set_debug(True)

    async def main() -> None:
        protocol = Recorder()
        with caplog.at_level(logging.DEBUG, logger="asyncio"), await serve_one(way, protocol):
            protocol.transport.close()
            await asyncio.wait_for(protocol.until_lost(), PROMPTLY)

    # Kept as it is when it is logged: the socket is closed afterwards.
    handler = logging.Handler()
    lines: list[str] = []
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    try:
        loop.run_until_complete(main())
    finally:
        logger.removeHandler(handler)
    [line] = [line for line in lines if "got a new connection" in line]
    assert re.fullmatch(r"<Server .*> got a new connection from .*: <socket\.socket fd=\d+, family=.*>", line)


def test_small_writes_of_a_server_are_not_delayed_by_the_kernel(loop: Loop) -> None:
    async def main() -> None:
        protocol = Recorder()
        server = await loop.create_server(lambda: protocol, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()):
            await asyncio.wait_for(protocol.until_event("made"), PROMPTLY)
            shown = protocol.transport.get_extra_info("socket")
            assert shown.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            protocol.transport.abort()
            await asyncio.wait_for(protocol.until_lost(), PROMPTLY)
        server.close()

    loop.run_until_complete(main())
