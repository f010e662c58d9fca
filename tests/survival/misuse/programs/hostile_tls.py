"""TLS for `hostile_calls`: connections past their handshake, in memory, and what the engine does with them.

Some contexts have a `_msg_callback` that takes steps, which the class of TLS protocols refuses and a bare core does
not: so Python code runs inside OpenSSL, while the connection has the BIOs of the loop. Such a connection has one core
and is no argument of any call: OpenSSL itself crashes when a connection is written to inside its own callback.
"""

from __future__ import annotations

import _ssl
import asyncio.sslproto
import collections
import contextlib
import ssl
from typing import TYPE_CHECKING, Any

from data_bridge.pyloop import _engine, _openssl
from data_bridge.pyloop._tls_protocol import TlsProtocol
from support.peers.tls import client_context, server_context
from survival.misuse.programs.hostile_values import BufferedProtocol, Protocol

if TYPE_CHECKING:
    import socket

    from survival.misuse.programs.hostile_values import Steps

STATES = (*asyncio.sslproto.SSLProtocolState, None)
PIECES = (b"small", b"y" * 5000, b"z" * 100_000)
_WHY_NOT = _openssl.why_not()
_SERVER, _CLIENT = server_context(), client_context()
_OLD_CLIENT = client_context()
_OLD_CLIENT.maximum_version = ssl.TLSVersion.TLSv1_2


class End:
    """One end of a connection."""

    def __init__(self, context: ssl.SSLContext, *, server_side: bool) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if server_side else "localhost"
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_side, name)

    def handshake(self) -> bool:
        """Take a step; return whether it was the last one."""
        try:
            self.object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True


class Tls:
    """A server's end and a client's end, and the records that the client has written."""

    def __init__(self, world: Steps, *, is_secret: bool) -> None:
        server = _SERVER
        if is_secret and world.choice((True, False)):
            server = server_context()
            server._msg_callback = self._message  # type: ignore[attr-defined]
        self.world: Any = None
        self.server = End(server, server_side=True)
        self.client = End(world.choice((_CLIENT, _OLD_CLIENT)), server_side=False)
        done = False
        while not done:
            done = self.client.handshake()
            self.server.incoming.write(self.client.outgoing.read())
            done = self.server.handshake() and done
            self.client.incoming.write(self.server.outgoing.read())
        for piece in PIECES:
            self.client.object.write(piece)
        self.records = self.client.outgoing.read()
        if world.choice((True, False, False)):
            self.records = self.records[:-40] + bytes(40)
        self.world = world

    def _message(self, *_arguments: Any) -> None:
        if self.world is not None:
            self.world.step()

    def attach(self, protocol: Any, transport: Any, handshakes: bool) -> None:
        """Give a bare core the connection and what asyncio's constructor gives it, above a stream transport."""
        choice = self.world.choice
        protocol._state = asyncio.sslproto.SSLProtocolState.WRAPPED
        protocol._app_protocol = choice((Protocol, BufferedProtocol))(self.world)
        protocol._app_protocol_is_buffer = isinstance(protocol._app_protocol, BufferedProtocol)
        protocol._write_backlog = collections.deque()
        protocol._write_buffer_size = 0
        protocol._incoming_high_water = protocol._incoming_low_water = 1 << 18
        protocol._outgoing_high_water = protocol._outgoing_low_water = 1 << 18
        protocol._transport = transport
        protocol._attach(self.world.loop, self.server.object._sslobj, handshakes, True)  # type: ignore[attr-defined]
        protocol._receive_from(transport)

    def protocol(self) -> Any:
        """A whole TLS protocol, before its handshake."""
        with contextlib.suppress(Exception):
            context = self.world.choice((_SERVER, server_context()))
            return TlsProtocol(self.world.loop, Protocol(self.world), context, None, True)
        return None

    def values(self) -> tuple[Any, ...]:
        """What a hostile caller may pass."""
        inner = (self.server.object._sslobj, self.client.object._sslobj)  # type: ignore[attr-defined]
        return (*inner, self.server.object, self.server.incoming, self.client.outgoing, *STATES)

    def arguments_of_use_openssl(self) -> list[Any]:
        """What the engine is bound with, and other things in some places."""
        inner: Any = self.server.object._sslobj  # type: ignore[attr-defined]
        example = self.world.choice((inner, inner, self.server.object, None))
        file = _ssl.__file__
        context = inner.context if isinstance(inner, type(example)) else None
        sizes = self.server.incoming.pending, self.server.outgoing.pending
        return [
            self.world.choice((file, file, "", "libc.so.6", "x\0")),
            ssl.OPENSSL_VERSION_NUMBER,
            example,
            context,
            *sizes,
        ]


def records_into(peer: socket.socket, tls: Tls) -> None:
    """Let a socket have the records to receive."""
    with contextlib.suppress(BlockingIOError):
        peer.send(tls.records)


def is_tls(instance: Any) -> bool:
    """Whether the core of a TLS protocol."""
    return isinstance(instance, _engine.TlsCore) and _WHY_NOT is None
