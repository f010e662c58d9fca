"""Contexts, protocols and peers for tests of TLS."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Self

from support.loop_kinds import Loop
from support.project import CERTIFICATES

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


def server_context() -> ssl.SSLContext:
    """A context with the certificate for `localhost`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    return context


def client_context() -> ssl.SSLContext:
    """A context that trusts `server_context`."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "localhost.crt"))


class TlsRecorder(asyncio.Protocol):
    """Notes the callbacks of a transport; `lost` is done when the connection is."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.events: list[str] = []
        self.data = bytearray()
        self.error: Exception | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.events.append("made")

    def data_received(self, data: bytes) -> None:
        self.data += data

    def eof_received(self) -> bool | None:
        self.events.append("eof")
        return None

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.error = exc
        self.events.append("lost")
        self.lost.set_result(None)


class TlsEcho(TlsRecorder):
    """Sends back what it gets."""

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class HandDriven:
    """One end of a TLS connection over a plain stream, where the test decides what is sent, and when."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        server_side: bool = False,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.reader, self.writer = reader, writer
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        if server_side:
            self.tls = (context or server_context()).wrap_bio(self.incoming, self.outgoing, server_side=True)
        else:
            self.tls = (context or client_context()).wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def client_hello(self) -> bytes:
        """The first flight of a client, unsent."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return self.outgoing.read()
        raise AssertionError("a client cannot be done before the server has said something")

    async def handshake(self) -> None:
        await self.complete(self.tls.do_handshake)

    async def send(self, data: bytes) -> None:
        await self.complete(self.tls.write, data)

    async def receive(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        data = bytearray()
        while len(data) < size:
            data += await self.complete(self.tls.read, min(size - len(data), 65536))
        return bytes(data)

    async def complete(self, operation: Callable[..., Any], *args: Any) -> Any:
        """Do an operation of the TLS object, with the traffic it needs."""
        while True:
            try:
                result = operation(*args)
            except ssl.SSLWantReadError:
                self.writer.write(self.outgoing.read())
                data = await self.reader.read(65536)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()
            else:
                self.writer.write(self.outgoing.read())
                return result


class Listening:
    """A TLS server whose protocols are kept, and hand-driven connections to it."""

    def __init__(self, loop: Loop, *, protocol: type[TlsRecorder] = TlsRecorder, **options: Any) -> None:
        self.loop, self.protocol, self.options = loop, protocol, options
        self.protocols: list[TlsRecorder] = []

    async def __aenter__(self) -> Self:
        options = {"ssl": server_context(), **self.options}
        self.server = await self.loop.create_server(self.factory, "127.0.0.1", 0, **options)
        self.address = self.server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.server.close()

    def factory(self) -> TlsRecorder:
        self.protocols.append(self.protocol())
        return self.protocols[-1]

    async def connect(self) -> HandDriven:
        return HandDriven(*await asyncio.open_connection(*self.address))

    async def established(self) -> tuple[HandDriven, TlsRecorder]:
        peer = await self.connect()
        await peer.handshake()
        await until(lambda: self.protocols and self.protocols[-1].events)
        return peer, self.protocols[-1]


async def connected(
    loop: Loop,
    client: type[asyncio.BaseProtocol] = TlsRecorder,
    served: type[asyncio.BaseProtocol] = TlsRecorder,
    *,
    context: ssl.SSLContext | None = None,
    trust: ssl.SSLContext | None = None,
) -> tuple[Any, Any]:
    """Connect two protocols; return both. The listening socket is closed again."""
    protocols: list[Any] = []

    def factory() -> asyncio.BaseProtocol:
        protocol = served()
        protocols.append(protocol)
        return protocol

    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context or server_context())
    _, protocol = await loop.create_connection(
        client, *server.sockets[0].getsockname(), ssl=trust or client_context(), server_hostname="localhost"
    )
    server.close()
    (served_protocol,) = protocols
    await until(lambda: served_protocol.events)
    return protocol, served_protocol


async def close(*protocols: Any) -> None:
    for protocol in protocols:
        protocol.transport.close()
    await asyncio.gather(*(protocol.lost for protocol in protocols))


async def read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    """Everything the other side sends; a reset is an end as well."""
    data = b""
    try:
        while chunk := await reader.read(65536):
            data += chunk
    except ConnectionError:
        pass
    return data


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens soon; a hang is ended by the time limit of the test."""
    while not condition():
        await asyncio.sleep(0.001)
