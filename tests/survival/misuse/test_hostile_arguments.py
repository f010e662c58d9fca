"""Sizes, descriptors, events, objects and fields that would make the engine touch memory that is not its own.

Each gets a clear exception, or does no harm. What can only show as a crash runs in a process of its own.
"""

import asyncio
import contextlib
import gc
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from data_bridge.pyloop import _engine
from data_bridge.pyloop._acceptor import Acceptor
from support.loop_kinds import PYLOOP, run_python
from support.peers.streams import Recorder
from support.process_figures import count_descriptors
from support.program_runs import Run
from support.project import path_with_tests

LIMIT = _engine.LARGEST_RECEIVE
READABLE = 3 << 20
FORMER_CRASHES = "survival.misuse.programs.former_crashes"
HOSTILE_CALLS = "survival.misuse.programs.hostile_calls"
SECONDS = float(os.environ.get("PYLOOP_HOSTILE_SECONDS") or 4)


@pytest.fixture
def loop() -> Iterator[Any]:
    loop = PYLOOP.new_event_loop()
    yield loop
    loop.close()


def filled_socket(size: int) -> tuple[socket.socket, socket.socket]:
    """A socket with so many bytes to receive, as far as the system buffers them, and its peer."""
    receiver, sender = socket.socketpair()
    receiver.setblocking(False)
    sender.setblocking(False)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * READABLE)
    sent = 0
    while sent < size:
        sent += sender.send(b"x" * min(size - sent, 1 << 16))
    return receiver, sender


class TestSizes:
    @pytest.mark.parametrize("size", [1, LIMIT - 1, LIMIT, LIMIT + 1, 8 << 20, 2**31, 2**32, 2**63 - 1])
    @pytest.mark.parametrize("readable", [300 * 1024, READABLE])
    def test_receives_no_more_than_the_engine_has_memory_for(self, loop: Any, size: int, readable: int) -> None:
        receiver, sender = filled_socket(readable)
        with receiver, sender:
            received = loop._sock_receive(receiver.fileno(), size)
            assert 0 < len(received) <= min(size, LIMIT)
            assert received == b"x" * len(received)

    def test_nothing_is_received_for_nothing(self, loop: Any) -> None:
        receiver, sender = filled_socket(10)
        with receiver, sender:
            assert loop._sock_receive(receiver.fileno(), 0) == b""

    @pytest.mark.parametrize("size", [-1, -(2**31), -(2**63)])
    def test_a_negative_size_is_refused(self, loop: Any, size: int) -> None:
        receiver, sender = filled_socket(READABLE)
        with receiver, sender, pytest.raises(ValueError, match="negative buffersize"):
            loop._sock_receive(receiver.fileno(), size)

    @pytest.mark.parametrize("size", [2**63, 2**64, -(2**63) - 1])
    def test_a_size_beyond_64_bits_is_refused(self, loop: Any, size: int) -> None:
        receiver, sender = filled_socket(10)
        with receiver, sender, pytest.raises(OverflowError):
            loop._sock_receive(receiver.fileno(), size)

    @pytest.mark.parametrize("size", [0, 1, LIMIT - 1, LIMIT, LIMIT + 1, READABLE])
    def test_sock_recv_takes_any_size(self, loop: Any, size: int) -> None:
        receiver, sender = filled_socket(READABLE)
        with receiver, sender:
            received = loop.run_until_complete(loop.sock_recv(receiver, size))
            assert received == b"x" * len(received)
            assert len(received) <= size
            assert bool(received) == bool(size)

    @pytest.mark.parametrize("size", [-1, -(2**63)])
    def test_a_pipe_reads_no_negative_size(self, size: int) -> None:
        failures: list[Any] = []

        class Reader(_engine.ReadPipeCore):
            max_size = size
            _read_failed = failures.append

        reading, writing = os.pipe()
        os.write(writing, b"x" * 1000)
        reader = Reader.__new__(Reader)
        reader._fileno = reading
        reader._read_ready()
        os.close(reading)
        os.close(writing)
        assert [error.errno for error in failures] == [22]  # EINVAL, as os.read() has it

    def test_accepts_no_more_than_wait(self, loop: Any) -> None:
        accepted: list[Recorder] = []

        def factory() -> Recorder:
            accepted.append(Recorder())
            return accepted[-1]

        with socket.create_server(("127.0.0.1", 0)) as server:
            server.setblocking(False)
            with socket.create_connection(server.getsockname()):
                acceptor = Acceptor(loop, factory, server, None, -(2**31), None)
                acceptor._accept()
                assert not accepted
                acceptor._most = 2**31 - 1
                acceptor._accept()
                assert len(accepted) == 1
                loop.run_until_complete(accepted[0].until_event("made"))
                accepted[0].transport.abort()
                loop.run_until_complete(accepted[0].until_lost())

    @pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # some get a transport, but no protocol
    @pytest.mark.parametrize("field", ["_loop", "_sock", "_transport_class", "_context", "_make_protocol"])
    @pytest.mark.parametrize("value", [None, 1, object, int, socket.socket, asyncio.Protocol()], ids=repr)
    def test_an_acceptor_of_wrong_parts_costs_no_descriptor(self, loop: Any, field: str, value: object) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.setblocking(False)
            with socket.create_connection(server.getsockname()) as client:
                acceptor: Any = Acceptor(loop, asyncio.Protocol, server, None, 1, None)
                setattr(acceptor, field, value)
                before = count_descriptors()
                with contextlib.suppress(TypeError):
                    acceptor._accept()
                delattr(acceptor, field)
                with contextlib.suppress(TypeError):
                    acceptor._accept()
                loop.run_until_complete(asyncio.sleep(0))
                client.close()  # ends a connection that was accepted nevertheless
                while (left := count_descriptors()) >= before:
                    loop.run_until_complete(asyncio.sleep(0))
                assert left == before - 1


class TestDescriptors:
    @pytest.mark.parametrize("fd", [-1, -(2**31), 10**6, 2**31 - 2, 2**31 - 1])
    def test_numbers_of_no_file(self, loop: Any, fd: int) -> None:
        for method in (loop._add_reader, loop._add_writer):
            with pytest.raises((OSError, ValueError)):
                method(fd, print)
        with pytest.raises(OSError, match="Bad file descriptor"):
            loop._sock_wait_readable(fd)
        with pytest.raises(OSError, match="Bad file descriptor"):
            loop._sock_receive(fd, 10)
        if fd < 0:
            with pytest.raises(ValueError, match="Invalid file descriptor"):
                loop._remove_reader(fd)
        else:
            assert loop._remove_reader(fd) is False
        loop._set_transport_at(fd, loop)
        assert loop._transport_at(fd) is None
        transport = Stream.__new__(Stream)
        transport._attach(loop, None, fd, False)
        with pytest.raises(OSError, match="Bad file descriptor"):
            transport._add_reader()
        transport._detach()

    def test_the_end_of_a_wait_that_nobody_began(self, loop: Any) -> None:
        receiver, sender = socket.socketpair()
        with receiver, sender:
            assert loop._sock_end_wait(receiver.fileno(), loop.create_future()) is None
            assert loop._sock_end_wait(-1, None) is None


class Stream(_engine.StreamCore):
    pass


class Datagrams(_engine.DatagramCore):
    pass


class TestTransports:
    def test_a_table_of_transports_keeps_none_alive_and_none_that_is_gone(self, loop: Any) -> None:
        receiver, sender = socket.socketpair()
        with receiver, sender:
            transport = Stream.__new__(Stream)
            transport._attach(loop, receiver, receiver.fileno(), True)
            assert loop._transport_at(receiver.fileno()) is transport
            del transport
            gc.collect()
            assert loop._transport_at(receiver.fileno()) is None
            sender.send(b"data")
            loop.call_soon(int)
            loop._run_once()

    def test_what_can_have_no_weak_references_is_no_transport(self, loop: Any) -> None:
        with pytest.raises(TypeError, match="weak reference"):
            loop._set_transport_at(0, bytearray(3))
        with pytest.raises(TypeError, match="weak reference"):
            _engine.LoopCore.__new__(_engine.LoopCore)._open_engine(0)

    def test_nothing_is_attached_twice(self, loop: Any) -> None:
        receiver, sender = socket.socketpair()
        with receiver, sender:
            stream = Stream.__new__(Stream)
            datagrams = Datagrams.__new__(Datagrams)
            for _ in range(2):
                stream._attach(loop, receiver, receiver.fileno(), True)
                datagrams._attach(loop, sender, sender.fileno(), 1, True, None, 0)
                with pytest.raises(RuntimeError, match="attached"):
                    stream._attach(loop, receiver, receiver.fileno(), True)
                with pytest.raises(RuntimeError, match="attached"):
                    datagrams._attach(loop, sender, sender.fileno(), 1, True, None, 0)
                stream._detach()
                datagrams._detach()

    def test_only_what_has_a_buffer_is_a_datagram(self, loop: Any) -> None:
        receiver, sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with receiver, sender:
            datagrams = Datagrams.__new__(Datagrams)
            datagrams._attach(loop, sender, sender.fileno(), 1, True, None, 0)
            with pytest.raises(TypeError):
                datagrams._append(object(), None)  # type: ignore[arg-type]
            datagrams._detach()

    def test_a_transport_keeps_its_loop_alive(self) -> None:
        loop: Any = PYLOOP.new_event_loop()
        receiver, sender = socket.socketpair()
        with receiver, sender:
            transport = Stream.__new__(Stream)
            transport._attach(loop, receiver, receiver.fileno(), True)
            before = sys.getrefcount(loop)
            transport._detach()
            assert sys.getrefcount(loop) == before - 1
        loop.close()


@pytest.mark.parametrize(
    "function",
    [
        "protocol_attribute_deleted",
        "context_attribute_deleted",
        "attributes_of_handles_changed",
        "attributes_of_loops_changed",
        "stream_detached_while_it_reads",
        "stream_detached_by_the_length_of_what_it_writes",
        "pipe_detached_by_the_length_of_what_it_writes",
        "pipe_detached_when_it_must_wait",
        "loop_closed_while_it_accepts",
        "loop_closed_while_a_buffer_is_given",
        "loop_freed_unclosed_because_the_warning_is_an_error",
        "loop_freed_unclosed_because_its_class_does_not_close_it",
        "faults_injected_from_no_memory",
    ],
)
def test_no_crash(run_module: Run, function: str) -> None:
    done = run_module(FORMER_CRASHES, function)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("seed", range(3))
def test_hostile_calls(seed: int) -> None:
    """PYLOOP_HOSTILE_SECONDS makes it longer, PYLOOP_HOSTILE_TRACE writes down what it does."""
    arguments = ("-m", HOSTILE_CALLS, str(seed), str(SECONDS))
    done = run_python(*arguments, environment={"PYTHONPATH": path_with_tests()}, timeout=SECONDS + 120)
    assert done.returncode == 0, done.stderr[-3000:]
    _, steps, _, worlds = done.stdout.splitlines()[-1].split()
    assert int(steps) > 100
    assert int(worlds) > 0


def test_a_loop_that_is_gone_leaves_its_descriptors_closed() -> None:
    """Also where asyncio's warning of an unclosed loop is an exception."""
    loop: Any = PYLOOP.new_event_loop()
    loop._closed = True  # asyncio's __del__ does nothing then
    sockets = [loop._ssock, loop._csock]
    before = len(os.listdir("/proc/self/fd"))
    del loop
    gc.collect()
    for sock in sockets:
        sock.close()
    assert len(os.listdir("/proc/self/fd")) <= before - 4  # two sockets, epoll's descriptor, and the one that wakes it


def test_an_engine_that_cannot_open_keeps_no_descriptor() -> None:
    """A bare core can have no weak references, which the engine needs."""
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        core: Any = _engine.LoopCore.__new__(_engine.LoopCore)
        with pytest.raises(TypeError, match="weak reference"):
            core._open_engine(0)
    assert len(os.listdir("/proc/self/fd")) == before
