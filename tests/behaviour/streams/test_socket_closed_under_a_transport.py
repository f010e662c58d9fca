"""A socket is closed while a transport has it: the next owner of its number is not affected by the transport."""

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterator

import pytest

from support.loop_kinds import Loop, only_pyloop, run_coroutine
from support.peers import datagrams
from support.peers.streams import Recorder, pass_iterations


@contextlib.contextmanager
def another_owner_of(sock: socket.socket, kind: int) -> Iterator[socket.socket]:
    """Close a socket and give its number to one end of a new pair; yield the other end, at which nothing may arrive."""
    number = sock.fileno()
    sock.close()
    mine, other = socket.socketpair(socket.AF_UNIX, kind)
    with mine, other:
        duplicated = mine.fileno() != number
        if duplicated:
            os.dup2(mine.fileno(), number)
        other.setblocking(False)
        yield other
        with pytest.raises(BlockingIOError):
            other.recv(1)
        other.send(b"y")
        assert os.read(number, 10) == b"y"  # neither closed nor read from
        if duplicated:
            os.close(number)


@pytest.mark.parametrize("size", [10, 10_000])
def test_write(loop: Loop, size: int) -> None:
    protocol = Recorder()

    async def main() -> None:
        mine, peer = socket.socketpair()
        transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
        with peer, another_owner_of(mine, socket.SOCK_STREAM):
            transport.write(b"x" * size)
            await protocol.until_lost()

    run_coroutine(loop, main())
    assert [type(error) for error in protocol.lost_with] == [OSError]
    assert [getattr(error, "errno", None) for error in protocol.lost_with] == [errno.EBADF]


@only_pyloop  # asyncio's abort() fails there: epoll has forgotten the descriptor that its selector still knows
def test_what_waits_for_room(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        mine, peer = socket.socketpair()
        transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
        transport.write(b"x" * 10_000_000)
        assert transport.get_write_buffer_size() > 0
        with peer, another_owner_of(mine, socket.SOCK_STREAM):
            await pass_iterations()
            transport.write(b"x")
            transport.abort()
            await protocol.until_lost()

    run_coroutine(loop, main())


def test_reading_is_resumed(loop: Loop) -> None:
    """The number is not watched for the transport, whatever epoll says when asked for it."""
    protocol = Recorder()

    async def main() -> None:
        mine, peer = socket.socketpair()
        transport, _ = await loop.create_connection(lambda: protocol, sock=mine)
        await pass_iterations()
        transport.pause_reading()
        with peer, another_owner_of(mine, socket.SOCK_STREAM):
            transport.abort()
            await protocol.until_lost()
            await pass_iterations()

    run_coroutine(loop, main())
    assert protocol.data == b""


@pytest.mark.parametrize("connected", [True, False])
def test_datagrams(loop: Loop, connected: bool) -> None:
    protocol = datagrams.DatagramRecorder()

    async def main() -> None:
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for sock in (peer, mine):
            sock.bind(("127.0.0.1", 0))
        if connected:
            mine.connect(peer.getsockname())
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, sock=mine)
        with peer, another_owner_of(mine, socket.SOCK_DGRAM):
            transport.sendto(b"x", None if connected else peer.getsockname())
            await protocol.until_event("error")
            transport.abort()
            await protocol.until_event("lost")

    run_coroutine(loop, main())
    assert [getattr(error, "errno", None) for error in protocol.errors] == [errno.EBADF]


CALLS: dict[str, Callable[[Loop, socket.socket], object]] = {
    "sock_recv": lambda loop, sock: loop.sock_recv(sock, 10),
    "sock_recv_into": lambda loop, sock: loop.sock_recv_into(sock, bytearray(10)),
    "sock_sendall": lambda loop, sock: loop.sock_sendall(sock, b"x"),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_on_sockets(loop: Loop, name: str) -> None:
    async def main() -> None:
        mine, peer = socket.socketpair()
        mine.setblocking(False)
        with peer, another_owner_of(mine, socket.SOCK_STREAM), pytest.raises(OSError, match="Bad file descriptor"):
            await CALLS[name](loop, mine)  # type: ignore[misc]

    run_coroutine(loop, main())
