"""`sock_recv`, `sock_recv_into`, `sock_recvfrom`, `sock_recvfrom_into`: at once, after waiting, and not at all."""

import asyncio
import socket
import struct

import pytest

from behaviour.sock.sock_methods import RECEIVE, Receive, cancel, fill, recv, recvfrom, waiting
from support.loop_kinds import Loop, SocketPair

ways = pytest.mark.parametrize("receive", RECEIVE, ids=lambda way: way.__name__)


@ways
def test_data_that_is_there(loop: Loop, pair: SocketPair, receive: Receive) -> None:
    async def main() -> None:
        left, right = pair
        right.send(b"there")
        assert await receive(loop, left) == b"there"

    loop.run_until_complete(main())


@ways
def test_data_that_comes_later(loop: Loop, pair: SocketPair, receive: Receive) -> None:
    async def main() -> None:
        left, right = pair
        for number in range(20):
            receiving = await waiting(receive(loop, left)) if number < 2 else asyncio.create_task(receive(loop, left))
            await asyncio.sleep(0)
            right.send(b"later %d" % number)
            assert await receiving == b"later %d" % number

    loop.run_until_complete(main())


@ways
@pytest.mark.parametrize("later", [False, True])
def test_end_of_the_stream(loop: Loop, pair: SocketPair, receive: Receive, later: bool) -> None:
    async def main() -> None:
        left, right = pair
        if later:
            receiving = await waiting(receive(loop, left))
            right.shutdown(socket.SHUT_WR)
            assert await receiving == b""
        else:
            right.close()
        assert await receive(loop, left) == b""
        assert await receive(loop, left) == b""

    loop.run_until_complete(main())


@ways
@pytest.mark.parametrize("later", [False, True])
def test_connection_is_reset(loop: Loop, receive: Receive, later: bool) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
            client.connect(listener.getsockname())
            client.setblocking(False)
            served, _ = listener.accept()
            served.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if later:
                receiving = await waiting(receive(loop, client))
                served.close()
            else:
                served.close()
                receiving = asyncio.create_task(receive(loop, client))
            with pytest.raises(ConnectionResetError):
                await receiving

    loop.run_until_complete(main())


@ways
def test_cancelled_call_takes_no_data(loop: Loop, pair: SocketPair, receive: Receive) -> None:
    async def main() -> None:
        left, right = pair
        await cancel(await waiting(receive(loop, left)))
        right.send(b"for the next")
        await asyncio.sleep(0.005)
        assert await receive(loop, left) == b"for the next"
        # Once more, with another call already there when the data comes.
        await cancel(await waiting(receive(loop, left)))
        receiving = await waiting(receive(loop, left))
        right.send(b"again")
        assert await receiving == b"again"

    loop.run_until_complete(main())


@ways
def test_timeout_takes_no_data(loop: Loop, pair: SocketPair, receive: Receive) -> None:
    async def main() -> None:
        left, right = pair
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(loop, left), 0.01)
        right.send(b"late")
        assert await receive(loop, left) == b"late"

    loop.run_until_complete(main())


@ways
def test_call_that_is_never_awaited_does_nothing(loop: Loop, pair: SocketPair, receive: Receive) -> None:
    async def main() -> None:
        left, right = pair
        right.send(b"untouched")
        receive(loop, left).close()
        loop.sock_recv(left, 100).close()
        assert await receive(loop, left) == b"untouched"

    loop.run_until_complete(main())


@ways
@pytest.mark.parametrize("close_first", [False, True], ids=["cancelled first", "closed first"])
def test_number_of_a_closed_socket_is_used_again(loop: Loop, receive: Receive, close_first: bool) -> None:
    async def use_again() -> bool:
        left, right = socket.socketpair()
        left.setblocking(False)
        number = left.fileno()
        receiving = await waiting(receive(loop, left))
        if close_first:
            left.close()
            await cancel(receiving)
        else:
            await cancel(receiving)
            left.close()
        right.close()
        one, other = socket.socketpair()
        with one, other:
            if other.fileno() == number:
                one, other = other, one
            one.setblocking(False)
            receiving = await waiting(receive(loop, one))
            other.send(b"new owner")
            assert await receiving == b"new owner"
            return one.fileno() == number

    async def main() -> None:
        # Another thread of the process may take the number first, but not always.
        assert any([await use_again() for _ in range(5)])

    loop.run_until_complete(main())


def test_later_call_takes_the_place_of_an_earlier(loop: Loop, pair: SocketPair) -> None:
    """A descriptor has one reader. The call that has lost it waits until it is cancelled, and disturbs nobody."""

    async def main() -> None:
        left, right = pair
        first = await waiting(loop.sock_recv(left, 100))
        second = await waiting(recvfrom(loop, left))
        right.send(b"for the second")
        assert await second == b"for the second"
        right.send(b"for nobody yet")
        await asyncio.sleep(0.005)
        assert not first.done()
        assert await loop.sock_recv(left, 100) == b"for nobody yet"
        third = await waiting(loop.sock_recv(left, 100))
        await cancel(first)
        right.send(b"for the third")
        assert await third == b"for the third"

    loop.run_until_complete(main())


def test_reader_callback_and_receiving_replace_each_other(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        called: list[str] = []
        loop.add_reader(left, called.append, "callback")
        receiving = await waiting(loop.sock_recv(left, 100))
        right.send(b"for the call")
        assert await receiving == b"for the call"
        assert called == []
        assert loop.remove_reader(left) is False
        receiving = await waiting(loop.sock_recv(left, 100))
        loop.add_reader(left, called.append, "callback")
        right.send(b"for the callback")
        await asyncio.sleep(0.01)
        assert called
        assert not receiving.done()
        await cancel(receiving)
        assert loop.remove_reader(left) is True

    loop.run_until_complete(main())


def test_receiving_and_sending_at_once(loop: Loop, pair: SocketPair) -> None:
    size = 1 << 20

    async def exchange(sock: socket.socket, data: bytes) -> bytes:
        async def receive() -> bytes:
            received = b""
            while len(received) < size:
                received += await recv(loop, sock)
            return received

        received, _ = await asyncio.gather(receive(), loop.sock_sendall(sock, data))
        return received

    async def main() -> None:
        left, right = pair
        there, back = b"<" * size, b">" * size
        assert list(await asyncio.gather(exchange(left, there), exchange(right, back))) == [back, there]

    loop.run_until_complete(main())


def test_end_of_a_call_leaves_the_other_direction_alone(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        taken = fill(left)
        sending = await waiting(loop.sock_sendall(left, b"sent"))
        receiving = await waiting(loop.sock_recv(left, 100))
        right.send(b"received")
        assert await receiving == b"received"
        receiving = await waiting(loop.sock_recv(left, 100))
        assert not sending.done()
        received = b""
        while len(received) < taken + 4:
            received += await recv(loop, right)
        await sending
        right.send(b"still there")
        assert await receiving == b"still there"
        assert received.endswith(b"sent")

    loop.run_until_complete(main())


def test_sizes(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        assert await loop.sock_recv(left, 0) == b""
        assert await loop.sock_recv_into(left, bytearray()) == 0
        right.send(b"0123456789")
        assert await loop.sock_recv(left, 0) == b""
        assert await loop.sock_recv(left, 1) == b"0"
        buffer = bytearray(b"----")
        assert await loop.sock_recv_into(left, memoryview(buffer)[1:3]) == 2
        assert buffer == b"-12-"
        assert (await loop.sock_recvfrom(left, 2))[0] == b"34"
        assert (await loop.sock_recvfrom_into(left, buffer, 3))[0] == 3
        assert buffer == b"567-"
        assert (await loop.sock_recvfrom_into(left, buffer, 0))[0] == 2
        assert buffer == b"897-"

    loop.run_until_complete(main())


@pytest.mark.parametrize("socket_type", [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET])
@ways
def test_types_of_unix_sockets(loop: Loop, socket_type: socket.SocketKind, receive: Receive) -> None:
    async def main() -> None:
        left, right = socket.socketpair(type=socket_type)
        with left, right:
            left.setblocking(False)
            right.setblocking(False)
            receiving = await waiting(receive(loop, left))
            await loop.sock_sendall(right, b"one")
            assert await receiving == b"one"
            await loop.sock_sendall(right, b"two")
            assert await receive(loop, left) == b"two"

    loop.run_until_complete(main())
