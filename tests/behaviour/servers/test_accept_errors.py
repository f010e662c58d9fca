"""Connections that cannot be accepted: the server goes on."""

import asyncio
import gc
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_coroutine
from support.peers.streams import Recorder, Way, every_family, receive_all


class Greeter(Recorder):
    """Greets and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(b"hello")
        self.transport.close()


# asyncio drops the accepted socket without closing it.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("debug", [False, True])
@every_family
def test_failing_protocol_factory(loop: Loop, way: Way, debug: bool) -> None:
    calls: list[int] = []
    reported: list[tuple[str, str]] = []

    def factory() -> Recorder:
        calls.append(1)
        if len(calls) % 2:
            raise LookupError("factory")
        return Greeter()

    def handle(_loop: Loop, context: dict[str, Any]) -> None:
        # The exception itself would keep the accepted socket.
        reported.append((context["message"], repr(context["exception"])))

    async def main() -> None:
        loop.set_debug(debug)
        loop.set_exception_handler(handle)
        server = await way.create_server(factory)
        for count in (1, 3):
            with socket.socket(way.family) as refused, socket.socket(way.family) as peer:
                for client in (refused, peer):
                    client.setblocking(False)
                    await loop.sock_connect(client, server.sockets[0].getsockname())
                    if client is refused:
                        while len(calls) < count:
                            await asyncio.sleep(0)
                assert await receive_all(peer) == b"hello"
        server.close()
        await server.wait_closed()

    run_coroutine(loop, main())
    gc.collect()
    # Without debug mode nobody is told.
    told = ("Error on transport creation for incoming connection", "LookupError('factory')")
    assert reported == ([told] * 2 if debug else [])


def test_server_survives_the_lack_of_descriptors(kind: LoopKind) -> None:
    kind.expect("done\n", "behaviour.servers.programs.lack_of_descriptors")


@every_family
def test_client_that_is_gone_before_it_is_accepted(loop: Loop, way: Way) -> None:
    protocols: list[Recorder] = []

    def factory() -> Recorder:
        protocols.append(Recorder())
        return protocols[-1]

    server = run_coroutine(loop, way.create_server(factory))
    for _ in range(5):
        with socket.socket(way.family) as peer:
            peer.connect(server.sockets[0].getsockname())

    async def main() -> None:
        while len(protocols) < 5:
            await asyncio.sleep(0.001)
        for protocol in protocols:
            await protocol.until_lost()
        server.close()

    run_coroutine(loop, main())
    assert [protocol.events for protocol in protocols] == [["made", "eof", "lost"]] * 5
