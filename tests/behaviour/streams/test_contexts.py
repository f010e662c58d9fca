"""The context variables that a protocol's methods see.

From Python 3.15 on all of them run in one context of the connection; before, each in a copy of the context in which it
was scheduled.
"""

import asyncio
import contextvars
import socket
import sys
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import (
    TOO_MUCH,
    BufferedRecorder,
    Record,
    Recorder,
    Way,
    connected,
    every_way,
    factory_of,
    receive,
)

ONE_CONTEXT = sys.version_info >= (3, 15)

place: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")
every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


def seeing(protocol_class: type[Record], **options: Any) -> tuple[Any, list[tuple[str, str]]]:
    """A protocol that notes the value of the variable with every event."""
    seen: list[tuple[str, str]] = []

    class Seeing(protocol_class):  # type: ignore[misc, valid-type]
        def note(self, event: str) -> None:
            seen.append((event, place.get()))
            super().note(event)

    return Seeing(**options), seen


@every_protocol
def test_methods_see_the_context_in_which_the_connection_was_made(loop: Loop, protocol_class: type[Record]) -> None:
    protocol, seen = seeing(protocol_class)

    async def main() -> None:
        mine, peer = socket.socketpair()
        with peer:
            place.set("creator")
            await loop.create_connection(lambda: protocol, sock=mine)
            place.set("later")
            peer.send(b"one")
            await protocol.until_received(3)
            peer.send(b"two")
            await protocol.until_received(6)
            peer.shutdown(socket.SHUT_WR)
            await protocol.until_lost()

    run_coroutine(loop, main())
    assert seen == [
        ("made", "creator"),
        ("data", "creator"),
        ("data", "creator"),
        ("eof", "creator"),
        ("lost", "creator"),
    ]
    assert place.get() == "nowhere"


@every_protocol
@every_way
def test_variables_set_in_data_received_last(loop: Loop, way: Way, protocol_class: type[Record]) -> None:
    """All reads of a connection share one context; before Python 3.15 it is not that of connection_made()."""
    protocol = protocol_class()
    seen: list[tuple[str, str]] = []
    note = protocol.note

    def note_and_set(event: str) -> None:
        seen.append((event, place.get()))
        place.set(f"after {len(seen)}")
        note(event)

    protocol.note = note_and_set  # type: ignore[method-assign]

    async def main() -> None:
        for count in (3, 6):
            await loop.sock_sendall(peer, b"xyz")
            await protocol.until_received(count)
        peer.shutdown(socket.SHUT_WR)
        await protocol.until_lost()
        assert place.get() == "nowhere"

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert seen == [
            ("made", "nowhere"),
            ("data", "after 1" if ONE_CONTEXT else "nowhere"),
            ("data", "after 2"),
            ("eof", "after 3"),
            ("lost", "after 4"),
        ]


@every_protocol
@every_way
def test_who_resumes_reading_gives_the_context(loop: Loop, way: Way, protocol_class: type[Record]) -> None:
    protocol, seen = seeing(protocol_class)

    async def resume() -> None:
        place.set("resumer")
        protocol.transport.resume_reading()
        place.set("too late")

    async def main() -> None:
        protocol.transport.pause_reading()
        await loop.sock_sendall(peer, b"one")
        await asyncio.create_task(resume())
        await protocol.until_received(3)
        # Nothing was paused, so this changes nothing.
        place.set("idle")
        protocol.transport.resume_reading()
        await loop.sock_sendall(peer, b"two")
        await protocol.until_received(6)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        resumer = "nowhere" if ONE_CONTEXT else "resumer"
        assert seen == [("made", "nowhere"), ("data", resumer), ("data", resumer)]


@pytest.mark.parametrize("ending", ["close", "abort"])
@every_way
def test_who_ends_the_connection_gives_the_context_of_its_loss(loop: Loop, way: Way, ending: str) -> None:
    protocol, seen = seeing(Recorder)

    async def end() -> None:
        place.set("ender")
        getattr(protocol.transport, ending)()
        place.set("too late")

    async def main() -> None:
        await asyncio.create_task(end())
        await protocol.until_lost()

    with connected(loop, protocol, way):
        run_coroutine(loop, main())
        assert seen == [("made", "nowhere"), ("lost", "nowhere" if ONE_CONTEXT else "ender")]


@every_way
def test_who_fills_the_buffer_gives_the_context_of_resume_writing(loop: Loop, way: Way) -> None:
    protocol, seen = seeing(Recorder)

    async def write(name: str, data: bytes) -> None:
        place.set(name)
        protocol.transport.write(data)
        place.set("too late")

    async def main() -> None:
        await asyncio.create_task(write("first", bytes(TOO_MUCH)))
        await asyncio.create_task(write("second", b"x"))
        await asyncio.create_task(close())
        await receive(peer, TOO_MUCH + 1)
        await protocol.until_lost()

    async def close() -> None:
        place.set("closer")
        protocol.transport.close()

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        filler = "nowhere" if ONE_CONTEXT else "first"
        assert seen == [("made", "nowhere"), ("pause", "first"), ("resume", filler), ("lost", filler)]


def test_context_of_each_connection_is_its_own(loop: Loop) -> None:
    made = [seeing(Recorder) for _ in range(10)]

    async def main() -> None:
        pairs = [socket.socketpair() for _ in made]
        for number, ((protocol, _), (mine, _)) in enumerate(zip(made, pairs, strict=True)):
            place.set(str(number))
            await loop.create_connection(factory_of(protocol), sock=mine)
        for _, peer in pairs:
            peer.send(b"data")
            peer.close()
        for protocol, _ in made:
            await protocol.until_lost()

    run_coroutine(loop, main())
    for number, (_, seen) in enumerate(made):
        assert seen == [(event, str(number)) for event in ("made", "data", "eof", "lost")]


@every_way
def test_accepted_connections_have_the_context_of_the_server(loop: Loop, way: Way) -> None:
    protocol, seen = seeing(Recorder)

    async def main() -> None:
        place.set("server")
        server = await way.create_server(lambda: protocol)
        place.set("client")
        with socket.socket(way.family) as peer:
            peer.setblocking(False)
            await loop.sock_connect(peer, server.sockets[0].getsockname())
            await loop.sock_sendall(peer, b"data")
            await protocol.until_received(4)
        await protocol.until_lost()
        server.close()

    run_coroutine(loop, main())
    assert seen == [(event, "server") for event in ("made", "data", "eof", "lost")]


@every_way
def test_accepted_connections_do_not_see_what_others_have_set(loop: Loop, way: Way) -> None:
    seen: list[str] = []

    class Setting(Recorder):
        def note(self, event: str) -> None:
            seen.append(place.get())
            place.set(f"after {event}")
            super().note(event)

    protocols = [Setting(), Setting()]
    waiting = iter(protocols)

    async def main() -> None:
        server = await way.create_server(lambda: next(waiting))
        for protocol in protocols:
            with socket.socket(way.family) as peer:
                peer.setblocking(False)
                await loop.sock_connect(peer, server.sockets[0].getsockname())
            await protocol.until_lost()
        assert place.get() == "nowhere"
        server.close()

    run_coroutine(loop, main())
    first, second = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    assert first == second
    assert first[0] == "nowhere"


def test_tasks_started_in_data_received_inherit_its_context(loop: Loop) -> None:
    seen: list[str] = []

    class Starting(Recorder):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            place.set(data.decode())
            self.task = loop.create_task(look())
            loop.call_soon(lambda: seen.append(place.get()))

    async def look() -> None:
        seen.append(place.get())

    protocol = Starting()

    async def main() -> None:
        peer.send(b"here")
        await protocol.until_received(4)
        while len(seen) < 2:
            await asyncio.sleep(0)
        assert place.get() == "nowhere"

    with connected(loop, protocol) as peer:
        run_coroutine(loop, main())
        assert seen == ["here", "here"]
