"""Writing to one connection fails with ENOBUFS; it is lost, another one and the server are as before."""

import asyncio
import errno
import socket
from typing import Any

from support.chosen_loop import new_event_loop
from support.refused_calls import refuse
from survival.overload.programs.limits import SEND, in_thread, nothing_left
from survival.overload.programs.protocols import Echo

made: list["NotingEcho"] = []
reports: list[dict[str, Any]] = []


class NotingEcho(Echo):
    """Notes with what it has lost its connection."""

    def __init__(self) -> None:
        self.lost: list[Exception | None] = []
        made.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)


async def echoed(peer: socket.socket, data: bytes) -> bool:
    peer.sendall(data)
    received = b""
    while len(received) < len(data):
        received += await asyncio.get_running_loop().sock_recv(peer, 100)
    return received == data


async def lose(size: int) -> None:
    refuse(SEND, errno.ENOBUFS)
    made[0].transport.write(b"x" * size)
    made[0].transport.write(b"y" * size)
    while not made[0].lost:
        await asyncio.sleep(0.001)


def lose_one_of_two(loop: asyncio.AbstractEventLoop, size: int) -> None:
    server = loop.run_until_complete(loop.create_server(NotingEcho, "127.0.0.1", 0))
    peers = [socket.create_connection(server.sockets[0].getsockname()) for _ in range(2)]
    for peer in peers:
        peer.setblocking(False)
        assert loop.run_until_complete(echoed(peer, b"hello"))
    in_thread(lambda: loop.run_until_complete(asyncio.wait_for(lose(size), 60)))
    assert [isinstance(error, OSError) and error.errno for error in made[0].lost] == [errno.ENOBUFS]
    assert not made[1].lost
    assert loop.run_until_complete(echoed(peers[1], b"still there"))
    assert peers[0].recv(100) == b""
    peers.append(socket.create_connection(server.sockets[0].getsockname()))
    peers[2].setblocking(False)
    assert loop.run_until_complete(echoed(peers[2], b"new"))
    server.close()
    for peer in peers:
        peer.close()
    loop.run_until_complete(asyncio.sleep(0.05))
    assert [protocol.lost for protocol in made[1:]] == [[None], [None]]
    made.clear()


def main() -> None:
    loop = new_event_loop()
    loop.set_exception_handler(lambda _loop, context: reports.append(context))
    for size in (10, 100_000):
        with nothing_left():
            lose_one_of_two(loop, size)
    loop.close()
    print("lost one", reports)


if __name__ == "__main__":
    main()
