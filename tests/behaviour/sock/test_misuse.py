"""What the `sock_*` methods refuse: sockets that block, TLS sockets, closed ones, transports' ones, wrong arguments."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from behaviour.sock.sock_methods import NAMES, calls, waiting
from support.loop_kinds import Loop, SocketPair

names = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    """A file that could be sent."""
    with Path(__file__).open("rb") as file:
        yield file


def test_table_is_complete(loop: Loop) -> None:
    assert {name for name in dir(asyncio.AbstractEventLoop) if name.startswith("sock_")} == set(NAMES)
    assert tuple(calls(loop, None)) == NAMES


@names
def test_socket_that_blocks_in_debug_mode(loop: Loop, file: IO[bytes], name: str) -> None:
    loop.set_debug(True)
    with socket.socket() as blocking:
        for timeout in (None, 10.0):
            blocking.settimeout(timeout)
            with pytest.raises(ValueError, match=r"^the socket must be non-blocking$"):
                loop.run_until_complete(calls(loop, blocking, file)[name]())


@pytest.mark.parametrize("debug", [False, True])
@names
def test_tls_socket(loop: Loop, file: IO[bytes], name: str, debug: bool) -> None:
    loop.set_debug(debug)
    context = ssl.create_default_context()
    context.check_hostname = False
    with context.wrap_socket(socket.socket(), do_handshake_on_connect=False) as wrapped:
        wrapped.setblocking(False)
        with pytest.raises(TypeError, match=r"^Socket cannot be of type SSLSocket$"):
            loop.run_until_complete(calls(loop, wrapped, file)[name]())


@names
def test_socket_that_is_closed(loop: Loop, file: IO[bytes], name: str) -> None:
    sock = socket.socket()
    sock.setblocking(False)
    sock.close()
    # os.sendfile fails with an OSError as well, which asyncio takes for a reason to read and write instead.
    with pytest.raises(OSError, match="Bad file descriptor"):
        loop.run_until_complete(calls(loop, sock, file)[name]())
    loop.run_until_complete(loop.shutdown_default_executor())


@names
def test_something_that_is_no_socket(loop: Loop, file: IO[bytes], name: str) -> None:
    for wrong in (None, 0, "socket", file):
        with pytest.raises(AttributeError):
            loop.run_until_complete(calls(loop, wrong, file)[name]())


def test_socket_of_a_transport(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, _ = pair
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=left)
        for name in ("sock_recv", "sock_recv_into", "sock_recvfrom", "sock_recvfrom_into"):
            with pytest.raises(RuntimeError, match=r"File descriptor .* is used by transport"):
                await calls(loop, left)[name]()
        transport.close()
        await asyncio.sleep(0.005)

    loop.run_until_complete(main())


def wrong_calls(loop: Loop, sock: Any, listener: Any) -> list[Callable[[], Any]]:
    """Calls with arguments of which the socket module disapproves."""
    untyped: Any = loop
    return [
        lambda: untyped.sock_recv(sock, "10"),
        lambda: untyped.sock_recv(sock, 1.0),
        lambda: untyped.sock_recv(sock, None),
        lambda: untyped.sock_recv(sock, -1),
        lambda: untyped.sock_recv(sock, 2**70),
        lambda: untyped.sock_recv_into(sock, b"read only"),
        lambda: untyped.sock_recv_into(sock, "text"),
        lambda: untyped.sock_recv_into(sock, 10),
        lambda: untyped.sock_recv_into(sock, memoryview(bytearray(10))[::2]),
        lambda: untyped.sock_recvfrom(sock, "10"),
        lambda: untyped.sock_recvfrom(sock, -1),
        lambda: untyped.sock_recvfrom_into(sock, b"read only"),
        lambda: untyped.sock_recvfrom_into(sock, None),
        lambda: untyped.sock_recvfrom_into(sock, bytearray(5), 10),
        lambda: untyped.sock_recvfrom_into(sock, bytearray(5), -1),
        lambda: untyped.sock_sendall(sock, "text"),
        lambda: untyped.sock_sendall(sock, None),
        lambda: untyped.sock_sendall(sock, 5),
        lambda: untyped.sock_sendall(sock, memoryview(b"0123456789")[::2]),
        lambda: untyped.sock_sendto(sock, "text", ("127.0.0.1", 9)),
        lambda: untyped.sock_sendto(listener, b"data", "127.0.0.1"),
        lambda: untyped.sock_sendto(listener, b"data", ("127.0.0.1",)),
        lambda: untyped.sock_sendto(listener, b"data", ("127.0.0.1", 70_000)),
        lambda: untyped.sock_sendto(listener, b"data", None),
        lambda: untyped.sock_connect(listener, ("127.0.0.1",)),
        lambda: untyped.sock_connect(listener, ("127.0.0.1", 70_000)),
        lambda: untyped.sock_connect(listener, 5),
        lambda: untyped.sock_connect(listener, None),
        lambda: untyped.sock_connect(sock, 5),
        lambda: untyped.sock_connect(sock, None),
    ]


def missing_arguments(loop: Loop, sock: Any) -> list[Callable[[], Any]]:
    untyped: Any = loop
    return [
        untyped.sock_recv,
        lambda: untyped.sock_recv(sock),
        lambda: untyped.sock_recv(sock, 1, 2),
        lambda: untyped.sock_recv(sock, size=1),
        lambda: untyped.sock_recv_into(sock),
        lambda: untyped.sock_recvfrom(sock),
        lambda: untyped.sock_recvfrom_into(),
        lambda: untyped.sock_sendall(sock),
        lambda: untyped.sock_sendto(sock, b"data"),
        lambda: untyped.sock_connect(sock),
        untyped.sock_accept,
        lambda: untyped.sock_accept(sock, 1),
    ]


def outcome(loop: Loop, call: Callable[[], Any]) -> tuple[type[BaseException], str] | None:
    async def main() -> None:
        await call()

    try:
        loop.run_until_complete(main())
    except Exception as error:
        return type(error), str(error)
    return None


def test_wrong_arguments_raise_what_asyncio_raises(loop: Loop, pair: SocketPair) -> None:
    stock = asyncio.SelectorEventLoop()
    with socket.socket() as tcp:
        tcp.setblocking(False)
        expected = [outcome(stock, call) for call in wrong_calls(stock, pair[0], tcp)]
        found = [outcome(loop, call) for call in wrong_calls(loop, pair[0], tcp)]
    for one_loop in (stock, loop):
        one_loop.run_until_complete(one_loop.shutdown_default_executor())
    stock.close()
    assert found == expected
    assert None not in expected


def test_missing_arguments_are_type_errors_at_the_call(loop: Loop, pair: SocketPair) -> None:
    for call in missing_arguments(loop, pair[0]):
        with pytest.raises(TypeError):
            call()


def test_arguments_by_name(loop: Loop, pair: SocketPair) -> None:
    async def main() -> None:
        left, right = pair
        untyped: Any = loop
        await loop.sock_sendall(sock=right, data=b"0123456789")
        assert await untyped.sock_recv(sock=left, n=1) == b"0"
        buffer = bytearray(4)
        assert await loop.sock_recv_into(sock=left, buf=buffer) == 4
        assert (await loop.sock_recvfrom(sock=left, bufsize=2))[0]
        assert (await loop.sock_recvfrom_into(sock=left, buf=buffer, nbytes=1))[0] == 1

    loop.run_until_complete(main())


def test_closed_socket_does_not_wake_its_waiter(loop: Loop) -> None:
    """Closing a socket wakes no task; a task that waits for it has to be cancelled first, or afterwards."""

    async def main() -> None:
        left, right = socket.socketpair()
        left.setblocking(False)
        receiving = await waiting(loop.sock_recv(left, 10))
        left.close()
        right.close()
        await asyncio.sleep(0.01)
        assert not receiving.done()
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving

    loop.run_until_complete(main())
