"""The TLS object of a connection: own classes and methods are used, and a program may call it meanwhile."""

import asyncio
import ssl
from functools import partial
from typing import Any, ClassVar

import pytest

from behaviour.tls.notes import PlainNotes, buffered, described, same_on_asyncio
from behaviour.tls.wire import SIDES, VERSIONS, finish, meeting, talk
from data_bridge import pyloop
from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context
from support.project import CERTIFICATES


class Counted(ssl.SSLObject):
    """Counts its calls, and changes what passes."""

    calls: ClassVar[list[str]] = []

    def do_handshake(self) -> None:
        """See ssl.SSLObject."""
        self.calls.append("do_handshake")
        super().do_handshake()

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - as in ssl
        """See ssl.SSLObject."""
        self.calls.append("read")
        if buffer is not None:
            count = super().read(len, buffer)
            buffer[:count] = bytes(buffer[:count]).upper()
            return count
        return super().read(len).upper()

    def write(self, data: Any) -> int:
        """See ssl.SSLObject."""
        self.calls.append("write")
        return super().write(bytes(data).upper())

    def unwrap(self) -> Any:
        """See ssl.SSLObject."""
        self.calls.append("unwrap")
        return super().unwrap()


@VERSIONS
@SIDES
@pytest.mark.parametrize("protocol", [PlainNotes, buffered(100)], ids=["plain", "buffered"])
@pytest.mark.parametrize("how", ["context", "subclass", "patched", "instance"])
def test_own_class_of_tls_objects(
    loop: Loop, version: ssl.TLSVersion, accepted: bool, protocol: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sslobject_class` of a context or of its class, methods of `ssl.SSLObject` replaced, or of one object."""
    if how == "instance" and isinstance(loop, pyloop.PyLoop):
        pytest.skip("PyLoop does not look for replaced methods of one object: docs/compatibility.md")
    Counted.calls.clear()
    context = server_context() if accepted else client_context()
    if how == "context":
        context.sslobject_class = Counted
    elif how == "subclass":

        class Context(ssl.SSLContext):
            sslobject_class = Counted

        changed = Context(ssl.PROTOCOL_TLS_SERVER if accepted else ssl.PROTOCOL_TLS_CLIENT)
        if accepted:
            changed.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
        changed.load_verify_locations(CERTIFICATES / "localhost.crt")
        context = changed
    elif how == "patched":
        read, write = ssl.SSLObject.read, ssl.SSLObject.write

        def patched_read(tls: Any, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - as in ssl
            return upper_read(tls, len, buffer, read) if tls.context is context else read(tls, len, buffer)

        def patched_write(tls: Any, data: Any) -> int:
            return upper_write(tls, data, write) if tls.context is context else write(tls, data)

        monkeypatch.setattr(ssl.SSLObject, "read", patched_read)
        monkeypatch.setattr(ssl.SSLObject, "write", patched_write)

    async def main() -> None:
        async with meeting(loop, accepted=accepted, version=version, context=context, protocol=protocol) as one:
            peer, notes = await one.established()
            if how == "instance":
                tls = notes.transport.get_extra_info("ssl_object")
                tls.read, tls.write = partial(upper_read, tls), partial(upper_write, tls)
            await peer.say(b"lower case")
            await notes.until_received(10)
            assert notes.data == b"LOWER CASE"
            notes.transport.write(b"of the transport")
            notes.transport.writelines([b", and ", b"more"])
            assert await peer.receive(26) == b"OF THE TRANSPORT, AND MORE"
            await finish(peer, notes)

    run_coroutine(loop, main())
    assert {"read", "write"} <= set(Counted.calls)
    if how in ("context", "subclass"):
        assert {"do_handshake", "unwrap"} <= set(Counted.calls)


def upper_read(tls: Any, len: int = 1024, buffer: Any = None, read: Any = ssl.SSLObject.read) -> Any:  # noqa: A002 - as in ssl
    Counted.calls.append("read")
    if buffer is None:
        return read(tls, len).upper()
    count: Any = read(tls, len, buffer)
    buffer[:count] = bytes(buffer[:count]).upper()
    return count


def upper_write(tls: Any, data: Any, write: Any = ssl.SSLObject.write) -> int:
    Counted.calls.append("write")
    written: int = write(tls, bytes(data).upper())
    return written


class Slices(ssl.SSLObject):
    """Takes a part of what is written, and gives a part of what is asked for."""

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - as in ssl
        """See ssl.SSLObject."""
        return super().read(min(len, 7), buffer)

    def write(self, data: Any) -> int:
        """See ssl.SSLObject."""
        return super().write(memoryview(data)[:1000])


@pytest.mark.parametrize("protocol", [PlainNotes, buffered(100)], ids=["plain", "buffered"])
def test_tls_objects_that_do_a_part(loop: Loop, protocol: Any) -> None:
    context = server_context()
    context.sslobject_class = Slices
    data = bytes(range(256)) * 40

    async def main() -> None:
        async with meeting(loop, accepted=True, context=context, protocol=protocol) as one:
            peer, notes = await one.established()
            await peer.say(data)
            await notes.until_received(len(data))
            assert notes.data == data
            notes.transport.write(data)
            assert await peer.receive(len(data)) == data

    run_coroutine(loop, main())


NAMES = ["sslcontext", "ssl_object", "peercert", "cipher", "compression", "socket", "sockname", "peername", "nothing"]


def facts(transport: asyncio.Transport) -> list[Any]:
    """What a transport says about itself, as values that are equal on two loops."""
    found: list[Any] = []
    for name in NAMES:
        value = transport.get_extra_info(name, "default")
        if name in ("socket", "sslcontext", "ssl_object"):
            value = type(value).__name__ if name != "socket" else value != "default"
        elif name in ("sockname", "peername"):
            value = value[0]
        found.append((name, value))
    methods = ("is_closing", "is_reading", "can_write_eof", "get_write_buffer_size", "get_write_buffer_limits")
    for method in methods:
        try:
            found.append((method, getattr(transport, method)()))
        except Exception as error:
            found.append((method, described(error)))
    return found


@only_pyloop
@VERSIONS
@SIDES
@pytest.mark.parametrize("ending", ["close", "abort", "peer", "reset"])
def test_what_is_known_before_and_after_the_end(
    loop: Loop, version: ssl.TLSVersion, accepted: bool, ending: str
) -> None:
    async def scenario(loop: Loop) -> Any:
        seen: list[Any] = []

        def look(protocol: Any) -> None:
            seen.append((protocol.notes[-1][0], facts(protocol.transport)))

        def factory() -> PlainNotes:
            return PlainNotes(made=look, data=look, eof=look, lost=look)

        async with meeting(loop, accepted=accepted, version=version, protocol=factory) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            if ending == "reset":
                peer.wire.reset()
            elif ending == "peer":
                peer.wire.write(peer.closing_alert())
            else:
                getattr(protocol.transport, ending)()
            seen.append(facts(protocol.transport))
            if ending == "close":
                await peer.everything()
                peer.wire.write(peer.closing_alert())
            await protocol.until_lost()
            await asyncio.sleep(0.001)
            return seen, facts(protocol.transport)

    same_on_asyncio(loop, scenario)


def called(tls: ssl.SSLObject) -> list[Any]:
    """What the methods that only look return."""
    found: list[Any] = [
        tls.version(), tls.cipher(), tls.shared_ciphers(), tls.compression(), tls.selected_alpn_protocol(),
        tls.pending(), tls.server_side, tls.server_hostname, tls.session_reused, tls.getpeercert(),
        len(tls.getpeercert(True) or b""), type(tls.session).__name__, type(tls.context).__name__,
    ]  # fmt: skip
    binding = tls.get_channel_binding("tls-unique")
    return [*found, binding is None or len(binding)]


@only_pyloop
@VERSIONS
@SIDES
def test_looking_at_the_object_between_records(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    async def scenario(loop: Loop) -> Any:
        seen: list[Any] = []

        def look(protocol: Any) -> None:
            seen.append(called(protocol.transport.get_extra_info("ssl_object")))

        def factory() -> PlainNotes:
            return PlainNotes(made=look, data=look)

        async with meeting(loop, accepted=accepted, version=version, protocol=factory) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            look(protocol)
            protocol.transport.write(bytes(300_000))
            look(protocol)
            assert await peer.receive(300_000) == bytes(300_000)
            look(protocol)
            return seen, await finish(peer, protocol)

    same_on_asyncio(loop, scenario)


@only_pyloop
@VERSIONS
@SIDES
def test_a_program_that_reads_and_writes_by_itself(loop: Loop, version: ssl.TLSVersion, accepted: bool) -> None:
    """It takes records from under the transport, and puts some in front of the transport's next ones."""

    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=accepted, version=version) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            tls = protocol.transport.get_extra_info("ssl_object")
            found: list[Any] = []
            try:
                found.append(tls.read(10))
            except ssl.SSLError as error:
                found.append(described(error))
            assert tls.write(b"by hand, ") == 9
            protocol.transport.write(b"by the transport")
            found.append(await peer.receive(25))
            protocol.transport.pause_reading()
            await peer.say(b"unread by the transport")
            await asyncio.sleep(0.005)
            found += [tls.read(6), tls.pending()]
            protocol.transport.resume_reading()
            await protocol.until_received(16 + 17)
            return found, await finish(peer, protocol)

    (found, _), _ = same_on_asyncio(loop, scenario)
    assert found[1:] == [b"by hand, by the transport", b"unread", 17]


@only_pyloop
def test_a_program_that_shuts_the_object_down(loop: Loop) -> None:
    """`unwrap` by hand, behind the back of the transport: what follows is asyncio's."""

    async def scenario(loop: Loop) -> Any:
        async with meeting(loop, accepted=True, ssl_shutdown_timeout=0.2) as one:
            peer, protocol = await one.established()
            await talk(peer, protocol)
            with pytest.raises(ssl.SSLWantReadError):
                protocol.transport.get_extra_info("ssl_object").unwrap()
            protocol.transport.write(b"after the end")
            heard = await peer.everything()
            peer.wire.write_eof()
            await peer.until_end()
            return heard, await protocol.until_lost()

    same_on_asyncio(loop, scenario)
