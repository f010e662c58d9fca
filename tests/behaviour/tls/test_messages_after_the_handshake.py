"""What TLS itself says on an established connection: new keys, a new handshake, a certificate asked for later."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from behaviour.tls import openssl_command
from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, described, same_on_asyncio
from behaviour.tls.openssl_command import OpensslPeer, needs_openssl
from behaviour.tls.wire import meeting, of_version
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context
from support.project import CERTIFICATES

# More than the kernel's buffers hold, so that it waits while the other side does not read.
BULK = b"0123456789abcdef" * (512 * 1024)
ALLOW_CLIENT_RENEGOTIATION = 1 << 8  # of OpenSSL 3, without a name in `ssl` before 3.12


@asynccontextmanager
async def with_openssl(
    loop: Loop,
    version: ssl.TLSVersion,
    *,
    accepted: bool,
    options: int = 0,
    protocol: Callable[[], TlsNotes] = PlainNotes,
) -> AsyncIterator[tuple[OpensslPeer, Any]]:
    """A connection of the loop with the command as its peer."""
    context = of_version(server_context() if accepted else client_context(), version)
    context.options |= options
    if accepted:
        made: asyncio.Future[TlsNotes] = loop.create_future()

        def factory() -> TlsNotes:
            made.set_result(protocol())
            return made.result()

        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context)
        with openssl_command.client(server.sockets[0].getsockname()) as peer:
            served = await made
            await served.until_event("made")
            server.close()
            yield peer, served
    else:
        peer, port = await openssl_command.server()
        with peer:
            _, connected = await loop.create_connection(
                protocol, "127.0.0.1", port, ssl=context, server_hostname="localhost"
            )
            yield peer, connected


@needs_openssl
@pytest.mark.parametrize("command", [b"k\n", b"K\n"], ids=["own keys", "keys of both"])
@pytest.mark.parametrize("buffer", [0, 1000], ids=["plain", "buffered"])
def test_key_updates(loop: Loop, command: bytes, buffer: int) -> None:
    """Before, between and behind data, while nothing is said, and while much is waiting to be written."""

    async def main() -> None:
        protocol_class = buffered(buffer) if buffer else PlainNotes
        async with with_openssl(loop, ssl.TLSVersion.TLSv1_3, accepted=True, protocol=protocol_class) as (
            peer,
            protocol,
        ):
            expected = b""
            for number in range(5):
                await peer.say(command)
                await peer.until_printed(b"KEYUPDATE")
                line = b"%d is a line of data\n" % number
                expected += line
                await peer.say(line)
                await protocol.until_received(len(expected))
                assert protocol.data == expected
                protocol.transport.write(b"answer %d\n" % number)
                await peer.until_printed(b"answer %d\n" % number)
            for _ in range(3):
                await peer.say(command)
                await peer.until_printed(b"KEYUPDATE")
            # Much is on its way when the keys change.
            protocol.transport.write(BULK + b"the end\n")
            await peer.say(command)
            assert BULK in (await peer.until_printed(b"the end\n")).replace(b"KEYUPDATE\n", b"")
            await peer.say(b"0 more\n")
            await protocol.until_received(len(expected) + 7)
            assert protocol.events[-1] != "lost"
            protocol.transport.close()
            assert (await protocol.until_lost())[-1] == ("lost", None)

    run_coroutine(loop, main())


@only_pyloop
@needs_openssl
@pytest.mark.parametrize(
    "options",
    [0, ALLOW_CLIENT_RENEGOTIATION, ssl.OP_NO_RENEGOTIATION],
    ids=["default", "allowed", "refused"],
)
def test_client_wants_a_new_handshake(loop: Loop, options: int) -> None:
    """With TLS 1.2. OpenSSL 3 refuses it unless the context allows it, older versions do it unless it is refused."""

    async def scenario(loop: Loop) -> Any:
        async with with_openssl(loop, ssl.TLSVersion.TLSv1_2, accepted=True, options=options) as (peer, protocol):
            await peer.say(b"0 before\n")
            await protocol.until_received(9)
            await peer.say(b"R\n")
            await peer.until_printed(b"RENEGOTIATING")
            with suppress(BrokenPipeError):  # a client that is refused gives up
                await peer.say(b"0 behind\n")
            await protocol.until(lambda: len(protocol.data) == 18 or "lost" in protocol.events)
            if "lost" not in protocol.events:
                protocol.transport.write(b"still there\n")
                await peer.until_printed(b"still there\n")
                protocol.transport.close()
            return await protocol.until_lost()

    calls, _ = same_on_asyncio(loop, scenario)
    renegotiated = ("data", b"0 before\n0 behind\n") in calls
    assert renegotiated or options != ALLOW_CLIENT_RENEGOTIATION
    assert not (renegotiated and options == ssl.OP_NO_RENEGOTIATION)


@needs_openssl
def test_new_handshake_while_a_client_writes(loop: Loop) -> None:
    """The client begins it when the server asks; what it writes until it is over has to wait, and is not lost."""

    async def main() -> None:
        async with with_openssl(loop, ssl.TLSVersion.TLSv1_2, accepted=False) as (peer, protocol):
            await peer.until_printed(b"CIPHER is")
            printed = asyncio.create_task(peer.until_printed(b"the end\n"))
            count = 200
            for number in range(count):
                protocol.transport.write(b"%07d\n" % number * 1000)
                if number % 50 == 20:
                    await peer.say(b"r\n")
                await asyncio.sleep(0)
            protocol.transport.write(b"the end\n")
            # It prints lines of its own, too.
            numbers = [line for line in (await printed).splitlines() if line.isdigit()]
            assert numbers == [b"%07d" % number for number in range(count) for _ in range(1000)]
            protocol.transport.close()
            await protocol.until_lost()

    run_coroutine(loop, main())


@only_pyloop
@needs_openssl
@pytest.mark.parametrize("command", [b"r\n", b"R\n"], ids=["asked", "with a certificate"])
@pytest.mark.parametrize("options", [0, ssl.OP_NO_RENEGOTIATION], ids=["default", "refused"])
def test_server_wants_a_new_handshake(loop: Loop, command: bytes, options: int) -> None:
    async def scenario(loop: Loop) -> Any:
        async with with_openssl(loop, ssl.TLSVersion.TLSv1_2, accepted=False, options=options) as (peer, protocol):
            await peer.say(b"0 before\n")
            await protocol.until_received(9)
            await peer.say(command)
            # The handshake goes on while nobody says anything.
            await asyncio.sleep(0.05)
            protocol.transport.write(b"from the client\n")
            if not options:
                await peer.until_printed(b"from the client\n")
                await peer.say(b"0 behind\n")
                await protocol.until_received(18)
            protocol.transport.close()
            calls = await protocol.until_lost()
            return calls if not options else calls[:2]

    calls, _ = same_on_asyncio(loop, scenario)
    assert calls[1] == ("data", b"0 before\n0 behind\n" if not options else b"0 before\n")


def asking_later(*, with_certificate: bool) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server that may ask for a certificate after the handshake, and of a client that allows that."""
    server = of_version(server_context(), ssl.TLSVersion.TLSv1_3)
    client = of_version(client_context(), ssl.TLSVersion.TLSv1_3)
    server.post_handshake_auth = client.post_handshake_auth = True
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(CERTIFICATES / "localhost.crt")
    if with_certificate:
        client.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    return server, client


@only_pyloop
@pytest.mark.parametrize("with_certificate", [True, False], ids=["has one", "has none"])
def test_certificate_that_the_server_asks_for_later(loop: Loop, with_certificate: bool) -> None:
    """TLS 1.3; the server is under test. Without a certificate the connection fails when the answer is read."""

    async def scenario(loop: Loop) -> Any:
        context, peer_context = asking_later(with_certificate=with_certificate)
        async with meeting(loop, accepted=True, context=context, peer_context=peer_context) as one:
            peer, protocol = await one.established()
            tls = protocol.transport.get_extra_info("ssl_object")
            assert tls.getpeercert() is None
            await peer.say(b"before")
            await protocol.until_received(6)
            tls.verify_client_post_handshake()
            protocol.transport.write(b"asked")
            assert await peer.receive(5) == b"asked"
            await peer.say(b" behind")
            await protocol.until(lambda: len(protocol.data) == 13 or "lost" in protocol.events)
            subject = None if "lost" in protocol.events else (tls.getpeercert() or {}).get("subject")
            protocol.transport.close()
            await peer.everything()
            peer.wire.close()
            return await protocol.until_lost(), subject

    (calls, subject), _ = same_on_asyncio(loop, scenario)
    assert (subject is not None) == with_certificate, calls


@only_pyloop
@pytest.mark.parametrize("with_certificate", [True, False], ids=["has one", "has none"])
def test_certificate_that_the_client_is_asked_for_later(loop: Loop, with_certificate: bool) -> None:
    """The client is under test: reading makes it answer, although it writes nothing itself."""

    async def scenario(loop: Loop) -> Any:
        peer_context, context = asking_later(with_certificate=with_certificate)
        async with meeting(loop, accepted=False, context=context, peer_context=peer_context) as one:
            peer, protocol = await one.established()
            peer.tls.verify_client_post_handshake()
            await peer.say(b"asked")
            await protocol.until_received(5)
            answered = asyncio.create_task(peer.complete(peer.tls.read, 100))
            await asyncio.sleep(0.005)
            protocol.transport.write(b"data behind the answer")
            try:
                found: Any = (await answered, (peer.tls.getpeercert() or {}).get("subject"))
            except ssl.SSLError as error:
                found = described(error)
                peer.wire.write(peer.outgoing.read())
            peer.wire.write_eof()
            return found, await protocol.until_lost()

    (found, _), _ = same_on_asyncio(loop, scenario)
    assert (found[0] == b"data behind the answer") == with_certificate
    assert not with_certificate or found[1]


@pytest.mark.parametrize("count", [0, 5])
def test_tickets_are_no_data(loop: Loop, count: int) -> None:
    """A client gets session tickets after the handshake; its protocol is not told."""

    async def main() -> None:
        peer_context = of_version(server_context(), ssl.TLSVersion.TLSv1_3)
        peer_context.num_tickets = count
        for protocol_class in (PlainNotes, buffered(10)):
            async with meeting(loop, accepted=False, peer_context=peer_context, protocol=protocol_class) as one:
                peer, protocol = await one.established()
                for _ in range(3):
                    await asyncio.sleep(0.001)
                assert protocol.notes == [("made",)]
                await peer.say(b"data")
                await protocol.until_received(4)
                assert protocol.notes == [("made",), ("data", b"data")]

    run_coroutine(loop, main())
