"""Transports that nobody closes, and what is left of those that were closed."""

import asyncio
import gc
import re
import socket
import sys
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, run_coroutine, run_iterations, without_collector
from support.peers.streams import TOO_MUCH, BufferedRecorder, Record, Recorder, pass_iterations, receive_all

PROGRAMS = "behaviour.streams.programs.open_transports"

every_protocol = pytest.mark.parametrize("protocol_class", [Recorder, BufferedRecorder])


@contextmanager
def warned(pattern: str) -> Iterator[None]:
    """The block makes one transport warn; whether its socket does as well depends on who is finalised first."""
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert {warning.category for warning in caught} == {ResourceWarning}
    texts = [str(warning.message) for warning in caught]
    assert all(text.startswith(("unclosed transport <", "unclosed <socket.socket ")) for text in texts)
    (text,) = [text for text in texts if text.startswith("unclosed transport <")]
    assert re.fullmatch(pattern, text)
    caught.clear()  # a warning keeps its source, and from Python 3.15 on a weak reference outlives the finaliser
    gc.collect()


def connect(loop: Loop, mine: socket.socket, protocol_class: type[Record] = Recorder) -> asyncio.Transport:
    """A transport; its protocol refers to it, and so do the loop while it reads and the result."""

    async def main() -> asyncio.Transport:
        transport, _ = await loop.create_connection(protocol_class, sock=mine)
        await pass_iterations()
        return transport

    return run_coroutine(loop, main())


@every_protocol
def test_forgotten_paused_transport_is_collected_with_a_warning(loop: Loop, protocol_class: type[Record]) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transport = connect(loop, mine, protocol_class)
        del mine
        transport.pause_reading()
        text = repr(transport)
        reference = weakref.ref(transport)
        with warned(re.escape(f"unclosed transport {text}")):
            del transport
        assert reference() is None
        # The socket was closed, and the loop has forgotten it.
        peer.settimeout(PROMPTLY)
        assert peer.recv(1) == b""
        run_iterations(loop, 3)


def test_transport_that_reads_is_kept_by_its_loop(loop: Loop) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transport = connect(loop, mine)
        del mine
        reference = weakref.ref(transport)
        del transport
        gc.collect()
        kept = reference()
        assert kept is not None
        peer.send(b"data")
        protocol = kept.get_protocol()
        assert isinstance(protocol, Recorder)
        run_coroutine(loop, protocol.until_received(4))
        kept.close()
        run_coroutine(loop, protocol.until_lost())


def test_transport_that_writes_is_kept_by_its_loop(loop: Loop) -> None:
    mine, peer = socket.socketpair()
    peer.setblocking(False)
    with peer:
        transport = connect(loop, mine)
        del mine
        transport.pause_reading()
        transport.write(bytes(TOO_MUCH))
        transport.close()
        reference = weakref.ref(transport)
        del transport
        gc.collect()
        assert reference() is not None
        assert len(run_coroutine(loop, receive_all(peer))) == TOO_MUCH
        run_iterations(loop, 3)
        gc.collect()
        assert reference() is None


def test_forgotten_transport_has_sent_what_was_written(loop: Loop) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transports = [connect(loop, mine)]
        del mine
        transports[0].pause_reading()

        def write_and_forget() -> None:
            transports.pop().write(b"last bytes")
            gc.collect()
            loop.stop()

        loop.call_soon(write_and_forget)
        with warned("unclosed transport <.*>"):
            loop.run_forever()
        peer.settimeout(PROMPTLY)
        assert peer.recv(100) == b"last bytes"
        assert peer.recv(100) == b""


ENDINGS = ["close", "abort", "peer closes", "peer closes with error"]


@pytest.mark.parametrize("ending", ENDINGS)
@every_protocol
def test_lost_transport_is_freed(
    loop: Loop, protocol_class: type[Record], ending: str, reported: list[dict[str, Any]]
) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transport = connect(loop, mine, protocol_class)
        references: list[weakref.ref[Any]] = [
            weakref.ref(transport),
            weakref.ref(transport.get_protocol()),
            weakref.ref(mine),
        ]
        del mine
        protocol: Any = transport.get_protocol()
        if ending == "peer closes with error":
            protocol.eof_received = 5
        if ending.startswith("peer"):
            peer.close()
        else:
            getattr(transport, ending)()
        run_coroutine(loop, protocol.until_lost())
        run_iterations(loop, 3)
        reported.clear()
        del transport, protocol
        gc.collect()
        assert [reference() for reference in references] == [None] * 3


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio leaves a cycle before Python 3.12")
@every_protocol
def test_closed_transport_leaves_no_cycle(loop: Loop, protocol_class: type[Record]) -> None:
    mine, peer = socket.socketpair()
    with peer, without_collector():
        transport = connect(loop, mine, protocol_class)
        references: list[weakref.ref[Any]] = [
            weakref.ref(transport),
            weakref.ref(transport.get_protocol()),
            weakref.ref(mine),
        ]
        del mine
        protocol: Any = transport.get_protocol()
        peer.send(b"data")
        run_coroutine(loop, protocol.until_received(4))
        transport.write(b"answer")
        transport.close()
        run_coroutine(loop, protocol.until_lost())
        run_iterations(loop, 3)
        del transport, protocol
        assert [reference() for reference in references] == [None] * 3


@pytest.mark.parametrize("paused", [False, True])
def test_closing_the_loop_leaves_open_transports_alone(loop: Loop, paused: bool) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transport = connect(loop, mine)
        del mine
        if paused:
            transport.pause_reading()
        loop.close()
        assert not transport.is_closing()
        assert transport.get_extra_info("socket").fileno() >= 0
        with warned(r"unclosed transport <\w+ fd=\d+>"):
            del transport
        peer.settimeout(PROMPTLY)
        assert peer.recv(1) == b""


@pytest.mark.parametrize("method", ["close", "abort"])
def test_transport_cannot_be_ended_after_its_loop_was_closed(loop: Loop, method: str) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transport = connect(loop, mine)
        del mine
        loop.close()
        with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
            getattr(transport, method)()
        assert transport.is_closing()
        # Another attempt does nothing.
        transport.close()
        with warned(r"unclosed transport <\w+ closing fd=\d+>"):
            del transport
        peer.settimeout(PROMPTLY)
        assert peer.recv(1) == b""


def test_small_writes_to_a_transport_of_a_closed_loop_are_sent(loop: Loop) -> None:
    mine, peer = socket.socketpair()
    with peer:
        transport = connect(loop, mine)
        del mine
        loop.close()
        transport.write(b"still there")
        peer.settimeout(PROMPTLY)
        assert peer.recv(100) == b"still there"
        with warned("unclosed transport <.*>"):
            del transport


def test_program_that_ends_with_open_transports(kind: Any) -> None:
    """Exit code and output are exact; the buffered data and the unread data are dropped."""
    done = kind.run_module(PROGRAMS, "program_ends")
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


def test_collected_loop_with_open_transports(kind: Any) -> None:
    kind.expect("done\n", PROGRAMS, "loop_is_collected")
