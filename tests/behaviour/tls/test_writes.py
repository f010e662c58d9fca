"""What may be written over TLS, and from where: types, buffers that change, every callback, limits."""

import array
import ctypes
import ssl
from functools import partial
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, described, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, meeting
from support.loop_kinds import Loop, only_pyloop, run_coroutine

BULK = bytes(range(256)) * 4096
HUGE = BULK * 8


class Bytes(bytes):
    """A subclass."""


def sliced() -> memoryview:
    return memoryview(bytes(range(200)))[50:150]


def strided() -> memoryview:
    """Not contiguous."""
    return memoryview(bytes(range(200)))[::2]


ACCEPTED: list[Any] = [
    b"", b"bytes", Bytes(b"subclass"), bytearray(b"bytearray"), bytearray(), memoryview(b"memoryview"), memoryview(b""),
    sliced(), memoryview(bytearray(b"writable")), BULK,
]  # fmt: skip
OF_OTHER_FORMAT = [
    memoryview(array.array("i", range(20_000))),
    memoryview(array.array("d", [0.5] * 3)),
    memoryview(bytes(24)).cast("H"),
    memoryview(bytes(24)).cast("B", (4, 6)),
]
REFUSED: list[Any] = ["text", None, 1, 1.5, [b"list"], (b"tuple",), array.array("B", b"array"), object, ctypes.c_int(5)]


def attempted(function: Any, *args: Any) -> Any:
    """What a call returns or raises."""
    try:
        return function(*args)
    except Exception as error:
        return described(error)


@VERSIONS
@SIDES
def test_what_can_be_written(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version) as one:
            peer, protocol = await one.established()
            for data in ACCEPTED:
                protocol.transport.write(data)
                assert await peer.receive(len(data)) == bytes(data)
            protocol.transport.writelines(ACCEPTED)
            expected = b"".join(map(bytes, ACCEPTED))
            assert await peer.receive(len(expected)) == expected
            protocol.transport.writelines([])
            protocol.transport.writelines(iter([b"of ", b"an ", b"iterator"]))
            assert await peer.receive(14) == b"of an iterator"

    run_coroutine(loop, main())


@only_pyloop
@SIDES
def test_views_of_other_formats_and_wrong_types(loop: Loop, accepted: bool) -> None:
    """Exceptions and what arrives are asyncio's; some versions count the items of a view as its bytes."""

    async def written(loop: Loop, data: Any) -> Any:
        async with meeting(loop, accepted=accepted) as one:
            peer, protocol = await one.established()
            done = [attempted(protocol.transport.write, wrong) for wrong in REFUSED]
            done += [attempted(protocol.transport.writelines, wrong) for wrong in (None, 5, object())]
            done += [attempted(protocol.transport.write, data), attempted(protocol.transport.write, b" after")]
            protocol.transport.close()
            return done, await peer.everything()

    async def written_as_lines(loop: Loop, data: Any) -> Any:
        async with meeting(loop, accepted=accepted) as one:
            peer, protocol = await one.established()
            done = attempted(protocol.transport.writelines, [b"first ", data])
            again = attempted(protocol.transport.write, b" after")
            protocol.transport.close()
            return done, again, await peer.everything()

    for data in (*OF_OTHER_FORMAT, strided()):
        same_on_asyncio(loop, partial(written, data=data))
    for data in (*OF_OTHER_FORMAT, strided(), *REFUSED, "text"):
        same_on_asyncio(loop, partial(written_as_lines, data=data))


def test_buffers_that_change_after_the_write(loop: Loop) -> None:
    """What the call has encrypted is what is sent; a rest that waits is what asyncio sends."""

    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=True) as one:
            peer, protocol = await one.established()
            for make in (bytearray, lambda data: memoryview(bytearray(data))):
                data = make(b"a" * 5000)
                protocol.transport.write(data)
                data[:] = b"b" * 5000
                assert await peer.receive(5000) == b"a" * 5000
            mutable = bytearray(b"c" * 5000)
            protocol.transport.write(mutable)
            mutable.clear()  # no view of it is kept
            return await peer.receive(5000)

    assert same_on_asyncio(loop, scenario)[0] == b"c" * 5000


def write_marked(protocol: TlsNotes, mark: bytes) -> None:
    protocol.transport.write(mark)
    protocol.transport.writelines([b"<", mark, b">"])


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.parametrize("where", ["made", "data", "buffer", "eof", "pause", "resume"])
def test_writes_from_within_a_callback(loop: Loop, version: ssl.TLSVersion, accepted: bool, where: str) -> None:
    protocol = buffered(5) if where == "buffer" else PlainNotes
    marked = where.encode() + b"<" + where.encode() + b">"

    async def scenario(loop: Loop) -> Any:
        factory = partial(protocol, **{where: lambda end: write_marked(end, where.encode())})
        async with meeting(loop, accepted=accepted, version=version, protocol=factory) as one:
            peer, notes = await one.established()
            await peer.say(b"some data")
            await notes.until_received(9)
            if where in ("pause", "resume"):
                # The transport below takes the first, TLS keeps the second, which is more than its limit.
                notes.transport.write(HUGE)
                notes.transport.write(BULK)
                data = await peer.receive(len(HUGE) + len(BULK) + len(marked))
                assert data == HUGE + BULK + marked
                return notes.notes
            if where != "eof":
                assert await peer.receive(len(marked)) == marked
            peer.wire.write(peer.closing_alert())
            await peer.until_end()
            peer.wire.close()
            return await notes.until_lost()

    same_on_asyncio(loop, scenario)


@VERSIONS
def test_limits_of_the_write_buffer(loop: Loop, version: ssl.TLSVersion) -> None:
    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=True, version=version) as one:
            peer, protocol = await one.established()
            transport = protocol.transport
            found: list[Any] = [transport.get_write_buffer_limits(), transport.get_write_buffer_size()]
            for limits in ({}, {"high": 1000}, {"low": 50}, {"high": 5, "low": 5}, {"high": 1, "low": 2}, {"high": -1}):
                found.append(attempted(partial(transport.set_write_buffer_limits, **limits)))
                found.append(transport.get_write_buffer_limits())
            transport.set_write_buffer_limits(high=10_000, low=5_000)
            assert not protocol.events.count("pause")
            transport.write(HUGE)
            transport.write(BULK)
            await protocol.until_event("pause")
            assert transport.get_write_buffer_size() > 10_000
            assert await peer.receive(len(HUGE + BULK)) == HUGE + BULK
            await protocol.until_event("resume")
            return found, protocol.notes, transport.get_write_buffer_size()

    same_on_asyncio(loop, scenario)
