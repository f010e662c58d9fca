"""`ssl.OP_ENABLE_KTLS`: the kernel encrypts where it can, and where it cannot nothing is different.

The tests of the second half need a kernel with TLS: the module `tls`, loaded.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from support.files_to_send import CONTENT, opened, sending  # noqa: F401 - fixtures
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context
from support.peers.tls_notes import TlsNotes
from support.peers.tls_wire import SIDES, VERSIONS, WirePeer, finish, meeting, talk

OPTION = getattr(ssl, "OP_ENABLE_KTLS", 1 << 3)  # the name is new in 3.12
TCP_ULP = 31
BULK = CONTENT * 8

Opened = Callable[..., IO[bytes]]


def kernel_refusal() -> str | None:
    """Why the kernel has no TLS, or None. One that has it says that the socket is not connected."""
    with socket.socket() as sock:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
        except OSError as error:
            return None if error.errno == errno.ENOTCONN else str(error)
    return None


REFUSAL = kernel_refusal()
needs_kernel_tls = pytest.mark.skipif(
    REFUSAL is not None or ssl.OPENSSL_VERSION_INFO < (3,),
    reason=f"this kernel and {ssl.OPENSSL_VERSION} have no kernel TLS together: {REFUSAL}",
)


def asking(accepted: bool) -> ssl.SSLContext:
    """A context for one side that asks for kernel TLS."""
    context = server_context() if accepted else client_context()
    context.options |= OPTION
    return context


def connections_sent_by_the_kernel() -> int:
    """How many connections of this machine the kernel has begun to encrypt for, ever."""
    counters = dict(line.split() for line in Path("/proc/net/tls_stat").read_text().splitlines())
    return int(counters["TlsTxSw"]) + int(counters["TlsTxDevice"])


@pytest.fixture
def encrypting() -> Iterator[None]:
    """The kernel encrypts for one more connection at least when the test has ended."""
    before = connections_sent_by_the_kernel()
    yield
    assert connections_sent_by_the_kernel() > before


@VERSIONS
@SIDES
def test_connections_work_with_the_option(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version, context=asking(accepted)) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            protocol.transport.write(BULK)
            protocol.transport.write(b"more")
            assert await peer.receive(len(BULK) + 4) == BULK + b"more"
            notes = await finish(peer, protocol)
            assert [note[0] for note in notes if note[0] not in ("pause", "resume", "data")] == ["made", "eof", "lost"]
            assert notes[-1] == ("lost", None)

    run_coroutine(loop, main())


@VERSIONS
@SIDES
def test_files_are_sent_with_the_option(
    sending: Loop,
    opened: Opened,
    version: ssl.TLSVersion,
    accepted: bool,
) -> None:
    async def main() -> None:
        async with meeting(sending, accepted=accepted, version=version, context=asking(accepted)) as one:
            peer, protocol = await one.established()
            protocol.transport.write(b"before")
            transfer = asyncio.ensure_future(sending.sendfile(protocol.transport, opened(), 1, 300_000))
            assert await peer.receive(300_006) == b"before" + CONTENT[1:300_001]
            assert await transfer == 300_000
            assert await sending.sendfile(protocol.transport, opened(native=False, content=b"read")) == 4
            protocol.transport.write(b"behind")
            assert await peer.receive(10) == b"readbehind"
            await talk(peer, protocol)

    run_coroutine(sending, main())


def test_the_information_says_whether_the_kernel_can(run_module_clean: Callable[..., str]) -> None:
    lines = run_module_clean("data_bridge.pyloop", "--info").splitlines()
    (line,) = [line for line in lines if line.startswith("kernel TLS ")]
    can = REFUSAL is None and ssl.OPENSSL_VERSION_INFO >= (3,)
    assert ("for contexts with ssl.OP_ENABLE_KTLS" if can else "no, because ") in line


@needs_kernel_tls
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


@needs_kernel_tls
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


@needs_kernel_tls
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


@needs_kernel_tls
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


@needs_kernel_tls
@only_pyloop
@SIDES
def test_ciphers_that_the_kernel_does_not_know(loop: Loop, tmp_path: Path, accepted: bool) -> None:
    """OpenSSL encrypts, and `sendfile` needs its fallback."""
    context = asking(accepted)
    context.set_ciphers("ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA")
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


@needs_kernel_tls
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


@needs_kernel_tls
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
