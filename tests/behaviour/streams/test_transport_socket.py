"""What get_extra_info("socket") returns: it answers what asyncio's TransportSocket answers, at any time."""

import errno
import pickle
import socket
from asyncio.trsock import TransportSocket
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TCP_ACCEPTED, TCP_CONNECTED, Recorder, Way, connected, every_way, reset

every_tcp_way = pytest.mark.parametrize("way", [TCP_CONNECTED, TCP_ACCEPTED], ids=str)


def socket_of(protocol: Recorder) -> Any:
    """What the transport shows of its socket."""
    return protocol.transport.get_extra_info("socket")


def error_of(action: Callable[[], object]) -> tuple[type[BaseException], str]:
    """What it raises."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the caller compares it
        action()
    return type(raised.value), str(raised.value)


@every_way
def test_family_is_the_member_of_the_enumeration(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        shown = socket_of(protocol)
        assert shown.family is way.family
        assert shown.family is way.family
        assert shown.type is socket.SOCK_STREAM


@every_way
def test_peer_is_that_of_the_kernel_each_time(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        for _ in range(2):
            assert socket_of(protocol).getpeername() == peer.getsockname()
            assert socket_of(protocol).getsockname() == peer.getpeername()


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python is built without IPv6")
def test_peer_of_a_connection_over_ipv6(loop: Loop) -> None:
    protocol = Recorder()

    async def main() -> None:
        try:
            listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            pytest.skip("this machine has no address ::1")
        with listener:
            await loop.create_connection(lambda: protocol, *listener.getsockname()[:2])
            assert socket_of(protocol).family is socket.AF_INET6
            assert socket_of(protocol).getpeername() == listener.getsockname()
            await protocol.close()

    run_coroutine(loop, main())


@every_tcp_way
def test_there_is_no_peer_after_a_reset_that_was_not_read(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way) as peer:
        assert socket_of(protocol).getpeername() == peer.getsockname()
        protocol.transport.pause_reading()
        reset(peer)
        kind, text = error_of(socket_of(protocol).getpeername)
        assert issubclass(kind, OSError)
        assert f"[Errno {errno.ENOTCONN}]" in text
        assert socket_of(protocol).family is way.family


@every_way
def test_closed_socket(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        run_coroutine(loop, protocol.close())
        shown = socket_of(protocol)
        assert shown.fileno() == -1
        assert shown.family is way.family
        with socket.socket(way.family) as closed:
            closed.close()
            assert error_of(shown.getpeername) == error_of(closed.getpeername)


def change_family(shown: TransportSocket) -> None:
    shown.family = socket.AF_UNIX  # type: ignore[misc]


def delete_family(shown: TransportSocket) -> None:
    del shown.family


def add_attribute(shown: Any) -> None:
    shown.other = 1


@pytest.mark.parametrize("action", [change_family, delete_family, add_attribute, pickle.dumps])
def test_what_it_refuses_it_refuses_as_asyncios_own(loop: Loop, action: Callable[[Any], object]) -> None:
    protocol = Recorder()
    with connected(loop, protocol), socket.socket() as other:
        asyncios = TransportSocket(other)
        assert error_of(lambda: action(socket_of(protocol))) == error_of(lambda: action(asyncios))


def test_repr_is_asyncios(loop: Loop) -> None:
    protocol = Recorder()
    with connected(loop, protocol):
        shown = socket_of(protocol)
        assert repr(shown) == repr(TransportSocket(shown._sock))


@pytest.mark.parametrize("name", ["family", "fileno", "getpeername"])
@pytest.mark.parametrize("owner", [TransportSocket, socket.socket], ids=["asyncio", "socket"])
@every_way
def test_replaced_in_the_class(
    loop: Loop, way: Way, owner: type[Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests of programs do that, in the midst of a connection."""

    def ask() -> Any:
        found = getattr(socket_of(protocol), name)
        return found if name == "family" else found()

    protocol = Recorder()
    with connected(loop, protocol, way):
        before = ask()
        with monkeypatch.context() as patched:
            replaced = property(lambda _self: "other") if name == "family" else lambda _self: "other"
            patched.setattr(owner, name, replaced)
            assert ask() == "other"
        assert ask() == before


def test_socket_of_a_class_of_the_program(loop: Loop) -> None:
    class Own(socket.socket):
        def getpeername(self) -> Any:
            return "somewhere"

    protocol = Recorder()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own = Own()
        own.connect(listener.getsockname())
        run_coroutine(loop, loop.create_connection(lambda: protocol, sock=own))
        assert socket_of(protocol).getpeername() == "somewhere"
        assert socket_of(protocol).family is socket.AF_INET
        run_coroutine(loop, protocol.close())
