"""`sock_sendall`: at once, in parts, and not to the end."""

import array
import asyncio
import socket
import struct

import pytest

from behaviour.sock.sock_methods import cancel, fill, nonblocking, waiting
from support.loop_kinds import Loop, SocketPair

BULK = bytes(range(256)) * (8 * 4096)


async def receive_exactly(loop: Loop, sock: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        chunk = await loop.sock_recv(sock, size - len(received))
        assert chunk
        received += chunk
    return bytes(received)


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, lambda data: memoryview(bytearray(data))[:]])
def test_eight_mebibytes_go_in_parts(loop: Loop, pair: SocketPair, form: type) -> None:
    async def main() -> None:
        left, right = pair
        sending = await waiting(loop.sock_sendall(left, form(BULK)))
        assert await receive_exactly(loop, right, len(BULK)) == BULK
        assert await sending is None

    loop.run_until_complete(main())


def test_eight_mebibytes_over_tcp(loop: Loop) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
            client.connect(listener.getsockname())
            client.setblocking(False)
            served, _ = listener.accept()
            with served:
                served.setblocking(False)
                sending = asyncio.create_task(loop.sock_sendall(client, BULK))
                assert await receive_exactly(loop, served, len(BULK)) == BULK
                await sending

    loop.run_until_complete(main())


def test_little_is_sent_at_once(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        assert await loop.sock_sendall(left, b"") is None  # type: ignore[func-returns-value]
        with pytest.raises(BlockingIOError):
            right.recv(1)
        assert await loop.sock_sendall(left, b"one ") is None  # type: ignore[func-returns-value]
        assert await loop.sock_sendall(left, bytearray(b"two ")) is None  # type: ignore[func-returns-value]
        assert await loop.sock_sendall(left, memoryview(b"-three-")[1:-1]) is None  # type: ignore[func-returns-value]
        assert await loop.sock_sendall(left, array.array("b", b" four")) is None  # type: ignore[func-returns-value]
        assert right.recv(100) == b"one two three four"

    loop.run_until_complete(main())


def test_cancelled_call_sends_no_more(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        sending = await waiting(loop.sock_sendall(left, BULK))
        await cancel(sending)
        taken = 0
        for _ in range(3):
            try:
                while True:
                    taken += len(right.recv(1 << 20))
            except BlockingIOError:
                await asyncio.sleep(0.005)
        assert 0 < taken < len(BULK)
        await loop.sock_sendall(left, b"next")
        assert await loop.sock_recv(right, 100) == b"next"

    loop.run_until_complete(main())


def test_later_call_takes_the_place_of_an_earlier(loop: Loop, pair: SocketPair) -> None:
    """A descriptor has one writer. The call that has lost it waits until it is cancelled, and disturbs nobody."""

    async def main() -> None:
        left, right = pair
        taken = fill(left)
        first = await waiting(loop.sock_sendall(left, b"first"))
        second = await waiting(loop.sock_sendall(left, b"second"))
        received = await receive_exactly(loop, right, taken + 6)
        await second
        assert received.endswith(b"second")
        assert not first.done()
        taken = fill(left)
        third = await waiting(loop.sock_sendall(left, b"third"))
        await cancel(first)
        assert (await receive_exactly(loop, right, taken + 5)).endswith(b"third")
        await third

    loop.run_until_complete(main())


@pytest.mark.parametrize("close_first", [False, True], ids=["cancelled first", "closed first"])
def test_number_of_a_closed_socket_is_used_again(loop: Loop, close_first: bool) -> None:
    async def use_again() -> bool:
        left, right = socket.socketpair()
        left.setblocking(False)
        number = left.fileno()
        fill(left)
        sending = await waiting(loop.sock_sendall(left, b"never sent"))
        if close_first:
            left.close()
            await cancel(sending)
        else:
            await cancel(sending)
            left.close()
        right.close()
        one, other = socket.socketpair()
        with one, other:
            if other.fileno() == number:
                one, other = other, one
            one.setblocking(False)
            other.setblocking(False)
            taken = fill(one)
            sending = await waiting(loop.sock_sendall(one, b"new owner"))
            assert (await receive_exactly(loop, other, taken + 9)).endswith(b"new owner")
            await sending
            return one.fileno() == number

    async def main() -> None:
        # Another thread of the process may take the number first, but not always.
        assert any([await use_again() for _ in range(5)])

    loop.run_until_complete(main())


def test_peer_leaves_while_the_call_waits(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        sending = await waiting(loop.sock_sendall(left, BULK))
        right.close()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            await sending
        with pytest.raises(BrokenPipeError):
            await loop.sock_sendall(left, b"x")

    loop.run_until_complete(main())


def test_connection_is_reset_while_the_call_waits(loop: Loop) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
            client.connect(listener.getsockname())
            client.setblocking(False)
            served, _ = listener.accept()
            served.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            fill(client)
            sending = await waiting(loop.sock_sendall(client, BULK))
            served.close()
            with pytest.raises(ConnectionResetError):
                await sending

    loop.run_until_complete(main())


def test_socket_that_is_not_connected(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking() as lonely:
            with pytest.raises(BrokenPipeError):
                await loop.sock_sendall(lonely, b"x")
            with pytest.raises(OSError, match="not connected"):
                await loop.sock_recv(lonely, 1)
        with nonblocking(kind=socket.SOCK_DGRAM) as lonely, pytest.raises(OSError, match=r"(?i)destination address"):
            await loop.sock_sendall(lonely, b"x")

    loop.run_until_complete(main())
