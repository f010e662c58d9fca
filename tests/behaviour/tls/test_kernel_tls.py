"""`ssl.OP_ENABLE_KTLS` where the kernel has no TLS: nothing is different.

The tests of the second half make PyLoop take the kernel for one that has it. It refuses the keys, or encrypts.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from behaviour.tls.kernel_tls import BULK, REFUSAL, asking
from behaviour.tls.notes import PlainNotes, TlsNotes
from behaviour.tls.wire import SIDES, VERSIONS, Wire, WirePeer, finish, meeting, talk
from support.files_to_send import CONTENT
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context
from support.project import CERTIFICATES

Opened = Callable[..., IO[bytes]]


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


@pytest.fixture
def promising(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel seems to have TLS. If it has none, it refuses the keys at the end of each handshake."""
    monkeypatch.setattr("data_bridge.pyloop._kernel_tls.why_not", lambda: None)


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.usefixtures("promising")
def test_handshake_on_the_socket_itself(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version, context=asking(accepted)) as one:
            peer, protocol = await one.established()
            assert protocol_below(protocol)._kernel_encrypts == (REFUSAL is None)
            await talk(peer, protocol)
            protocol.transport.write(BULK)
            assert await peer.receive(len(BULK)) == BULK
            assert (await finish(peer, protocol))[-1] == ("lost", None)

    run_coroutine(loop, main())


def protocol_below(protocol: TlsNotes) -> Any:
    """The TLS protocol."""
    return protocol.transport._ssl_protocol  # type: ignore[attr-defined]


@only_pyloop
@VERSIONS
@pytest.mark.usefixtures("promising")
def test_socket_is_full_within_the_handshake(
    loop: Loop, version: ssl.TLSVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's certificates do not fit into the kernel's buffers, and the client reads late."""
    from data_bridge.pyloop._kernel_tls_protocol import KernelTlsProtocol

    waits: list[object] = []
    wait = KernelTlsProtocol._when_writable

    def noting(protocol: Any, go_on: Callable[[], None]) -> None:
        waits.append(protocol)
        wait(protocol, go_on)

    monkeypatch.setattr(KernelTlsProtocol, "_when_writable", noting)
    chain = tmp_path / "chain.crt"
    chain.write_text((CERTIFICATES / "localhost.crt").read_text() * 120)
    context = asking(True)
    context.load_cert_chain(chain, CERTIFICATES / "localhost.key")

    async def main() -> None:
        async with meeting(loop, accepted=True, version=version, context=context, small=True) as one:
            one.peer.wire.write(one.peer.client_hello())
            await asyncio.sleep(0.1)
            assert waits
            peer, protocol = await one.established()
            await talk(peer, protocol)
            assert (await finish(peer, protocol))[-1] == ("lost", None)

    run_coroutine(loop, main())


@only_pyloop
@SIDES
@pytest.mark.usefixtures("promising")
@pytest.mark.parametrize("end", ["reset", "eof", "abort", "timeout"])
def test_connection_ends_within_the_handshake(loop: Loop, accepted: bool, end: str) -> None:
    """Every descriptor is closed: a fixture of all tests counts them."""

    async def main() -> None:
        options = {"ssl_handshake_timeout": 0.2} if end == "timeout" else {}
        async with meeting(loop, accepted=accepted, context=asking(accepted), **options) as one:
            if accepted:
                one.peer.wire.write(one.peer.client_hello())
            assert await one.peer.wire.read(65536)
            if end == "reset":
                one.peer.wire.reset()
            elif end == "eof":
                one.peer.wire.write_eof()
            elif end == "abort" and one.connecting is not None:
                one.connecting.cancel()
            elif end == "abort":
                one.abort()
                one.peer.wire.close()
            if one.connecting is not None:
                assert await one.outcome() is not None
            elif end in ("eof", "timeout"):
                await one.peer.until_end()

    run_coroutine(loop, main())


@only_pyloop
@pytest.mark.usefixtures("promising")
def test_upgrade_behind_data_that_waits(loop: Loop) -> None:
    """The handshake does not overtake what was written before `start_tls`."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = socket.create_connection(listener.getsockname())
            accepted, _ = listener.accept()
        made: asyncio.Future[asyncio.Transport] = loop.create_future()
        protocol = PlainNotes(made=lambda end: made.set_result(end.transport))
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, accepted)
        assert transport is await made
        transport.set_write_buffer_limits(2 * len(BULK))  # TLS would not expect the end of a pause
        transport.write(BULK)
        assert transport.get_write_buffer_size() > 0
        upgrade = asyncio.ensure_future(loop.start_tls(transport, protocol, asking(True), server_side=True))
        peer = WirePeer(Wire(loop, client), client_context(), server_side=False)
        received = bytearray()
        while len(received) < len(BULK):
            received += await peer.wire.read(len(BULK) - len(received))
        assert received == BULK
        await peer.handshake()
        upgraded = await upgrade
        assert upgraded is not None
        upgraded.write(b"over TLS")
        assert await peer.receive(8) == b"over TLS"
        upgraded.abort()
        await protocol.until_lost()
        peer.wire.close()

    run_coroutine(loop, main())
