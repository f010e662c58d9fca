"""Attempts to connect that fail: the errors are asyncio's, and no descriptor stays open."""

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import Recorder


def outcome(loop: Loop, connect: Callable[[Any], Any]) -> tuple[type[BaseException], str] | None:
    """The error of an attempt, None if it succeeds."""

    async def main() -> None:
        transport, _ = await connect(loop)
        transport.abort()
        await asyncio.sleep(0)

    try:
        run_coroutine(loop, main())
    except Exception as error:
        return type(error), str(error)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
    return None


def assert_as_in_asyncio(loop: Loop, connect: Callable[[Any], Any]) -> None:
    stock = asyncio.SelectorEventLoop()
    try:
        expected = outcome(stock, connect)
    finally:
        stock.close()
    assert expected is not None
    assert outcome(loop, connect) == expected


def unused_port(family: socket.AddressFamily) -> int:
    with socket.socket(family) as unused:
        unused.bind(("localhost" if family == socket.AF_INET else "::1", 0))
        port: int = unused.getsockname()[1]
        return port


@pytest.mark.parametrize("host", ["127.0.0.1", b"127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"])
@pytest.mark.parametrize("form", [int, str], ids=["number", "text"])
def test_host_that_cannot_be_reached(loop: Loop, host: Any, form: Any) -> None:
    port = unused_port(socket.AF_INET)
    assert_as_in_asyncio(loop, lambda loop: loop.create_connection(Recorder, host, form(port)))


@pytest.mark.parametrize("host", ["::1", "::ffff:127.0.0.1", "::", "ff02::1%lo", "fe80::1%no-such-interface"])
def test_host_that_cannot_be_reached_over_ipv6(loop: Loop, host: str) -> None:
    port = unused_port(socket.AF_INET)
    assert_as_in_asyncio(loop, lambda loop: loop.create_connection(Recorder, host, port))


@pytest.mark.parametrize(
    "host", ["127.0.0.1\0", "127.0.0.1 ", "1.2.3.4.5", "::1::", "[::1]", "", "no such name", "\ud800"]
)
def test_host_that_is_none(loop: Loop, host: str) -> None:
    assert_as_in_asyncio(loop, lambda loop: loop.create_connection(Recorder, host, unused_port(socket.AF_INET)))


@pytest.mark.parametrize("port", [-1, 0, 65536, 1 << 40, None, "", b"", "no-such-service", 1.5, [], True], ids=repr)
def test_port_that_is_none(loop: Loop, port: Any) -> None:
    assert_as_in_asyncio(loop, lambda loop: loop.create_connection(Recorder, "127.0.0.1", port))


@pytest.mark.parametrize(
    "options",
    [
        {"family": socket.AF_INET6},
        {"family": socket.AF_INET},
        {"family": socket.AF_UNIX},
        {"proto": socket.IPPROTO_UDP},
        {"proto": socket.IPPROTO_TCP},
        {"flags": socket.AI_PASSIVE},
        {"local_addr": ("127.0.0.1", 0)},
        {"local_addr": ("::1", 0)},
        {"local_addr": ()},
        {"happy_eyeballs_delay": 0.1},
        {"interleave": 1},
        {"ssl": False},
        {"ssl": True},
        {"server_hostname": "name"},
        {"ssl_handshake_timeout": 1.0},
        {"ssl_shutdown_timeout": 1.0},
        {"no_such_option": 1},
    ],
    ids=repr,
)
def test_options(loop: Loop, options: dict[str, Any]) -> None:
    port = unused_port(socket.AF_INET)
    assert_as_in_asyncio(loop, lambda loop: loop.create_connection(Recorder, "127.0.0.1", port, **options))


@pytest.mark.parametrize(
    "path", ["", "x" * 108, b"x" * 200, "\0no-such-name", b"\0", "/no/such/path", 5, object()], ids=repr
)
def test_path_that_nobody_has(loop: Loop, path: Any) -> None:
    assert_as_in_asyncio(loop, lambda loop: loop.create_unix_connection(Recorder, path))


@pytest.mark.parametrize(
    "options",
    [{"ssl": True}, {"server_hostname": "name"}, {"ssl_handshake_timeout": 1.0}, {"no_such_option": 1}],
    ids=repr,
)
def test_options_of_unix_connections(loop: Loop, options: dict[str, Any], tmp_path: Path) -> None:
    assert_as_in_asyncio(loop, lambda loop: loop.create_unix_connection(Recorder, tmp_path / "socket", **options))


def resolving_to(loop: Loop, *addresses: tuple[str, int]) -> list[Any]:
    """Make the loop resolve every name to these addresses. Return what it will have been asked for."""
    asked = []

    async def getaddrinfo(*args: Any, **options: Any) -> list[Any]:
        asked.append((*args, options))
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]

    loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign]
    return asked


def test_errors_of_several_addresses(loop: Loop) -> None:
    async def main() -> None:
        ports = [unused_port(socket.AF_INET) for _ in range(2)]
        resolving_to(loop, *(("127.0.0.1", port) for port in ports))
        with pytest.raises(OSError, match=r"^Multiple exceptions: ") as caught:
            await loop.create_connection(Recorder, "name.invalid", 1)
        texts = [f"[Errno 111] Connect call failed ('127.0.0.1', {port})" for port in ports]
        assert str(caught.value) == f"Multiple exceptions: {', '.join(texts)}"
        assert type(caught.value) is OSError

        resolving_to(loop, *[("127.0.0.1", ports[0])] * 3)
        with pytest.raises(ConnectionRefusedError) as refused:
            await loop.create_connection(Recorder, "name.invalid", 1)
        assert str(refused.value) == texts[0]

    run_coroutine(loop, main())


def test_name_without_addresses(loop: Loop) -> None:
    asked = resolving_to(loop)
    port: Any = "https"

    async def main() -> None:
        with pytest.raises(OSError, match=r"^getaddrinfo\(\) returned empty list$"):
            await loop.create_connection(Recorder, "name.invalid", port, family=socket.AF_INET)

    run_coroutine(loop, main())
    (question,) = asked
    *positional, options = question
    assert positional == ["name.invalid", "https"]
    assert options == {"family": socket.AF_INET, "type": socket.SOCK_STREAM, "proto": 0, "flags": 0}


# asyncio leaves the socket to the garbage collector; the fixture of the loop checks that the descriptor is closed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, asyncio.CancelledError])
@pytest.mark.parametrize("unix", [False, True])
def test_protocol_factory_that_raises(
    loop: Loop, listener: socket.socket, tmp_path: Path, error: type[BaseException], unix: bool
) -> None:
    def factory() -> Recorder:
        raise error("from the factory")

    async def main() -> None:
        with socket.socket(socket.AF_UNIX) as unix_listener:
            unix_listener.bind(str(tmp_path / "socket"))
            unix_listener.listen()
            if unix:
                await loop.create_unix_connection(factory, str(tmp_path / "socket"))
            else:
                await loop.create_connection(factory, *listener.getsockname())

    with pytest.raises(error):
        loop.run_until_complete(main())


@pytest.mark.parametrize("iterations", range(4))
def test_keyboard_interrupt_while_connecting(loop: Loop, silent: tuple[str, int], iterations: int) -> None:
    async def main() -> None:
        connecting = asyncio.ensure_future(loop.create_connection(Recorder, *silent))
        for _ in range(iterations):
            await asyncio.sleep(0)
        loop.call_soon(signal.raise_signal, signal.SIGINT)
        await connecting

    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(main())
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)


def test_connection_refused_after_a_while(loop: Loop) -> None:
    """The queue is full when the first request arrives, and the socket is closed when the kernel repeats it."""

    async def main() -> None:
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            address = full.getsockname()
            waiting = [socket.create_connection(address)]
            connecting = []
            for _ in range(3):
                connecting.append(asyncio.ensure_future(loop.create_connection(Recorder, *address)))
                await asyncio.sleep(0.02)
        errors = [
            error for error in await asyncio.gather(*connecting, return_exceptions=True) if type(error) is not tuple
        ]
        assert errors
        assert {str(error) for error in errors} == {f"[Errno 111] Connect call failed {address}"}
        for made in connecting:
            if not made.exception():
                made.result()[0].abort()
        for peer in waiting:
            peer.close()
        await asyncio.sleep(0)

    run_coroutine(loop, main())
