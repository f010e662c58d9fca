"""Records that arrive in odd parts, or altered on their way: data and errors are those of asyncio."""

import asyncio
import random
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, WirePeer, meeting
from support.loop_kinds import Loop, only_pyloop, run_coroutine

Altered = Callable[[WirePeer], list[bytes]]


async def pass_moments(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@VERSIONS
@SIDES
def test_records_cut_at_every_byte(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version) as one:
            peer, protocol = await one.established()
            expected = b""
            for cut in range(1, 80):
                data = b"%d is the place of the cut" % cut
                records = peer.records(data[:4], data[4:])
                expected += data
                for part in (records[:cut], records[cut:]):
                    peer.wire.write(part)
                    await pass_moments()
                await protocol.until_received(len(expected))
                assert protocol.data == expected

    run_coroutine(loop, main())


@VERSIONS
@SIDES
@pytest.mark.parametrize("buffer", [0, 10, 20_000])
def test_a_stream_cut_at_random(loop: Loop, version: ssl.TLSVersion, accepted: bool, buffer: int) -> None:
    """Byte by byte through the first records, then anything."""
    protocol_class = buffered(buffer) if buffer else PlainNotes

    async def main() -> None:
        rng = random.Random(buffer)
        async with meeting(loop, accepted=accepted, version=version, protocol=protocol_class) as one:
            peer, protocol = await one.established()
            data = rng.randbytes(120_000)
            pieces, start = [], 0
            while start < len(data):
                size = rng.choice((1, 10, 1000, 16384))
                pieces.append(data[start : start + size])
                start += size
            stream, start = peer.records(*pieces), 0
            while start < len(stream):
                size = 1 if start < 150 else rng.randrange(1, 30_000)
                await peer.wire.write_all(stream[start : start + size])
                start += size
                await pass_moments(rng.randrange(3))
            await protocol.until_received(len(data))
            assert protocol.data == data
            protocol.transport.write(data)
            assert await peer.receive(len(data)) == data

    run_coroutine(loop, main())


def in_one_segment(*parts: bytes) -> list[bytes]:
    return [b"".join(parts)]


def replayed(peer: WirePeer) -> list[bytes]:
    record = peer.records(b"once")
    return in_one_segment(record, record)


def replayed_later(peer: WirePeer) -> list[bytes]:
    record = peer.records(b"once")
    return [record, record]


def swapped(peer: WirePeer) -> list[bytes]:
    first, second = peer.records(b"first"), peer.records(b"second")
    return [second, first]


def missing(peer: WirePeer) -> list[bytes]:
    peer.records(b"missing")
    return [peer.records(b"next")]


def before_a_record(garbage: bytes) -> Altered:
    return lambda peer: [garbage, peer.records(b"good")]


def behind_a_record(garbage: bytes) -> Altered:
    return lambda peer: in_one_segment(peer.records(b"good", b" and good"), garbage)


def behind_many(garbage: bytes) -> Altered:
    """More than one read of the transport, and then garbage."""
    return lambda peer: in_one_segment(peer.records(bytes(100_000), bytes(100_000)), garbage)


def flipped(place: int) -> Altered:
    """One byte of a record is another one; negative places are those of the tag."""

    def alter(peer: WirePeer) -> list[bytes]:
        record = bytearray(peer.records(b"good"))
        damaged = bytearray(peer.records(b"twenty bytes or more, so that all is there"))
        damaged[place] ^= 0x41
        # If its length has grown, the rest of the record is made of the next ones.
        return [bytes(record), bytes(damaged), peer.records(bytes(30_000))]

    return alter


HELLO = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"
GARBAGE = {
    "text": b"no record of TLS, but a line of text\r\n",
    "warning": b"\x15\x03\x03\x00\x02\x01\x5a",
    "close notify": b"\x15\x03\x03\x00\x02\x01\x00",
    "fatal alert": b"\x15\x03\x03\x00\x02\x02\x14",
    "change of cipher": b"\x14\x03\x03\x00\x01\x01",
    "hello": HELLO,
    "unknown type": b"\x19\x03\x03\x00\x05hello",
    "empty": b"\x17\x03\x03\x00\x00",
    "too long": b"\x17\x03\x03\x48\x01" + bytes(0x4801),
    "version": b"\x17\x02\x00\x00\x20" + bytes(0x20),
}
ALTERED: dict[str, Altered] = {
    "replayed": replayed,
    "replayed later": replayed_later,
    "swapped": swapped,
    "missing": missing,
    **{f"{name} before": before_a_record(garbage) for name, garbage in GARBAGE.items()},
    **{f"{name} behind": behind_a_record(garbage) for name, garbage in GARBAGE.items()},
    **{f"byte {place}": flipped(place) for place in (0, 1, 2, 3, 4, 5, 12, 13, 20, -17, -16, -1)},
}
LONG = [behind_many(GARBAGE[name]) for name in ("text", "fatal alert", "empty")]


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.parametrize("protocol", [PlainNotes, buffered(1000)], ids=["plain", "buffered"])
def test_altered_records(loop: Loop, version: ssl.TLSVersion, accepted: bool, protocol: Callable[[], TlsNotes]) -> None:
    """Also what was good in front of them: whether it reaches the protocol is decided by asyncio."""

    async def scenario(loop: Loop, alter: Altered, own_data: bool) -> Any:
        async with meeting(
            loop, accepted=accepted, version=version, protocol=protocol, ssl_shutdown_timeout=0.2
        ) as one:
            peer, notes = await one.established()
            if own_data:
                notes.transport.write(b"from the transport")
            for part in alter(peer):
                try:
                    await peer.wire.write_all(part)
                except ConnectionError:
                    break  # the answer to an earlier part
                await asyncio.sleep(0.001)
            peer.wire.write_eof()
            await peer.until_end()
            calls = await notes.until_lost()
            # An error takes with it what was read from the kernel at the same time, which can be any part of so much.
            return calls if alter not in LONG else [note for note in calls if note[0] != "data"]

    for number, alter in enumerate([*ALTERED.values(), *LONG]):
        same_on_asyncio(loop, partial(scenario, alter=alter, own_data=bool(number % 2)))
