"""`loop.sock_sendfile`: by the system call, and by reading and writing."""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from support.files_to_send import CONTENT, WAYS
from support.loop_kinds import Loop, SocketPair


async def receive_all(receiver: socket.socket, size: int, loop: Loop) -> bytes:
    data = b""
    while len(data) < size:
        chunk = await loop.sock_recv(receiver, 1 << 20)
        assert chunk
        data += chunk
    return data


@WAYS
@pytest.mark.parametrize(("offset", "count"), [(0, None), (7, None), (7, 500_000), (0, 10 * len(CONTENT))])
def test_file_over_a_socket(
    sending: Loop,
    opened: Callable[..., IO[bytes]],
    pair: SocketPair,
    native: bool,
    offset: int,
    count: int | None,
) -> None:
    expected = CONTENT[offset : None if count is None else offset + count]

    async def main() -> None:
        left, right = pair
        file = opened(native)
        receiving = asyncio.create_task(receive_all(right, len(expected), sending))
        assert await sending.sock_sendfile(left, file, offset, count) == len(expected)
        assert await receiving == expected
        assert file.tell() == offset + len(expected)
        assert await sending.sock_sendfile(left, opened(native, b"")) == 0

    sending.run_until_complete(main())


def test_file_over_a_socket_without_fallback(sending: Loop, opened: Callable[..., IO[bytes]], pair: SocketPair) -> None:
    async def main() -> None:
        with pytest.raises(asyncio.SendfileNotAvailableError, match="not a regular file"):
            await sending.sock_sendfile(pair[0], opened(native=False), fallback=False)
        assert await sending.sock_sendfile(pair[0], opened(content=b"short"), fallback=False) == 5

    sending.run_until_complete(main())


def test_file_over_a_socket_can_be_cancelled(sending: Loop, opened: Callable[..., IO[bytes]], pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        transfer = asyncio.create_task(sending.sock_sendfile(left, opened(content=CONTENT * 8)))
        await asyncio.sleep(0.005)
        assert not transfer.done()
        transfer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await transfer
        received = b""
        while True:
            try:
                received += right.recv(1 << 20)
            except BlockingIOError:
                break
        assert received
        assert received == (CONTENT * 8)[: len(received)]
        await sending.sock_sendall(left, b"usable")
        assert await sending.sock_recv(right, 100) == b"usable"

    sending.run_until_complete(main())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": 0}, ValueError, r"count must be a positive integer \(got 0\)"),
        ({"count": -1}, ValueError, r"count must be a positive integer \(got -1\)"),
        ({"count": "1"}, TypeError, r"count must be a positive integer \(got '1'\)"),
        ({"offset": -1}, ValueError, r"offset must be a non-negative integer \(got -1\)"),
        ({"offset": 1.0}, TypeError, r"offset must be a non-negative integer \(got 1\.0\)"),
    ],
)
def test_arguments_that_make_no_sense(
    sending: Loop,
    opened: Callable[..., IO[bytes]],
    pair: SocketPair,
    arguments: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        sending.run_until_complete(sending.sock_sendfile(pair[0], opened(), **arguments))


def test_files_and_sockets_that_do_not_fit(sending: Loop, opened: Callable[..., IO[bytes]], pair: SocketPair) -> None:
    async def main() -> None:
        with Path(__file__).open() as text, pytest.raises(ValueError, match="file should be opened in binary mode"):
            await sending.sock_sendfile(pair[0], text)  # type: ignore[arg-type]
        with (
            socket.socket(type=socket.SOCK_DGRAM) as datagrams,
            pytest.raises(ValueError, match="only SOCK_STREAM type sockets are supported"),
        ):
            await sending.sock_sendfile(datagrams, opened())

    sending.run_until_complete(main())


def test_pipe_instead_of_a_file(sending: Loop, pair: SocketPair) -> None:
    """`os.sendfile` refuses pipes, whose size is zero for asyncio: nothing is sent.

    As of Python 3.14.10 asyncio goes back to the beginning of the file before it says so, and in a pipe it cannot.
    """

    async def main() -> None:
        read_end, write_end = os.pipe()
        with os.fdopen(read_end, "rb", 0) as file, os.fdopen(write_end, "wb", 0) as writer:
            writer.write(b"in the pipe")
            assert await sending.sock_sendfile(pair[0], file) == 0
            refusals = (asyncio.SendfileNotAvailableError, OSError)
            with pytest.raises(refusals, match=r"os\.sendfile call failed|Illegal seek"):
                await sending.sock_sendfile(pair[0], file, count=5, fallback=False)

    sending.run_until_complete(main())
