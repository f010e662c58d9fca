"""ENOBUFS: the kernel has no memory for what is sent. A filter of the thread's system calls simulates it."""

import pytest

from support.loop_kinds import LoopKind
from survival.overload.overload_programs import expect

pytestmark = pytest.mark.usefixtures("refused_calls")


def test_datagrams(kind: LoopKind) -> None:
    """Every datagram that is refused is told of and lost, as in asyncio; later ones arrive."""
    expect(
        kind,
        """
import asyncio, errno, socket

class Noting(asyncio.DatagramProtocol):
    def __init__(self):
        self.errors = []

    def error_received(self, exc):
        self.errors.append(exc.errno)

async def send(transport, address, texts):
    for text in texts:
        transport.sendto(text, address)
    await asyncio.sleep(0.01)

def bound(family, address):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind(address)
    sock.setblocking(False)
    return sock

loop = new_event_loop()
for family, free in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, "")):
    for is_connected in (False, True):
        with nothing_left(), bound(family, free) as peer:
            mine = bound(family, free)
            address = peer.getsockname()
            if is_connected:
                mine.connect(address)
                address = None
            protocol = Noting()
            transport, _ = loop.run_until_complete(loop.create_datagram_endpoint(lambda: protocol, sock=mine))

            def refused_sends():
                refuse(SEND, errno.ENOBUFS)
                for _ in range(3):
                    loop.run_until_complete(send(transport, address, [b"lost"] * 4))

            loop.run_until_complete(send(transport, address, [b"first"]))
            in_thread(refused_sends)
            assert protocol.errors == [errno.ENOBUFS] * 12, protocol.errors
            assert not transport.is_closing()
            loop.run_until_complete(send(transport, address, [b"%d" % number for number in range(10)]))
            received = [peer.recv(100) for _ in range(11)]
            assert received == [b"first", *(b"%d" % number for number in range(10))], received
            assert len(protocol.errors) == 12
            transport.close()
            loop.run_until_complete(asyncio.sleep(0.01))
loop.close()
print("sent")
""",
        "sent\n",
    )


def test_streams(kind: LoopKind) -> None:
    """The connection that writes is lost with that error; the others, and the server, go on."""
    expect(
        kind,
        """
import asyncio, errno, socket

class Echo(asyncio.Protocol):
    def __init__(self):
        self.lost = []
        made.append(self)

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def connection_lost(self, exc):
        self.lost.append(exc)

made, reports = [], []

async def echoed(peer, data):
    peer.sendall(data)
    received = b""
    while len(received) < len(data):
        received += await asyncio.get_running_loop().sock_recv(peer, 100)
    return received == data

async def lose(size):
    refuse(SEND, errno.ENOBUFS)
    made[0].transport.write(b"x" * size)
    made[0].transport.write(b"y" * size)
    while not made[0].lost:
        await asyncio.sleep(0.001)

loop = new_event_loop()
loop.set_exception_handler(lambda _loop, context: reports.append(context))
for size in (10, 100_000):
    with nothing_left():
        server = loop.run_until_complete(loop.create_server(Echo, "127.0.0.1", 0))
        peers = [socket.create_connection(server.sockets[0].getsockname()) for _ in range(2)]
        for peer in peers:
            peer.setblocking(False)
            assert loop.run_until_complete(echoed(peer, b"hello"))
        in_thread(lambda: loop.run_until_complete(asyncio.wait_for(lose(size), 60)))
        assert [error.errno for error in made[0].lost] == [errno.ENOBUFS]
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
loop.close()
print("lost one", reports)
""",
        "lost one []\n",
    )
