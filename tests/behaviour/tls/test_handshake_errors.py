"""Handshakes that fail: each side of each loop gets the error that asyncio gives, with its type, text and reason."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, described, outcome, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, meeting, of_version
from support.loop_kinds import Loop, only_pyloop
from support.peers.tls import client_context, server_context, until
from support.project import CERTIFICATES

# Each test runs on stock asyncio, too, and compares.
pytestmark = only_pyloop

MORE_CERTIFICATES = Path(__file__).with_name("certificates")
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def server_with(certificate: str) -> ssl.SSLContext:
    """A server's context with another certificate for the same key."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(MORE_CERTIFICATES / certificate, CERTIFICATES / "localhost.key")
    return context


def trusting(certificate: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(MORE_CERTIFICATES / certificate))


def unknown_authority() -> Contexts:
    return server_context(), ssl.create_default_context()


def expired() -> Contexts:
    return server_with("expired.crt"), trusting("expired.crt")


def other_name() -> Contexts:
    return server_with("other.crt"), trusting("other.crt")


def no_certificate() -> Contexts:
    return ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), client_context()


def client_certificate_is_missing() -> Contexts:
    server = server_context()
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(CERTIFICATES / "localhost.crt")
    return server, client_context()


def client_certificate_is_unknown() -> Contexts:
    server, client = client_certificate_is_missing()
    client.load_cert_chain(MORE_CERTIFICATES / "other.crt", CERTIFICATES / "localhost.key")
    return server, client


def client_is_old() -> Contexts:
    return of_version(server_context(), ssl.TLSVersion.TLSv1_3), of_version(client_context(), ssl.TLSVersion.TLSv1_2)


def client_is_new() -> Contexts:
    return of_version(server_context(), ssl.TLSVersion.TLSv1_2), of_version(client_context(), ssl.TLSVersion.TLSv1_3)


def no_shared_cipher() -> Contexts:
    server = of_version(server_context(), ssl.TLSVersion.TLSv1_2)
    client = of_version(client_context(), ssl.TLSVersion.TLSv1_2)
    server.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    client.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    return server, client


def sni_callback(callback: Callable[..., Any]) -> Contexts:
    server = server_context()
    server.sni_callback = callback
    return server, client_context()


def sni_alert() -> Contexts:
    return sni_callback(lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)


def sni_refused() -> Contexts:
    return sni_callback(lambda *_: ssl.ALERT_DESCRIPTION_ACCESS_DENIED)


FAILURES = [
    unknown_authority, expired, other_name, no_certificate, client_certificate_is_missing,
    client_certificate_is_unknown, client_is_old, client_is_new, no_shared_cipher, sni_alert, sni_refused,
]  # fmt: skip


async def attempt(loop: Loop, make: Callable[[], Contexts], version: ssl.TLSVersion | None, accepted: bool) -> Any:
    """One handshake that does not succeed, against a peer in the hands of the test: what each of the two says."""
    server, client = make()
    if version is not None:
        server, client = of_version(server, version), of_version(client, version)
    contexts = {"context": server, "peer_context": client} if accepted else {"context": client, "peer_context": server}
    async with meeting(loop, accepted=accepted, **contexts) as one:
        failed = await outcome(one.peer.handshake())
        heard = await outcome(one.peer.complete(one.peer.tls.read, 1)) if failed is None else None
        one.peer.wire.write(one.peer.outgoing.read())
        one.peer.wire.write_eof()
        return failed, heard, await one.outcome()


@VERSIONS
@SIDES
def test_each_side_hears_why(loop: Loop, accepted: bool, version: ssl.TLSVersion) -> None:
    for make in FAILURES:
        fixed = make in (client_is_old, client_is_new, no_shared_cipher)
        result, _ = same_on_asyncio(
            loop, partial(attempt, make=make, version=None if fixed else version, accepted=accepted)
        )
        failed, heard, ended = result
        assert failed or heard or ended, make


@VERSIONS
def test_both_sides_on_one_loop(loop: Loop, version: ssl.TLSVersion) -> None:
    """`create_connection` to `create_server`: which side sees what, and in which words."""

    async def scenario(loop: Loop, make: Callable[[], Contexts]) -> Any:
        context, trust = make()
        if make not in (client_is_old, client_is_new, no_shared_cipher):
            context, trust = of_version(context, version), of_version(trust, version)
        served: list[PlainNotes] = []

        def factory() -> PlainNotes:
            served.append(PlainNotes())
            return served[-1]

        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context)
        address = server.sockets[0].getsockname()
        try:
            _, client = await loop.create_connection(PlainNotes, *address, ssl=trust, server_hostname="localhost")
        except OSError as error:
            await until(lambda: served)
            return described(error), [protocol.notes for protocol in served]
        else:
            return await client.until_lost(), [protocol.notes for protocol in served]
        finally:
            server.close()

    for make in FAILURES:
        same_on_asyncio(loop, partial(scenario, make=make))


def test_exception_of_an_sni_callback(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL gets the alert `handshake_failure`; the exception goes to `sys.unraisablehook`."""
    unraisable: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: unraisable.append(described(args.exc_value)))

    def fail(*_: object) -> None:
        raise ZeroDivisionError("in the callback")

    for value in (fail, lambda *_: "no number"):
        for accepted in (True,):
            unraisable.clear()
            same_on_asyncio(loop, partial(attempt, make=partial(sni_callback, value), version=None, accepted=accepted))
            assert len(unraisable) == 2
            assert unraisable[0] == unraisable[1]


PLAIN = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x00" * 100,
    b"\x16\x03\x01\xff\xff" + b"x" * 100,
    b"\x16\x03\x01\x00\x05hello",
    b"\x17\x03\x03\x00\x05hello",
    # Alerts in plain text: a warning close_notify, a fatal handshake_failure, an unknown one.
    b"\x15\x03\x01\x00\x02\x01\x00",
    b"\x15\x03\x01\x00\x02\x02\x28",
    b"\x15\x03\x01\x00\x02\x02\xfe",
    b"\x15\x03\x03\x00\x02\x01\x5a",
]


@SIDES
@pytest.mark.parametrize("after_hello", [False, True], ids=["at once", "after a flight"])
def test_bytes_that_are_no_handshake(loop: Loop, accepted: bool, after_hello: bool) -> None:
    async def scenario(loop: Loop, data: bytes) -> Any:
        async with meeting(loop, accepted=accepted) as one:
            if after_hello and accepted:
                one.peer.wire.write(one.peer.client_hello())
                assert await one.peer.wire.read(65536)
            elif after_hello:
                one.peer.incoming.write(await one.peer.wire.read(65536))
                with pytest.raises(ssl.SSLWantReadError):
                    one.peer.tls.do_handshake()
                one.peer.wire.write(one.peer.outgoing.read())
            one.peer.wire.write(data)
            one.peer.wire.write_eof()
            return await one.outcome()

    for data in PLAIN:
        same_on_asyncio(loop, partial(scenario, data=data))


@SIDES
@pytest.mark.parametrize("how", ["fin", "reset", "silence"])
def test_peer_that_leaves_at_each_flight(loop: Loop, accepted: bool, how: str) -> None:
    """Before its first flight, within it, and when it has sent all but a byte of its last one."""

    async def scenario(loop: Loop, part: int) -> Any:
        async with meeting(loop, accepted=accepted, ssl_handshake_timeout=0.1) as one:
            peer = one.peer
            if accepted:
                flight = peer.client_hello()
            else:
                peer.incoming.write(await peer.wire.read(65536))
                with pytest.raises(ssl.SSLWantReadError):
                    peer.tls.do_handshake()
                flight = peer.outgoing.read()
            if accepted and part < 0:
                peer.wire.write(flight)
                while True:
                    peer.incoming.write(await peer.wire.read(65536))
                    try:
                        peer.tls.do_handshake()
                        break
                    except ssl.SSLWantReadError:
                        continue
                flight = peer.outgoing.read()
            peer.wire.write(flight[:part])
            await asyncio.sleep(0.002)
            if how == "fin":
                peer.wire.write_eof()
            elif how == "reset":
                peer.wire.reset()
                if accepted:
                    await asyncio.sleep(0.005)
                    return [protocol.notes for protocol in one._protocols]
            return await one.outcome()

    for part in (0, 1, 5, 80, -1):
        same_on_asyncio(loop, partial(scenario, part=part))
