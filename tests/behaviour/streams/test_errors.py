"""Exceptions out of a protocol's methods: who is told, and what becomes of the connection."""

import asyncio
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder, Way, connected, every_way, factory_of, pass_iterations, receive_all


class OwnBaseException(BaseException):
    pass


ERRORS = [LookupError("data"), OwnBaseException("data"), asyncio.CancelledError("data")]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@every_way
def test_failing_data_received_ends_the_connection(
    loop: Loop, way: Way, error: BaseException, reported: list[dict[str, Any]]
) -> None:
    class Failing(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            raise error

    protocol = Failing()

    async def main() -> None:
        await loop.sock_sendall(peer, bytes(400_000))
        await protocol.until_lost()
        await pass_iterations()

    with connected(loop, protocol, way) as peer:
        sending = main()
        try:
            run_coroutine(loop, sending)
        except (ConnectionResetError, BrokenPipeError):
            # The transport may be gone while data is still being sent.
            run_coroutine(loop, protocol.until_lost())
        assert protocol.events == ["made", "data", "lost"]
        assert protocol.lost_with == [error]
        assert reported == [
            {
                "message": "Fatal error: protocol.data_received() call failed.",
                "exception": error,
                "transport": protocol.transport,
                "protocol": protocol,
            }
        ]


@every_way
def test_error_of_the_system_out_of_data_received_is_not_reported(
    loop: Loop, way: Way, reported: list[dict[str, Any]]
) -> None:
    error = ConnectionAbortedError("by the protocol")

    class Failing(Recorder):
        def data_received(self, data: bytes) -> None:
            raise error

    protocol = Failing()

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_lost()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.lost_with == [error]
        assert reported == []


@every_way
def test_what_was_written_before_the_failure_is_sent(loop: Loop, way: Way, reported: list[dict[str, Any]]) -> None:
    class Failing(Recorder):
        def data_received(self, data: bytes) -> None:
            self.transport.write(b"sorry")
            raise LookupError

    protocol = Failing()

    async def main() -> bytes:
        await loop.sock_sendall(peer, b"data")
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"sorry"
        assert len(reported) == 1


@every_way
def test_failing_connection_made_is_reported_and_the_connection_lives(
    loop: Loop, way: Way, reported: list[dict[str, Any]]
) -> None:
    error = LookupError("made")

    class Failing(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            raise error

    protocol = Failing()

    async def main() -> None:
        await loop.sock_sendall(peer, b"data")
        await protocol.until_received(4)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert [context["exception"] for context in reported] == [error]
        assert reported[0]["message"].startswith("Exception in callback ")


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@every_way
def test_exit_in_data_received_leaves_the_loop_and_not_the_connection(
    loop: Loop, way: Way, error: type[BaseException], reported: list[dict[str, Any]]
) -> None:
    class Leaving(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data == b"leave":
                raise error

    protocol = Leaving()

    async def main() -> None:
        await loop.sock_sendall(peer, b"stay")
        await protocol.until_received(9)

    with connected(loop, protocol, way) as peer:
        peer.send(b"leave")
        with pytest.raises(error):
            loop.run_forever()
        assert not loop.is_running()
        assert protocol.events == ["made", "data"]
        run_coroutine(loop, main())
        assert protocol.data == b"leavestay"
        assert reported == []


def test_exit_in_data_received_does_not_lose_the_data_of_others(loop: Loop) -> None:
    """The readiness of other transports was collected in the same iteration that is left."""
    protocols: list[Recorder] = []

    class Leaving(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            raise SystemExit

    async def connect() -> None:
        for mine, _ in pairs:
            protocol = Leaving()
            protocols.append(protocol)
            await loop.create_connection(factory_of(protocol), sock=mine)
        await pass_iterations()

    async def close() -> None:
        for protocol in protocols:
            protocol.transport.close()
            await protocol.until_lost()

    pairs = [socket.socketpair() for _ in range(5)]
    run_coroutine(loop, connect())
    for number, (_, peer) in enumerate(pairs):
        peer.send(b"%d" % number)
    for _ in pairs:
        with pytest.raises(SystemExit):
            loop.run_forever()
    assert [bytes(protocol.data) for protocol in protocols] == [b"0", b"1", b"2", b"3", b"4"]
    run_coroutine(loop, close())
    for _, peer in pairs:
        peer.close()


def test_failure_of_one_connection_leaves_the_others_alone(loop: Loop, reported: list[dict[str, Any]]) -> None:
    class Choosy(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if data == b"bad":
                raise LookupError

    protocols = [Choosy() for _ in range(10)]

    async def main() -> None:
        pairs = [socket.socketpair() for _ in protocols]
        for protocol, (mine, _) in zip(protocols, pairs, strict=True):
            await loop.create_connection(factory_of(protocol), sock=mine)
        for number, (_, peer) in enumerate(pairs):
            peer.send(b"bad" if number % 2 else b"good")
        for number, protocol in enumerate(protocols):
            await protocol.until_event("lost" if number % 2 else "data")
        for protocol in protocols[::2]:
            assert protocol.lost_with == []
            protocol.transport.close()
            await protocol.until_lost()
        for _, peer in pairs:
            peer.close()

    run_coroutine(loop, main())
    assert len(reported) == 5
