"""What add_reader, add_writer and their removals accept as a file descriptor, and how they refuse the rest."""

import asyncio
import errno
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, SocketPair

Watch = Callable[..., Any]


@pytest.fixture(params=["reader", "writer"])
def watch(request: pytest.FixtureRequest, loop: Loop) -> tuple[Watch, Watch]:
    """add_reader and remove_reader, or add_writer and remove_writer."""
    return getattr(loop, f"add_{request.param}"), getattr(loop, f"remove_{request.param}")


def called(loop: Loop, seen: list[str]) -> bool:
    loop.call_later(0.02, loop.stop)
    loop.run_forever()
    return bool(seen)


def test_number_and_object_mean_the_same(loop: Loop, pair: SocketPair, watch: tuple[Watch, Watch]) -> None:
    left, right = pair
    right.send(b"x")
    add, remove = watch
    seen: list[str] = []
    add(left, seen.append, "by object")
    assert called(loop, seen)
    assert remove(left.fileno()) is True
    assert remove(left) is False
    seen.clear()
    add(left.fileno(), seen.append, "by number")
    assert called(loop, seen)
    assert remove(left) is True
    assert remove(left.fileno()) is False


def test_any_object_with_fileno_is_accepted(loop: Loop, pair: SocketPair, watch: tuple[Watch, Watch]) -> None:
    left, right = pair
    right.send(b"x")

    class Wrapper:
        def fileno(self) -> int:
            return left.fileno()

    add, remove = watch
    seen: list[str] = []
    add(Wrapper(), seen.append, "called")
    assert called(loop, seen)
    assert remove(Wrapper()) is True


def test_unbuffered_file_object_of_a_pipe(loop: Loop) -> None:
    read_end, write_end = os.pipe()
    with open(read_end, "rb", 0) as reader, open(write_end, "wb", 0) as writer:
        writer.write(b"x")
        seen: list[str] = []
        loop.add_reader(reader, seen.append, "called")
        assert called(loop, seen)
        assert loop.remove_reader(reader) is True


def test_removing_what_was_never_added_returns_false(pair: SocketPair, watch: tuple[Watch, Watch]) -> None:
    _, remove = watch
    assert remove(pair[0]) is False
    assert remove(pair[0].fileno()) is False


def test_negative_number_is_a_value_error(watch: tuple[Watch, Watch]) -> None:
    add, remove = watch
    with pytest.raises(ValueError, match="Invalid file descriptor: -1"):
        add(-1, int)
    with pytest.raises(ValueError, match="Invalid file descriptor: -1"):
        remove(-1)


class BadFileno:
    """An object whose fileno is of no use."""

    def __init__(self, value: object) -> None:
        self.value = value

    def fileno(self) -> object:
        return self.value

    def __repr__(self) -> str:
        return "<bad>"


@pytest.mark.parametrize("bad", [None, "0", 1.5, object(), [], BadFileno("x"), BadFileno(None)], ids=repr)
def test_object_without_a_descriptor_is_a_value_error(watch: tuple[Watch, Watch], bad: object) -> None:
    for method, args in zip(watch, [(int,), ()], strict=True):
        with pytest.raises(ValueError, match=re.escape(f"Invalid file object: {bad!r}")):
            method(bad, *args)


def test_closed_socket_is_a_value_error(watch: tuple[Watch, Watch]) -> None:
    sock = socket.socket()
    sock.close()
    add, remove = watch
    with pytest.raises(ValueError, match="Invalid file descriptor: -1"):
        add(sock, int)
    with pytest.raises(ValueError, match="Invalid file descriptor: -1"):
        remove(sock)


def test_closed_descriptor_is_an_os_error(watch: tuple[Watch, Watch]) -> None:
    descriptor = os.dup(0)
    os.close(descriptor)
    add, remove = watch
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)) as caught:
        add(descriptor, int)
    assert caught.value.errno == errno.EBADF
    assert remove(descriptor) is False


def test_regular_file_is_refused(watch: tuple[Watch, Watch], tmp_path: Path) -> None:
    add, remove = watch
    with (tmp_path / "file").open("wb") as file:
        for given in (file, file.fileno()):
            with pytest.raises(PermissionError) as caught:
                add(given, int)
            assert caught.value.errno == errno.EPERM
            assert remove(given) is False


def test_directory_is_refused(watch: tuple[Watch, Watch], tmp_path: Path) -> None:
    add, _ = watch
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(PermissionError):
            add(descriptor, int)
    finally:
        os.close(descriptor)


def test_socket_closed_while_watched_can_still_be_removed(watch: tuple[Watch, Watch]) -> None:
    add, remove = watch
    left, right = socket.socketpair()
    with right:
        add(left, int)
        left.close()
        # Its number is gone, but the object is still known.
        assert remove(left) is True


def test_descriptor_closed_while_watched_can_still_be_removed(watch: tuple[Watch, Watch]) -> None:
    add, remove = watch
    read_end, write_end = os.pipe()
    add(read_end, int)
    os.close(read_end)
    os.close(write_end)
    assert remove(read_end) is True
    assert remove(read_end) is False


def test_number_can_be_used_again_after_remove_and_close(loop: Loop) -> None:
    for round_ in range(5):
        read_end, write_end = os.pipe()
        seen: list[str] = []
        loop.add_reader(read_end, seen.append, f"round {round_}")
        os.write(write_end, b"x")
        assert called(loop, seen)
        assert set(seen) == {f"round {round_}"}
        # Both orders leave the number free for the next round.
        if round_ % 2:
            assert loop.remove_reader(read_end) is True
            os.close(read_end)
        else:
            os.close(read_end)
            assert loop.remove_reader(read_end) is True
        os.close(write_end)


def test_two_numbers_of_one_socket_are_watched_separately(loop: Loop, pair: SocketPair) -> None:
    left, right = pair
    with left.dup() as twin:
        seen: list[str] = []
        loop.add_reader(left, seen.append, "left")
        loop.add_reader(twin, seen.append, "twin")
        right.send(b"x")
        assert called(loop, seen)
        assert set(seen) == {"left", "twin"}
        assert loop.remove_reader(twin) is True
        seen.clear()
        assert called(loop, seen)
        assert set(seen) == {"left"}
        assert loop.remove_reader(left) is True


def test_descriptor_of_a_transport_is_refused(loop: Loop, pair: SocketPair) -> None:
    left, _ = pair
    left.setblocking(False)

    async def main() -> None:
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=left)
        descriptor = left.fileno()
        for method, args in [
            (loop.add_reader, (int,)),
            (loop.add_writer, (int,)),
            (loop.remove_reader, ()),
            (loop.remove_writer, ()),
        ]:
            with pytest.raises(RuntimeError, match=f"File descriptor {descriptor} is used by transport"):
                method(descriptor, *args)  # type: ignore[operator]
        transport.close()
        await asyncio.sleep(0)

    loop.run_until_complete(main())


def test_callback_is_required(pair: SocketPair, watch: tuple[Watch, Watch]) -> None:
    add, remove = watch
    with pytest.raises(TypeError):
        add(pair[0])
    assert remove(pair[0]) is False


@pytest.mark.parametrize(
    ("number", "error", "text"),
    [
        (10**6, OSError, "Bad file descriptor"),
        (2**31 - 1, OSError, "Bad file descriptor"),
        (2**31, OverflowError, "int too"),
        (10**30, OverflowError, "int too"),
    ],
)
def test_numbers_that_nobody_has(watch: tuple[Watch, Watch], number: int, error: type[Exception], text: str) -> None:
    """The largest C `int` is the largest number there can be."""
    add, remove = watch
    with pytest.raises(error, match=text):
        add(number, int)
    assert remove(number) is False
