"""Sending datagrams fails with ENOBUFS for a while, between datagrams that arrive."""

import asyncio
import errno
import socket
from typing import Any

from support.chosen_loop import new_event_loop
from support.refused_calls import refuse
from survival.overload.programs.limits import SEND, in_thread, nothing_left


class Noting(asyncio.DatagramProtocol):
    """Notes the numbers of the errors it is told of."""

    def __init__(self) -> None:
        self.errors: list[int | None] = []

    def error_received(self, exc: Exception) -> None:
        assert isinstance(exc, OSError)
        self.errors.append(exc.errno)


async def send(transport: asyncio.DatagramTransport, address: Any, texts: list[bytes]) -> None:
    for text in texts:
        transport.sendto(text, address)
    await asyncio.sleep(0.01)


def bound(family: socket.AddressFamily, address: Any) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind(address)
    sock.setblocking(False)
    return sock


def send_and_be_refused(loop: asyncio.AbstractEventLoop, mine: socket.socket, peer: socket.socket, to: Any) -> None:
    """Send from one socket to the other; `to` is None if they are connected."""
    transport, protocol = loop.run_until_complete(loop.create_datagram_endpoint(Noting, sock=mine))

    def refused_sends() -> None:
        refuse(SEND, errno.ENOBUFS)
        for _ in range(3):
            loop.run_until_complete(send(transport, to, [b"lost"] * 4))

    loop.run_until_complete(send(transport, to, [b"first"]))
    in_thread(refused_sends)
    assert protocol.errors == [errno.ENOBUFS] * 12, protocol.errors
    assert not transport.is_closing()
    loop.run_until_complete(send(transport, to, [b"%d" % number for number in range(10)]))
    received = [peer.recv(100) for _ in range(11)]
    assert received == [b"first", *(b"%d" % number for number in range(10))], received
    assert len(protocol.errors) == 12
    transport.close()
    loop.run_until_complete(asyncio.sleep(0.01))


def main() -> None:
    loop = new_event_loop()
    addresses: list[tuple[socket.AddressFamily, Any]] = [(socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, "")]
    for family, free in addresses:
        for is_connected in (False, True):
            with nothing_left(), bound(family, free) as peer:
                mine = bound(family, free)
                if is_connected:
                    mine.connect(peer.getsockname())
                send_and_be_refused(loop, mine, peer, None if is_connected else peer.getsockname())
    loop.close()
    print("sent")


if __name__ == "__main__":
    main()
