"""The strand of a TLS connection: the steps of a stream connection, and those that TLS has of its own.

Both ends are on the loop: connected over TLS from the start, or upgraded. asyncio's TLS has no half-close. Not made, as
asyncio leaves open what follows: an exception in `connection_made` (who connects may wait for ever), a high-water mark
of 0 (the writer is paused and never resumed), an empty buffer (it counts as the end of the data).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.choices import BUFFERS, SIZES
from fuzz.strands.connection import SOCKET_BUFFER
from fuzz.strands.stream import HUGE, Conversation

if TYPE_CHECKING:
    from fuzz.choices import Choices, StepMaker
    from fuzz.program import Op

_CERTIFICATES = Path(__file__).parents[2] / "examples" / "certs"
_POKES = ("data raise", "data pause", "data write", "data close", "data abort", "data switch", "buffer raise")
_LIMITS = ((None, None), (10, 5), (1, 2), (1, 0), (10**6, 0))


@cache
def _contexts(version: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server and a client that speak this version alone."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(_CERTIFICATES / "localhost.crt", _CERTIFICATES / "localhost.key")
    client = ssl.create_default_context(cafile=str(_CERTIFICATES / "localhost.crt"))
    for context in (server, client):
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    # A client that aborts with a ticket unread resets the connection; whether it has read it is a matter of time.
    server.num_tickets = 0
    return server, client


class Tls(Conversation):
    """Two ends of TLS. The first is the server."""

    @staticmethod
    def generate(choices: Choices) -> Op:
        rng = choices.random
        ends = [
            [
                rng.random() < 0.4,
                rng.choice((0, 0, 16, 1000, 65_536)),
                rng.choices(("", "eof raise", "lost raise", "made write"), (12, 1, 1, 1))[0],
            ]
            for _ in range(2)
        ]
        sizes = SIZES[:8] if any(end[1] == 16 for end in ends) else SIZES
        way = rng.choice(("unix", "tcp", "upgrade"))
        version = rng.choice(("TLSv1_2", "TLSv1_3"))

        def side() -> int:
            return rng.randrange(2)

        def size() -> int:
            return rng.choice(sizes)

        makers: list[StepMaker] = [
            (lambda: choices.op("write", side(), size(), rng.choice(BUFFERS)), 10),
            (lambda: choices.op("writelines", side(), [size() for _ in range(rng.randrange(5))]), 3),
            (lambda: choices.op("sync"), 3),
            (lambda: choices.op("yield", rng.randrange(1, 4)), 3),
            (lambda: choices.op("wait", 0.001), 0.5),
            (lambda: choices.op("pause", side()), 2),
            (lambda: choices.op("resume", side()), 2),
            (lambda: choices.op("limits", side(), *rng.choice(_LIMITS)), 1),
            (lambda: choices.op("look", side()), 2),
            (lambda: choices.op("object", side()), 1),
            (lambda: choices.op("switch", side()), 1),
            (lambda: choices.op("misuse", side()), 0.5),
            (lambda: choices.op("poke", side(), rng.choice(_POKES)), 3),
            (lambda: choices.op("eof", side()), 0.3),
            (lambda: choices.op("close", side()), 0.4),
            (lambda: choices.op("abort", side()), 0.4),
            (
                lambda: choices.op(
                    "rough", side(), [size() for _ in range(rng.randrange(4))], rng.choice(("close", "abort"))
                ),
                0.3,
            ),
        ]
        if sizes is SIZES:
            makers.append((lambda: choices.op("flood", side()), 0.5))
        return choices.op("tls", f"{way} {version}", *ends, body=choices.steps(makers))

    async def _connect(self, strand: Op, how: str) -> None:
        for end in self.ends:
            end.buffer_is_view = True
            # What waits in TLS is read by whatever comes first: by more data, or by a call of `resume_reading`, which
            # brings the context of the caller.
            self.recorder.in_any_context.add(end.lane)
        way, version = how.split()
        server, client = _contexts(version)
        first, second = self.ends
        if way == "tcp":
            listening = await self.loop.create_server(first.protocol, "127.0.0.1", 0, ssl=server)
            address = listening.sockets[0].getsockname()
            await self.loop.create_connection(second.protocol, *address, ssl=client, server_hostname="localhost")
            await self._until(strand, lambda: first.made)
            listening.close()
            return
        pair = socket.socketpair()
        for sock in pair:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
            sock.setblocking(False)
        if way == "unix":
            await asyncio.gather(
                self.loop.connect_accepted_socket(first.protocol, pair[0], ssl=server),
                self.loop.create_connection(second.protocol, sock=pair[1], ssl=client, server_hostname="localhost"),
            )
            return
        plain = [(await self.loop.create_connection(asyncio.Protocol, sock=sock))[0] for sock in pair]
        first.transport, second.transport = await asyncio.gather(
            self.loop.start_tls(plain[0], first.protocol(), server, server_side=True),
            self.loop.start_tls(plain[1], second.protocol(), client, server_hostname="localhost"),
        )
        first.made = second.made = True

    async def _object(self, op: Op, side: int) -> None:
        """What the TLS object says, in the midst of things."""
        info = self.ends[side].transport.get_extra_info
        tls = info("ssl_object")
        self.note(op, info("cipher"), info("compression"), info("peercert") is not None, tls is None or tls.version())

    async def _flood(self, op: Op, side: int) -> None:
        """Write far more than the peer takes while it does not read, then let it read."""
        end, peer = self.ends[side], self.ends[1 - side]
        if self.closed or end.transport.is_closing() or peer.transport.is_closing():
            return
        await self._resume_all(op)
        if end.transport.is_closing() or not peer.reading():
            return
        end.transport.set_write_buffer_limits()
        peer.transport.pause_reading()
        for _ in range(3):
            end.write(HUGE)
        await asyncio.sleep(0)
        self.note(op, "arrived", peer.received >= end.written)
        peer.transport.resume_reading()
        await self._sync(op)
        self.note(op, "resumes", end.writing_paused, end.transport.get_write_buffer_size())
