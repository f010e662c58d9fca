"""`start_tls` in every situation: what is buffered, queued, paused, cancelled, or TLS already; as on asyncio."""

import asyncio
import gc
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, outcome, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, Wire, WirePeer, listening, meeting, of_version
from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context

BULK = bytes(range(256)) * 4096
HUGE = BULK * 8


@asynccontextmanager
async def plain_meeting(
    loop: Loop, version: ssl.TLSVersion | None = None, *, accepted: bool
) -> AsyncIterator[tuple[WirePeer, PlainNotes, Callable[..., Awaitable[Any]]]]:
    """A transport in plain text, its peer, and what upgrades it: on its side the server is `accepted`."""
    contexts = [server_context(), client_context()]
    if version is not None:
        contexts = [of_version(context, version) for context in contexts]
    context, peer_context = contexts if accepted else contexts[::-1]
    with listening(small=False) as listener:
        connection = socket.socket()
        connection.setblocking(False)
        await loop.sock_connect(connection, listener.getsockname())
        sock, _ = await loop.sock_accept(listener)
    _, protocol = await loop.create_connection(PlainNotes, sock=connection)
    wire = Wire(loop, sock)
    peer = WirePeer(wire, peer_context, server_side=not accepted)

    async def upgrade(to: TlsNotes = protocol, transport: Any = None, **options: Any) -> Any:
        hostname = None if accepted else "localhost"
        of = transport or protocol.transport
        return await loop.start_tls(of, to, context, server_side=accepted, server_hostname=hostname, **options)

    try:
        yield peer, protocol, upgrade
    finally:
        wire.close()
        protocol.transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)


async def talk(peer: WirePeer, transport: asyncio.Transport, protocol: TlsNotes) -> None:
    protocol.data.clear()
    await peer.say(BULK[:100_000])
    await protocol.until_received(100_000)
    assert protocol.data == BULK[:100_000]
    transport.write(BULK[:100_000])
    assert await peer.receive(100_000) == BULK[:100_000]


@VERSIONS
@SIDES
@pytest.mark.parametrize("kind_of", [PlainNotes, buffered(1000)], ids=["plain", "buffered"])
def test_plain_text_that_is_queued_goes_first(
    loop: Loop, version: ssl.TLSVersion, accepted: bool, kind_of: Callable[[], TlsNotes]
) -> None:
    async def main() -> None:
        async with plain_meeting(loop, version, accepted=accepted) as (peer, protocol, upgrade):
            # A transport that has paused its protocol resumes its TLS, which reports that it was not paused.
            protocol.transport.set_write_buffer_limits(high=len(HUGE) * 2)
            protocol.transport.write(HUGE)
            protocol.transport.write(b"STARTTLS\n")
            successor = kind_of()
            upgrading = asyncio.ensure_future(upgrade(successor))
            received = bytearray()
            while len(received) < len(HUGE) + 9:
                received += await peer.wire.read(min(65536, len(HUGE) + 9 - len(received)))
            assert received == HUGE + b"STARTTLS\n"
            await peer.handshake()
            transport = await upgrading
            await talk(peer, transport, successor)
            assert successor.events.count("made") == 0
            assert protocol.events.count("lost") == 0

    run_coroutine(loop, main())


@VERSIONS
@pytest.mark.parametrize("parts", [1, 2, 1000])
def test_hello_that_is_in_the_kernel(loop: Loop, version: ssl.TLSVersion, parts: int) -> None:
    """It was sent right behind the plain text; the protocol has paused reading there."""

    async def main() -> None:
        async with plain_meeting(loop, version, accepted=True) as (peer, protocol, upgrade):
            protocol.actions["data"] = lambda end: end.transport.pause_reading()
            peer.wire.write(b"STARTTLS\n")
            await protocol.until_received(9)
            hello = peer.client_hello()
            for start in range(0, len(hello), max(1, len(hello) // parts)):
                peer.wire.write(hello[start : start + max(1, len(hello) // parts)])
                await asyncio.sleep(0)
            upgrading = asyncio.ensure_future(upgrade())
            await peer.handshake()
            assert protocol.data == b"STARTTLS\n"
            await talk(peer, await upgrading, protocol)

    run_coroutine(loop, main())


# A TLS transport that never was connected is not closed by asyncio.
@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")
@only_pyloop
@SIDES
@pytest.mark.parametrize(
    "what", ["plain text", "cancelled", "early cancel", "fin", "reset", "timeout", "closing", "aborted", "wrong name"]
)
def test_upgrades_that_fail(loop: Loop, accepted: bool, what: str) -> None:
    async def scenario(loop: Loop) -> Any:
        async with plain_meeting(loop, accepted=accepted) as (peer, protocol, upgrade):
            transport = protocol.transport
            options: dict[str, Any] = {}
            if what in ("timeout", "closing", "aborted"):
                options["ssl_handshake_timeout"] = 0.05
            # Some versions of asyncio wait for ever for the handshake of a transport that is closing.
            patience = 0.3 if what in ("closing", "aborted") else PROMPTLY
            if what in ("closing", "aborted"):
                (transport.close if what == "closing" else transport.abort)()
            upgrading = asyncio.ensure_future(upgrade(**options))
            if what == "early cancel":
                upgrading.cancel()
            await asyncio.sleep(0.005)
            if what == "plain text":
                peer.wire.write(b"no handshake, but text\n" * 10)
            elif what == "cancelled":
                upgrading.cancel()
            elif what == "fin":
                peer.wire.write_eof()
            elif what == "reset":
                peer.wire.reset()
            elif what == "wrong name":
                peer.wire.write(b"\x15\x03\x01\x00\x02\x02\x70")
            ended = await outcome(asyncio.wait_for(upgrading, patience))
            await asyncio.sleep(0.005)
            return ended, transport.is_closing(), protocol.notes

    same_on_asyncio(loop, scenario)
    gc.collect()


@VERSIONS
@SIDES
def test_tls_within_tls_within_tls(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    """Each layer's peer is in the hands of the test, and so are the records of the innermost."""

    async def main() -> None:
        async with plain_meeting(loop, version, accepted=accepted) as (peer, protocol, upgrade):
            upgrading = asyncio.ensure_future(upgrade())
            await peer.handshake()
            outer = await upgrading
            await talk(peer, outer, protocol)
            inner_peer = WirePeer(
                Tunnel(peer),  # type: ignore[arg-type]
                client_context() if accepted else server_context(),
                server_side=not accepted,
            )
            upgrading = asyncio.ensure_future(upgrade(transport=outer))
            await inner_peer.handshake()
            inner = await upgrading
            assert inner is not outer
            await talk(inner_peer, inner, protocol)
            for piece in (b"x", b"y" * 16384, b"z" * 40_000):
                protocol.data.clear()
                await inner_peer.say(piece)
                await protocol.until_received(len(piece))
                assert protocol.data == piece
            assert inner.get_extra_info("ssl_object") is not outer.get_extra_info("ssl_object")
            assert protocol.events.count("made") == 1
            inner.close()
            assert (await inner_peer.everything())[1] == "close_notify"
            await inner_peer.wire.write_all(inner_peer.closing_alert())
            assert (await peer.everything())[1] == "close_notify"
            await peer.wire.write_all(peer.closing_alert())
            assert (await protocol.until_lost())[-1] == ("lost", None)

    run_coroutine(loop, main())


class Tunnel:
    """A wire through another peer's TLS."""

    was_reset = False

    def __init__(self, peer: WirePeer) -> None:
        self.peer = peer

    async def read(self, size: int) -> bytes:
        """Decrypted data of the outer connection; none at its end."""
        data: bytes = await self.peer.complete(self.peer.tls.read, size)
        return data

    def write(self, data: bytes) -> None:
        """Encrypt and send."""
        if data:
            self.peer.wire.write(self.peer.records(data))

    async def write_all(self, data: bytes) -> None:
        """The same for any amount."""
        await self.peer.say(data)


@only_pyloop
@SIDES
@pytest.mark.parametrize("moment", ["handshake", "established"])
def test_server_closed_or_connection_cancelled_at_a_moment(loop: Loop, accepted: bool, moment: str) -> None:
    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=accepted) as one:
            if moment == "established":
                await one.established()
            elif accepted:
                one.peer.wire.write(one.peer.client_hello()[:50])
                await asyncio.sleep(0.002)
            else:
                assert await one.peer.wire.read(65536)
            if one.connecting is not None:
                one.connecting.cancel()
                ended = await outcome(one.connecting)
            else:
                ended = None
            if moment == "handshake":
                one.peer.wire.write_eof()
                return ended, len(await one.peer.until_end()) > 0, one.protocol.notes
            await one.peer.say(b"still there")
            await one.protocol.until_received(11)
            return ended, one.protocol.notes

    same_on_asyncio(loop, scenario)


@SIDES
def test_upgrades_of_many_connections_at_once(loop: Loop, accepted: bool) -> None:
    async def one_of_them(number: int) -> None:
        async with plain_meeting(loop, accepted=accepted) as (peer, protocol, upgrade):
            peer.wire.write(b"%d" % number)
            await protocol.until_received(1)
            upgrading = asyncio.ensure_future(upgrade())
            await peer.handshake()
            await talk(peer, await upgrading, protocol)

    async def main() -> None:
        await asyncio.gather(*(one_of_them(number) for number in range(20)))

    run_coroutine(loop, main())
