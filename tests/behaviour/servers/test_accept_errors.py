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
    done = kind.run_program(
        """
        import asyncio, asyncio.constants, os, resource, socket

        asyncio.constants.ACCEPT_RETRY_DELAY = 0.05
        contexts = []

        class Greeter(asyncio.Protocol):
            def connection_made(self, transport):
                transport.write(b"hello")
                transport.close()

        async def main():
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _loop, context: contexts.append(context))
            server = await loop.create_server(Greeter, "127.0.0.1", 0, backlog=10)
            address = server.sockets[0].getsockname()
            # What is needed later is loaded now.
            with socket.create_connection(address) as peer:
                peer.setblocking(False)
                assert await loop.sock_recv(peer, 5) == b"hello"
            peers = [socket.create_connection(address) for _ in range(3)]
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 5, hard))
            fillers = []
            try:
                while True:
                    fillers.append(os.dup(0))
            except OSError:
                pass
            await asyncio.sleep(0)
            while not contexts:
                await asyncio.sleep(0.001)
            assert {context["message"] for context in contexts} == {"socket.accept() out of system resource"}
            assert {context["exception"].errno for context in contexts} == {24}
            assert {type(context["socket"]).__name__ for context in contexts} == {"TransportSocket"}
            assert {context["socket"].fileno() for context in contexts} == {server.sockets[0].fileno()}
            assert server.is_serving()
            for filler in fillers:
                os.close(filler)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for peer in peers:
                peer.setblocking(False)
                assert await loop.sock_recv(peer, 5) == b"hello"
                peer.close()
            server.close()
            await asyncio.sleep(0.2)

        loop = new_event_loop()
        loop.run_until_complete(asyncio.wait_for(main(), 60))
        loop.close()
        print("done")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


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
