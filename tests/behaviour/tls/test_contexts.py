"""What a program sets on its `SSLContext` has its effect: names, logs of keys and messages, subclasses, sessions."""

import asyncio
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from behaviour.tls.notes import described, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, finish, meeting, of_version, talk
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context
from support.project import CERTIFICATES

OTHER = Path(__file__).with_name("certificates") / "other.crt"


@VERSIONS
def test_name_decides_the_certificate(loop: Loop, version: ssl.TLSVersion) -> None:
    """The callback for the name switches the context."""
    names: list[Any] = []

    async def main() -> None:
        other = of_version(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), version)
        other.load_cert_chain(OTHER, CERTIFICATES / "localhost.key")
        context = of_version(server_context(), version)

        def choose(tls: ssl.SSLObject, name: str, of: ssl.SSLContext) -> None:
            names.append((type(tls), name, of is context, tls.server_hostname))
            if name == "other.invalid":
                tls.context = other

        context.sni_callback = choose
        for name, trust in (("localhost", client_context()), ("other.invalid", client_context())):
            trust.load_verify_locations(OTHER)
            async with meeting(loop, accepted=True, context=context, peer_context=trust) as one:
                one.peer.tls = trust.wrap_bio(one.peer.incoming, one.peer.outgoing, server_hostname=name)
                peer, protocol = await one.established()
                assert peer.tls.getpeercert()["subject"][0][0][1] == name  # type: ignore[index]
                await talk(peer, protocol)
                assert protocol.transport.get_extra_info("ssl_object").context is (
                    other if name == "other.invalid" else context
                )
                assert protocol.transport.get_extra_info("sslcontext") is context
                await finish(peer, protocol)

    run_coroutine(loop, main())
    assert names == [(ssl.SSLObject, "localhost", True, None), (ssl.SSLObject, "other.invalid", True, None)]


@VERSIONS
@SIDES
def test_log_of_keys(loop: Loop, version: ssl.TLSVersion, accepted: bool, tmp_path: Path) -> None:
    async def main() -> None:
        context = server_context() if accepted else client_context()
        context.keylog_filename = str(tmp_path / "keys")
        async with meeting(loop, accepted=accepted, version=version, context=context) as one:
            await talk(*await one.established())
        labels = {line.split()[0] for line in (tmp_path / "keys").read_text().splitlines() if line[0] != "#"}
        expected = "CLIENT_RANDOM" if version is ssl.TLSVersion.TLSv1_2 else "CLIENT_TRAFFIC_SECRET_0"
        assert expected in labels

    run_coroutine(loop, main())


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.parametrize("raising", [False, True])
def test_callback_for_messages(loop: Loop, version: ssl.TLSVersion, accepted: bool, raising: bool) -> None:
    """Every record is announced, in order; an exception of the callback comes out where asyncio lets it out."""

    async def scenario(loop: Loop) -> Any:
        context = server_context() if accepted else client_context()
        announced: list[Any] = []

        def announce(tls: Any, direction: str, of: Any, kind: Any, message: Any, data: bytes) -> None:
            assert data  # signatures differ in size
            announced.append((type(tls), direction, of, kind, message))
            if raising and established:
                raise ZeroDivisionError("in the callback")

        established = False
        context._msg_callback = announce  # type: ignore[attr-defined]
        # Tickets would come when they like.
        peer_context = client_context() if accepted else server_context()
        (context if accepted else peer_context).num_tickets = 0
        async with meeting(loop, accepted=accepted, version=version, context=context, peer_context=peer_context) as one:
            peer, protocol = await one.established()
            for _ in range(3):
                await asyncio.sleep(0.001)
            shaken = len(announced)
            established = True
            if raising:
                await peer.say(b"to the transport")
                await asyncio.sleep(0.005)
                written = None
                try:
                    protocol.transport.write(b"from it")
                except ZeroDivisionError as error:
                    written = described(error)
                await asyncio.sleep(0.005)
                peer.wire.write_eof()
                await peer.until_end()
                return announced, written, protocol.notes
            await talk(peer, protocol)
            assert shaken
            return announced, await finish(peer, protocol)

    same_on_asyncio(loop, scenario)


@VERSIONS
def test_sessions_are_resumed_by_a_server(loop: Loop, version: ssl.TLSVersion) -> None:
    """The client is a blocking socket, which can offer a session; the statistics of the context count."""
    context = of_version(server_context(), version)

    async def main() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=context)
        address = server.sockets[0].getsockname()
        reused = await asyncio.to_thread(visit_twice, address, of_version(client_context(), version))
        assert reused == [False, True]
        stats = context.session_stats()
        assert (stats["accept"], stats["accept_good"], stats["hits"]) == (2, 2, 1)
        server.close()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(4))
        # The client's closing alert.
        assert await reader.read() == b""
        writer.close()

    run_coroutine(loop, main())


def visit_twice(address: Any, context: ssl.SSLContext) -> list[bool | None]:
    """Whether the session of the first visit was taken up by each."""
    session, reused = None, []
    for _ in range(2):
        plain = socket.create_connection(address)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
            tls.sendall(b"ping")
            assert tls.recv(4) == b"ping"
            session = tls.session
            reused.append(tls.session_reused)
            tls.unwrap().close()
    return reused


def test_threads_that_use_tls_at_the_same_time(loop: Loop) -> None:
    """Contexts, handshakes and records of other threads, which share what OpenSSL has per process."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def use() -> None:
        trust, server = client_context(), server_context()
        try:
            while not stop.is_set():
                bios = ssl.MemoryBIO(), ssl.MemoryBIO()
                ends = [trust.wrap_bio(*bios, server_hostname="localhost"), server.wrap_bio(*bios[::-1], True)]
                done = [False, False]
                while not all(done):
                    for number, end in enumerate(ends):
                        try:
                            end.do_handshake()
                            done[number] = True
                        except ssl.SSLWantReadError:
                            pass
                ends[0].write(b"x" * 100_000)
                received = b""
                while len(received) < 100_000:
                    received += ends[1].read(65536)
                # Errors, too, each of which leaves something in the queue of its thread.
                with suppress(ssl.SSLError):
                    trust.load_verify_locations(cadata="no certificate")
        except BaseException as error:
            failures.append(error)

    async def main() -> None:
        for _ in range(20):
            async with meeting(loop, accepted=True) as one:
                peer, protocol = await one.established()
                for _ in range(10):
                    await talk(peer, protocol)
                    protocol.data.clear()

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        run_coroutine(loop, main())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
