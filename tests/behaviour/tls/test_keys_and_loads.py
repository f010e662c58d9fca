"""TLS: encrypted keys, writing from within every callback, ends under load, and freed memory."""

import asyncio
import gc
import shutil
import ssl
import subprocess
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_and_finish
from support.peers.tls import (
    Listening,
    TlsEcho,
    TlsRecorder,
    close,
    connected,
    until,
)
from support.project import CERTIFICATES


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to encrypt a key")
def test_key_that_is_encrypted(loop: Loop, tmp_path: Path) -> None:
    encrypted = tmp_path / "encrypted.key"
    options = ["-aes256", "-passout", "pass:secret", "-in", str(CERTIFICATES / "localhost.key"), "-out", str(encrypted)]
    subprocess.run(["openssl", "pkey", *options], check=True, capture_output=True)
    assert "ENCRYPTED" in encrypted.read_text()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "localhost.crt", encrypted, password="secret")

    async def main() -> None:
        protocol, served = await connected(loop, served=TlsEcho, context=context)
        protocol.transport.write(b"secret")
        await until(lambda: protocol.data == b"secret")
        await close(protocol, served)

    run_and_finish(loop, main())


class Restless(TlsRecorder):
    """Writes a numbered line from within every callback a transport makes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.lines = 0

    def write(self, size: int = 20) -> None:
        self.lines += 1
        line = b"%d".ljust(size - 1, b".") % self.lines + b"\n"
        self.written += line
        self.transport.write(line)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.write()
        # More than the kernel takes, and then more than TLS keeps, so that writing is paused.
        self.write(8 << 20)
        self.write(1 << 20)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.lines < 1000:
            self.write()
            self.write(2000)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.write()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.write(100)


def test_writing_from_within_every_callback(loop: Loop) -> None:
    """What is written while a write is under way is neither lost, nor doubled, nor out of place."""

    async def main() -> None:
        one, other = await connected(loop, Restless, Restless)
        # Each answers what it gets, so the one that stops last is answered until then.
        await until(lambda: one.lines >= 1000 or other.lines >= 1000)
        await until(lambda: (len(one.data), len(other.data)) == (len(other.written), len(one.written)))
        assert one.data == other.written
        assert other.data == one.written
        for end in (one, other):
            assert {"pause", "resume"} <= set(end.events)
        await close(one, other)
        assert one.error is other.error is None

    run_and_finish(loop, main())


def test_close_ends_although_the_peer_goes_on_sending(loop: Loop) -> None:
    """A peer that ignores the closing alert cannot keep the connection longer than the time for the shutdown."""

    async def main() -> None:
        async with Listening(loop, ssl_shutdown_timeout=0.2) as listening:
            peer, protocol = await listening.established()

            async def send_without_end() -> None:
                try:
                    while True:
                        peer.tls.write(b"more" * 1000)
                        peer.writer.write(peer.outgoing.read())
                        await peer.writer.drain()
                        await asyncio.sleep(0)
                except OSError:
                    pass

            sending = asyncio.create_task(send_without_end())
            await until(lambda: protocol.data)
            protocol.transport.close()
            received = len(protocol.data)
            await protocol.lost
            assert len(protocol.data) == received
            await sending
            peer.writer.close()

    run_and_finish(loop, main())


def test_closed_connections_leave_nothing_behind(loop: Loop) -> None:
    """Protocols, transports and TLS objects die; nothing grows from one hundred connections to the next."""

    async def main() -> None:
        watched: list[weakref.ref[Any]] = []
        for _ in range(20):
            protocol, served = await connected(loop, served=TlsEcho)
            protocol.transport.write(b"data")
            await until(partial(getattr, protocol, "data"))
            for end in (protocol, served):
                watched += [weakref.ref(end), weakref.ref(end.transport), weakref.ref(end.transport._ssl_protocol)]
                watched.append(weakref.ref(end.transport.get_extra_info("ssl_object")))
            await close(protocol, served)
            del protocol, served, end
        await until(lambda: gc.collect() >= 0 and not any(reference() for reference in watched))
        assert len(watched) == 160

    run_and_finish(loop, main())
