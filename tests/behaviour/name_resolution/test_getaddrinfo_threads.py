"""Which thread does the work of `loop.getaddrinfo`, and what others notice of it."""

import asyncio
import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.loop_kinds import Loop, only_pyloop

HOSTS = ("127.0.0.1", b"127.0.0.1", "127.1", "::1", b"::1", "::ffff:1.2.3.4", "fe80::1%1", "fe80::1%lo", None)
PORTS = (0, 80, 65535, "80", b"80", "", b"")


@pytest.fixture
def resolving(loop: Loop) -> Iterator[Loop]:
    """A loop whose executor is shut down in the end."""
    yield loop
    loop.set_debug(False)
    loop.run_until_complete(loop.shutdown_default_executor())


@pytest.fixture
def slow_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups in threads take a while: asyncio of Python 3.14.10 does not wait for a thread that is done by then."""
    look_up = socket.getaddrinfo

    def slow(*args: Any, **options: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.02)
        return look_up(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)


def has_executor(loop: Loop) -> bool:
    return loop._default_executor is not None  # type: ignore[attr-defined]


@only_pyloop
def test_literals_start_no_thread(loop: Loop) -> None:
    async def main() -> None:
        for host, port in itertools.product(HOSTS, PORTS):
            assert await loop.getaddrinfo(host, port)  # type: ignore[arg-type]

    before = threading.active_count()
    loop.run_until_complete(main())
    assert not has_executor(loop)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *(
            ("name.invalid", 80),
            (b"name.invalid", 80),
            ("name.invalid", None),
            ("", 80),
            ("*", 80),
            ("127.0.0.1", "http"),
        ),
        *(("1st.invalid", 80), (b"1st.invalid", 80), ("a:b.invalid", 80), ("1.2.3.4 ", 80), ("::1", -1)),
    ],
)
def test_names_are_looked_up_in_a_thread(
    resolving: Loop, host: Any, port: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    attempts: list[Any] = []
    resolve = socket._socket.getaddrinfo  # type: ignore[attr-defined]

    def look_up(host: Any, port: Any, family: int, kind: int, proto: int, flags: int) -> Any:
        if flags & socket.AI_NUMERICHOST:
            attempts.append(port)
            return resolve(host, port, family, kind, proto, flags)
        threads.append(threading.get_ident())
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 1))]

    monkeypatch.setattr("_socket.getaddrinfo", look_up)
    (info,) = resolving.run_until_complete(resolving.getaddrinfo(host, port))
    assert info[4] == ("192.0.2.1", 1)
    assert has_executor(resolving)
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()
    assert set(attempts) <= {80, None}  # the others are names of services, -1 included


def test_replaced_resolver_is_called_once_with_the_arguments_in_a_thread(
    resolving: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, ...]] = []
    threads: list[int] = []

    def resolve(*args: Any) -> list[str]:
        calls.append(args)
        threads.append(threading.get_ident())
        return ["replaced"]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for host in ("127.0.0.1", "::1", None, "name.invalid"):
        assert resolving.run_until_complete(resolving.getaddrinfo(host, 80, type=1, flags=2)) == ["replaced"]  # type: ignore[comparison-overlap]
    assert calls == [(host, 80, 0, 1, 0, 2) for host in ("127.0.0.1", "::1", None, "name.invalid")]
    assert threading.get_ident() not in threads


def test_replaced_method_serves_connections(loop: Loop) -> None:
    asked: list[Any] = []

    async def main() -> None:
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()

        async def resolve(host: Any, port: Any, **_options: Any) -> list[Any]:
            asked.append((host, port))
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

        loop.getaddrinfo = resolve  # type: ignore[method-assign]
        transport, _ = await loop.create_connection(asyncio.Protocol, "name.invalid", 1)
        assert transport.get_extra_info("peername") == address
        transport.abort()
        server.close()
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    del loop.getaddrinfo
    assert asked == [("name.invalid", 1)]


@pytest.mark.usefixtures("slow_threads")
def test_others_get_their_turn(resolving: Loop) -> None:
    async def main() -> list[str]:
        order: list[str] = []
        resolving.call_soon(order.append, "other")
        await resolving.getaddrinfo("127.0.0.1", 80)
        order.append("resolved")
        return order

    assert resolving.run_until_complete(main()) == ["other", "resolved"]


@pytest.mark.usefixtures("slow_threads")
def test_pending_cancellation_arrives(resolving: Loop) -> None:
    async def main() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await resolving.getaddrinfo("127.0.0.1", 80)
        assert await resolving.getaddrinfo("127.0.0.1", 80)

    resolving.run_until_complete(main())


@pytest.mark.usefixtures("slow_threads")
def test_task_can_be_cancelled(resolving: Loop) -> None:
    async def main() -> None:
        task = asyncio.create_task(resolving.getaddrinfo("::1", 80))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    resolving.run_until_complete(main())


def test_closed_loop_refuses(loop: Loop, new_loop: Callable[[], Loop]) -> None:
    loop.close()
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        new_loop().run_until_complete(loop.getaddrinfo("127.0.0.1", 80))


def test_debug_mode_logs_the_lookup(resolving: Loop, caplog: pytest.LogCaptureFixture) -> None:
    resolving.set_debug(True)
    resolving.slow_callback_duration = 0.0
    with caplog.at_level(logging.DEBUG, "asyncio"):
        found = resolving.run_until_complete(resolving.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
    assert found == socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
    records = [record for record in caplog.records if "ddress info" in record.getMessage()]
    asked, slow = (record.getMessage() for record in records)
    assert asked.startswith("Get address info 127.0.0.1:80, type=")
    assert slow.startswith("Getting address info 127.0.0.1:80, type=")
    assert slow.endswith(repr(found))
    assert records[1].levelno == logging.INFO
