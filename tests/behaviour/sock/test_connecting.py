"""`sock_connect` and `sock_accept`."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from behaviour.sock.sock_methods import cancel, listening, nonblocking, waiting
from support.loop_kinds import Loop


def test_connection_is_made_and_accepted(loop: Loop) -> None:
    async def main() -> None:
        with listening() as listener, nonblocking() as client:
            accepting = await waiting(loop.sock_accept(listener))
            assert await loop.sock_connect(client, listener.getsockname()) is None  # type: ignore[func-returns-value]
            served, address = await accepting
            with served:
                assert address == client.getsockname()
                assert isinstance(served, socket.socket)
                assert served.gettimeout() == 0
                assert not served.get_inheritable()
                await loop.sock_sendall(client, b"hello")
                assert await loop.sock_recv(served, 100) == b"hello"

    loop.run_until_complete(main())


def test_connections_that_wait_are_accepted_at_once(loop: Loop) -> None:
    async def main() -> None:
        with listening() as listener:
            clients = [nonblocking() for _ in range(5)]
            await asyncio.gather(*(loop.sock_connect(client, listener.getsockname()) for client in clients))
            accepted = [await loop.sock_accept(listener) for _ in clients]
            assert {address for _, address in accepted} == {client.getsockname() for client in clients}
            for sock in (*clients, *(served for served, _ in accepted)):
                sock.close()

    loop.run_until_complete(main())


def test_cancelled_accept_leaves_the_connection_to_the_next(loop: Loop) -> None:
    async def main() -> None:
        with listening() as listener, nonblocking() as client:
            await cancel(await waiting(loop.sock_accept(listener)))
            await loop.sock_connect(client, listener.getsockname())
            await asyncio.sleep(0.005)
            served, address = await loop.sock_accept(listener)
            served.close()
            assert address == client.getsockname()

    loop.run_until_complete(main())


def test_later_accept_takes_the_place_of_an_earlier(loop: Loop) -> None:
    async def main() -> None:
        with listening() as listener, nonblocking() as client:
            first = await waiting(loop.sock_accept(listener))
            second = await waiting(loop.sock_accept(listener))
            await loop.sock_connect(client, listener.getsockname())
            served, _ = await second
            served.close()
            assert not first.done()
            await cancel(first)

    loop.run_until_complete(main())


def test_accept_on_a_socket_that_does_not_listen(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking() as sock, pytest.raises(OSError, match="Invalid argument"):
            await loop.sock_accept(sock)

    loop.run_until_complete(main())


def test_refused_connection_says_whose(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking() as unused, nonblocking() as client:
            unused.bind(("127.0.0.1", 0))
            with pytest.raises(ConnectionRefusedError) as raised:
                await loop.sock_connect(client, unused.getsockname())
            assert str(raised.value) == f"[Errno 111] Connect call failed {unused.getsockname()}"

    loop.run_until_complete(main())


def test_waiting_for_a_connection_can_be_cancelled(loop: Loop) -> None:
    async def main() -> None:
        with listening(backlog=0) as listener:
            clients: list[socket.socket] = []
            pending: set[asyncio.Task[Any]] = set()
            # Linux drops what comes when the queue is full, and the client tries again a second later.
            while not pending:
                clients.append(nonblocking())
                connecting = asyncio.create_task(loop.sock_connect(clients[-1], listener.getsockname()))
                _, pending = await asyncio.wait([connecting], timeout=0.02)
                assert len(clients) < 10
            await cancel(pending.pop())
            clients.pop().close()
            # Its number has no writer any more: the next owner, which is likely to be this one, is connected as usual.
            with nonblocking() as client, listening() as other:
                await loop.sock_connect(client, other.getsockname())
            for client in clients:
                client.close()

    loop.run_until_complete(main())


def has_executor(loop: Loop) -> bool:
    return loop._default_executor is not None  # type: ignore[attr-defined]


def test_address_that_needs_no_resolution(loop: Loop) -> None:
    async def main() -> None:
        with listening() as listener, nonblocking() as client:
            await loop.sock_connect(client, ("127.0.0.1", listener.getsockname()[1]))
            assert client.getpeername() == listener.getsockname()
        assert not has_executor(loop)

    loop.run_until_complete(main())


def test_name_is_resolved(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        with listening() as listener, nonblocking() as client:
            asked: list[Any] = []

            def resolve(*args: Any) -> list[Any]:
                asked.append(args)
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", listener.getsockname())]

            monkeypatch.setattr(socket, "getaddrinfo", resolve)
            await loop.sock_connect(client, ("server.invalid", 7))
            monkeypatch.undo()
            assert client.getpeername() == listener.getsockname()
            (arguments,) = asked
            assert arguments[:4] == ("server.invalid", 7, socket.AF_INET, socket.SOCK_STREAM)

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())


def test_name_that_cannot_be_resolved(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        def resolve(*_args: Any) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with nonblocking() as client, pytest.raises(socket.gaierror, match="no such name"):
            await loop.sock_connect(client, ("server.invalid", 7))
        monkeypatch.undo()

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())


def test_connection_over_ipv6_if_there_is_any(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking(socket.AF_INET6) as listener, nonblocking(socket.AF_INET6) as client:
            try:
                listener.bind(("::1", 0))
            except OSError:
                pytest.skip("this machine has no IPv6 loopback address")
            listener.listen()
            await loop.sock_connect(client, listener.getsockname()[:2])
            served, address = await loop.sock_accept(listener)
            with served:
                assert address == client.getsockname()

    loop.run_until_complete(main())


@pytest.mark.parametrize("form", [str, lambda path: str(path).encode()], ids=["str", "bytes"])
def test_unix_sockets_by_path(loop: Loop, tmp_path: Path, form: Any) -> None:
    path = form(tmp_path / "socket")

    async def main() -> None:
        with nonblocking(socket.AF_UNIX) as listener, nonblocking(socket.AF_UNIX) as client:
            listener.bind(path)
            with pytest.raises(ConnectionRefusedError):
                await loop.sock_connect(client, path)
            listener.listen()
            accepting = await waiting(loop.sock_accept(listener))
            await loop.sock_connect(client, path)
            served, address = await accepting
            with served:
                assert address == ""
                await loop.sock_sendall(served, b"by path")
                assert await loop.sock_recv(client, 100) == b"by path"
        with nonblocking(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError):
            await loop.sock_connect(client, str(tmp_path / "nobody"))

    loop.run_until_complete(main())


def test_datagram_socket_is_connected(loop: Loop) -> None:
    async def main() -> None:
        with nonblocking(kind=socket.SOCK_DGRAM) as one, nonblocking(kind=socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            await loop.sock_connect(one, other.getsockname())
            await loop.sock_sendall(one, b"connected")
            assert await loop.sock_recvfrom(other, 100) == (b"connected", one.getsockname())

    loop.run_until_complete(main())


def test_socket_that_is_connected_already(loop: Loop) -> None:
    async def main() -> None:
        with listening() as listener, socket.create_connection(listener.getsockname()) as client:
            client.setblocking(False)
            with pytest.raises(OSError, match="already connected"):
                await loop.sock_connect(client, listener.getsockname())

    loop.run_until_complete(main())
