"""A protocol that closes, aborts, raises, pauses or hands over within a callback: what follows is as on asyncio."""

import asyncio
import ssl
from functools import partial
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, outcome, same_on_asyncio
from behaviour.tls.wire import SIDES, Meeting, meeting
from support.loop_kinds import Loop, only_pyloop
from support.peers.tls import until

# Each test runs on stock asyncio, too, and compares.
pytestmark = only_pyloop

BULK = bytes(range(256)) * 4096
HUGE = BULK * 8


def acting(what: str, successors: list[TlsNotes]) -> Any:
    """What a protocol does in its callback."""

    def act(end: TlsNotes) -> None:
        if what == "raise":
            raise ZeroDivisionError("in a callback")
        if what == "set_protocol":
            successors.append((buffered(3) if isinstance(end, PlainNotes) else PlainNotes)())
            end.transport.set_protocol(successors[-1])
        elif what != "pause_reading" or not end.transport.is_closing():
            getattr(end.transport, what)()

    return act


async def shaken_hands(one: Meeting) -> bool:
    """As far as it goes: the peer of who aborts in `connection_made` may not complete its handshake."""
    failed = await outcome(one.peer.handshake())
    if one.connecting is not None:
        await outcome(one.connecting)
    await one.protocol.until_event("made")
    return failed is None


async def say_all(one: Meeting) -> Any:
    """The peer speaks, and ends the connection in order."""
    peer, transport = one.peer, one.protocol.transport
    await outcome(peer.wire.write_all(peer.records(b"some data")))
    await asyncio.sleep(0.002)
    if not transport.is_closing() and not transport.is_reading():
        transport.resume_reading()
    await outcome(peer.wire.write_all(peer.records(b", more of it") + peer.closing_alert()))
    await asyncio.sleep(0.002)
    if not transport.is_closing() and not transport.is_reading():
        transport.resume_reading()
    return await peer.everything()


@SIDES
@pytest.mark.parametrize("where", ["made", "data", "buffer", "eof", "lost"])
@pytest.mark.parametrize("what", ["close", "abort", "raise", "pause_reading", "set_protocol"])
def test_in_callbacks_of_reading(loop: Loop, accepted: bool, where: str, what: str) -> None:
    protocol = buffered(5) if where == "buffer" else PlainNotes
    # asyncio keeps what ends the handshake for itself while reading is paused, also if `connection_made` pauses it. So
    # the side under test is the one that does not speak last.
    speaks_first = ssl.TLSVersion.TLSv1_3 if accepted else ssl.TLSVersion.TLSv1_2
    version = speaks_first if (where, what) == ("made", "pause_reading") else None

    async def scenario(loop: Loop) -> Any:
        successors: list[TlsNotes] = []
        factory = partial(protocol, **{where: acting(what, successors)})
        async with meeting(loop, accepted=accepted, protocol=factory, version=version, ssl_shutdown_timeout=0.2) as one:
            heard, end = await say_all(one) if await shaken_hands(one) else (b"", "reset")
            one.peer.wire.close()
            await until(lambda: any("lost" in protocol.events for protocol in [one.protocol, *successors]))
            calls = [protocol.notes for protocol in [one.protocol, *successors]]
            return calls, heard, end == "close_notify"

    same_on_asyncio(loop, scenario)


@SIDES
@pytest.mark.parametrize("where", ["pause", "resume"])
@pytest.mark.parametrize("what", ["close", "abort", "raise"])
def test_in_callbacks_of_writing(loop: Loop, accepted: bool, where: str, what: str) -> None:
    async def scenario(loop: Loop) -> Any:
        factory = partial(PlainNotes, **{where: acting(what, [])})
        async with meeting(loop, accepted=accepted, protocol=factory, ssl_shutdown_timeout=10) as one:
            peer, notes = await one.established()
            # The transport below takes the first, TLS keeps the second, which is more than its limit.
            notes.transport.write(HUGE)
            notes.transport.write(BULK)
            hearing = asyncio.create_task(peer.everything())
            await notes.until_event(where)
            if what == "raise":
                await notes.until_event("resume")
                notes.transport.close()
            heard, end = await hearing
            peer.wire.close()
            calls = await notes.until_lost()
            assert (HUGE + BULK).startswith(heard)
            # How much has left when the writer is paused or resumed is the kernel's matter.
            return [note for note in calls if note[0] != "resume"], what == "abort" or (heard == HUGE + BULK, end)

    # An abort while the kernel's readiness is handled makes asyncio close its socket twice, and report that.
    same_on_asyncio(loop, scenario, reports=what != "abort")
