"""A TLS connection whose one end is a transport of the loop under test, and the other a socket in the test's hands.

The test decides which bytes go over the socket, and when; so records can be cut, altered, doubled, held back.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from behaviour.tls.notes import PlainNotes, TlsNotes, outcome
from support.loop_kinds import Loop
from support.peers.tls import HandDriven, client_context, server_context

VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)
SIDES = pytest.mark.parametrize("accepted", [False, True], ids=["client", "server"])


def of_version(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    """The context, with this version of TLS alone."""
    context.minimum_version = context.maximum_version = version
    return context


class Wire:
    """A connected socket with the few methods of streams that `HandDriven` needs. A write is sent at once."""

    def __init__(self, loop: Loop, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.loop, self.sock = loop, sock
        self.was_reset = False

    async def read(self, size: int) -> bytes:
        """Up to this many bytes; nothing at the end of the data, and after a reset."""
        try:
            return await self.loop.sock_recv(self.sock, size)
        except ConnectionError:
            self.was_reset = True
            return b""

    def write(self, data: bytes) -> None:
        """Send what the kernel's buffer holds."""
        assert self.sock.send(data) == len(data)

    async def write_all(self, data: bytes) -> None:
        """Send any amount."""
        await self.loop.sock_sendall(self.sock, data)

    def write_eof(self) -> None:
        """Send no more; a peer that is gone is no error."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            assert self.sock.fileno() >= 0

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def reset(self) -> None:
        """Close so that the other side gets a reset, also behind data."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class WirePeer(HandDriven):
    """The end in the test's hands."""

    def __init__(self, wire: Wire, context: ssl.SSLContext, *, server_side: bool) -> None:
        super().__init__(wire, wire, server_side=server_side, context=context)  # type: ignore[arg-type]
        self.wire = wire

    def records(self, *pieces: bytes) -> bytes:
        """The records of these writes, and what was waiting to be sent; unsent."""
        for piece in pieces:
            self.tls.write(piece)
        return self.outgoing.read()

    def closing_alert(self) -> bytes:
        """A close_notify, and what was waiting to be sent; unsent."""
        # No answer yet is an error of `unwrap`, and so is data that was not read; the alert is made all the same.
        with suppress(ssl.SSLError):
            self.tls.unwrap()
        return self.outgoing.read()

    async def say(self, data: bytes) -> None:
        """Send any amount as application data."""
        for start in range(0, len(data), 16384):
            await self.wire.write_all(self.records(data[start : start + 16384]))

    async def everything(self) -> tuple[bytes, str]:
        """The application data, and what it ends with: the alert `close_notify`, a `fin` without it, or a `reset`.

        Another alert is named as OpenSSL does it.
        """
        data = bytearray()
        while True:
            try:
                chunk = self.tls.read(65536)
                if not chunk:
                    return bytes(data), "close_notify"
                data += chunk
            except ssl.SSLWantReadError:
                raw = await self.wire.read(65536)
                if not raw:
                    return bytes(data), "reset" if self.wire.was_reset else "fin"
                self.incoming.write(raw)
            except ssl.SSLZeroReturnError:
                return bytes(data), "close_notify"
            except ssl.SSLError as error:
                return bytes(data), str(error.reason)

    async def until_end(self) -> bytes:
        """All bytes to the end of the data or a reset, as they are on the wire."""
        data = b""
        while chunk := await self.wire.read(65536):
            data += chunk
        return data


class Meeting:
    """One connection, before or after its handshake."""

    def __init__(self, peer: WirePeer, protocols: list[TlsNotes], connecting: asyncio.Task[Any] | None) -> None:
        self.peer, self._protocols, self.connecting = peer, protocols, connecting

    @property
    def protocol(self) -> TlsNotes:
        """The protocol of the transport under test."""
        return self._protocols[0]

    def abort(self) -> None:
        """Abort the transports under test that are not at their end."""
        for protocol in self._protocols:
            if protocol.events and "lost" not in protocol.events:
                protocol.transport.abort()

    def forget(self) -> None:
        """Drop the references to the protocols and to the task that has connected."""
        self._protocols.clear()
        self.connecting = None

    async def established(self) -> tuple[WirePeer, TlsNotes]:
        """Complete the handshake; returns both ends."""
        await self.peer.handshake()
        if self.connecting is not None:
            await self.connecting
        await self.protocol.until_event("made")
        return self.peer, self.protocol

    async def outcome(self) -> Any:
        """How the attempt to connect ends; for a server, what its protocol has seen by the end of the connection."""
        if self.connecting is not None:
            return await outcome(self.connecting)
        await self.peer.until_end()
        for _ in range(3):
            await asyncio.sleep(0)
        return [protocol.notes for protocol in self._protocols]


async def meet(
    loop: Loop,
    *,
    accepted: bool,
    protocol: Callable[[], TlsNotes] = PlainNotes,
    version: ssl.TLSVersion | None = None,
    context: ssl.SSLContext | None = None,
    peer_context: ssl.SSLContext | None = None,
    small: bool = False,
    **options: Any,
) -> Meeting:
    """Connect a transport of the loop, accepted or not, to a socket; TLS has not begun on the socket's side.

    `options` go to `create_server` or `create_connection`. With `small` the kernel holds a few KiB.
    """
    contexts = (server_context, client_context) if accepted else (client_context, server_context)
    context, peer_context = context or contexts[0](), peer_context or contexts[1]()
    if version is not None:
        context, peer_context = of_version(context, version), of_version(peer_context, version)
    protocols: list[TlsNotes] = []

    def factory() -> TlsNotes:
        protocols.append(protocol())
        return protocols[-1]

    connecting = None
    if accepted:
        listener = listening(small=small)
        server = await loop.create_server(factory, sock=listener, ssl=context, **options)
        sock = narrow(socket.socket(), small=small)
        sock.setblocking(False)
        await loop.sock_connect(sock, server.sockets[0].getsockname())
        while not protocols:
            await asyncio.sleep(0)
        server.close()
    else:
        with listening(small=small) as listener:
            connection = narrow(socket.socket(), small=small)
            connection.setblocking(False)
            await loop.sock_connect(connection, listener.getsockname())
            hostname = options.pop("server_hostname", "localhost")
            connecting = loop.create_task(
                loop.create_connection(factory, sock=connection, ssl=context, server_hostname=hostname, **options)
            )
            sock, _ = await loop.sock_accept(listener)
    return Meeting(WirePeer(Wire(loop, sock), peer_context, server_side=not accepted), protocols, connecting)


@asynccontextmanager
async def meeting(loop: Loop, **options: Any) -> AsyncIterator[Meeting]:
    """The same, ended when the test is done with it."""
    one = await meet(loop, **options)
    try:
        yield one
    finally:
        one.peer.wire.close()
        one.abort()
        for _ in range(3):
            await asyncio.sleep(0)
        if one.connecting is not None:
            await asyncio.wait([one.connecting])


async def talk(peer: WirePeer, protocol: TlsNotes) -> None:
    """A few records in both directions."""
    await peer.say(b"to the transport")
    await protocol.until_received(16)
    protocol.transport.write(b"from it")
    assert await peer.receive(7) == b"from it"


async def finish(peer: WirePeer, protocol: TlsNotes) -> Any:
    """An orderly end."""
    protocol.transport.close()
    await peer.everything()
    peer.wire.write(peer.closing_alert())
    peer.wire.close()
    return await protocol.until_lost()


def listening(*, small: bool) -> socket.socket:
    """A socket that listens; what it accepts inherits the size of its buffers."""
    listener = narrow(socket.socket(), small=small)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.setblocking(False)
    return listener


def narrow(sock: socket.socket, *, small: bool) -> socket.socket:
    """Give a socket buffers of a few segments, and small segments: a window of less than one stalls the sender."""
    if small:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, 4096)
    return sock
