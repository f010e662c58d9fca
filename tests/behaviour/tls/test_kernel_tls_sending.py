"""`ssl.OP_ENABLE_KTLS` where the kernel encrypts: it needs the module `tls` and those of the ciphers.

On other kernels these tests are skipped.
"""

import asyncio
import random
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from behaviour.tls.kernel_tls import (  # noqa: F401 - a fixture
    BULK,
    asking,
    connections_sent_by_the_kernel,
    encrypting,
    needs_kernel_tls,
)
from behaviour.tls.notes import TlsNotes
from behaviour.tls.wire import SIDES, VERSIONS, WirePeer, finish, meeting, talk
from support.files_to_send import CONTENT
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context

pytestmark = needs_kernel_tls

Opened = Callable[..., IO[bytes]]


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.usefixtures("encrypting")
def test_kernel_sends_files(
    sending: Loop,
    opened: Opened,
    version: ssl.TLSVersion,
    accepted: bool,
) -> None:
    """Without the fallback, behind what was written before and in front of what is written meanwhile."""

    async def main() -> None:
        async with meeting(sending, accepted=accepted, version=version, context=asking(accepted)) as one:
            peer, protocol = await one.established()
            transport = protocol.transport
            transport.write(BULK)
            transport.write(b"before")
            transfer = asyncio.ensure_future(sending.sendfile(transport, opened(), fallback=False))
            received = await peer.receive(len(BULK) + 1000)
            transport.write(b"behind")
            transport.write(bytearray(b"it"))
            received += await peer.receive(len(CONTENT) + 6 - 1000 + 8)
            assert received == BULK + b"before" + CONTENT + b"behindit"
            assert await transfer == len(CONTENT)
            await talk(peer, protocol)
            assert (await finish(peer, protocol))[-1] == ("lost", None)

    run_coroutine(sending, main())


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.usefixtures("encrypting")
@pytest.mark.parametrize("small", [False, True], ids=["large buffers", "small buffers"])
def test_everything_written_arrives_before_the_closing_alert(
    loop: Loop, version: ssl.TLSVersion, accepted: bool, small: bool
) -> None:
    """OpenSSL finds the socket full."""
    data = BULK[:400_000] if small else BULK

    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version, context=asking(accepted), small=small) as one:
            peer, protocol = await one.established()
            protocol.transport.write(data)
            protocol.transport.close()
            await asyncio.sleep(0.05)
            assert await peer.everything() == (data, "close_notify")
            peer.wire.write(peer.closing_alert())
            peer.wire.close()
            assert (await protocol.until_lost())[-1] == ("lost", None)

    run_coroutine(loop, main())


@only_pyloop
@VERSIONS
@pytest.mark.usefixtures("encrypting")
def test_closing_waits_for_a_file(
    sending: Loop,
    opened: Opened,
    version: ssl.TLSVersion,
) -> None:
    async def main() -> None:
        async with meeting(sending, accepted=True, version=version, context=asking(True)) as one:
            peer, protocol = await one.established()
            transfer = asyncio.ensure_future(sending.sendfile(protocol.transport, opened(content=BULK), fallback=False))
            await peer.receive(1000)
            protocol.transport.write(b"behind")
            protocol.transport.close()
            data, end = await peer.everything()
            assert (data, end) == (BULK[1000:] + b"behind", "close_notify")
            assert await transfer == len(BULK)

    run_coroutine(sending, main())


@only_pyloop
@VERSIONS
@pytest.mark.usefixtures("encrypting")
@pytest.mark.parametrize("closes", [False, True], ids=["peer closes", "both close"])
def test_a_slow_peer_that_has_closed_gets_everything(loop: Loop, version: ssl.TLSVersion, closes: bool) -> None:
    """The time limit of the shutdown is for peers that do not close."""
    options = {"context": asking(True), "small": True, "ssl_shutdown_timeout": 0.5}

    async def main() -> None:
        async with meeting(loop, accepted=True, version=version, **options) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            protocol.transport.write(BULK[:400_000])
            if closes:
                protocol.transport.close()
            peer.wire.write(peer.closing_alert())
            await asyncio.sleep(1)
            assert await peer.everything() == (BULK[:400_000], "close_notify")
            assert (await protocol.until_lost())[-1] == ("lost", None)

    run_coroutine(loop, main())


@only_pyloop
@pytest.mark.usefixtures("encrypting")
def test_file_is_not_sent_behind_the_closing_alert(sending: Loop, opened: Opened) -> None:
    """It waits for what was written before when the program closes the connection."""

    async def main() -> None:
        async with meeting(sending, accepted=True, context=asking(True), small=True) as one:
            peer, protocol = await one.established()
            protocol.transport.write(BULK[:400_000])
            transfer = asyncio.ensure_future(sending.sendfile(protocol.transport, opened(), fallback=False))
            await asyncio.sleep(0)
            protocol.transport.close()
            assert await peer.everything() == (BULK[:400_000], "close_notify")
            with pytest.raises(ConnectionError, match="Connection closed by peer"):
                await transfer

    run_coroutine(sending, main())


async def sent_until(end: Callable[[WirePeer, TlsNotes], Any], loop: Loop, file: IO[bytes]) -> None:
    """Send a file, of which the peer receives the beginning before the connection ends."""
    async with meeting(loop, accepted=True, context=asking(True), small=True) as one:
        peer, protocol = await one.established()
        transfer = asyncio.ensure_future(loop.sendfile(protocol.transport, file, fallback=False))
        await peer.receive(1000)
        assert not transfer.done()
        end(peer, protocol)
        with pytest.raises((ConnectionError, OSError)):
            await transfer
        await protocol.until_lost()


@only_pyloop
@pytest.mark.usefixtures("encrypting")
@pytest.mark.parametrize(
    "end",
    [lambda peer, _: peer.wire.reset(), lambda _, protocol: protocol.transport.abort()],
    ids=["reset", "abort"],
)
def test_connection_ends_while_a_file_is_sent(
    sending: Loop,
    opened: Opened,
    end: Callable[[WirePeer, TlsNotes], Any],
) -> None:
    run_coroutine(sending, sent_until(end, sending, opened(content=BULK)))


@only_pyloop
@SIDES
def test_ciphers_that_the_kernel_does_not_know(loop: Loop, tmp_path: Path, accepted: bool) -> None:
    """OpenSSL encrypts, and `sendfile` needs its fallback."""
    context = asking(accepted)
    context.set_ciphers("ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256")
    path = tmp_path / "file"
    path.write_bytes(b"content")

    async def main() -> None:
        before = connections_sent_by_the_kernel()
        async with meeting(loop, accepted=accepted, version=ssl.TLSVersion.TLSv1_2, context=context) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            protocol.transport.write(BULK)
            assert await peer.receive(len(BULK)) == BULK
            with path.open("rb") as file, pytest.raises(RuntimeError, match="fallback is disabled"):
                await loop.sendfile(protocol.transport, file, fallback=False)
            assert (await finish(peer, protocol))[-1] == ("lost", None)
        assert connections_sent_by_the_kernel() == before

    run_coroutine(loop, main())


@only_pyloop
@pytest.mark.usefixtures("encrypting")
def test_ends_of_the_socket_are_seen(loop: Loop) -> None:
    """OpenSSL's own descriptor does not keep the connection open."""

    async def main() -> None:
        async with meeting(loop, accepted=True, context=asking(True)) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            kept = protocol.transport.get_extra_info("ssl_object")
            protocol.transport.abort()
            assert await peer.wire.read(65536) == b""
            assert (await protocol.until_lost())[-1] == ("lost", None)
            with pytest.raises(ssl.SSLError):
                kept.unwrap()

    run_coroutine(loop, main())


@only_pyloop
@SIDES
@pytest.mark.usefixtures("encrypting")
def test_bytes_of_random_sizes_in_both_directions(loop: Loop, accepted: bool) -> None:
    rest = random.Random(11)
    sizes = [rest.choice([1, 100, 5000, 16384, 70_000, 300_000]) for _ in range(40)]

    async def main() -> None:
        async with meeting(loop, accepted=accepted, context=asking(accepted)) as one:
            peer, protocol = await one.established()
            for start, size in enumerate(sizes):
                data = BULK[start : start + size]
                protocol.transport.write(data if start % 2 else bytearray(data))
            expected = b"".join(BULK[start : start + size] for start, size in enumerate(sizes))
            assert await peer.receive(len(expected)) == expected
            await peer.say(expected[:200_000])
            await protocol.until_received(200_000)
            assert protocol.data == expected[:200_000]
            assert (await finish(peer, protocol))[-1] == ("lost", None)

    run_coroutine(loop, main())


@only_pyloop
@pytest.mark.usefixtures("encrypting")
def test_certificate_asked_for_after_the_handshake(loop: Loop) -> None:
    peer_context = client_context()
    peer_context.post_handshake_auth = True
    context = asking(True)
    context.verify_mode = ssl.CERT_OPTIONAL

    async def main() -> None:
        async with meeting(loop, accepted=True, context=context, peer_context=peer_context) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            protocol.transport.get_extra_info("ssl_object").verify_client_post_handshake()
            protocol.transport.write(b"who are you?")
            assert await peer.receive(12) == b"who are you?"
            await peer.say(b"nobody")
            await protocol.until_received(16 + 6)
            await talk(peer, protocol)

    run_coroutine(loop, main())
