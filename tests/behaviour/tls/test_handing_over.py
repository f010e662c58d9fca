"""Established TLS transports that get another protocol, or send a file."""

import asyncio
import ssl
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, buffered, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, meeting
from support.loop_kinds import Loop, only_pyloop, run_coroutine

BULK = bytes(range(256)) * 4096


def hand_over(_end: TlsNotes, transport: asyncio.Transport, to: TlsNotes) -> None:
    transport.set_protocol(to)


@only_pyloop
@SIDES
def test_protocols_change_on_a_tls_transport(loop: Loop, accepted: bool) -> None:
    """From one that gets bytes to one with a buffer, and back, between and within the callbacks."""

    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=accepted) as one:
            peer, first = await one.established()
            transport, protocols = first.transport, [first]
            for number in range(6):
                successor = buffered(number + 1)() if number % 2 == 0 else PlainNotes()
                protocols.append(successor)
                if number < 3:
                    transport.set_protocol(successor)
                else:
                    protocols[-2].actions["data"] = partial(hand_over, transport=transport, to=successor)
                    await peer.say(b"x")
                    await protocols[-2].until(lambda: transport.get_protocol() is successor)  # noqa: B023 - awaited
                assert transport.get_protocol() is successor
                data = b"%d data for this protocol" % number
                await peer.say(data)
                await successor.until_received(len(data))
            transport.close()
            await peer.everything()
            peer.wire.close()
            await protocols[-1].until_lost()
            return [protocol.notes for protocol in protocols]

    same_on_asyncio(loop, scenario)


@VERSIONS
@SIDES
@pytest.mark.parametrize("size", [0, 1, 16384, 300_000])
def test_files_are_sent_over_tls(
    loop: Loop, version: ssl.TLSVersion, accepted: bool, size: int, tmp_path: Path
) -> None:
    """By `sendfile`, between writes; without its fallback that is refused."""
    path = tmp_path / "file"
    path.write_bytes(BULK[:size])

    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version) as one:
            peer, protocol = await one.established()
            transport = protocol.transport
            with path.open("rb") as file:
                with pytest.raises(RuntimeError, match="fallback is disabled"):
                    await loop.sendfile(transport, file, fallback=False)
                transport.write(b"before")
                sending = asyncio.ensure_future(loop.sendfile(transport, file))
                assert await peer.receive(size + 6) == b"before" + BULK[:size]
                assert await sending == size
                assert await loop.sendfile(transport, file, 1, 10) == len(BULK[1:size][:10])
                rest = BULK[1:size][:10] + b"behind"
                transport.write(b"behind")
                assert await peer.receive(len(rest)) == rest
            assert transport.get_protocol() is protocol
            await peer.say(b"data")
            await protocol.until_received(4)

    run_coroutine(loop, main())
