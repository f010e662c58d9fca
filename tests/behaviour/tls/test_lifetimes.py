"""Who holds what of a TLS connection: references dropped in every order, at every time; errors left by others."""

import asyncio
import gc
import itertools
import ssl
import weakref
from functools import partial
from typing import Any

import pytest

from behaviour.tls import openssl_errors
from behaviour.tls.notes import PlainNotes, TlsNotes, described, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, finish, meet, meeting, talk
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import until

PARTS = ("transport", "protocol", "ssl_object")


def attempted(function: Any, *args: Any) -> Any:
    """What a call returns or raises."""
    try:
        return function(*args)
    except Exception as error:
        return described(error)


@only_pyloop
@pytest.mark.parametrize("order", list(itertools.permutations(PARTS)), ids="-".join)
@pytest.mark.parametrize("ending", ["close", "abort", "peer", "reset", "garbage"])
def test_references_are_dropped_after_the_end(loop: Loop, order: tuple[str, ...], ending: str) -> None:
    """Garbage is collected after each; what remains can be called, and says what it says on asyncio."""

    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=True, ssl_shutdown_timeout=0.2) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            if ending == "reset":
                peer.wire.reset()
            elif ending == "peer":
                peer.wire.write(peer.closing_alert())
            elif ending == "garbage":
                peer.wire.write(b"garbage" * 10)
            else:
                getattr(protocol.transport, ending)()
            if ending == "close":
                await peer.everything()
                peer.wire.write(peer.closing_alert())
            await protocol.until_lost()
            held: dict[str, Any] = {
                "transport": protocol.transport,
                "protocol": protocol,
                "ssl_object": protocol.transport.get_extra_info("ssl_object"),
            }
            del protocol.transport, protocol
            one.forget()
            found: list[Any] = []
            for part in order:
                if "transport" in held:
                    transport = held["transport"]
                    found += [attempted(transport.write, b"late"), attempted(transport.is_closing)]
                    found += [attempted(transport.close), attempted(transport.abort)]
                    found += [attempted(transport.pause_reading), attempted(transport.get_write_buffer_size)]
                    del transport
                if held.get("ssl_object"):
                    tls = held["ssl_object"]
                    found += [attempted(tls.version), attempted(tls.pending), attempted(tls.cipher)]
                    found += [attempted(tls.read, 10), attempted(tls.write, b"late"), attempted(tls.unwrap)]
                    del tls
                reference = weakref.ref(held[part]) if held[part] is not None and part != "ssl_object" else None
                del held[part]
                await asyncio.sleep(0)
                gc.collect()
                found.append(reference is not None and reference() is None and not held)
            return found

    same_on_asyncio(loop, scenario)


@SIDES
def test_nobody_but_the_loop_holds_an_open_connection(loop: Loop, accepted: bool) -> None:
    async def main() -> None:
        async with meeting(loop, accepted=accepted) as one:
            peer, protocol = await one.established()
            reference = weakref.ref(protocol)
            del protocol
            one.forget()
            for _ in range(3):
                gc.collect()
                await asyncio.sleep(0.001)
            await peer.say(b"still there?")
            living = reference()
            assert living is not None
            await living.until_received(12)
            living.transport.write(b"yes")
            assert await peer.receive(3) == b"yes"
            tls = weakref.ref(living.transport.get_extra_info("ssl_object"))
            living.transport.close()
            await peer.everything()
            peer.wire.write(peer.closing_alert())
            await living.until_lost()
            del living
            await until(lambda: gc.collect() >= 0 and reference() is None and tls() is None)

    run_coroutine(loop, main())


@pytest.mark.parametrize("state", ["idle", "handshake", "unsent", "paused", "closing"])
@SIDES
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_loop_is_closed_with_the_connection_open(
    loop: Loop, accepted: bool, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing crashes, and all is freed."""
    references: list[weakref.ref[Any]] = []

    async def main() -> None:
        one = await meet(loop, accepted=accepted)
        sockets.append(one.peer.wire.sock)
        if state == "handshake":
            if accepted:
                one.peer.wire.write(one.peer.client_hello()[:50])
            await asyncio.sleep(0.002)
            if one.connecting is not None:
                one.connecting.cancel()
            return
        peer, protocol = await one.established()
        await talk(peer, protocol)
        transport = protocol.transport
        references.extend(map(weakref.ref, (protocol, transport.get_extra_info("ssl_object"))))
        if state == "unsent":
            transport.write(bytes(10_000_000))
        elif state == "paused":
            transport.pause_reading()
            await peer.say(b"unread")
        elif state == "closing":
            transport.close()
        await asyncio.sleep(0.002)

    sockets: list[Any] = []
    run_coroutine(loop, main())
    loop.close()
    sockets.pop().close()
    for _ in range(3):
        gc.collect()
    assert [reference() for reference in references] == [None] * len(references)
    # The task that accepts has not come to its end.
    reports = [record.getMessage() for record in caplog.records]
    assert all(report.startswith("Task was destroyed but it is pending!") for report in reports)
    assert not reports or (accepted and state == "handshake")
    caplog.clear()


class Late(PlainNotes):
    """Leaves an error in OpenSSL's queue in each callback but the first, behind which asyncio reads at once."""

    def happened(self, name: str, *facts: Any) -> None:
        """Note it, and leave the error."""
        super().happened(name, *facts)
        if name != "made":
            openssl_errors.leave_an_error()

    def got(self, data: bytes | memoryview) -> None:
        """Note it, and leave the error."""
        super().got(data)
        openssl_errors.leave_an_error()


def heard(protocol: TlsNotes, data: bytes) -> bool:
    """Whether the protocol has this, or will get no more."""
    return protocol.data == data or protocol.events[-1] == "lost"


@pytest.mark.skipif(not openssl_errors.reachable(), reason="the OpenSSL of this Python's `_ssl` shows no symbols")
@VERSIONS
@SIDES
def test_errors_that_others_have_left(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    """CPython's methods may take them for theirs and raise an `ssl.SSLError`; nothing worse, and no data is wrong."""

    async def scenario(loop: Loop) -> tuple[bool, bytes, Any]:
        async with meeting(loop, accepted=accepted, version=version, protocol=Late) as one:
            peer, protocol = await one.established()
            openssl_errors.clear()
            sent = b""
            for number in range(5):
                if protocol.events[-1] == "lost":
                    break
                line = b"%d is sent" % number
                sent += line
                await peer.wire.write_all(peer.records(line))
                openssl_errors.leave_an_error()
                await protocol.until(partial(heard, protocol, sent))
            openssl_errors.clear()
            assert sent.startswith(protocol.data)
            lost = [note[1] for note in protocol.notes if note[0] == "lost"]
            return protocol.data == sent, bytes(protocol.data), lost

    complete, _, lost = run_coroutine(loop, scenario(loop))
    assert complete or lost[0][0] == "SSLError"


@only_pyloop
@VERSIONS
def test_an_orderly_connection_after_errors(loop: Loop, version: ssl.TLSVersion) -> None:
    """The queue of a connection that has failed is no burden for the next."""

    async def scenario(loop: Loop, garbage: bytes) -> Any:
        found: list[Any] = []
        for _ in range(3):
            async with meeting(loop, accepted=True, version=version) as bad:
                peer, protocol = await bad.established()
                peer.wire.write(garbage)
                await peer.until_end()
                found.append(list(await protocol.until_lost()))
            async with meeting(loop, accepted=True, version=version) as good:
                peer, protocol = await good.established()
                await talk(peer, protocol)
                found.append(list(await finish(peer, protocol)))
        return found

    same_on_asyncio(loop, partial(scenario, garbage=b"\x17\x03\x03\x00\x20" + bytes(32)))
