"""TLS: connections that stay open and echo, and handshakes."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from ..workload import Workload, expect
from .streams import Echo, EchoProtocol, echoed

if TYPE_CHECKING:
    from random import Random

_CERTIFICATES = Path(__file__).resolve().parents[2] / "examples" / "certs"


def _server_context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(_CERTIFICATES / "localhost.crt", _CERTIFICATES / "localhost.key")
    return context


def _client_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(_CERTIFICATES / "localhost.crt"))


class TlsEcho(Echo):
    """Over TLS."""

    name = "TLS echo"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self.server = await loop.create_server(EchoProtocol, "127.0.0.1", 0, ssl=_server_context())
        self.context = _client_context()
        await super().open(loop)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = self.server.sockets[0].getsockname()
        return await asyncio.open_connection(*address, ssl=self.context, server_hostname="localhost")


class TlsHandshakes(Workload):
    """Connections that live for one exchange; every third fails, because the client trusts nobody."""

    name = "TLS handshakes"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        await super().open(loop)
        self.server = await loop.create_server(EchoProtocol, "127.0.0.1", 0, ssl=_server_context())
        self.address = self.server.sockets[0].getsockname()
        self.context = _client_context()
        self.distrusting = ssl.create_default_context()

    async def round(self, random: Random) -> int:
        for _ in range(2):
            reader, writer = await asyncio.open_connection(*self.address, ssl=self.context, server_hostname="localhost")
            await echoed(reader, writer, random)
            writer.close()
            await writer.wait_closed()
        try:
            await asyncio.open_connection(*self.address, ssl=self.distrusting, server_hostname="localhost")
        except ssl.SSLCertVerificationError:
            return 3
        expect(False, "a certificate was trusted that nobody has signed")
        return 0

    async def close(self) -> None:
        self.server.close()
        await self.server.wait_closed()
