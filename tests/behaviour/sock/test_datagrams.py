"""Datagrams through the `sock_*` methods: whole, cut off, empty, and without a receiver."""

import asyncio
import socket
from pathlib import Path

import pytest

from behaviour.sock.sock_methods import cancel, nonblocking, waiting
from support.loop_kinds import Loop


def test_datagrams_and_their_senders(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking(kind=socket.SOCK_DGRAM) as one, nonblocking(kind=socket.SOCK_DGRAM) as other:
            one.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            here, there = one.getsockname(), other.getsockname()
            assert await loop.sock_sendto(other, b"first", here) == 5
            assert await loop.sock_sendto(other, b"", here) == 0
            assert await loop.sock_sendto(other, memoryview(b"cut off"), here) == 7
            assert await loop.sock_recvfrom(one, 100) == (b"first", there)
            assert await loop.sock_recvfrom(one, 100) == (b"", there)
            assert await loop.sock_recvfrom(one, 3) == (b"cut", there)
            receiving = await waiting(loop.sock_recvfrom(one, 100))
            await loop.sock_sendto(other, b"", here)
            assert await receiving == (b"", there)
            buffer = bytearray(10)
            into = await waiting(loop.sock_recvfrom_into(one, buffer))
            await loop.sock_sendto(other, b"into", here)
            assert await into == (4, there)
            assert buffer[:4] == b"into"
            one.connect(there)
            other.connect(here)
            await loop.sock_sendall(one, b"connected")
            assert await loop.sock_recv(other, 100) == b"connected"
            await loop.sock_sendall(one, b"")  # a stream would send nothing
            assert await loop.sock_recv(other, 100) == b""

    loop.run_until_complete(main())


def test_nobody_there_for_a_datagram(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking(kind=socket.SOCK_DGRAM) as sender, nonblocking(kind=socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            await loop.sock_connect(sender, gone.getsockname())
            gone.close()
            receiving = await waiting(loop.sock_recv(sender, 100))
            sender.send(b"anybody?")
            with pytest.raises(ConnectionRefusedError):
                await receiving

    loop.run_until_complete(main())


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 60_000], ids=len)
def test_datagram_is_sent_whole(loop: Loop, data: bytes) -> None:
    async def main() -> None:
        with nonblocking(kind=socket.SOCK_DGRAM) as sender, nonblocking(kind=socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            assert await loop.sock_sendto(sender, data, receiver.getsockname()) == len(data)
            assert await loop.sock_recv(receiver, 65536) == data

    loop.run_until_complete(main())


def test_datagram_that_is_too_long(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking(kind=socket.SOCK_DGRAM) as sender, pytest.raises(OSError, match=r"(?i)message too long"):
            await loop.sock_sendto(sender, bytes(70_000), ("127.0.0.1", 9))

    loop.run_until_complete(main())


def test_datagram_waits_until_there_is_room(loop: Loop, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    async def main() -> None:
        unix = (socket.AF_UNIX, socket.SOCK_DGRAM)
        with nonblocking(*unix) as sender, nonblocking(*unix) as receiver:
            receiver.bind(path)
            sender.connect(path)
            queued = 0
            try:
                while True:
                    sender.send(b"filler")
                    queued += 1
            except BlockingIOError:
                pass
            sending = await waiting(loop.sock_sendto(sender, b"last", path))
            for _ in range(queued):
                assert await loop.sock_recv(receiver, 100) == b"filler"
            assert await sending == 4
            assert await loop.sock_recv(receiver, 100) == b"last"
            # Cancelled, it is not sent at all.
            for _ in range(queued):
                sender.send(b"filler")
            await cancel(await waiting(loop.sock_sendto(sender, b"cancelled", path)))
            for _ in range(queued):
                assert await loop.sock_recv(receiver, 100) == b"filler"
            await asyncio.sleep(0.005)
            with pytest.raises(BlockingIOError):
                receiver.recv(100)

    loop.run_until_complete(main())
