"""Hundreds of peers go away while they are written to: each loss is told once, and everybody else is served."""

import asyncio
import random
import socket
import struct
import threading
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TCP_ACCEPTED, UNIX_ACCEPTED, Recorder, Way, reset

PEERS = 300
PIECE = b"p" * 20_000


class Talker(Recorder):
    """Says something in every iteration of its loop until it is told not to, or the connection is lost."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.may_write = True
        self.talk()

    def talk(self) -> None:
        if self.may_write and not self.transport.is_closing():
            self.transport.write(PIECE)
            asyncio.get_running_loop().call_soon(self.talk)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.may_write = False

    def resume_writing(self) -> None:
        super().resume_writing()
        self.may_write = True
        self.talk()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # What a program does that has not heard of it: nothing may come of it.
        self.transport.write(PIECE)


def go_away(peer: socket.socket, how: int) -> None:
    """End a connection in one of the ways in which a peer can do it."""
    if how == 0 and peer.family == socket.AF_INET:
        reset(peer)
    elif how == 1:
        # What it has not read makes this a reset, too.
        peer.close()
    else:
        peer.shutdown(socket.SHUT_RDWR)
        peer.close()


async def connect(server: asyncio.Server, way: Way) -> socket.socket:
    peer = socket.socket(way.family)
    peer.setblocking(False)
    await asyncio.get_running_loop().sock_connect(peer, server.sockets[0].getsockname())
    return peer


async def echoes(peer: socket.socket) -> bool:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(peer, b"there?")
    return await loop.sock_recv(peer, 100) == b"there?"


class Echo(asyncio.Protocol):
    """Sends everything back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


@pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)
def test_peers_that_go_away_while_they_are_written_to(
    loop: Loop, way: Way, reported: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    talkers: list[Talker] = []
    choice = random.Random(4)

    def factory() -> Talker:
        talkers.append(Talker())
        return talkers[-1]

    async def main() -> None:
        server, echo = await way.create_server(factory, backlog=PEERS), await way.create_server(Echo)
        survivor = await connect(echo, way)
        for storm in range(2):
            peers = [await connect(server, way) for _ in range(PEERS)]
            while len(talkers) < (storm + 1) * PEERS:
                await asyncio.sleep(0.001)
            choice.shuffle(peers)
            while peers:
                # In one iteration many are written to of whose end the loop cannot know yet.
                for peer in [peers.pop() for _ in range(min(len(peers), 30))]:
                    go_away(peer, choice.randrange(3))
                assert await echoes(survivor)
            for talker in talkers:
                await talker.until_lost()
            newcomer = await connect(echo, way)
            assert await echoes(newcomer)
            newcomer.close()
        survivor.close()
        server.close()
        echo.close()
        await asyncio.sleep(0.01)

    before = threading.active_count()
    run_coroutine(loop, main())
    assert [len(talker.lost_with) for talker in talkers] == [1] * 2 * PEERS
    assert [talker.events[-1] for talker in talkers] == ["lost"] * 2 * PEERS
    errors = {type(talker.lost_with[0]) for talker in talkers}
    assert errors <= {ConnectionResetError, BrokenPipeError, type(None)}
    assert errors & {ConnectionResetError, BrokenPipeError}
    assert {talker.transport.get_write_buffer_size() for talker in talkers} == {0}
    assert reported == []
    assert threading.active_count() == before


def test_clients_are_reset_by_their_server(loop: Loop, reported: list[dict[str, Any]]) -> None:
    """The other side: hundreds of streams of this loop lose their server at once, reading and writing."""
    outcomes: list[str] = []

    async def client(address: Any) -> None:
        reader, writer = await asyncio.open_connection(*address)
        try:
            while True:
                writer.write(PIECE)
                await writer.drain()
                assert await reader.read(10) == b""
                break
        except ConnectionError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("end")
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            outcomes[-1] += " twice"

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=PEERS) as listener:
            listener.setblocking(False)
            clients = [asyncio.ensure_future(client(listener.getsockname())) for _ in range(PEERS)]
            accepted = [(await loop.sock_accept(listener))[0] for _ in range(PEERS)]
            linger = struct.pack("ii", 1, 0)
            for peer in accepted:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            await asyncio.sleep(0.01)
            for peer in accepted:
                peer.close()
            await asyncio.gather(*clients)

    run_coroutine(loop, main())
    assert len(outcomes) == PEERS
    assert {outcome.split()[0] for outcome in outcomes} <= {"ConnectionResetError", "BrokenPipeError"}
    assert reported == []
