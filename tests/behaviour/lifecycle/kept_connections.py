"""Connections and datagram endpoints that end in every way, for `kept_objects.survivors`."""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from behaviour.lifecycle.kept_objects import BufferedTalker, Scenario, Seen, Talker, pass_iterations, within_time
from support.peers.tls import client_context, server_context

RESET = struct.pack("ii", 1, 0)
ENDINGS = ("close", "abort", "abort with much unsent", "eof", "peer closes", "peer resets", "left open", "left paused")


def end(ending: str, ours: Any, theirs: Any) -> bool:
    """Begin the end of a connection. Return whether it will be lost."""
    if ending == "close":
        ours.close()
    elif ending == "abort":
        ours.abort()
    elif ending == "abort with much unsent":
        theirs.pause_reading()
        ours.write(bytes(4_000_000))
        ours.abort()
        theirs.resume_reading()
    elif ending == "eof":
        ours.write_eof()
    elif ending == "peer closes":
        theirs.close()
    elif ending == "peer resets":
        theirs.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        theirs.abort()
    else:
        if ending == "left paused":
            ours.pause_reading()
        return False
    return True


def connection(ending: str, protocol_class: type[Talker], tls: bool, close_server: bool) -> Scenario:
    """A connection over TCP to a server of the same loop."""

    async def scenario(seen: Seen) -> None:
        loop = asyncio.get_running_loop()
        accepted: list[Talker] = []

        def factory() -> Talker:
            accepted.append(protocol_class())
            return accepted[-1]

        # A context would be shared by both sides' objects; it is noted, too.
        contexts = (server_context(), client_context()) if tls else (None, None)
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=contexts[0])
        host, port = server.sockets[0].getsockname()
        name = "localhost" if tls else None
        transport, client = await within_time(
            loop.create_connection(protocol_class, host, port, ssl=contexts[1], server_hostname=name)
        )
        transport.write(b"x")
        await within_time(accepted[0].received)
        seen.note(client=client, transport=transport, accepted=accepted[0], accepted_transport=accepted[0].transport)
        seen.note(server=server, factory=factory)
        if tls:
            seen.note(context=contexts[1], server_context=contexts[0])
            seen.note(ssl_object=transport.get_extra_info("ssl_object"))
        if end(ending, transport, accepted[0].transport):
            await within_time(client.lost)
            await within_time(accepted[0].lost)
        if close_server:
            server.close()
        accepted.clear()
        await pass_iterations()

    return scenario


def streams(ending: str, tls: bool) -> Scenario:
    """A `StreamReader` and a `StreamWriter` on each side."""

    async def scenario(seen: Seen) -> None:
        both: list[Any] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            both.append(writer)
            seen.note(handler_reader=reader, handler_writer=writer, handler=asyncio.current_task())
            with contextlib.suppress(ConnectionError):
                await reader.read()
            if ending != "left open":
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

        contexts = (server_context(), client_context()) if tls else (None, None)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=contexts[0])
        host, port = server.sockets[0].getsockname()
        name = "localhost" if tls else None
        reader, writer = await within_time(asyncio.open_connection(host, port, ssl=contexts[1], server_hostname=name))
        writer.write(b"x")
        await within_time(writer.drain())
        while not both:
            await asyncio.sleep(0.001)
        seen.note(reader=reader, writer=writer, transport=writer.transport, server=server)
        if ending == "close":
            writer.close()
            await within_time(writer.wait_closed())
        elif ending == "abort":
            writer.transport.abort()
        elif ending == "peer":
            both[0].close()
            with contextlib.suppress(ConnectionError):
                await within_time(reader.read())
            writer.close()
        both.clear()
        await asyncio.sleep(0.02)
        server.close()
        await pass_iterations()

    return scenario


def upgraded(ending: str) -> Scenario:
    """A connection that `start_tls` has given TLS."""

    async def scenario(seen: Seen) -> None:
        loop = asyncio.get_running_loop()
        left, right = socket.socketpair()
        client_transport, client = await loop.create_connection(Talker, sock=left)
        server_transport, served = await loop.create_connection(Talker, sock=right)
        server_side = loop.create_task(loop.start_tls(server_transport, served, server_context(), server_side=True))
        secured = await within_time(
            loop.start_tls(client_transport, client, client_context(), server_hostname="localhost")
        )
        assert secured is not None
        served.transport = await server_side
        seen.note(plain=client_transport, client=client, transport=secured, served=served)
        if end(ending, secured, served.transport):
            await within_time(client.lost)
            await within_time(served.lost)
        await pass_iterations()

    return scenario


def datagrams(ending: str) -> Scenario:
    """A datagram endpoint."""

    async def scenario(seen: Seen) -> None:
        loop = asyncio.get_running_loop()

        class Endpoint(asyncio.DatagramProtocol):
            def connection_made(self, transport: Any) -> None:
                self.transport = transport

        transport, protocol = await loop.create_datagram_endpoint(Endpoint, local_addr=("127.0.0.1", 0))
        for _ in range(3):
            transport.sendto(b"x", transport.get_extra_info("sockname"))
        await asyncio.sleep(0.01)
        seen.note(transport=transport, protocol=protocol)
        if ending != "left open":
            getattr(transport, ending)()
        await pass_iterations()

    return scenario


async def refused(seen: Seen) -> None:
    """Connections that cannot be made."""
    loop = asyncio.get_running_loop()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = unused.getsockname()
    for names in ({}, {"ssl": client_context(), "server_hostname": "localhost"}):
        with contextlib.suppress(OSError):
            await loop.create_connection(Talker, *address, **names)  # type: ignore[call-overload]
    listener = socket.create_server(("127.0.0.1", 0))
    transport = asyncio.ensure_future(
        loop.create_connection(Talker, *listener.getsockname(), ssl=client_context(), server_hostname="localhost")
    )
    seen.note(attempt=transport)
    await asyncio.sleep(0.01)
    transport.cancel()
    await asyncio.wait([transport])
    listener.close()
    await pass_iterations()


CONNECTIONS: dict[str, Scenario] = {
    **{
        f"{'tls' if tls else 'tcp'}, {protocol.__name__}, {ending}": connection(
            ending, protocol, tls, close_server=True
        )
        for tls in (False, True)
        for protocol in (Talker, BufferedTalker)
        for ending in ENDINGS
        if not (tls and ending == "eof")
    },
    "tcp, server left open": connection("close", Talker, tls=False, close_server=False),
    "tls, server left open": connection("close", Talker, tls=True, close_server=False),
    **{
        f"streams, {'tls' if tls else 'tcp'}, {ending}": streams(ending, tls)
        for tls in (False, True)
        for ending in ("close", "abort", "peer", "left open")
    },
    **{f"start_tls, {ending}": upgraded(ending) for ending in ("close", "abort", "peer closes", "left open")},
    **{f"datagrams, {ending}": datagrams(ending) for ending in ("close", "abort", "left open")},
    "refused": refused,
}
