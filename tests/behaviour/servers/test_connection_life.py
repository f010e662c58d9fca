"""The life of an accepted connection, from the protocol factory to `connection_lost`: contexts, order, names, ends."""

import asyncio
import contextvars
import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_coroutine, run_iterations
from support.peers.streams import TCP_ACCEPTED, UNIX_ACCEPTED, Recorder, Way
from support.process_figures import count_descriptors

WAYS = pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)
# asyncio leaves the socket of a connection that it cannot set up to the garbage collector, which complains.
forgotten_sockets = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning",
    "ignore:Exception ignored (in|while calling deallocator):pytest.PytestUnraisableExceptionWarning",
)

place: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")


def serve(loop: Loop, way: Way, factory: Callable[[], asyncio.BaseProtocol]) -> asyncio.AbstractServer:
    return run_coroutine(loop, way.create_server(factory))


def connect(way: Way, server: Any, data: bytes = b"") -> socket.socket:
    """Connect, before the server accepts, and send."""
    client = socket.socket(way.family)
    client.connect(server.sockets[0].getsockname())
    client.sendall(data)
    client.setblocking(False)
    return client


@WAYS
def test_factory_sets_variables_for_its_connection_alone(loop: Loop, way: Way) -> None:
    seen: list[tuple[str, str]] = []

    class Seeing(Recorder):
        def __init__(self, number: int) -> None:
            super().__init__()
            seen.append(("factory", place.get()))
            place.set(f"connection {number}")

        def note(self, event: str) -> None:
            seen.append((event, place.get()))
            super().note(event)

    made: list[Seeing] = []

    def factory() -> Seeing:
        made.append(Seeing(len(made)))
        return made[-1]

    async def main() -> None:
        place.set("main")
        for number in range(2):
            with socket.socket(way.family) as client:
                client.setblocking(False)
                await loop.sock_connect(client, server.sockets[0].getsockname())
                await loop.sock_sendall(client, b"data")
            while len(made) <= number:
                await asyncio.sleep(0)
            await made[number].until_lost()

    server: Any = serve(loop, way, factory)
    run_coroutine(loop, main())
    for number in range(2):
        events = ("made", "data", "eof", "lost")
        expected = [("factory", "nowhere"), *((event, f"connection {number}") for event in events)]
        assert seen[5 * number : 5 * number + 5] == expected
    server.close()


@pytest.mark.parametrize("paused", [False, True], ids=["reading", "paused and resumed"])
@WAYS
def test_variables_that_connection_made_sets(loop: Loop, way: Way, paused: bool) -> None:
    """Each callback has a copy of its own up to Python 3.14, and all of a connection share one from 3.15 on."""
    seen: list[str] = []

    class Setting(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            place.set("made")
            if paused:
                self.transport.pause_reading()
                self.transport.resume_reading()

        def data_received(self, data: bytes) -> None:
            seen.append(place.get())
            super().data_received(data)

    protocol = Setting()
    server = serve(loop, way, lambda: protocol)
    with connect(way, server, b"data"):
        run_coroutine(loop, protocol.until_received(4))
    run_coroutine(loop, protocol.until_lost())
    server.close()
    assert seen == ["made" if sys.version_info >= (3, 15) else "nowhere"]


@WAYS
def test_data_that_waits_is_received_in_the_iteration_after_connection_made(loop: Loop, way: Way) -> None:
    order: list[str] = []

    class Noting(Recorder):
        def __init__(self) -> None:
            super().__init__()
            loop.call_soon(order.append, "scheduled by the factory")

        def note(self, event: str) -> None:
            order.append(event)
            if event == "made":
                loop.call_soon(order.append, "scheduled by connection_made")
            super().note(event)

    protocols: list[Noting] = []

    def factory() -> Noting:
        protocols.append(Noting())
        return protocols[-1]

    server = serve(loop, way, factory)
    with connect(way, server, b"data"):
        while "made" not in order:
            run_iterations(loop)
        assert order == ["scheduled by the factory", "made"]
        run_iterations(loop)
        assert order == ["scheduled by the factory", "made", "scheduled by connection_made", "data"]
    run_coroutine(loop, protocols[0].until_lost())
    server.close()


@WAYS
def test_data_that_comes_later_and_in_pieces(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    server = serve(loop, way, lambda: protocol)

    async def main() -> None:
        with connect(way, server) as client:
            await protocol.until_event("made")
            await asyncio.sleep(0.01)
            for number in range(5):
                await loop.sock_sendall(client, bytes([number]) * 1000)
                await protocol.until_received(1000 * (number + 1))
        await protocol.until_lost()

    run_coroutine(loop, main())
    assert protocol.data == b"".join(bytes([number]) * 1000 for number in range(5))
    assert protocol.events == ["made", "data", "eof", "lost"]
    server.close()


@WAYS
def test_protocol_that_pauses_when_it_is_connected(loop: Loop, way: Way) -> None:
    class Paused(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.pause_reading()

    protocol = Paused()
    server = serve(loop, way, lambda: protocol)

    async def main() -> None:
        with connect(way, server, b"data"):
            await protocol.until_event("made")
            for _ in range(5):
                await asyncio.sleep(0)
            assert protocol.events == ["made"]
            protocol.transport.resume_reading()
            await protocol.until_received(4)
        await protocol.until_lost()

    run_coroutine(loop, main())
    server.close()


@WAYS
def test_protocol_that_writes_more_than_fits_before_it_reads(loop: Loop, way: Way) -> None:
    class Greeting(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.pause_reading()
            self.transport.write(bytes(8 << 20))
            self.transport.close()

    protocol = Greeting()
    server = serve(loop, way, lambda: protocol)

    async def main() -> int:
        received = 0
        with connect(way, server) as client:
            while data := await loop.sock_recv(client, 1 << 20):
                received += len(data)
        await protocol.until_lost()
        return received

    assert run_coroutine(loop, main()) == 8 << 20
    server.close()


@WAYS
def test_names_that_are_asked_for_after_the_end(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    server = serve(loop, way, lambda: protocol)
    listener = server.sockets[0].getsockname()  # type: ignore[attr-defined]
    with connect(way, server) as client:
        name = client.getsockname()
    run_coroutine(loop, protocol.until_lost())
    server.close()
    run_iterations(loop)
    transport = protocol.transport
    assert (transport.get_extra_info("peername"), transport.get_extra_info("sockname")) == (name, listener)
    assert transport.get_extra_info("peername") is transport.get_extra_info("peername")
    assert transport.get_extra_info("peercert", "none") == "none"
    loop.close()
    assert transport.get_extra_info("peername") == name


@pytest.mark.parametrize("exit_class", [SystemExit, KeyboardInterrupt])
@WAYS
@forgotten_sockets
def test_factory_that_ends_the_run(
    loop: Loop, way: Way, exit_class: type[BaseException], reported: list[dict[str, Any]]
) -> None:
    def factory() -> asyncio.Protocol:
        raise exit_class("enough")

    server = serve(loop, way, factory)
    before = count_descriptors()
    with connect(way, server) as client:
        loop.call_later(30, loop.stop)
        with pytest.raises(exit_class, match="enough"):
            loop.run_forever()
        gc.collect()
        client.settimeout(30)
        assert client.recv(1) == b""
    assert count_descriptors() == before
    # asyncio's task says that nobody has retrieved its exception.
    assert {str(context["exception"]) for context in reported} <= {"enough"}
    server.close()
    run_iterations(loop, 2)


@WAYS
@forgotten_sockets
def test_server_that_is_closed_by_its_factory(loop: Loop, way: Way) -> None:
    """The server refuses the connection, whose transport then has nobody."""
    calls: list[int] = []

    def factory() -> asyncio.Protocol:
        calls.append(1)
        server.close()
        return asyncio.Protocol()

    server = serve(loop, way, factory)
    before = count_descriptors()
    with connect(way, server) as client:
        while not calls:
            run_iterations(loop)
        run_iterations(loop, 3)
        gc.collect()
        client.settimeout(30)
        assert client.recv(1) == b""
    assert calls == [1]
    assert count_descriptors() == before - 1  # the listening socket


@pytest.mark.parametrize("debug", [False, True])
@WAYS
@forgotten_sockets
def test_protocol_without_connection_made(loop: Loop, way: Way, reported: list[dict[str, Any]], debug: bool) -> None:
    class Unfinished:
        """No `asyncio.BaseProtocol`."""

    unfinished: Any = Unfinished()
    loop.set_debug(debug)
    server = serve(loop, way, lambda: unfinished)
    before = count_descriptors()
    with connect(way, server) as client:
        for _ in range(10):
            run_iterations(loop)
        messages = [(context["message"], str(context["exception"])) for context in reported]
        reported.clear()
        gc.collect()
        client.settimeout(30)
        assert client.recv(1) == b""
    assert count_descriptors() == before
    error = (
        "Error on transport creation for incoming connection",
        "'Unfinished' object has no attribute 'connection_made'",
    )
    assert messages == ([error] if debug else [])
    server.close()
    run_iterations(loop)


@WAYS
def test_connection_lost_that_raises(loop: Loop, way: Way, reported: list[dict[str, Any]]) -> None:
    class Failing(Recorder):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            raise LookupError("lost")

    protocol = Failing()
    server = serve(loop, way, lambda: protocol)
    before = count_descriptors()
    connect(way, server).close()
    run_coroutine(loop, protocol.until_lost())
    run_iterations(loop)
    assert [str(context["exception"]) for context in reported] == ["lost"]
    assert "._call_connection_lost(" in reported[0]["message"]
    assert count_descriptors() == before
    server.close()
    run_coroutine(loop, server.wait_closed())  # the server has heard of the end


@WAYS
def test_loop_with_a_call_soon_of_its_own_sees_the_callbacks(kind: LoopKind, way: Way) -> None:
    loop = kind.new_event_loop()
    names: list[str] = []
    original = loop.call_soon

    def call_soon(callback: Any, *args: Any, **kwargs: Any) -> asyncio.Handle:
        names.append(getattr(callback, "__name__", ""))
        return original(callback, *args, **kwargs)

    loop.call_soon = call_soon  # type: ignore[method-assign,assignment]
    try:
        protocol = Recorder()
        server = serve(loop, way, lambda: protocol)
        with connect(way, server):
            run_coroutine(loop, protocol.until_event("made"))
            protocol.transport.close()
            run_coroutine(loop, protocol.until_lost())
        server.close()
        run_iterations(loop)
    finally:
        loop.close()
    steps = ("connection_made", "_add_reader", "_call_connection_lost")
    assert [name for name in names if name in steps] == list(steps)
