"""Ends of TLS connections: orderly, abrupt, too slow, and by mistake."""

import asyncio
import socket
import ssl
import struct
from asyncio import sslproto
from typing import Any

import pytest

from support.loop_kinds import Loop, run_and_finish
from support.peers.tls import Listening, TlsRecorder, connected, read_to_the_end, until

MEBIBYTE = bytes(range(256)) * 4096
GARBAGE = b"this is not a record of TLS, whatever you may think of it\r\n" * 3


def test_written_data_arrives_before_the_end(loop: Loop) -> None:
    async def main() -> None:
        client, served = await connected(loop)
        client.transport.write(MEBIBYTE)
        client.transport.close()
        assert client.transport.is_closing()
        client.transport.write(b"too late")
        await asyncio.gather(client.lost, served.lost)
        assert served.data == MEBIBYTE
        assert client.error is served.error is None
        assert [event for event in served.events if event in ("made", "eof", "lost")] == ["made", "eof", "lost"]

    run_and_finish(loop, main())


def test_abort_ends_the_connection_at_once(loop: Loop) -> None:
    async def main() -> None:
        client, served = await connected(loop)
        client.transport.abort()
        await asyncio.gather(client.lost, served.lost)
        assert client.events == ["made", "lost"]
        assert client.error is None

    run_and_finish(loop, main())


def test_end_without_a_closing_alert(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer, protocol = await server.established()
            await peer.send(b"last bytes")
            peer.writer.write_eof()
            await protocol.lost
            assert protocol.data == b"last bytes"
            assert protocol.events == ["made", "eof", "lost"]
            assert protocol.error is None
            await read_to_the_end(peer.reader)
            peer.writer.close()

    run_and_finish(loop, main())


def test_end_within_a_record(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer, protocol = await server.established()
            await peer.send(b"whole")
            peer.tls.write(b"cut off")
            peer.writer.write(peer.outgoing.read()[:-1])
            peer.writer.write_eof()
            await protocol.lost
            assert protocol.data == b"whole"
            assert protocol.events == ["made", "eof", "lost"]
            await read_to_the_end(peer.reader)
            peer.writer.close()

    run_and_finish(loop, main())


def test_closing_alert_of_the_peer(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer, protocol = await server.established()
            peer.tls.write(b"and out")
            with pytest.raises(ssl.SSLWantReadError):
                peer.tls.unwrap()
            peer.writer.write(peer.outgoing.read())
            await protocol.lost
            assert protocol.data == b"and out"
            assert protocol.events == ["made", "eof", "lost"]
            assert protocol.error is None
            # The answer is an alert, too.
            peer.incoming.write(await read_to_the_end(peer.reader))
            peer.tls.unwrap()
            peer.writer.close()

    run_and_finish(loop, main())


def test_reset_by_the_peer(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer, protocol = await server.established()
            connection = peer.writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.writer.transport.abort()
            await protocol.lost
            assert protocol.events == ["made", "lost"]
            assert isinstance(protocol.error, ConnectionResetError)

    run_and_finish(loop, main())


def test_garbage_within_the_connection(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer, protocol = await server.established()
            await peer.send(b"sense")
            await until(lambda: protocol.data)
            peer.writer.write(GARBAGE)
            await protocol.lost
            assert protocol.data == b"sense"
            assert protocol.events == ["made", "lost"]
            assert isinstance(protocol.error, ssl.SSLError)
            await read_to_the_end(peer.reader)
            peer.writer.close()

    run_and_finish(loop, main())


def test_peer_that_does_not_answer_the_closing_alert(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop, ssl_shutdown_timeout=0.05) as server:
            peer, protocol = await server.established()
            protocol.transport.close()
            await protocol.lost
            assert protocol.events == ["made", "lost"]
            assert isinstance(protocol.error, TimeoutError)
            assert str(protocol.error) == "SSL shutdown timed out"
            await read_to_the_end(peer.reader)
            peer.writer.close()

    run_and_finish(loop, main())


def test_data_that_arrives_after_close_is_dropped(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer, protocol = await server.established()
            protocol.transport.close()
            await peer.send(b"anybody?")
            assert await peer.complete(peer.tls.read, 1) == b""
            peer.tls.unwrap()
            peer.writer.write(peer.outgoing.read())
            await protocol.lost
            assert protocol.data == b""
            assert getattr(protocol.error, "reason", None) in (None, "APPLICATION_DATA_AFTER_CLOSE_NOTIFY")
            peer.writer.close()

    run_and_finish(loop, main())


class Failing(TlsRecorder):
    def data_received(self, data: bytes) -> None:
        raise ZeroDivisionError("in data_received")


def test_exception_of_a_protocol_is_reported(loop: Loop, reported: list[dict[str, Any]]) -> None:
    async def main() -> None:
        async with Listening(loop, protocol=Failing) as server:
            peer, protocol = await server.established()
            await peer.send(b"x")
            await protocol.lost
            assert isinstance(protocol.error, ZeroDivisionError)
            await read_to_the_end(peer.reader)
            peer.writer.close()

    run_and_finish(loop, main())
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]


class FailingAtTheEnd(TlsRecorder):
    def eof_received(self) -> bool | None:
        raise ZeroDivisionError("in eof_received")


@pytest.mark.parametrize("reads", [True, False], ids=["reading", "paused"])
@pytest.mark.parametrize("debug", [True, False], ids=["debug", "no debug"])
def test_exception_of_eof_received_is_reported(
    loop: Loop, reported: list[dict[str, Any]], debug: bool, reads: bool
) -> None:
    loop.set_debug(debug)

    async def main() -> None:
        async with Listening(loop, protocol=FailingAtTheEnd) as server:
            peer, protocol = await server.established()
            if not reads:
                protocol.transport.pause_reading()
            peer.writer.write_eof()
            if not reads:
                await asyncio.sleep(0.02)
                assert "lost" not in protocol.events
                protocol.transport.resume_reading()
                protocol.transport.close()
            await protocol.lost
            assert isinstance(protocol.error, ZeroDivisionError)
            peer.writer.close()

    run_and_finish(loop, main())
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]


def test_states_follow_each_other_as_in_asyncio(loop: Loop) -> None:
    states: Any = sslproto.SSLProtocolState

    async def main() -> None:
        client, served = await connected(loop)
        protocol: Any = client.transport
        protocol = protocol._ssl_protocol
        for state in (states.DO_HANDSHAKE, states.WRAPPED, states.SHUTDOWN):
            with pytest.raises(RuntimeError, match=f"^cannot switch state from {states.WRAPPED} to {state}$"):
                protocol._set_state(state)
        assert protocol._state is states.WRAPPED
        client.transport.close()
        await asyncio.gather(client.lost, served.lost)
        assert protocol._state is states.UNWRAPPED

    run_and_finish(loop, main())
