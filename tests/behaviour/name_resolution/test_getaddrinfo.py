"""`loop.getaddrinfo` against `socket.getaddrinfo`, and which thread does the work."""

import asyncio
import inspect
import itertools
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.loop_kinds import Loop

Outcome = list[Any] | tuple[type[BaseException], str]

HOSTS: tuple[Any, ...] = (
    *("127.0.0.1", b"127.0.0.1", "127.1", "1", "0x7f.0.0.1", "0177.0.0.01", "0.0.0.0", "255.255.255.255"),
    *("::1", b"::1", "::", "::ffff:1.2.3.4", "2001:db8::1:2", "FE80::1", "1::2%7", "fe80::1%1", "fe80::1%lo", b"::1%1"),
    None,
)
# Nothing of this is an address, and none of it may be looked up: AI_NUMERICHOST is added to every combination.
NO_LITERALS: tuple[Any, ...] = (
    *("", b"", "name.invalid", b"name.invalid", "1.2.3.4.5", "1.2.3.256", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1 junk"),
    *("1.2.3.4.", "3com.invalid", "::1::", ":", "1:2", "::1%", "::1%nowhere", "fe80::1%nowhere", "[::1]", "::1/128"),
    *(
        "127.0.0.1\n",
        "\u0661.2.3.4",
        "\uff11\uff12\uff17.0.0.1",
        "1\u00e9",
        "1" * 300,
        "1" * 64 + ".1",
        "1.2.3.4\0",
        b"1\xff",
    ),
)
PORTS: tuple[Any, ...] = (0, 80, 65535, None, "80", b"80", "", b"", "00080")
ODD_PORTS: tuple[Any, ...] = (
    *(65536, -1, -(2**31), 2**31, 2**32 - 1, 2**64, True, "65536", "99999", "100000", "-1", b"-1", "+80", " 80", "80 "),
    *("4294967295", "\u0668\u0660", "http", b"http", "no-such-service", "8_0", "0x50", "*", "80\0", b"80\0", b"\xff"),
)
FAMILIES = (0, socket.AF_INET, socket.AF_INET6)
TYPES = (0, socket.SOCK_STREAM, socket.SOCK_DGRAM)
PROTOS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)
FLAGS = (
    *(0, socket.AI_PASSIVE, socket.AI_CANONNAME, socket.AI_NUMERICHOST, socket.AI_NUMERICSERV, socket.AI_ADDRCONFIG),
    *(socket.AI_V4MAPPED, socket.AI_V4MAPPED | socket.AI_ALL, socket.AI_PASSIVE | socket.AI_NUMERICSERV, 0x10000000),
)
INVALID: tuple[dict[str, Any], ...] = (
    {"host": 127},
    {"host": 1.5},
    {"host": bytearray(b"127.0.0.1")},
    {"host": ["127.0.0.1"]},
    {"port": 80.0},
    {"port": object},
    {"port": bytearray(b"80")},
    {"port": []},
    {"host": None, "port": None},
    {"family": "AF_INET"},
    {"family": None},
    {"family": 12345},
    {"family": 2**40},
    {"family": socket.AF_UNIX},
    {"type": "stream"},
    {"type": 12345},
    {"proto": None},
    {"proto": 12345},
    {"type": socket.SOCK_STREAM, "proto": socket.IPPROTO_UDP},
    {"type": socket.SOCK_RAW},
    {"flags": None},
    {"flags": "0"},
    {"flags": 1.0},
    {"flags": -1},
    {"flags": 2**40},
    {"flags": socket.AI_CANONNAME, "host": None},
)


class Address(str):
    """A subclass of `str`, of which nobody knows what it does."""

    __slots__ = ()


@pytest.fixture
def resolving(loop: Loop) -> Iterator[Loop]:
    """A loop whose executor is shut down in the end."""
    yield loop
    loop.set_debug(False)
    loop.run_until_complete(loop.shutdown_default_executor())


def outcome(call: Callable[..., list[Any]], arguments: dict[str, Any]) -> Outcome:
    try:
        return call(**arguments)
    except Exception as error:
        return type(error), str(error)


async def outcome_on(loop: Loop, arguments: dict[str, Any]) -> Outcome:
    coroutine = loop.getaddrinfo(**arguments)  # raises nothing, whatever the arguments are
    try:
        return await coroutine
    except Exception as error:
        return type(error), str(error)


def compare(loop: Loop, table: list[dict[str, Any]]) -> list[Outcome]:
    """Resolve every entry on the loop and without it; return the outcomes, which must be the same."""

    async def main() -> list[Outcome]:
        return [await outcome_on(loop, arguments) for arguments in table]

    found = loop.run_until_complete(main())
    expected = [outcome(socket.getaddrinfo, arguments) for arguments in table]
    for arguments, one, other in zip(table, found, expected, strict=True):
        assert one == other, arguments
        assert repr(one) == repr(other), arguments  # enumerations, not their numbers
    return found


def combinations(*tables: tuple[Any, ...]) -> list[dict[str, Any]]:
    names = ("host", "port", "family", "type", "proto", "flags")
    return [dict(zip(names, row, strict=True)) for row in itertools.product(*tables)]


@pytest.mark.parametrize("host", HOSTS, ids=repr)
def test_literal_hosts(resolving: Loop, host: Any) -> None:
    # An error costs stock asyncio and PyLoop a thread's turn; so only one dimension is long at a time.
    table = [
        *combinations((host,), PORTS, FAMILIES, (0,), (0,), (0,)),
        *combinations((host,), (443,), FAMILIES, TYPES, PROTOS, (0,)),
        *combinations((host,), ("443",), FAMILIES, (socket.SOCK_STREAM,), (0,), FLAGS),
    ]
    outcomes = compare(resolving, table)
    assert any(isinstance(found, list) for found in outcomes)


def test_ports_that_are_odd(resolving: Loop) -> None:
    outcomes = compare(
        resolving, combinations(("127.0.0.1", "::1", None), ODD_PORTS, (0,), (0, socket.SOCK_STREAM), (0,), (0,))
    )
    assert any(isinstance(found, tuple) for found in outcomes)


def test_hosts_that_are_no_literals(resolving: Loop) -> None:
    table = combinations(NO_LITERALS, (80, None), FAMILIES, (0,), (0,), (socket.AI_NUMERICHOST,))
    outcomes = compare(resolving, table)
    assert any(found[0] is socket.gaierror for found in outcomes if isinstance(found, tuple))


@pytest.mark.parametrize("arguments", INVALID, ids=repr)
def test_arguments_that_are_invalid(resolving: Loop, arguments: dict[str, Any]) -> None:
    (found,) = compare(resolving, [{"host": "127.0.0.1", "port": 80, **arguments}])
    assert isinstance(found, tuple)


def test_subclasses_of_str(resolving: Loop) -> None:
    compare(resolving, [{"host": Address("127.0.0.1"), "port": Address("80")}])


def test_is_a_coroutine_function_with_keyword_arguments(loop: Loop) -> None:
    assert inspect.iscoroutinefunction(loop.getaddrinfo)
    with pytest.raises(TypeError, match="positional"):
        loop.getaddrinfo("127.0.0.1", 80, socket.AF_INET)  # type: ignore[call-arg, unused-coroutine]
    expected = inspect.signature(asyncio.BaseEventLoop.getaddrinfo).parameters
    parameters = inspect.signature(type(loop).getaddrinfo).parameters
    assert [(p.name, p.kind, p.default) for p in parameters.values()] == [
        (p.name, p.kind, p.default) for p in expected.values()
    ]


def test_errors_have_no_context(resolving: Loop) -> None:
    async def main() -> None:
        with pytest.raises(socket.gaierror) as raised:
            await resolving.getaddrinfo("127.0.0.1", 80, family=socket.AF_INET6)
        assert raised.value.__context__ is None
        assert raised.value.__cause__ is None

    resolving.run_until_complete(main())
