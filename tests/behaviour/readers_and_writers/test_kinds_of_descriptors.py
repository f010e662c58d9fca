"""Kinds of descriptors that add_reader and add_writer can watch, many of them, and what a hang-up looks like."""

import os
import pty
import socket
from collections.abc import Callable
from functools import partial

from support.loop_kinds import Loop, SocketPair, run_until, settle


def run_all(*calls: Callable[[], object]) -> None:
    """Make several calls in one callback."""
    for call in calls:
        call()


def test_end_of_a_connection_is_readable(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    received: list[bytes] = []
    loop.add_reader(left, run_all, lambda: received.append(left.recv(100)), lambda: loop.remove_reader(left))
    right.close()
    settle(loop)
    assert received == [b""]


def test_closed_write_end_makes_a_pipe_readable(loop: Loop) -> None:
    reader, writer = os.pipe()
    received: list[bytes] = []
    loop.add_reader(reader, run_all, lambda: received.append(os.read(reader, 10)), lambda: loop.remove_reader(reader))
    os.close(writer)
    settle(loop)
    os.close(reader)
    assert received == [b""]


def test_closed_read_end_is_seen_by_reader_and_writer_of_the_write_end(loop: Loop) -> None:
    reader, writer = os.pipe()
    seen: list[str] = []
    loop.add_reader(writer, run_all, lambda: seen.append("reader"), lambda: loop.remove_reader(writer))
    settle(loop)
    assert seen == []
    os.close(reader)
    loop.add_writer(writer, run_all, lambda: seen.append("writer"), lambda: loop.remove_writer(writer))
    settle(loop)
    os.close(writer)
    assert sorted(seen) == ["reader", "writer"]


def test_pipes_event_counters_and_terminals_can_be_watched(loop: Loop) -> None:
    reader, writer = os.pipe()
    counter = os.eventfd(0)
    master, slave = pty.openpty()
    seen: list[int] = []
    for descriptor in (reader, counter, master):
        loop.add_reader(descriptor, run_all, partial(seen.append, descriptor), partial(loop.remove_reader, descriptor))
    os.write(writer, b"x")
    os.eventfd_write(counter, 1)
    os.write(slave, b"x")
    settle(loop)
    assert sorted(seen) == sorted([reader, counter, master])
    for descriptor in (reader, writer, counter, master, slave):
        os.close(descriptor)


def test_many_descriptors_at_once(loop: Loop) -> None:
    pairs = [socket.socketpair() for _ in range(300)]
    seen: list[int] = []

    def read(number: int) -> None:
        pairs[number][0].recv(1)
        seen.append(number)

    for number, (left, _) in enumerate(pairs):
        loop.add_reader(left, read, number)
    for _, right in pairs:
        right.send(b"x")
    run_until(loop, lambda: len(seen) >= len(pairs))
    settle(loop)
    assert sorted(seen) == list(range(len(pairs)))
    for left, right in pairs:
        assert loop.remove_reader(left) is True
        left.close()
        right.close()
