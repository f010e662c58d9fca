"""add_reader and add_writer: readiness of file descriptors, level-triggered as with asyncio's selectors."""

import contextlib
import socket
from typing import Any

import pytest

from support.loop_kinds import Loop, SocketPair, run_iterations, run_until, settle


def fill(sock: socket.socket) -> None:
    """Write until the buffers of the connection are full."""
    with contextlib.suppress(BlockingIOError):
        while True:
            sock.send(b"x" * 65536)


def test_reader_is_called_when_data_arrives(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    received: list[bytes] = []
    loop.add_reader(left, lambda: received.append(left.recv(100)))
    settle(loop)
    assert received == []
    right.send(b"data")
    run_until(loop, lambda: bool(received))
    assert received == [b"data"]
    assert loop.remove_reader(left)


def test_data_that_was_there_before_counts(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    right.send(b"early")
    received: list[bytes] = []
    loop.add_reader(left, lambda: received.append(left.recv(100)))
    run_until(loop, lambda: bool(received))
    assert received == [b"early"]
    assert loop.remove_reader(left)


def test_arguments_are_passed(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    seen: list[tuple[object, ...]] = []

    def record(*args: object) -> None:
        seen.append(args)
        left.recv(100)

    loop.add_reader(left, record, 1, "two", None)
    right.send(b"x")
    run_until(loop, lambda: bool(seen))
    assert seen == [(1, "two", None)]
    assert loop.remove_reader(left)


def test_reader_that_does_not_read_is_called_again_and_again(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    right.send(b"never read")
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1
        if calls == 100:
            loop.stop()

    loop.add_reader(left, count)
    loop.run_forever()
    assert calls == 100
    assert loop.remove_reader(left)


def test_reader_that_reads_a_little_is_called_until_nothing_is_left(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    right.send(b"abcdef")
    received: list[bytes] = []
    loop.add_reader(left, lambda: received.append(left.recv(1)))
    run_until(loop, lambda: len(received) == 6)
    settle(loop)
    assert received == [b"a", b"b", b"c", b"d", b"e", b"f"]
    assert loop.remove_reader(left)


def test_writer_is_called_while_there_is_room(loop: Loop, pair: SocketPair) -> None:
    left, _ = pair
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1
        if calls == 20:
            loop.stop()

    loop.add_writer(left, count)
    loop.run_forever()
    assert calls == 20
    assert loop.remove_writer(left)


def test_writer_waits_for_room(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    fill(left)
    calls: list[str] = []

    def writable() -> None:
        calls.append("writable")
        loop.remove_writer(left)

    loop.add_writer(left, writable)
    settle(loop)
    assert calls == []
    while not calls:
        right.recv(1_000_000)
        settle(loop)
    assert calls == ["writable"]


def test_reader_and_writer_share_a_descriptor(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    seen: list[str] = []

    def readable() -> None:
        left.recv(100)
        seen.append("readable")

    def writable() -> None:
        seen.append("writable")
        assert loop.remove_writer(left) is True

    loop.add_reader(left, readable)
    loop.add_writer(left, writable)
    run_until(loop, lambda: bool(seen))
    assert seen == ["writable"]
    right.send(b"x")
    run_until(loop, lambda: len(seen) == 2)
    assert seen == ["writable", "readable"]
    assert loop.remove_writer(left) is False
    assert loop.remove_reader(left) is True


def test_removing_one_direction_keeps_the_other(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    seen: list[str] = []
    loop.add_reader(left, lambda: seen.append("readable"))
    loop.add_writer(left, lambda: seen.append("writable"))
    right.send(b"x")
    assert loop.remove_reader(left) is True
    settle(loop)
    assert set(seen) == {"writable"}
    seen.clear()
    loop.add_reader(left, lambda: seen.append("readable"))
    assert loop.remove_writer(left) is True
    settle(loop)
    assert set(seen) == {"readable"}
    assert loop.remove_reader(left) is True


def test_new_reader_replaces_the_old_one(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    seen: list[str] = []
    loop.add_reader(left, seen.append, "old")
    loop.add_reader(left, seen.append, "new")
    right.send(b"x")
    settle(loop)
    assert set(seen) == {"new"}
    assert loop.remove_reader(left) is True
    assert loop.remove_reader(left) is False
    seen.clear()
    settle(loop)
    assert seen == []


def test_removed_reader_is_not_called_even_if_ready_in_the_same_iteration(loop: Loop) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    seen: list[int] = []

    def first_come(number: int) -> None:
        seen.append(number)
        loop.remove_reader(pairs[1 - number][0])

    for number, (left, right) in enumerate(pairs):
        right.send(b"x")
        loop.add_reader(left, first_come, number)
    run_until(loop, lambda: bool(seen))
    settle(loop)
    assert len(set(seen)) == 1
    for left, right in pairs:
        loop.remove_reader(left)
        left.close()
        right.close()


def test_reader_may_remove_itself_and_come_back(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    seen: list[str] = []

    def once(text: str) -> None:
        seen.append(text)
        assert loop.remove_reader(left) is True
        if len(seen) < 5:
            loop.add_reader(left, once, f"again {len(seen)}")

    right.send(b"x")
    loop.add_reader(left, once, "first")
    settle(loop)
    assert seen == ["first", "again 1", "again 2", "again 3", "again 4"]


def test_reader_may_switch_to_a_writer(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    seen: list[str] = []

    def readable() -> None:
        seen.append("readable")
        loop.remove_reader(left)
        loop.add_writer(left, writable)

    def writable() -> None:
        seen.append("writable")
        loop.remove_writer(left)

    right.send(b"x")
    loop.add_reader(left, readable)
    settle(loop)
    assert seen == ["readable", "writable"]


def test_exception_in_a_reader_is_reported_and_the_reader_stays(
    loop: Loop, pair: SocketPair, reported: list[dict[str, Any]]
) -> None:
    left, right = pair

    def fail() -> None:
        left.recv(1)
        raise ZeroDivisionError

    loop.add_reader(left, fail)
    right.send(b"ab")
    run_until(loop, lambda: len(reported) == 2)
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError] * 2
    assert reported[0]["message"].startswith("Exception in callback ")
    assert loop.remove_reader(left) is True


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_reader_can_end_the_run(loop: Loop, pair: SocketPair, error: type[BaseException]) -> None:
    left, right = pair

    def leave() -> None:
        raise error

    loop.add_reader(left, leave)
    right.send(b"x")
    with pytest.raises(error):
        loop.run_forever()
    assert loop.remove_reader(left) is True
    run_iterations(loop)


def test_readers_are_served_while_callbacks_keep_the_loop_busy(loop: Loop, pair: SocketPair) -> None:
    left, right = pair

    def spin() -> None:
        loop.call_soon(spin)

    spin()
    loop.add_reader(left, loop.stop)
    right.send(b"x")
    loop.run_forever()
    assert loop.remove_reader(left) is True
