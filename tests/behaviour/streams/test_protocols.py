"""Which object and which method a transport calls: set_protocol(), replaced methods, and protocols of any class."""

import asyncio
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import BufferedRecorder, Record, Recorder, Way, connected, every_way, pass_iterations

PROTOCOLS = {"protocol": Recorder, "buffered protocol": BufferedRecorder}
every_first = pytest.mark.parametrize("first_class", PROTOCOLS.values(), ids=PROTOCOLS)
every_second = pytest.mark.parametrize("second_class", PROTOCOLS.values(), ids=PROTOCOLS)


@every_second
@every_first
@every_way
def test_protocol_is_switched_between_callbacks(
    loop: Loop, way: Way, first_class: type[Record], second_class: type[Record]
) -> None:
    first, second = first_class(), second_class()

    async def main() -> None:
        transport = first.transport
        assert transport.get_protocol() is first
        await loop.sock_sendall(peer, b"one")
        await first.until_received(3)
        transport.set_protocol(second)
        assert transport.get_protocol() is second
        await loop.sock_sendall(peer, b"two")
        peer.shutdown(socket.SHUT_WR)
        await second.until_lost()

    with connected(loop, first, way) as peer:
        run_coroutine(loop, main())
        first.note("lost")
        assert (first.events, bytes(first.data)) == (["made", "data", "lost"], b"one")
        assert (second.events, bytes(second.data)) == (["data", "eof", "lost"], b"two")
        assert second.lost_with == [None]


@every_way
def test_protocol_is_switched_back_and_forth_while_data_comes(loop: Loop, way: Way) -> None:
    order: list[tuple[str, bytes]] = []

    class Switching(Recorder):
        def data_received(self, data: bytes) -> None:
            order.append(("data_received", data))
            first.transport.set_protocol(second)
            first.note("data")

    class BufferedSwitching(BufferedRecorder):
        def buffer_updated(self, nbytes: int) -> None:
            order.append(("buffer_updated", bytes(self.buffer[:nbytes])))
            first.transport.set_protocol(first)
            first.note("data")

    first, second = Switching(), BufferedSwitching(100)
    pieces = [b"%05d" % number for number in range(40)]

    async def main() -> None:
        for count, piece in enumerate(pieces, 1):
            await loop.sock_sendall(peer, piece)
            await first.until(lambda: len(order) >= count)  # noqa: B023 - awaited at once

    with connected(loop, first, way) as peer:
        run_coroutine(loop, main())
        methods = ["data_received", "buffer_updated"] * 20
        assert order == list(zip(methods, pieces, strict=True))


@every_second
@every_way
def test_rest_of_the_data_goes_to_the_protocol_set_in_data_received(
    loop: Loop, way: Way, second_class: type[Record]
) -> None:
    second = second_class()

    class Switching(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.transport.set_protocol(second)

    first = Switching()

    async def main() -> None:
        # More than one read takes, so that there is a rest.
        await asyncio.gather(loop.sock_sendall(peer, bytes(600_000)), second.until(complete))
        peer.close()
        await second.until_lost()

    def complete() -> bool:
        return len(first.data) + len(second.data) == 600_000

    with connected(loop, first, way) as peer:
        run_coroutine(loop, main())
        assert first.events == ["made", "data"]
        assert second.events == ["data", "eof", "lost"]
        first.note("lost")


@every_second
@every_way
def test_protocol_set_in_connection_made(loop: Loop, way: Way, second_class: type[Record]) -> None:
    second = second_class()

    class Switching(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.set_protocol(second)

    first = Switching()

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await second.until_received(4)
        first.transport.close()
        await second.until_lost()

    with connected(loop, first, way) as peer:
        run_coroutine(loop, main())
        assert first.events == ["made"]
        assert second.events == ["data", "lost"]
        first.note("lost")


@every_way
def test_protocol_set_while_reading_is_paused(loop: Loop, way: Way) -> None:
    first, second = Recorder(), BufferedRecorder(3)

    async def main() -> None:
        first.transport.pause_reading()
        await loop.sock_sendall(peer, b"data")
        await pass_iterations()
        first.transport.set_protocol(second)
        assert not first.transport.is_reading()
        await pass_iterations()
        assert second.data == b""
        first.transport.resume_reading()
        await second.until_received(4)
        first.transport.set_protocol(first)

    with connected(loop, first, way) as peer:
        run_coroutine(loop, main())
        assert (bytes(first.data), bytes(second.data)) == (b"", b"data")


@every_way
def test_methods_replaced_on_the_instance_are_called(loop: Loop, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = Recorder()
    calls: list[Any] = []

    async def main() -> None:
        await loop.sock_sendall(peer, b"one")
        await protocol.until_received(3)
        monkeypatch.setattr(protocol, "data_received", lambda data: calls.append(data))
        monkeypatch.setattr(protocol, "eof_received", lambda: calls.append("eof"))
        monkeypatch.setattr(protocol, "connection_lost", lambda exc: calls.append(exc))
        await loop.sock_sendall(peer, b"two")
        while not calls:
            await asyncio.sleep(0)
        monkeypatch.setattr(protocol, "data_received", lambda data: calls.append(data.upper()))
        await loop.sock_sendall(peer, b"three")
        while len(calls) < 2:
            await asyncio.sleep(0)
        peer.shutdown(socket.SHUT_WR)
        while len(calls) < 4:
            await asyncio.sleep(0)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == b"one"
        assert calls == [b"two", b"THREE", "eof", None]
        protocol.note("lost")


@every_way
def test_methods_replaced_on_the_class_are_called(loop: Loop, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    class Patched(Recorder):
        pass

    protocol = Patched()
    calls: list[bytes] = []

    async def main() -> None:
        await loop.sock_sendall(peer, b"one")
        await protocol.until_received(3)
        monkeypatch.setattr(Patched, "data_received", lambda _self, data: calls.append(data), raising=False)
        await loop.sock_sendall(peer, b"two")
        while not calls:
            await asyncio.sleep(0)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert (bytes(protocol.data), calls) == (b"one", [b"two"])


@every_way
def test_buffer_methods_replaced_on_the_instance_are_called(
    loop: Loop, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol = BufferedRecorder()
    other = bytearray(10)
    counts: list[int] = []

    async def main() -> None:
        await loop.sock_sendall(peer, b"one")
        await protocol.until_received(3)
        monkeypatch.setattr(protocol, "get_buffer", lambda _hint: other)
        monkeypatch.setattr(protocol, "buffer_updated", counts.append)
        await loop.sock_sendall(peer, b"three")
        while not counts:
            await asyncio.sleep(0)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.data == b"one"
        assert (bytes(other[:5]), counts) == (b"three", [5])


def test_class_with_the_right_methods_is_a_protocol(loop: Loop) -> None:
    calls: list[Any] = []

    class Duck:
        connection_made = staticmethod(lambda transport: calls.append(transport))
        eof_received = staticmethod(lambda: calls.append("eof"))

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda argument: calls.append((name, argument))

    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            duck = Duck()
            transport, protocol = await loop.create_connection(lambda: duck, sock=mine)  # type: ignore[type-var]
            assert protocol is duck
            assert calls == [transport]
            peer.send(b"data")
            while len(calls) < 2:
                await asyncio.sleep(0)
            peer.shutdown(socket.SHUT_WR)
            while len(calls) < 4:
                await asyncio.sleep(0)

    run_coroutine(loop, main())
    assert calls[1:] == [("data_received", b"data"), "eof", ("connection_lost", None)]


def test_connection_made_comes_before_everything_else_of_the_connection(loop: Loop) -> None:
    """Data is there before the transport; callbacks scheduled earlier still run earlier."""
    protocol = Recorder()

    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            peer.send(b"data")
            peer.shutdown(socket.SHUT_WR)
            loop.call_soon(protocol.note, "before")
            transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
            assert protocol.events[:2] == ["before", "made"]
            assert transport is protocol.transport
            await protocol.until_lost()

    run_coroutine(loop, main())
    assert protocol.events == ["before", "made", "data", "eof", "lost"]


def test_accepted_socket_can_be_handed_to_the_loop(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            with socket.create_connection(listener.getsockname()) as peer:
                accepted, _ = listener.accept()
                transport, made = await loop.connect_accepted_socket(lambda: protocol, accepted)
                assert made is protocol
                assert transport is protocol.transport
                peer.send(b"data")
                await protocol.until_received(4)
        await protocol.until_lost()

    run_coroutine(loop, main())
    assert protocol.events == ["made", "data", "eof", "lost"]
