"""Connections that begin in plain text and are upgraded by `start_tls`."""

import asyncio
import inspect
import socket
import ssl
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_and_finish
from support.peers.tls import HandDriven, TlsEcho, TlsRecorder, client_context, close, server_context, until

BULK = bytes(range(256)) * 1200
SIDES = pytest.mark.parametrize("server_side", [False, True], ids=["client", "server"])


async def plain_pair(loop: Loop) -> tuple[TlsRecorder, TlsRecorder]:
    """Two protocols connected by TCP."""
    accepted: list[TlsRecorder] = []

    def factory() -> TlsRecorder:
        accepted.append(TlsRecorder())
        return accepted[-1]

    server = await loop.create_server(factory, "127.0.0.1", 0)
    _, client = await loop.create_connection(TlsRecorder, *server.sockets[0].getsockname())
    await until(lambda: accepted and accepted[0].events)
    server.close()
    return client, accepted[0]


async def plain_streams() -> tuple[Any, Any]:
    """Two ends of a TCP connection, each a reader and a writer."""
    accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    server = await asyncio.start_server(lambda *streams: accepted.put_nowait(streams), "127.0.0.1", 0)
    client = await asyncio.open_connection(*server.sockets[0].getsockname())
    served = await accepted.get()
    server.close()
    return client, served


def upgrading(loop: Loop, protocol: TlsRecorder, *, server_side: bool, **options: Any) -> Any:
    """The coroutine that upgrades the transport of a protocol."""
    context = server_context() if server_side else client_context()
    hostname = None if server_side else "localhost"
    return loop.start_tls(
        protocol.transport, protocol, context, server_side=server_side, server_hostname=hostname, **options
    )


@SIDES
def test_either_end_of_a_connection_can_be_the_server(loop: Loop, server_side: bool) -> None:
    async def main() -> None:
        one, other = await plain_pair(loop)
        one.transport.write(b"plain ")
        other.transport.write(b"text ")
        await until(lambda: one.data and other.data)
        raw = one.transport
        upgraded = await asyncio.gather(
            upgrading(loop, one, server_side=server_side), upgrading(loop, other, server_side=not server_side)
        )
        for protocol, transport in zip((one, other), upgraded, strict=True):
            assert isinstance(transport, asyncio.Transport)
            assert transport is not protocol.transport
            assert transport.get_protocol() is protocol
            assert protocol.events == ["made"]  # once, in plain text
            protocol.transport = transport
        assert upgraded[0].get_extra_info("socket") is raw.get_extra_info("socket")
        one.transport.write(BULK)
        other.transport.write(BULK[::-1])
        await until(lambda: len(one.data) == len(BULK) + 5)
        await until(lambda: len(other.data) == len(BULK) + 6)
        assert one.data == b"text " + BULK[::-1]
        assert other.data == b"plain " + BULK
        await close(one, other)
        assert one.error is other.error is None

    run_and_finish(loop, main())


@SIDES
def test_nothing_is_lost_that_arrives_before_the_upgrade(loop: Loop, server_side: bool) -> None:
    """The peer's handshake waits in the kernel, behind the line that announces it, until `start_tls` is called."""

    async def main() -> None:
        (reader, writer), accepted = await plain_streams()
        peer = HandDriven(reader, writer)
        accepted_writer = accepted[1]
        # From here on the accepted connection belongs to a protocol that pauses reading at once.
        protocol = TlsRecorder()
        protocol.transport = accepted_writer.transport
        protocol.transport.pause_reading()
        protocol.transport.set_protocol(protocol)
        if server_side:
            writer.write(peer.client_hello())
            await asyncio.sleep(0.01)
            upgrade = asyncio.create_task(upgrading(loop, protocol, server_side=True))
            await peer.handshake()
        else:
            peer = HandDriven(reader, writer, server_side=True)
            upgrade = asyncio.create_task(upgrading(loop, protocol, server_side=False))
            await peer.handshake()
        await peer.send(b"application data behind the handshake")
        protocol.transport = await upgrade
        await until(lambda: protocol.data)
        assert protocol.data == b"application data behind the handshake"
        protocol.transport.write(BULK)
        assert await peer.receive(len(BULK)) == BULK
        protocol.transport.abort()
        writer.close()

    run_and_finish(loop, main())


def test_data_glued_to_the_end_of_the_handshake(loop: Loop) -> None:
    async def main() -> None:
        (reader, writer), accepted = await plain_streams()
        peer = HandDriven(reader, writer)
        protocol = TlsRecorder()
        protocol.transport = accepted[1].transport
        protocol.transport.pause_reading()
        upgrade = asyncio.create_task(upgrading(loop, protocol, server_side=True))
        # With TLS 1.3 the client's last flight and its first data can be one segment.
        writer.write(peer.client_hello())
        while True:
            peer.incoming.write(await reader.read(65536))
            try:
                peer.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
        peer.tls.write(b"early bird")
        peer.tls.write(BULK[:5000])
        writer.write(peer.outgoing.read())
        protocol.transport = await upgrade
        await until(lambda: len(protocol.data) == 5010)
        assert protocol.data == b"early bird" + BULK[:5000]
        protocol.transport.abort()
        writer.close()

    run_and_finish(loop, main())


async def hello_behind_the_line(streams: bool) -> str:
    """A ClientHello in one segment with the line that announces it: what becomes of the upgrade?"""
    loop = asyncio.get_running_loop()
    client, server = await plain_streams()
    peer = HandDriven(*client)
    client[1].write(b"STARTTLS\n" + peer.client_hello())
    reader, writer = server
    assert await reader.readline() == b"STARTTLS\n"
    try:
        if streams:
            upgrade = asyncio.create_task(writer.start_tls(server_context(), ssl_handshake_timeout=0.3))
        else:
            protocol = TlsRecorder()
            protocol.transport = writer.transport
            upgrade = asyncio.create_task(upgrading(loop, protocol, server_side=True, ssl_handshake_timeout=0.3))
        handshake = asyncio.create_task(peer.handshake())
        try:
            await upgrade
        except OSError as error:
            return f"{type(error).__name__}: {error}"
        else:
            await handshake
            return "upgraded"
        finally:
            await asyncio.gather(handshake, return_exceptions=True)
    finally:
        writer.transport.abort()
        client[1].close()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("streams", [True, False], ids=["streams", "protocol"])
def test_hello_glued_to_the_line_is_not_lost_in_a_stream(loop: Loop, kind: LoopKind, streams: bool) -> None:
    """asyncio passes on what a stream has read ahead from gh-142352 on, PyLoop always; a protocol has it for good."""
    happened = loop.run_until_complete(hello_behind_the_line(streams))
    too_long = "SSL handshake is taking longer than 0.3 seconds" in happened
    if streams and (kind.name == "pyloop" or "gh-142352" in inspect.getsource(asyncio.BaseEventLoop.start_tls)):
        assert happened == "upgraded"
    else:
        assert too_long


def test_streams_are_upgraded_in_both_directions(loop: Loop) -> None:
    async def main() -> None:
        (reader, writer), (served_reader, served_writer) = await plain_streams()

        async def serve() -> None:
            assert await served_reader.readline() == b"STARTTLS\n"
            served_writer.write(b"GO\n")
            await served_writer.drain()
            await served_writer.start_tls(server_context())
            while data := await served_reader.read(65536):
                served_writer.write(data)
                await served_writer.drain()
            served_writer.close()

        serving = asyncio.create_task(serve())
        writer.write(b"STARTTLS\n")
        assert await reader.readline() == b"GO\n"
        await writer.start_tls(client_context(), server_hostname="localhost")
        assert writer.get_extra_info("cipher")
        writer.write(BULK)
        assert await reader.readexactly(len(BULK)) == BULK
        writer.close()
        await writer.wait_closed()
        await serving

    run_and_finish(loop, main())


def test_tls_within_tls(loop: Loop) -> None:
    async def main() -> None:
        accepted: list[TlsRecorder] = []

        def factory() -> TlsRecorder:
            accepted.append(TlsRecorder())
            return accepted[-1]

        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=server_context())
        _, client = await loop.create_connection(
            TlsRecorder, *server.sockets[0].getsockname(), ssl=client_context(), server_hostname="localhost"
        )
        server.close()
        await until(lambda: accepted[0].events)
        client.transport, accepted[0].transport = await asyncio.gather(
            upgrading(loop, client, server_side=False), upgrading(loop, accepted[0], server_side=True)
        )
        client.transport.write(BULK)
        await until(lambda: len(accepted[0].data) == len(BULK))
        assert accepted[0].data == BULK
        await close(client, accepted[0])

    run_and_finish(loop, main())


def test_what_cannot_be_upgraded(loop: Loop) -> None:
    async def main() -> None:
        one, other = await plain_pair(loop)
        with pytest.raises(TypeError, match=r"sslcontext is expected to be an instance of ssl\.SSLContext, got None"):
            await loop.start_tls(one.transport, one, None)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"transport <object .*> is not supported by start_tls\(\)"):
            await loop.start_tls(object(), one, client_context())  # type: ignore[arg-type]
        left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=left)
        with pytest.raises(TypeError, match=r"transport .* is not supported by start_tls\(\)"):
            await loop.start_tls(transport, one, client_context())  # type: ignore[arg-type]
        transport.close()
        right.close()
        # The connection is as it was.
        one.transport.write(b"still plain")
        await until(lambda: other.data == b"still plain")
        await close(one, other)

    run_and_finish(loop, main())


def test_cancelled_upgrade_closes_the_connection(loop: Loop) -> None:
    async def main() -> None:
        one, other = await plain_pair(loop)
        upgrade = asyncio.create_task(upgrading(loop, one, server_side=False))
        await until(lambda: other.data)  # the ClientHello, which nobody answers
        upgrade.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upgrade
        assert one.transport.is_closing()
        await other.lost
        assert other.error is None

    run_and_finish(loop, main())


def test_upgrade_to_nobody_times_out(loop: Loop) -> None:
    async def main() -> None:
        one, other = await plain_pair(loop)
        with pytest.raises(ConnectionAbortedError, match=r"SSL handshake is taking longer than 0\.05 seconds"):
            await upgrading(loop, one, server_side=False, ssl_handshake_timeout=0.05)
        await other.lost
        assert one.transport.is_closing()

    run_and_finish(loop, main())


def test_echo_served_by_an_upgraded_transport(loop: Loop) -> None:
    async def main() -> None:
        one, other = await plain_pair(loop)
        echo = TlsEcho()
        upgraded, served = await asyncio.gather(
            upgrading(loop, one, server_side=False),
            loop.start_tls(other.transport, echo, server_context(), server_side=True),
        )
        assert served is not None
        echo.transport = served
        upgraded.write(BULK)
        await until(lambda: len(one.data) == len(BULK))
        assert one.data == BULK
        upgraded.close()
        await asyncio.gather(one.lost, echo.lost)
        assert not other.lost.done()  # the protocol of the plain text has been replaced

    run_and_finish(loop, main())
