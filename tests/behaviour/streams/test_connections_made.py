"""Connections that create_connection() and create_unix_connection() have made: names, sockets, contexts, order."""

import asyncio
import contextvars
import logging
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_coroutine
from support.peers.streams import Recorder, receive

AUDITED = "behaviour.streams.programs.audited_connections"


def bound(family: socket.AddressFamily, address: Any) -> socket.socket:
    listener = socket.socket(family)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        pytest.skip("this machine has no such address")
    listener.listen()
    listener.setblocking(False)
    return listener


async def connect(loop: Loop, listener: socket.socket, protocol: Recorder) -> asyncio.Transport:
    address = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return (await loop.create_unix_connection(lambda: protocol, address))[0]
    return (await loop.create_connection(lambda: protocol, *address[:2]))[0]


PLACES = {
    "ipv4": (socket.AF_INET, ("127.0.0.1", 0)),
    "ipv6": (socket.AF_INET6, ("::1", 0)),
    "path": (socket.AF_UNIX, "socket"),
    "abstract": (socket.AF_UNIX, b"\0pyloop-test-of-names"),
}


@pytest.mark.parametrize("place", PLACES)
def test_names_and_socket(loop: Loop, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def main() -> None:
        protocol = Recorder()
        with bound(*PLACES[place]) as listener:
            transport = await connect(loop, listener, protocol)
            peer, address = await loop.sock_accept(listener)
            with peer:
                assert transport.get_extra_info("peername") == listener.getsockname()
                assert transport.get_extra_info("sockname") == (address or "")
                assert transport.get_extra_info("no such name", 5) == 5
                shown = transport.get_extra_info("socket")
                proto = socket.IPPROTO_TCP if place.startswith("ip") else 0
                assert (shown.family, shown.type, shown.proto) == (listener.family, socket.SOCK_STREAM, proto)
                assert shown.getpeername() == listener.getsockname()
                assert shown.gettimeout() == 0.0
                assert not shown.get_inheritable()
                if place.startswith("ip"):
                    assert shown.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                transport.write(b"question")
                assert await receive(peer, 8) == b"question"
                await loop.sock_sendall(peer, b"answer")
                await protocol.until_received(6)
                await protocol.close()
                assert await loop.sock_recv(peer, 1) == b""

    run_coroutine(loop, main())


@pytest.mark.parametrize("form", [str, lambda path: str(path).encode(), Path], ids=["str", "bytes", "Path"])
def test_forms_of_a_path(loop: Loop, tmp_path: Path, form: Any) -> None:
    async def main() -> None:
        with bound(socket.AF_UNIX, str(tmp_path / "söcket")):
            protocol = Recorder()
            await loop.create_unix_connection(lambda: protocol, form(tmp_path / "söcket"))
            assert protocol.transport.get_extra_info("peername") == str(tmp_path / "söcket")
            await protocol.close()

    run_coroutine(loop, main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", b"127.0.0.1", None])
@pytest.mark.parametrize("form", [int, str, lambda port: str(port).encode()], ids=["int", "str", "bytes"])
def test_forms_of_a_host_and_a_port(loop: Loop, listener: socket.socket, host: Any, form: Any) -> None:
    async def main() -> None:
        protocol = Recorder()
        port: Any = form(listener.getsockname()[1])
        await loop.create_connection(lambda: protocol, host, port, family=socket.AF_INET)
        assert protocol.transport.get_extra_info("peername") == listener.getsockname()
        await protocol.close()

    run_coroutine(loop, main())
    loop.run_until_complete(loop.shutdown_default_executor())


def test_literal_address_needs_no_resolution(loop: Loop, listener: socket.socket) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> Any:
        raise AssertionError

    async def main() -> None:
        loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign]
        protocol = Recorder()
        await loop.create_connection(lambda: protocol, *listener.getsockname())
        await protocol.close()

    run_coroutine(loop, main())
    assert loop._default_executor is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("place", ["ipv4", "path"])
def test_data_that_waits_comes_after_the_connection(
    loop: Loop, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    seen: list[Any] = []

    class Protocol(Recorder):
        def note(self, event: str) -> None:
            seen.append((event, variable.get()))
            variable.set("changed by a callback")
            super().note(event)

    def factory() -> Protocol:
        seen.append("factory")
        variable.set("set by the factory")
        return Protocol()

    async def serve(listener: socket.socket) -> None:
        peer, _ = await loop.sock_accept(listener)
        with peer:
            await loop.sock_sendall(peer, b"greeting")

    async def main() -> None:
        with bound(*PLACES[place]) as listener:
            serving = asyncio.ensure_future(serve(listener))
            variable.set("set by the task")
            protocol: Recorder
            if place == "ipv4":
                _, protocol = await loop.create_connection(factory, *listener.getsockname())
            else:
                _, protocol = await loop.create_unix_connection(factory, listener.getsockname())
            # From 3.15 on all callbacks run in a copy of the context that is made before the factory is called.
            by = "task" if sys.version_info >= (3, 15) else "factory"
            assert seen == ["factory", ("made", f"set by the {by}")]
            assert variable.get() == "set by the factory"
            await serving
            await protocol.until_lost()
            assert [event for event, _ in seen[1:]] == ["made", "data", "eof", "lost"]

    run_coroutine(loop, main())


def test_error_in_connection_made_is_reported(loop: Loop, listener: socket.socket, reported: list[Any]) -> None:
    class Failing(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            raise ValueError("from connection_made")

    async def main() -> None:
        protocol = Failing()
        await loop.create_connection(lambda: protocol, *listener.getsockname())
        assert [str(context["exception"]) for context in reported] == ["from connection_made"]
        await protocol.close()

    run_coroutine(loop, main())


def test_connection_closed_by_connection_made(loop: Loop, listener: socket.socket) -> None:
    class Closing(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            transport.close()

    async def main() -> None:
        protocol = Closing()
        transport, _ = await loop.create_connection(lambda: protocol, *listener.getsockname())
        assert transport.is_closing()
        await protocol.until_lost()
        assert protocol.events == ["made", "lost"]
        assert protocol.lost_with == [None]

    run_coroutine(loop, main())


@pytest.mark.parametrize("place", ["ipv4", "path"])
def test_many_connections_at_once(loop: Loop, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def main() -> None:
        with bound(*PLACES[place]) as listener:
            listener.listen(200)
            protocols = [Recorder() for _ in range(100)]
            await asyncio.gather(*(connect(loop, listener, protocol) for protocol in protocols))
            names = set()
            for _ in protocols:
                peer, address = await loop.sock_accept(listener)
                with peer:
                    names.add(address)
                    await loop.sock_sendall(peer, b"data")
            for protocol in protocols:
                await protocol.until_lost()
                assert protocol.events == ["made", "data", "eof", "lost"]
            assert len(names) == (len(protocols) if place == "ipv4" else 1)

    run_coroutine(loop, main())


def test_connection_that_is_made_after_a_while(loop: Loop) -> None:
    """The queue is full when the first request arrives, and is longer when the kernel repeats it a second later."""

    async def main() -> None:
        with bound(socket.AF_INET, ("127.0.0.1", 0)) as listener:
            listener.listen(0)
            protocols = [Recorder() for _ in range(4)]
            connecting = []
            for protocol in protocols:
                connecting.append(asyncio.ensure_future(connect(loop, listener, protocol)))
                await asyncio.sleep(0.02)
            assert not all(one.done() for one in connecting)
            listener.listen(10)
            for _ in protocols:
                peer, _ = await loop.sock_accept(listener)
                with peer:
                    await loop.sock_sendall(peer, b"data")
            for protocol, transport in zip(protocols, await asyncio.gather(*connecting), strict=True):
                assert transport.get_extra_info("peername") == listener.getsockname()
                await protocol.until_lost()
                assert protocol.data == b"data"

    run_coroutine(loop, main())


@pytest.mark.parametrize("way", ["instance", "class"])
def test_replaced_sock_connect_is_called(kind: LoopKind, listener: socket.socket, way: str) -> None:
    called = []
    stock: Any = kind.new_event_loop()
    stock.close()

    async def sock_connect(sock: socket.socket, address: Any) -> None:
        called.append(address)
        await type(stock).sock_connect(loop, sock, address)

    async def main() -> None:
        protocol = Recorder()
        await loop.create_connection(lambda: protocol, *listener.getsockname())
        await protocol.close()

    loop: Any
    if way == "class":
        loop = type("Loop", (type(stock),), {"sock_connect": staticmethod(sock_connect)})()
    else:
        loop = type(stock)()
        loop.sock_connect = sock_connect
    run_coroutine(loop, main())
    loop.close()
    assert called == [listener.getsockname()]


def test_replaced_class_of_sockets_is_used(
    loop: Loop, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            made.append(address)
            super().connect(address)

    async def main() -> None:
        protocol = Recorder()
        monkeypatch.setattr(socket, "socket", Socket)
        await loop.create_connection(lambda: protocol, *listener.getsockname())
        monkeypatch.undo()
        await protocol.close()

    run_coroutine(loop, main())
    assert made == [listener.getsockname()]


def test_connection_is_logged_in_debug_mode(
    loop: Loop, listener: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        protocol = Recorder()
        transport, _ = await loop.create_connection(lambda: protocol, *listener.getsockname())
        shown = transport.get_extra_info("socket")
        host, port = listener.getsockname()
        expected = f"{shown!r} connected to {host}:{port}: ({transport!r}, {protocol!r})"
        assert expected in [record.getMessage() for record in caplog.records]
        await protocol.close()

    loop.set_debug(True)
    with caplog.at_level(logging.DEBUG, logger="asyncio"):
        run_coroutine(loop, main())


def test_audit_events(kind: LoopKind) -> None:
    """In a process of its own, because a hook cannot be removed."""
    kind.expect("done\n", AUDITED)


def test_socket_that_connects_to_itself(loop: Loop) -> None:
    async def main() -> None:
        with socket.socket() as sock:
            sock.setblocking(False)
            sock.bind(("127.0.0.1", 0))
            await loop.sock_connect(sock, sock.getsockname())
            await loop.sock_sendall(sock, b"to itself")
            assert await loop.sock_recv(sock, 100) == b"to itself"

    run_coroutine(loop, main())
