"""get_extra_info(): the socket of a transport and the addresses of both ends."""

import asyncio
import socket
from asyncio.trsock import TransportSocket

import pytest

from support.loop_kinds import PROMPTLY, Loop, run_coroutine
from support.peers.streams import Recorder, Way, connected, every_way, receive_all


@every_way
def test_socket_is_shown_and_not_given_away(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        shown = protocol.transport.get_extra_info("socket")
        assert isinstance(shown, TransportSocket)
        assert shown is protocol.transport.get_extra_info("socket")
        assert shown.family == way.family
        assert shown.type == socket.SOCK_STREAM
        assert shown.fileno() >= 0
        assert shown.getsockname() == peer.getpeername()
        assert shown.getpeername() == peer.getsockname()
        assert shown.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        assert shown.gettimeout() == 0.0
        assert not hasattr(shown, "send")
        assert not hasattr(shown, "close")


@every_way
def test_addresses_of_both_ends(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        transport = protocol.transport
        assert transport.get_extra_info("sockname") == peer.getpeername()
        assert transport.get_extra_info("peername") == peer.getsockname()


@every_way
def test_unknown_names_give_the_default(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        assert protocol.transport.get_extra_info("unknown") is None
        assert protocol.transport.get_extra_info("unknown", 5) == 5
        assert protocol.transport.get_extra_info("unknown", default="other") == "other"
        assert protocol.transport.get_extra_info("sslcontext") is None
        assert protocol.transport.get_extra_info("sockname", "default") != "default"


@every_way
def test_information_outlives_the_connection(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        transport = protocol.transport
        before = (transport.get_extra_info("sockname"), transport.get_extra_info("peername"))
        transport.close()
        run_coroutine(loop, protocol.until_lost())
        assert (transport.get_extra_info("sockname"), transport.get_extra_info("peername")) == before
        assert transport.get_extra_info("socket").fileno() == -1


@every_way
def test_information_is_there_in_connection_made_and_connection_lost(loop: Loop, way: Way) -> None:
    seen: list[tuple[object, object]] = []

    class Looking(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.look()

        def connection_lost(self, exc: Exception | None) -> None:
            self.look()
            super().connection_lost(exc)

        def look(self) -> None:
            seen.append((self.transport.get_extra_info("socket").fileno(), self.transport.get_extra_info("peername")))

    protocol = Looking()
    with connected(loop, protocol, way) as peer:
        expected = (protocol.transport.get_extra_info("socket").fileno(), peer.getsockname())
        protocol.transport.close()
        run_coroutine(loop, protocol.until_lost())
        assert seen == [expected, expected]


def test_small_writes_are_not_delayed_by_the_kernel(loop: Loop) -> None:
    protocol = Recorder()
    with connected(loop, protocol):
        shown = protocol.transport.get_extra_info("socket")
        assert shown.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.parametrize("size", [1, 5000])
@every_way
def test_what_was_written_precedes_what_is_done_to_the_socket(loop: Loop, way: Way, size: int) -> None:
    """Programs that end their half of the connection themselves."""
    protocol = Recorder()

    async def main() -> bytes:
        protocol.transport.write(b"d" * size)
        protocol.transport.get_extra_info("socket").shutdown(socket.SHUT_WR)
        return await receive_all(peer)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"d" * size


@every_way
def test_what_was_written_precedes_what_is_sent_through_a_duplicate(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    def write_and_send() -> None:
        protocol.transport.write(b"one ")
        with protocol.transport.get_extra_info("socket").dup() as duplicate:
            duplicate.send(b"two ")
        protocol.transport.write(b"three")
        loop.stop()

    with connected(loop, protocol, way) as peer:
        loop.call_soon(write_and_send)
        loop.run_forever()
        peer.settimeout(PROMPTLY)
        data = b""
        while len(data) < 13:
            data += peer.recv(100)
        assert data == b"one two three"
