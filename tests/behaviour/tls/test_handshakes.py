"""Handshakes of TLS that fail, or nearly do: silence, garbage, certificates, options, cancellation."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_and_finish
from support.peers.tls import (
    HandDriven,
    Handler,
    Listening,
    TlsRecorder,
    client_context,
    read_to_the_end,
    server_context,
    until,
)

GARBAGE = b"this is not what a handshake looks like, whatever you may think of it\r\n" * 3


async def connection_to(loop: Loop, serve: Handler, **options: Any) -> tuple[asyncio.Transport, TlsRecorder]:
    """Connect over TLS to a server of plain streams."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        return await loop.create_connection(
            TlsRecorder,
            *server.sockets[0].getsockname(),
            **{"ssl": client_context(), "server_hostname": "localhost", **options},
        )
    finally:
        server.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read, say nothing, and close when the other side has closed."""
    await read_to_the_end(reader)
    writer.close()


def test_client_gives_up_on_a_silent_server(loop: Loop) -> None:
    async def main() -> None:
        message = r"SSL handshake is taking longer than 0\.05 seconds: aborting the connection"
        with pytest.raises(ConnectionAbortedError, match=message):
            await connection_to(loop, silent, ssl_handshake_timeout=0.05)

    run_and_finish(loop, main())


def test_server_gives_up_on_a_silent_client(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop, ssl_handshake_timeout=0.05) as server:
            peer = await server.connect()
            assert await read_to_the_end(peer.reader) == b""
            peer.writer.close()
        assert [protocol.events for protocol in server.protocols] == [[]]

    run_and_finish(loop, main())


def test_garbage_instead_of_a_client(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer = await server.connect()
            peer.writer.write(GARBAGE)
            await read_to_the_end(peer.reader)
            peer.writer.close()
        assert [protocol.events for protocol in server.protocols] == [[]]

    run_and_finish(loop, main())


def test_garbage_instead_of_a_server(loop: Loop) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GARBAGE)
        await silent(reader, writer)

    async def main() -> None:
        with pytest.raises(ssl.SSLError) as raised:
            await connection_to(loop, serve)
        assert raised.value.reason in ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")

    run_and_finish(loop, main())


@pytest.mark.parametrize("part", [0, 1, 5, 100])
def test_client_that_leaves_during_the_handshake(loop: Loop, part: int) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer = await server.connect()
            peer.writer.write(peer.client_hello()[:part])
            peer.writer.write_eof()
            await read_to_the_end(peer.reader)
            peer.writer.close()
        assert [protocol.events for protocol in server.protocols] == [[]]

    run_and_finish(loop, main())


@pytest.mark.parametrize("part", [0, 1, 5, 100])
def test_server_that_leaves_during_the_handshake(loop: Loop, part: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = HandDriven(reader, writer, server_side=True)
        peer.incoming.write(await reader.read(65536))
        with pytest.raises(ssl.SSLWantReadError):
            peer.tls.do_handshake()
        writer.write(peer.outgoing.read()[:part])
        writer.write_eof()
        await silent(reader, writer)

    async def main() -> None:
        with pytest.raises(ConnectionResetError):
            await connection_to(loop, serve)

    run_and_finish(loop, main())


def test_handshake_that_arrives_byte_by_byte(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer = await server.connect()
            for byte in peer.client_hello():
                peer.writer.write(bytes((byte,)))
                await asyncio.sleep(0)
            await peer.handshake()
            await peer.send(b"slow but sure")
            await until(lambda: server.protocols[0].data == b"slow but sure")
            server.protocols[0].transport.abort()
            peer.writer.close()

    run_and_finish(loop, main())


@pytest.mark.parametrize(
    ("trust", "hostname", "message"),
    [(False, "localhost", "self.signed certificate"), (True, "other.invalid", "Hostname mismatch")],
    ids=["unknown", "other name"],
)
def test_certificate_that_cannot_be_verified(loop: Loop, trust: bool, hostname: str, message: str) -> None:
    async def main() -> None:
        context = client_context() if trust else ssl.create_default_context()
        async with Listening(loop) as server:
            with pytest.raises(ssl.SSLCertVerificationError, match=message) as raised:
                await loop.create_connection(TlsRecorder, *server.address, ssl=context, server_hostname=hostname)
            assert raised.value.verify_code != 0
            await until(lambda: server.protocols)
        await asyncio.sleep(0.02)
        assert [protocol.events for protocol in server.protocols] == [[]]

    run_and_finish(loop, main())


def test_client_without_the_certificate_it_is_asked_for(loop: Loop) -> None:
    """With TLS 1.3 the client's handshake is over when the server refuses it."""

    async def main() -> None:
        context = server_context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        async with Listening(loop, ssl=context) as server:
            _, client = await loop.create_connection(
                TlsRecorder, *server.address, ssl=client_context(), server_hostname="localhost"
            )
            await client.lost
        assert client.events[0] == "made"
        assert client.error is None or isinstance(client.error, ssl.SSLError)  # asyncio's server sends no alert
        assert [protocol.events for protocol in server.protocols] == [[]]

    run_and_finish(loop, main())


def test_versions_that_have_nothing_in_common(loop: Loop) -> None:
    async def main() -> None:
        old, new = client_context(), server_context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        new.minimum_version = ssl.TLSVersion.TLSv1_3
        async with Listening(loop, ssl=new) as server:
            # asyncio's server closes the connection without the alert that says why.
            with pytest.raises((ssl.SSLError, ConnectionResetError)):
                await loop.create_connection(TlsRecorder, *server.address, ssl=old, server_hostname="localhost")

    run_and_finish(loop, main())


def test_handshake_can_be_cancelled(loop: Loop) -> None:
    async def main() -> None:
        seen = asyncio.Event()
        ended = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.read(65536)
            seen.set()
            await silent(reader, writer)
            ended.set()

        connecting = asyncio.create_task(connection_to(loop, serve))
        await seen.wait()
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        await ended.wait()

    run_and_finish(loop, main())


def test_many_handshakes_are_cancelled_at_any_moment(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            for turns in range(30):
                connecting = asyncio.create_task(
                    loop.create_connection(
                        TlsRecorder, *server.address, ssl=client_context(), server_hostname="localhost"
                    )
                )
                for _ in range(turns):
                    await asyncio.sleep(0)
                connecting.cancel()
                (outcome,) = await asyncio.gather(connecting, return_exceptions=True)
                if not isinstance(outcome, asyncio.CancelledError):
                    assert not isinstance(outcome, BaseException)
                    outcome[0].abort()
            # None of this disturbs the next.
            _, client = await loop.create_connection(
                TlsRecorder, *server.address, ssl=client_context(), server_hostname="localhost"
            )
            client.transport.abort()
            await client.lost
        await until(lambda: all(protocol.lost.done() for protocol in server.protocols if protocol.events))

    run_and_finish(loop, main())


def test_closed_server_goes_on_with_what_it_has_accepted(loop: Loop) -> None:
    async def main() -> None:
        async with Listening(loop) as server:
            peer = await server.connect()
            await until(lambda: server.protocols)
        await peer.handshake()
        await peer.send(b"still here")
        await until(lambda: server.protocols[0].data == b"still here")
        server.protocols[0].transport.abort()
        peer.writer.close()

    run_and_finish(loop, main())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ssl": True}, "You must set server_hostname when using ssl without a host"),
        ({"server_hostname": "localhost"}, "server_hostname is only meaningful with ssl"),
        ({"ssl_handshake_timeout": 1}, "ssl_handshake_timeout is only meaningful with ssl"),
        ({"ssl_shutdown_timeout": 1}, "ssl_shutdown_timeout is only meaningful with ssl"),
        (
            {"ssl": True, "server_hostname": "x", "ssl_handshake_timeout": 0},
            "ssl_handshake_timeout should be a positive",
        ),
        (
            {"ssl": True, "server_hostname": "x", "ssl_shutdown_timeout": -1},
            "ssl_shutdown_timeout should be a positive",
        ),
    ],
)
def test_options_that_make_no_sense(loop: Loop, options: dict[str, Any], message: str) -> None:
    async def main() -> None:
        left, right = socket.socketpair()
        with left, right, pytest.raises(ValueError, match=message):
            await loop.create_connection(TlsRecorder, sock=left, **options)

    run_and_finish(loop, main())


def test_server_options_that_make_no_sense(loop: Loop) -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match="ssl argument must be an SSLContext or None"):
            await loop.create_server(TlsRecorder, "127.0.0.1", 0, ssl=True)
        for option in ("ssl_handshake_timeout", "ssl_shutdown_timeout"):
            with pytest.raises(ValueError, match=f"{option} is only meaningful with ssl"):
                await loop.create_server(TlsRecorder, "127.0.0.1", 0, **{option: 1})  # type: ignore[call-overload]

    run_and_finish(loop, main())


def test_what_clients_do_wrong_is_not_reported(loop: Loop, reported: list[dict[str, Any]]) -> None:
    async def send(server: Listening, make: Callable[[HandDriven], bytes]) -> None:
        peer = await server.connect()
        peer.writer.write(make(peer))
        peer.writer.write_eof()
        await read_to_the_end(peer.reader)
        peer.writer.close()

    async def main() -> None:
        async with Listening(loop) as server:
            for make in (lambda _: b"", lambda _: GARBAGE, lambda peer: peer.client_hello()[:50]):
                await send(server, make)

    run_and_finish(loop, main())
    assert reported == []
