"""Every way to end a TLS connection in every state: the calls of the protocol are those that asyncio makes.

Expected values are computed with stock asyncio, in the same test: they differ between versions of Python.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, described, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, WirePeer, meeting
from support.loop_kinds import Loop, only_pyloop

# Each test runs on stock asyncio, too, and compares.
pytestmark = only_pyloop

BULK = bytes(range(256)) * 48 * 1024
State = Callable[[WirePeer, TlsNotes], Awaitable[None]]
Ending = Callable[[WirePeer, TlsNotes], None]


async def pass_moments() -> None:
    """Let what is in the kernel be read."""
    for _ in range(3):
        await asyncio.sleep(0.001)


async def fresh(_peer: WirePeer, _protocol: TlsNotes) -> None:
    """The handshake is over, nothing has been said."""


async def idle(peer: WirePeer, protocol: TlsNotes) -> None:
    """Both have spoken, and have heard each other."""
    await peer.say(b"before")
    await protocol.until_received(6)
    protocol.transport.write(b"answer")
    assert await peer.receive(6) == b"answer"


async def inside_a_record(peer: WirePeer, protocol: TlsNotes) -> None:
    """A part of a record has arrived."""
    await idle(peer, protocol)
    await peer.wire.write_all(peer.records(b"cut off")[:-3])
    await pass_moments()


async def inside_a_header(peer: WirePeer, protocol: TlsNotes) -> None:
    """A part of a record's header has arrived."""
    await idle(peer, protocol)
    await peer.wire.write_all(peer.records(b"cut off")[:3])
    await pass_moments()


async def with_unsent_data(peer: WirePeer, protocol: TlsNotes) -> None:
    """More has been written than the kernel takes."""
    await idle(peer, protocol)
    protocol.transport.write(BULK)
    await pass_moments()


async def paused(peer: WirePeer, protocol: TlsNotes) -> None:
    """Reading is paused, and there is something to read."""
    await idle(peer, protocol)
    protocol.transport.pause_reading()
    await peer.say(b"unread")
    await pass_moments()


async def closing(peer: WirePeer, protocol: TlsNotes) -> None:
    """The transport has sent its closing alert, which is not answered."""
    await idle(peer, protocol)
    protocol.transport.close()
    await pass_moments()


def alert(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.write(peer.closing_alert())


def alert_and_fin(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.write(peer.closing_alert())
    peer.wire.write_eof()


def data_and_alert(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.write(peer.records(b"at ", b"last") + peer.closing_alert())


def alert_and_a_record(peer: WirePeer, _protocol: TlsNotes) -> None:
    """What follows a closing alert is no part of the connection, not even a record that was sent before."""
    record = peer.records(b"once")
    peer.wire.write(record + peer.closing_alert() + record)
    peer.wire.write_eof()


def alert_and_garbage(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.write(peer.closing_alert() + b"no record of TLS")
    peer.wire.write_eof()


def fin(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.write_eof()


def data_and_fin(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.write(peer.records(b"ragged"))
    peer.wire.write_eof()


def reset(peer: WirePeer, _protocol: TlsNotes) -> None:
    peer.wire.reset()


def own_close(_peer: WirePeer, protocol: TlsNotes) -> None:
    protocol.transport.close()
    # From the second `close` on, `write` of some versions of asyncio raises an AttributeError.
    try:
        protocol.transport.write(b"not sent")
    except AttributeError as error:
        protocol.happened("write", described(error))
    protocol.transport.close()


def own_abort(_peer: WirePeer, protocol: TlsNotes) -> None:
    protocol.transport.abort()
    protocol.transport.abort()
    protocol.transport.close()


def both_close(peer: WirePeer, protocol: TlsNotes) -> None:
    """Alerts that pass each other."""
    peer.wire.write(peer.closing_alert())
    protocol.transport.close()


def close_and_abort(_peer: WirePeer, protocol: TlsNotes) -> None:
    protocol.transport.close()
    protocol.transport.abort()


STATES: list[State] = [fresh, idle, inside_a_record, inside_a_header, with_unsent_data, paused, closing]
ENDINGS: list[Ending] = [
    alert, alert_and_fin, data_and_alert, alert_and_a_record, alert_and_garbage, fin, data_and_fin, reset, own_close,
    own_abort, both_close, close_and_abort,
]  # fmt: skip


def comparable(state: State, ending: Ending, result: Any) -> Any:
    """Without what the kernel decides: how much leaves before the end, and when that relieves the writer."""
    notes, (data, end) = result
    if state is with_unsent_data:
        assert BULK.startswith(data)
        return [note for note in notes if note[0] not in ("pause", "resume")]
    # A connection that ends with bytes unread is reset; whether the last ones were read is a matter of time.
    return notes, data, end in ("fin", "reset") if ending is not reset else None


@VERSIONS
@SIDES
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_calls_are_those_of_asyncio(loop: Loop, state: State, accepted: bool, version: ssl.TLSVersion) -> None:
    async def scenario(loop: Loop, ending: Ending, protocol: type[TlsNotes]) -> Any:
        # Time to send what is unsent on a busy machine, and no more, because some peers never answer the closing alert.
        timeout = 1 if state is with_unsent_data else 0.2
        async with meeting(
            loop, accepted=accepted, version=version, protocol=protocol, ssl_shutdown_timeout=timeout
        ) as one:
            peer, notes = await one.established()
            await state(peer, notes)
            ending(peer, notes)
            await pass_moments()
            if not notes.transport.is_closing():
                notes.transport.resume_reading()
            heard = b"", "reset"
            if peer.wire.sock.fileno() >= 0:
                if state in (inside_a_record, inside_a_header):
                    peer.wire.write_eof()
                heard = await peer.everything()
                peer.wire.close()
            return comparable(state, ending, (await notes.until_lost(), heard))

    for number, ending in enumerate(ENDINGS):
        # Each of the two sides, and each version, has the other kind of protocol.
        protocol = (PlainNotes, buffered(1000))[(number + accepted + (version is ssl.TLSVersion.TLSv1_2)) % 2]
        result, _ = same_on_asyncio(loop, partial(scenario, ending=ending, protocol=protocol))
        assert result
